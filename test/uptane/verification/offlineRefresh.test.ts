// OU5: an online cycle refreshes the offline Snapshot, so that older media cannot roll the vehicle back.
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { snapshotBytesMax } from '../../../src/core/limits.ts';
import { formatUtc } from '../../../src/core/utc.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { type FullTrust, verifyFull } from '../../../src/uptane/verification/full.ts';
import { refreshingOffline } from '../../../src/uptane/verification/offline.ts';
import { runProcedure } from '../../../src/uptane/verification/procedure.ts';
import { type TrustedMetadata, trustedFiles, trustedVersions } from '../../../src/uptane/verification/trusted.ts';
import { attacker, type Draft, padded, reissue } from '../support/attacks.ts';
import { begin, ecuContext, primary, serials, succeeded, World } from '../support/fixtures.ts';
import {
  makeMedia,
  type OfflineDraft,
  offlineFiles,
  offlinePrimary,
  offlineWorld,
  snapshotName,
} from '../support/offlineFixtures.ts';

let world: World;
beforeEach(() => {
  world = offlineWorld();
});

/** Publishes an offline Snapshot at the Director. */
function publish(how: OfflineDraft = {}): void {
  world.serve(snapshotName, offlineFiles(how).snapshot);
}

function cycle(trusted: TrustedMetadata, profile = uptaneProfile, now = begin) {
  const context = { ...ecuContext(now, new Set(serials)), profile };
  const online = verifyFull(context, trusted as FullTrust, () => true);
  return runProcedure(refreshingOffline(context, online), (request) => world.answer(request));
}

describe('an online cycle', () => {
  it('asks for the offline Snapshot after all else, and trusts it [OU5]', () => {
    publish({ version: 3 });
    world.requests = [];
    const outcome = cycle(world.provisioned());
    succeeded(outcome.result);
    expect(world.requests.at(-1)).toBe(snapshotName);
    expect(world.requests.filter((name) => name === snapshotName)).toHaveLength(1);
    expect(trustedVersions(outcome.trusted)).toMatchObject({ 'director/offline-snapshot': 3, 'director/targets': 2 });
    expect(outcome.notices).toEqual([]);
  });

  it('makes older media unacceptable, and leaves the current one so [OU5]', () => {
    const older = makeMedia(world, { version: 2 });
    publish({ version: 3 });
    const { trusted } = cycle(world.provisioned());
    expect(offlinePrimary.verify(older, trusted).result).toMatchObject({
      fault: { code: 'wrong-version', clause: 'V2', role: 'offline-targets' },
    });
    succeeded(offlinePrimary.verify(makeMedia(world, { version: 3 }), trusted).result);
    succeeded(offlinePrimary.verify(older, world.provisioned()).result);
  });

  it('keeps what is trusted offline through verifications that do not refresh it [OU5]', () => {
    publish({ version: 3 });
    const { trusted } = cycle(world.provisioned());
    world.release(3);
    const after = primary.verify(world, trusted);
    succeeded(after.result);
    expect(trustedVersions(after.trusted)).toMatchObject({ 'director/offline-snapshot': 3, 'director/targets': 3 });
  });

  it('keeps it also where the Director serves no online Snapshot [OU5]', () => {
    publish({ version: 3 });
    const { trusted } = cycle(world.provisioned());
    const outcome = cycle(trusted, { ...uptaneProfile, directorSnapshot: false });
    expect(trustedVersions(outcome.trusted)).toMatchObject({ 'director/offline-snapshot': 3 });
    world.withhold(snapshotName);
    const again = cycle(outcome.trusted, { ...uptaneProfile, directorSnapshot: false });
    succeeded(again.result);
    expect(trustedVersions(again.trusted)).toMatchObject({ 'director/offline-snapshot': 3 });
  });

  it('follows release after release of the offline Snapshot [OU5]', () => {
    let trusted: TrustedMetadata = world.provisioned();
    for (const version of [1, 1, 4]) {
      publish({ version });
      const outcome = cycle(trusted);
      succeeded(outcome.result);
      expect(trustedVersions(outcome.trusted)['director/offline-snapshot']).toBe(version);
      trusted = outcome.trusted;
    }
  });

  it('asks for nothing more where the Director has no offline roles [OU5]', () => {
    world = new World();
    world.release(2);
    publish();
    world.requests = [];
    const plain = primary.verify(world, world.provisioned());
    const asked = world.requests;
    world.requests = [];
    const outcome = cycle(world.provisioned());
    expect(world.requests).toEqual(asked);
    expect(trustedFiles(outcome.trusted)).toEqual(trustedFiles(plain.trusted));
    expect(outcome.result).toEqual(plain.result);
  });

  it('does not go on to the offline Snapshot where the online roles fail [OU5 P2]', () => {
    publish();
    world.withhold('image/timestamp.json');
    world.requests = [];
    const outcome = cycle(world.provisioned());
    expect(outcome.result).toMatchObject({ fault: { code: 'missing-file', clause: 'T1', repository: 'image' } });
    expect(world.requests).not.toContain(snapshotName);
  });
});

describe('an online cycle with an offline Snapshot that is not acceptable', () => {
  let trusted: TrustedMetadata;
  beforeEach(() => {
    publish({ version: 3 });
    trusted = cycle(world.provisioned()).trusted;
    world.release(3);
  });

  const rows: readonly [string, () => void, object][] = [
    ['missing', () => world.withhold(snapshotName), { code: 'missing-file', clause: 'U1' }],
    [
      'longer than its cap',
      () => world.serve(snapshotName, padded(offlineFiles({ version: 4 }).snapshot, snapshotBytesMax + 1)),
      { code: 'oversized', clause: 'U1' },
    ],
    ['malformed', () => world.serve(snapshotName, utf8('[]')), { code: 'malformed', clause: 'U1' }],
    [
      'the online one',
      () => world.serve(snapshotName, world.latest('director', 'snapshot').bytes),
      { code: 'wrong-role', clause: 'U1' },
    ],
    [
      'signed by an attacker [U3]',
      () => publish({ version: 4, keys: { snapshot: [attacker] } }),
      { code: 'threshold-unmet', clause: 'U3' },
    ],
    [
      'expired [U7]',
      () => publish({ version: 4, snapshot: (signed) => Object.assign(signed, { expires: formatUtc(begin - 1) }) }),
      { code: 'expired', clause: 'U7' },
    ],
    [
      'changed under its version [U4]',
      () => publish({ version: 3, snapshot: (signed) => Object.assign(signed, { comment: 'another' }) }),
      { code: 'same-version-changed', clause: 'U4' },
    ],
  ];
  it.each(rows)('succeeds with a notice where it is %s, and keeps the one it trusts [OU5]', (_, serve, fault) => {
    serve();
    const outcome = cycle(trusted);
    succeeded(outcome.result);
    expect(outcome.notices).toMatchObject([{ ...fault, role: 'offline-snapshot', file: 'offline-snapshot.json' }]);
    expect(outcome.trusted.director['offline-snapshot']).toEqual(trusted.director['offline-snapshot']);
    expect(trustedVersions(outcome.trusted)['director/targets']).toBe(3);
  });

  it('keeps one that it trusts not past its end, where it is served a fresh one of that version [U7 policy 6]', () => {
    const until = (seconds: number) => (signed: Draft) =>
      Object.assign(signed, { expires: formatUtc(begin + seconds) });
    publish({ version: 4, snapshot: until(10) });
    const before = cycle(trusted).trusted;
    publish({ version: 4, snapshot: until(1000) });
    const clauses = (now: number) =>
      cycle(before, uptaneProfile, now).notices.map(({ code, clause }) => [code, clause]);
    expect(clauses(begin + 9)).toEqual([['same-version-changed', 'U4']]);
    expect(clauses(begin + 10)).toEqual([
      ['same-version-changed', 'U4'],
      ['expired', 'U7'],
    ]);
  });

  it('adds its notice to those of the online roles [OU5]', () => {
    const before = cycle(trusted).trusted;
    reissue(world, 'director', { step: 0, timestamp: (signed) => Object.assign(signed, { comment: 'another' }) });
    world.withhold(snapshotName);
    expect(cycle(before).notices).toMatchObject([{ clause: 'T3' }, { clause: 'U1' }]);
    publish({ version: 4 });
    expect(cycle(before).notices).toMatchObject([{ clause: 'T3' }]);
  });

  const rollbacks: readonly [string, OfflineDraft, string][] = [
    ['an older one [U4]', { version: 3, snapshotVersion: 2 }, 'U4'],
    ['a newer one that lists older Targets [U5]', { version: 2, snapshotVersion: 4 }, 'U5'],
  ];
  it.each(rollbacks)('leaves %s aside with a notice, and keeps the one it trusts [OU5]', (_, how, clause) => {
    publish(how);
    const outcome = cycle(trusted);
    succeeded(outcome.result);
    expect(outcome.notices).toMatchObject([{ code: 'rollback', clause, attack: 'rollback' }]);
    expect(trustedVersions(outcome.trusted)['director/offline-snapshot']).toBe(3);
  });

  it('takes a newer one that lists no update any more, and so revokes it [OU5]', () => {
    publish({ version: 4, snapshot: (signed: Draft) => Object.assign(signed, { meta: {} }) });
    const outcome = cycle(trusted);
    succeeded(outcome.result);
    expect(offlinePrimary.verify(makeMedia(world, { version: 3 }), outcome.trusted).result).toMatchObject({
      fault: { code: 'missing-file', clause: 'V2' },
    });
  });
});

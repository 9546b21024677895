// Older media, OU: what a vehicle knows already is not rolled back by them.
import { beforeEach, describe, expect, it } from 'vitest';
import { formatUtc } from '../../../src/core/utc.ts';
import { type TrustedMetadata, trustedFiles, trustedVersions } from '../../../src/uptane/verification/trusted.ts';
import { type Draft, keyOf, resign, rotateRoot } from '../support/attacks.ts';
import { begin, fullSecondary, keyNamed, primary, succeeded, type World } from '../support/fixtures.ts';
import {
  changed,
  day,
  later,
  makeMedia,
  nameOfflineRoles,
  offlineImage,
  offlineKeys,
  offlinePrimary,
  offlineSecondary,
  offlineWorld,
} from '../support/offlineFixtures.ts';

let world: World;
beforeEach(() => {
  world = offlineWorld();
});

describe.each([offlinePrimary, offlineSecondary])('$name, against a rollback by media', ({ verify, serial }) => {
  let trusted: TrustedMetadata;
  beforeEach(() => {
    const outcome = verify(makeMedia(world, { version: 5 }), world.provisioned());
    succeeded(outcome.result);
    trusted = outcome.trusted;
  });

  it('refuses older offline Targets, under the newer Snapshot that it knows [OU4 V2]', () => {
    const outcome = verify(makeMedia(world, { version: 4 }), trusted);
    expect(outcome.result).toMatchObject({ fault: { code: 'wrong-version', clause: 'V2', role: 'offline-targets' } });
    expect(trustedFiles(outcome.trusted)).toEqual(trustedFiles(trusted));
  });

  it('accepts offline Targets that are current still, under an older Snapshot [OU4]', () => {
    const newer = verify(makeMedia(world, { version: 5, snapshotVersion: 6 }), trusted);
    succeeded(newer.result);
    const older = verify(makeMedia(world, { version: 5 }), newer.trusted);
    succeeded(older.result);
    expect(trustedVersions(older.trusted)['director/offline-snapshot']).toBe(6);
  });

  it('judges the newer Snapshot that it knows by its own expiry [OU4 U7]', () => {
    const soon = (signed: Draft) => Object.assign(signed, { expires: formatUtc(begin + 10) });
    const { trusted: newer } = verify(makeMedia(world, { version: 5, snapshotVersion: 6, snapshot: soon }), trusted);
    const outcome = verify(makeMedia(world, { version: 5 }), newer, begin + 20);
    expect(outcome.result).toMatchObject({ fault: { code: 'expired', clause: 'U7', role: 'offline-snapshot' } });
  });

  it('refuses a newer offline Snapshot that lists older Targets [U5]', () => {
    expect(verify(makeMedia(world, { version: 4, snapshotVersion: 6 }), trusted).result).toMatchObject({
      fault: { code: 'rollback', clause: 'U5', role: 'offline-snapshot', attack: 'rollback' },
    });
  });

  it('takes an update as revoked that a newer offline Snapshot no longer lists [OU5 V2]', () => {
    const unlisted = (signed: Draft) => Object.assign(signed, { meta: {} });
    expect(
      verify(makeMedia(world, { version: 5, snapshotVersion: 6, snapshot: unlisted }), trusted).result,
    ).toMatchObject({ fault: { code: 'missing-file', clause: 'V2', role: 'offline-targets' } });
  });

  it('refuses older offline Targets also where a rotation of keys has forgotten the Snapshot [V4]', () => {
    const snapshot = [keyNamed('next-offline-snapshot')];
    nameOfflineRoles(world, { ...offlineKeys, snapshot });
    expect(verify(makeMedia(world, { version: 4, keys: { snapshot } }), trusted).result).toMatchObject({
      fault: { code: 'rollback', clause: 'V4', role: 'offline-targets' },
    });
  });

  it('refuses media once the Director’s Root names no offline roles any more [OU1 U3]', () => {
    rotateRoot(world, 'director', { expires: later });
    expect(verify(makeMedia(world, { version: 6 }), trusted).result).toMatchObject({
      fault: { code: 'threshold-unmet', clause: 'U3', role: 'offline-snapshot' },
    });
  });

  it('undoes a fast-forward by rotating the offline keys [S7 OU1]', () => {
    const { trusted: forwarded } = verify(makeMedia(world, { version: 2 ** 53 - 1 }), trusted);
    expect(trustedVersions(forwarded)['director/offline-snapshot']).toBe(2 ** 53 - 1);
    const keys = { snapshot: [keyNamed('next-offline-snapshot')], targets: [keyNamed('next-offline-targets')] };
    nameOfflineRoles(world, keys);
    const outcome = verify(makeMedia(world, { version: 6, keys }), forwarded);
    succeeded(outcome.result);
    expect(trustedVersions(outcome.trusted)['director/offline-snapshot']).toBe(6);
  });

  it('keeps the offline Targets that it trusts where the media has others of that version [V4]', () => {
    const unhashed = (signed: Draft) => {
      signed.meta['offline-targets.json'] = { version: 5 };
    };
    const changedBody = (signed: Draft) => Object.assign(signed, { comment: 'another' });
    const media = makeMedia(world, { version: 5, snapshotVersion: 6, snapshot: unhashed, targets: changedBody });
    const outcome = verify(media, trusted);
    succeeded(outcome.result);
    expect(outcome.notices).toMatchObject([{ code: 'same-version-changed', clause: 'V4', role: 'offline-targets' }]);
    expect(outcome.trusted.director['offline-targets']).toEqual(trusted.director['offline-targets']);
  });

  it('keeps none of them past their end, where the media has fresh ones of that version [V5 policy 6]', () => {
    const until = (seconds: number) => (signed: Draft) =>
      Object.assign(signed, { expires: formatUtc(begin + seconds) });
    const { trusted: before } = verify(makeMedia(world, { version: 6, targets: until(10) }), trusted);
    const unhashed = (signed: Draft) => Object.assign(signed, { meta: { 'offline-targets.json': { version: 6 } } });
    const media = makeMedia(world, { version: 6, snapshotVersion: 7, snapshot: unhashed, targets: until(1000) });
    succeeded(verify(media, before, begin + 9).result);
    expect(verify(media, before, begin + 10).result).toMatchObject({
      fault: { code: 'expired', clause: 'V5', role: 'offline-targets' },
    });
  });

  it('keeps a newer Image Snapshot than the media has, and the Targets of its time [OU4]', () => {
    const old = makeMedia(world, { version: 5 });
    world.release(3, []);
    const online = (serial === 'full-1' ? fullSecondary : primary).verify(world, trusted);
    succeeded(online.result);
    const outcome = verify(old, online.trusted);
    succeeded(outcome.result);
    expect(trustedVersions(outcome.trusted)).toMatchObject({ 'image/snapshot': 3, 'image/targets': 3 });
  });

  it('keeps the Image Snapshot that it knows where the media has another of that version, also past its end [OU4]', () => {
    const other = changed(makeMedia(world, { version: 5 }), 'image/snapshot.json', (bytes) =>
      resign(bytes, (signed) => Object.assign(signed, { note: 'another' }), [keyOf(world, 'image', 'snapshot')]),
    );
    const outcome = verify(other, trusted, begin + 8 * day);
    succeeded(outcome.result);
    expect(outcome.trusted.image?.snapshot).toEqual(trusted.image?.snapshot);
  });

  it('refuses a newer Image Snapshot that lists older Targets [U5], or no longer lists a role [U6]', () => {
    const lists = (change: (signed: Draft) => void) => {
      const media = makeMedia(world, { version: 5 });
      const grown = (signed: Draft) => {
        signed.version += 1;
        change(signed);
      };
      return changed(media, 'image/snapshot.json', (bytes) =>
        resign(bytes, grown, [keyOf(world, 'image', 'snapshot')]),
      );
    };
    const older = lists((signed) => Object.assign(signed.meta, { 'targets.json': { version: 1 } }));
    expect(verify(older, trusted).result).toMatchObject({ fault: { clause: 'U5', repository: 'image' } });
    const gone = lists((signed) => Object.assign(signed, { meta: { 'other.json': { version: 1 } } }));
    expect(verify(gone, trusted).result).toMatchObject({ fault: { clause: 'U6', repository: 'image' } });
  });

  it('refuses a lower release counter than the last media had for an ECU [R10.4]', () => {
    expect(verify(makeMedia(world, { version: 6, images: [offlineImage(serial, 1)] }), trusted).result).toMatchObject({
      fault: { code: 'rollback', clause: 'R10.4', attack: 'rollback' },
    });
  });

  it('refuses a lower release counter than the Director named online [R10.4]', () => {
    const online = (serial === 'full-1' ? fullSecondary : primary).verify(world, world.provisioned());
    succeeded(online.result);
    expect(
      verify(makeMedia(world, { version: 6, images: [offlineImage(serial, 1)] }), online.trusted).result,
    ).toMatchObject({ fault: { code: 'rollback', clause: 'R10.4' } });
  });
});

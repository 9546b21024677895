// What an ECU has stored beside what it is served: policy 6, and stored Targets under new keys.
import { beforeEach, describe, expect, it } from 'vitest';
import { formatUtc } from '../../../src/core/utc.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import type { RepositoryName } from '../../../src/uptane/model/metadata.ts';
import { attacker, type Change, draftOf, reissue, resign, rotateRoot } from '../support/attacks.ts';
import { faultOf, refusal, valued } from '../support/expected.ts';
import { begin, keyNamed, primary, succeeded, World } from '../support/fixtures.ts';
import { repositories } from '../support/refusal.ts';

let world: World;
beforeEach(() => {
  world = new World();
  world.release(2);
});

const file = (name: string): Uint8Array => world.file(name) ?? expect.fail(`${name} is not served`);

describe.each(repositories)('of two files of %s with one version and other content', (repository) => {
  const same: Change = (signed) => Object.assign(signed, { version: 2, note: 'changed' });
  const changed = (role: 'timestamp' | 'snapshot' | 'targets') => {
    const { trusted } = primary.verify(world, world.provisioned());
    reissue(world, repository, { [role]: same });
    return { trusted, outcome: primary.verify(world, trusted) };
  };
  const notice = (role: string, clause: string) =>
    valued(faultOf(repository, role, 'same-version-changed', clause, 'version 2 is not what it was', 'mix-and-match'));
  const rows: readonly ['timestamp' | 'snapshot' | 'targets', string][] = [
    ['timestamp', 'T3'],
    ['snapshot', 'U4'],
    ['targets', 'V4'],
  ];
  it.each(rows)('the trusted %s is kept, with a notice, and the update goes on [policy 6]', (role, clause) => {
    const { trusted, outcome } = changed(role);
    succeeded(outcome.result);
    expect(outcome.notices).toEqual([notice(role, clause)]);
    expect(outcome.trusted[repository]?.[role]).toBe(trusted[repository]?.[role]);
  });

  it('the trusted one must be fresh all the same, where the new one is [policy 6]', () => {
    const soon: Change = (signed) => Object.assign(signed, { expires: formatUtc(begin + 10) });
    for (const [role, clause] of [
      ['timestamp', 'T4'],
      ['snapshot', 'U7'],
      ['targets', 'V5'],
    ] as const) {
      world = new World();
      reissue(world, repository, { [role]: soon });
      const { trusted } = primary.verify(world, world.provisioned());
      reissue(world, repository, {
        [role]: (signed: Parameters<Change>[0]) =>
          Object.assign(signed, { version: 2, expires: formatUtc(begin + 1000) }),
      });
      const outcome = primary.verify(world, trusted, begin + 10);
      const message = 'expired 2026-01-01T00:00:10Z, it is 2026-01-01T00:00:10Z';
      expect(outcome.result).toEqual(
        refusal(faultOf(repository, role, 'expired', clause, message, 'indefinite-freeze')),
      );
      expect(outcome.notices).toEqual([notice(role, { T4: 'T3', U7: 'U4', V5: 'V4' }[clause])]);
    }
  });

  const listers: readonly ['snapshot' | 'targets', 'timestamp' | 'snapshot', string][] = [
    ['snapshot', 'timestamp', 'T4'],
    ['targets', 'timestamp', 'T4'],
    ['targets', 'snapshot', 'U7'],
  ];
  it.each(listers)(
    'the trusted %s are not kept past the end of the trusted %s that goes with them [%s policy 6]',
    (role, lister, clause) => {
      const until =
        (end: number): Change =>
        (signed) =>
          Object.assign(signed, { expires: formatUtc(end) });
      reissue(world, repository, { step: 0, [lister]: until(begin + 10) });
      const { trusted } = primary.verify(world, world.provisioned());
      reissue(world, repository, { [lister]: until(begin + 1000), [role]: same });
      succeeded(primary.verify(world, trusted, begin + 9).result);
      const { result } = primary.verify(world, trusted, begin + 10);
      const message = 'expired 2026-01-01T00:00:10Z, it is 2026-01-01T00:00:10Z';
      expect(result).toEqual(refusal(faultOf(repository, lister, 'expired', clause, message, 'indefinite-freeze')));
    },
  );

  it('the new one is taken without a notice where only its signatures are others [policy 6]', () => {
    const { trusted } = primary.verify(world, world.provisioned());
    const more = [...world.keys[repository].timestamp, attacker];
    world.serve(
      `${repository}/timestamp.json`,
      resign(file(`${repository}/timestamp.json`), () => {}, more),
    );
    const outcome = primary.verify(world, trusted);
    succeeded(outcome.result);
    expect(outcome.notices).toEqual([]);
    expect(outcome.trusted[repository]?.timestamp).not.toBe(trusted[repository]?.timestamp);
  });

  it('the new Targets are taken where today’s keys did not sign the trusted ones [V3 policy 6]', () => {
    const stolen = keyNamed('stolen');
    rotateRoot(world, repository, { keys: { targets: [stolen] } });
    reissue(world, repository, { targets: (signed) => Object.assign(signed, { note: 'evil' }) });
    const { trusted } = primary.verify(world, world.provisioned());
    rotateRoot(world, repository, { keys: { targets: [keyNamed('fresh')] } });
    reissue(world, repository, { targets: (signed) => Object.assign(signed, { version: 3, note: 'good' }), step: 2 });
    const outcome = primary.verify(world, trusted);
    succeeded(outcome.result);
    expect(outcome.notices).toEqual([]);
    const { bytes } = outcome.trusted[repository]?.targets ?? expect.fail();
    expect(draftOf(bytes).note).toBe('good');
  });
});

describe('stored Targets', () => {
  const listStored = (repository: RepositoryName, meta: object) =>
    reissue(world, repository, { snapshot: (signed) => Object.assign(signed.meta, { 'targets.json': meta }) });

  it.each(repositories)(
    'of %s are not asked for again where the Snapshot lists their version and hash [R5 R9]',
    (repository) => {
      const { trusted } = primary.verify(world, world.provisioned());
      const stored = trusted[repository]?.targets?.bytes ?? expect.fail();
      listStored(repository, { version: 2, hashes: { sha256: hashHex('sha256', stored) } });
      world.requests = [];
      succeeded(primary.verify(world, trusted).result);
      expect(world.requests.filter((name) => name.endsWith('targets.json'))).toEqual([]);
    },
  );

  it.each(repositories)('of %s are asked for again where their keys have been replaced [V3]', (repository) => {
    const { trusted } = primary.verify(world, world.provisioned());
    const stored = trusted[repository]?.targets?.bytes ?? expect.fail();
    rotateRoot(world, repository, { keys: { targets: [keyNamed('fresh')] } });
    listStored(repository, { version: 2, hashes: { sha256: hashHex('sha256', stored) } });
    world.serve(`${repository}/2.targets.json`, stored);
    world.requests = [];
    expect(primary.verify(world, trusted).result).toEqual(
      refusal(
        faultOf(
          repository,
          'targets',
          'threshold-unmet',
          'V3',
          '0 of 1 needed signatures are valid',
          'arbitrary-installation',
        ),
      ),
    );
    expect(world.requests).toContain(`${repository}/2.targets.json`);
  });
});

// S: following a repository's roots, on its own and as the first step of full verification.
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { rootBytesMax, rootRotationsMax } from '../../src/core/limits.ts';
import { writeRoot } from '../../src/repository/metadataFiles.ts';
import { checkProvisionedRoot } from '../../src/uptane/checks/root.ts';
import type { RepositoryName } from '../../src/uptane/metadata.ts';
import type { MetadataRequest } from '../../src/uptane/verification/procedure.ts';
import { runProcedure } from '../../src/uptane/verification/procedure.ts';
import { followRoots, type RootChain } from '../../src/uptane/verification/rootChain.ts';
import { attacker, impostor, keyOf, padded, reissue, resign, rotateRoot, tamper } from './attacks.ts';
import { begin, keyNamed, primary, signatures, succeeded, vin, World } from './fixtures.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

const repositories: readonly RepositoryName[] = ['director', 'image'];

function follow(repository: RepositoryName, start = world.provisioned()[repository], now = begin): RootChain {
  const ecu = { signatures, now, vin, vehicleEcus: undefined };
  return runProcedure(followRoots(ecu, repository, start), (request) => world.answer(request));
}

const newRootKeys = () => ({ keys: { root: [keyNamed('new root a'), keyNamed('new root b')] } });

describe.each(repositories)('the %s repository’s roots', (repository) => {
  const second = `${repository}/2.root.json`;

  it('are followed one by one, the old keys and the new signing each [S1 S3 S5]', () => {
    rotateRoot(world, repository, newRootKeys());
    rotateRoot(world, repository, { keys: { root: [keyNamed('newer root')] } });
    rotateRoot(world, repository);
    const { trusted, result } = follow(repository);
    succeeded(result);
    expect(trusted.root.body.version).toBe(4);
    expect(world.requests).toEqual([2, 3, 4, 5].map((version) => `${repository}/${version}.root.json`));
  });

  it('are asked for with the cap of a root [S2]', () => {
    const asked: MetadataRequest[] = [];
    const ecu = { signatures, now: begin, vin, vehicleEcus: undefined };
    runProcedure(followRoots(ecu, repository, world.provisioned()[repository]), (request) => {
      asked.push(request);
      return undefined;
    });
    expect(asked).toEqual([{ repository, role: 'root', version: 2, bytesMax: rootBytesMax }]);
  });

  it('stand as they are where there is no newer one [S2]', () => {
    const start = world.provisioned()[repository];
    expect(follow(repository, start).trusted).toBe(start);
  });

  const both = () => [...world.keys[repository].root, ...newRootKeys().keys.root];
  const rows: readonly [string, () => void, object][] = [
    [
      'one signed only by the new keys [S3]',
      () => rotateRoot(world, repository, { ...newRootKeys(), signers: newRootKeys().keys.root }),
      { code: 'threshold-unmet', clause: 'S3', attack: 'arbitrary-installation' },
    ],
    [
      'one signed only by the old keys [S3]',
      () => rotateRoot(world, repository, { ...newRootKeys(), signers: world.keys[repository].root }),
      { code: 'threshold-unmet', clause: 'S3', attack: 'arbitrary-installation' },
    ],
    [
      'one signed by all new keys and one old key where two are needed [S3]',
      () => rotateRoot(world, repository, { ...newRootKeys(), signers: both().slice(1) }),
      { code: 'threshold-unmet', clause: 'S3' },
    ],
    [
      'one signed by all old keys and one new key where two are needed [S3]',
      () => rotateRoot(world, repository, { ...newRootKeys(), signers: both().slice(0, 3) }),
      { code: 'threshold-unmet', clause: 'S3' },
    ],
    [
      'one with a signature in an old key’s name [S3]',
      () => {
        const root = keyOf(world, repository, 'root');
        rotateRoot(world, repository, { signers: [impostor(root), keyOf(world, repository, 'root', 1)] });
      },
      { code: 'bad-signature', clause: 'S3' },
    ],
    [
      'one of the attacker’s own [S3]',
      () => rotateRoot(world, repository, { keys: { root: [attacker] }, signers: [attacker] }),
      { code: 'threshold-unmet', clause: 'S3' },
    ],
    [
      'one that lowers its own threshold without the old keys’ word [S3]',
      () =>
        rotateRoot(world, repository, {
          signers: [keyOf(world, repository, 'root')],
          change: (signed) => {
            (signed.roles as { root: { threshold: number } }).root.threshold = 1;
          },
        }),
      { code: 'threshold-unmet', clause: 'S3' },
    ],
    [
      'one that skips a version [S4]',
      () => rotateRoot(world, repository, { version: 3 }),
      { code: 'wrong-version', clause: 'S4', attack: 'arbitrary-installation' },
    ],
    [
      'the trusted one over again [S4]',
      () => rotateRoot(world, repository, { version: 1 }),
      { code: 'wrong-version', clause: 'S4', attack: 'rollback' },
    ],
    [
      'one longer than the cap [S2]',
      () => world.serve(second, padded(rotateRoot(world, repository), rootBytesMax + 1)),
      { code: 'oversized', clause: 'S2', attack: 'endless-data' },
    ],
    ['one that is no JSON [S2]', () => world.serve(second, utf8('{')), { code: 'malformed', clause: 'S2' }],
    [
      'another role in its place [S2]',
      () => world.serve(second, world.file(`${repository}/timestamp.json`) ?? new Uint8Array()),
      { code: 'wrong-role', clause: 'S2' },
    ],
    [
      'one changed after it was signed [S3]',
      () =>
        world.serve(
          second,
          tamper(rotateRoot(world, repository), (signed) => Object.assign(signed, { x: 1 })),
        ),
      { code: 'bad-signature', clause: 'S3' },
    ],
    [
      'one that gives a key another identifier than its hash [B2 S2]',
      () =>
        rotateRoot(world, repository, {
          change: (signed) => {
            const keys = signed.keys as Record<string, unknown>;
            keys['00'.repeat(32)] = attacker.key;
          },
        }),
      { code: 'malformed', clause: 'S2' },
    ],
    [
      'one that lists a key twice for a role [C1 S2]',
      () =>
        rotateRoot(world, repository, {
          change: (signed) => {
            const { root } = signed.roles as { root: { keyids: string[] } };
            root.keyids.push(root.keyids[0] ?? '');
          },
        }),
      { code: 'malformed', clause: 'S2' },
    ],
  ];

  it.each(rows)('are not followed to %s, and the trusted one stays', (_, attack, fault) => {
    const start = world.provisioned()[repository];
    attack();
    const chain = follow(repository, start);
    expect(chain.result).toMatchObject({ ok: false, fault: { ...fault, repository, file: '2.root.json' } });
    expect(chain.trusted).toBe(start);
  });

  it('are kept as far as they verify, and followed on when the servers are honest again [S5]', () => {
    rotateRoot(world, repository, newRootKeys());
    const honest = rotateRoot(world, repository);
    world.serve(
      `${repository}/3.root.json`,
      tamper(honest, (signed) => Object.assign(signed, { expires: '2099-01-01T00:00:00Z' })),
    );
    const outcome = primary.verify(world, world.provisioned());
    expect(outcome.result).toMatchObject({ fault: { clause: 'S3', file: '3.root.json' } });
    expect(outcome.trusted[repository]?.root.body.version).toBe(2);
    world.serve(`${repository}/3.root.json`, honest);
    const next = primary.verify(world, outcome.trusted);
    succeeded(next.result);
    expect(next.trusted[repository]?.root.body.version).toBe(3);
  });

  it('may have expired on the way, the latest may not [S6]', () => {
    rotateRoot(world, repository, { expires: begin - 1 });
    rotateRoot(world, repository, { expires: begin + 1 });
    succeeded(follow(repository).result);
    rotateRoot(world, repository, { expires: begin });
    const { trusted, result } = follow(repository);
    expect(result).toMatchObject({ fault: { code: 'expired', clause: 'S6', attack: 'indefinite-freeze' } });
    expect(trusted.root.body.version).toBe(4);
  });

  it('are followed up to a bound in one cycle, and further in the next [S2]', () => {
    for (let version = 2; version <= rootRotationsMax + 2; version += 1) rotateRoot(world, repository);
    const { trusted, result } = follow(repository);
    expect(result).toMatchObject({ fault: { code: 'oversized', clause: 'S2', attack: 'endless-data' } });
    expect(trusted.root.body.version).toBe(rootRotationsMax + 1);
    const next = follow(repository, trusted);
    succeeded(next.result);
    expect(next.trusted.root.body.version).toBe(rootRotationsMax + 2);
  });

  it.each(['timestamp', 'snapshot'] as const)(
    'undo a fast-forward by rotating the key of %s, which forgets what it signed [S7]',
    (role) => {
      reissue(world, repository, { step: 2 ** 52 });
      const { trusted } = primary.verify(world, world.provisioned());
      const forwarded = trusted[repository]?.timestamp?.body.version;
      expect(forwarded).toBeGreaterThan(2 ** 52);

      // Honest again, with the stolen keys still trusted: blocked by the versions, for good.
      world.heal();
      // The targets' own version cannot be undone so: no targets key was stolen in what follows.
      reissue(world, repository, { targets: (signed) => Object.assign(signed, { version: 2 ** 52 + 1 }) });
      expect(primary.verify(world, trusted).result).toMatchObject({ fault: { clause: 'T3', attack: 'rollback' } });

      rotateRoot(world, repository, { keys: { [role]: [keyNamed('fresh')] } });
      reissue(world, repository, { targets: (signed) => Object.assign(signed, { version: 2 ** 52 + 2 }) });
      const recovered = primary.verify(world, trusted);
      succeeded(recovered.result);
      expect(recovered.trusted[repository]?.timestamp?.body.version).toBe(3);
    },
  );

  it.each(['root', 'targets'] as const)(
    'keep Timestamp and Snapshot where only the key of %s is rotated [S7]',
    (role) => {
      const { trusted } = primary.verify(world, world.provisioned());
      rotateRoot(world, repository, { keys: { [role]: [keyNamed('fresh')] } });
      const chain = follow(repository, trusted[repository]);
      succeeded(chain.result);
      expect(chain.trusted).toEqual({ ...trusted[repository], root: chain.trusted.root });
      expect(chain.trusted.root.body.version).toBe(2);
    },
  );
});

describe('a provisioned root', () => {
  const context = { signatures, now: undefined, repository: 'director', file: '1.root.json' } as const;

  it('must be signed by its own keys [L1 L2 S1]', () => {
    const { root } = world.director;
    succeeded(checkProvisionedRoot(context, root));
    const forged = resign(root, () => {}, [attacker]);
    expect(checkProvisionedRoot(context, forged)).toMatchObject({ fault: { code: 'threshold-unmet', clause: 'S3' } });
    expect(checkProvisionedRoot(context, utf8('[]'))).toMatchObject({ fault: { code: 'malformed', clause: 'S1' } });
  });

  it('names the keys of all four roles, and of the timeserver [C1 C2 Y4]', () => {
    const { body } = succeeded(checkProvisionedRoot(context, world.director.root));
    expect(body.roles.targets).toEqual({ keyids: world.keys.director.targets.map(({ keyId }) => keyId), threshold: 2 });
    expect(body.timeserver?.keyids).toEqual(world.timeserver.keys.map(({ keyId }) => keyId));
    const { keys } = world;
    const without = writeRoot({ version: 1, expires: begin }, keys.image, keys.image.root);
    expect(succeeded(checkProvisionedRoot(context, without)).body.timeserver).toBeUndefined();
  });
});

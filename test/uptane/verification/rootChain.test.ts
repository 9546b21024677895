// S: following a repository's roots, on its own and as the first step of full verification.
import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import type { Attack, RemoteFault, RemoteFaultCode } from '../../../src/core/faults.ts';
import { rootBytesMax, rootRotationsMax } from '../../../src/core/limits.ts';
import { writeRoot } from '../../../src/repository/roles/writeMetadata.ts';
import { checkProvisionedRoot, rotatedOnlineKeys } from '../../../src/uptane/checks/root.ts';
import type { PublicKey, RepositoryName, Root } from '../../../src/uptane/model/metadata.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import type { MetadataRequest } from '../../../src/uptane/verification/procedure.ts';
import { runProcedure } from '../../../src/uptane/verification/procedure.ts';
import { followRoots, type RootChain } from '../../../src/uptane/verification/rootChain.ts';
import { attacker, impostor, keyOf, padded, reissue, resign, rotateRoot, tamper } from '../support/attacks.ts';
import { faultOf, refusal } from '../support/expected.ts';
import { begin, keyNamed, primary, signatures, succeeded, vin, World } from '../support/fixtures.ts';
import { repositories } from '../support/refusal.ts';

const forged = 'arbitrary-installation';

let world: World;
beforeEach(() => {
  world = new World();
});

function follow(repository: RepositoryName, start = world.provisioned()[repository], now = begin): RootChain {
  const ecu = { signatures, profile: uptaneProfile, now, vin, vehicleEcus: undefined, notices: [] };
  return runProcedure(followRoots(ecu, repository, start), (request) => world.answer(request));
}

const newRootKeys = () => ({ keys: { root: [keyNamed('new root a'), keyNamed('new root b')] } });

describe.each(repositories)('the %s repository’s roots', (repository) => {
  const second = `${repository}/2.root.json`;

  it('are followed one by one, the old keys and the new signing each [S3 S5]', () => {
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
    const ecu = { signatures, profile: uptaneProfile, now: begin, vin, vehicleEcus: undefined, notices: [] };
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
  const fault = (code: RemoteFaultCode, clause: string, message: string, attack?: Attack) =>
    faultOf(repository, 'root', code, clause, message, attack, '2.root.json');
  const unmet = (valid: number, needed = 2) =>
    fault('threshold-unmet', 'S3', `${valid} of ${needed} needed signatures are valid`, forged);
  const bad = (valid: number, bad: number) =>
    fault('bad-signature', 'S3', `${valid} of 2 needed signatures are valid, ${bad} are bad`, forged);
  const malformed = (message: string) => fault('malformed', 'S2', message, forged);

  const rows: Readonly<Record<string, readonly [() => void, RemoteFault]>> = {
    'one signed only by the new keys [S3]': [
      () => rotateRoot(world, repository, { ...newRootKeys(), signers: newRootKeys().keys.root }),
      unmet(0),
    ],
    'one signed only by the old keys [S3]': [
      () => rotateRoot(world, repository, { ...newRootKeys(), signers: world.keys[repository].root }),
      unmet(0),
    ],
    'one signed by all new keys and one old key where two are needed [S3]': [
      () => rotateRoot(world, repository, { ...newRootKeys(), signers: both().slice(1) }),
      unmet(1),
    ],
    'one signed by all old keys and one new key where two are needed [S3]': [
      () => rotateRoot(world, repository, { ...newRootKeys(), signers: both().slice(0, 3) }),
      unmet(1),
    ],
    'one with a signature in an old key’s name [S3]': [
      () => {
        const root = keyOf(world, repository, 'root');
        rotateRoot(world, repository, { signers: [impostor(root), keyOf(world, repository, 'root', 1)] });
      },
      bad(1, 1),
    ],
    'one of the attacker’s own [S3]': [
      () => rotateRoot(world, repository, { keys: { root: [attacker] }, signers: [attacker] }),
      unmet(0),
    ],
    'one that lowers its own threshold without the old keys’ word [S3]': [
      () =>
        rotateRoot(world, repository, {
          signers: [keyOf(world, repository, 'root')],
          change: (signed) => {
            (signed.roles as { root: { threshold: number } }).root.threshold = 1;
          },
        }),
      unmet(1),
    ],
    'one that raises its own threshold beyond its keys [S3]': [
      () =>
        rotateRoot(world, repository, {
          change: (signed) => {
            (signed.roles as { root: { threshold: number } }).root.threshold = 3;
          },
        }),
      unmet(2, 3),
    ],
    'one that skips a version [S4]': [
      () => rotateRoot(world, repository, { version: 3 }),
      fault('wrong-version', 'S4', 'version 3 where 2 must follow', forged),
    ],
    'the trusted one over again [S4]': [
      () => rotateRoot(world, repository, { version: 1 }),
      fault('wrong-version', 'S4', 'version 1 where 2 must follow', 'rollback'),
    ],
    'one longer than the cap [S2]': [
      () => world.serve(second, padded(rotateRoot(world, repository), rootBytesMax + 1)),
      fault('oversized', 'S2', 'longer than 65536 bytes', 'endless-data'),
    ],
    'one that is no JSON [S2]': [() => world.serve(second, utf8('{')), malformed('a string is needed at character 1')],
    'another role in its place [S2]': [
      () => world.serve(second, world.file(`${repository}/timestamp.json`) ?? new Uint8Array()),
      fault('wrong-role', 'S2', 'signed._type is "timestamp", not "root"', forged),
    ],
    'one changed after it was signed [S3]': [
      () =>
        world.serve(
          second,
          tamper(rotateRoot(world, repository), (signed) => Object.assign(signed, { x: 1 })),
        ),
      bad(0, 2),
    ],
    'one that gives a key another identifier than its hash [B2 S2]': [
      () =>
        rotateRoot(world, repository, {
          change: (signed) => {
            const keys = signed.keys as Record<string, unknown>;
            keys['00'.repeat(32)] = attacker.key;
          },
        }),
      malformed('keys: the identifier 000000000000… is not the hash of its key'),
    ],
    'one that lists a key twice for a role [C1 S2]': [
      () =>
        rotateRoot(world, repository, {
          change: (signed) => {
            const { root } = signed.roles as { root: { keyids: string[] } };
            root.keyids.push(root.keyids[0] ?? '');
          },
        }),
      malformed('roles.root: a key identifier appears twice'),
    ],
  };

  it.each(Object.entries(rows))('are not followed to %s, and the trusted one stays', (_, [attack, expected]) => {
    const start = world.provisioned()[repository];
    attack();
    expect(follow(repository, start)).toEqual({ trusted: start, result: refusal(expected) });
  });

  it('are kept as far as they verify, and followed on when the servers are honest again [S1 S5]', () => {
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
    const message = 'expired 2026-01-01T00:00:00Z, it is 2026-01-01T00:00:00Z';
    expect(result).toEqual(
      refusal(faultOf(repository, 'root', 'expired', 'S6', message, 'indefinite-freeze', '4.root.json')),
    );
    expect(trusted.root.body.version).toBe(4);
  });

  it('are followed up to a bound in one cycle, and further in the next [S2]', () => {
    for (let version = 2; version <= rootRotationsMax + 2; version += 1) rotateRoot(world, repository);
    const { trusted, result } = follow(repository);
    const last = `${rootRotationsMax + 2}.root.json`;
    const message = 'more than 256 roots to follow';
    expect(result).toEqual(refusal(faultOf(repository, 'root', 'oversized', 'S2', message, 'endless-data', last)));
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

describe('the keys of Timestamp and Snapshot are rotated between two roots', () => {
  const root = (timestamp: readonly string[] | undefined, snapshot: readonly string[] | undefined): Root => {
    const named = (keyids: readonly string[]) => ({ keyids, threshold: 1 });
    const { body } = world.provisioned().director.root;
    const { root, targets } = body.roles;
    const online = {
      ...(timestamp && { timestamp: named(timestamp) }),
      ...(snapshot && { snapshot: named(snapshot) }),
    };
    return { ...body, roles: { root, targets, ...online } };
  };
  type Keys = Parameters<typeof root>;
  const rows: readonly [string, Keys, Keys, boolean][] = [
    ['not where they stay [S7]', [['a'], ['b']], [['a'], ['b']], false],
    [
      'not where they come in another order [S7]',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      [
        ['b', 'a'],
        ['d', 'c'],
      ],
      false,
    ],
    ['where the Timestamp has another [S7]', [['a'], ['b']], [['c'], ['b']], true],
    ['where the Snapshot has another [S7]', [['a'], ['b']], [['a'], ['c']], true],
    ['where one of two is another [S7]', [['a', 'b'], ['c']], [['a', 'd'], ['c']], true],
    ['where one is added [S7]', [['a'], ['c']], [['a', 'b'], ['c']], true],
    ['where one is taken away [S7]', [['a'], ['c', 'd']], [['a'], ['c']], true],
    ['not where a Director has neither role [S7]', [undefined, undefined], [undefined, undefined], false],
    ['where a Director gets the roles [S7]', [undefined, undefined], [['a'], ['b']], true],
    ['where a Director loses one [S7]', [['a'], ['b']], [['a'], undefined], true],
  ];
  it.each(rows)('%s', (_, before, after, rotated) => {
    expect(rotatedOnlineKeys(root(...before), root(...after))).toBe(rotated);
  });

  const [a, b] = [keyNamed('online a').key, keyNamed('online b').key];
  const opaque = (key: PublicKey): Root => ({
    ...root(['t'], ['s']),
    keys: new Map([
      ['t', a],
      ['s', key],
    ]),
  });

  it('where another key stands under an old identifier, not where it is spelt otherwise [S7]', () => {
    expect(rotatedOnlineKeys(opaque(a), opaque(a))).toBe(false);
    expect(rotatedOnlineKeys(opaque(a), opaque(b))).toBe(true);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const spelt = (text: string): Root =>
      opaque({ keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: text } });
    expect(rotatedOnlineKeys(spelt(pem), spelt(pem.trim()))).toBe(false);
    expect(rotatedOnlineKeys(opaque(a), spelt(pem))).toBe(true);
  });

  it.each(['timestamp', 'snapshot'] as const)(
    'where more keys of %s must sign than before, not where fewer suffice [S7]',
    (role) => {
      const before = root(['a', 'b', 'c'], ['d', 'e', 'f']);
      const needing = (threshold: number): Root => {
        const keyids = before.roles[role]?.keyids ?? [];
        return { ...before, roles: { ...before.roles, [role]: { keyids, threshold } } };
      };
      expect(rotatedOnlineKeys(needing(1), needing(2))).toBe(true);
      expect(rotatedOnlineKeys(needing(2), needing(2))).toBe(false);
      expect(rotatedOnlineKeys(needing(2), needing(1))).toBe(false);
    },
  );
});

describe('a provisioned root', () => {
  const context = { signatures, profile: uptaneProfile, repository: 'director' } as const;

  const fault = (...[code, clause, message, attack]: [RemoteFaultCode, string, string, Attack?]) =>
    refusal(faultOf('director', 'root', code, clause, message, attack));

  it('must be signed by its own keys, and within its cap [L1 L2 S1 S3]', () => {
    const { root } = world.director;
    succeeded(checkProvisionedRoot(context, root));
    const check = (bytes?: Uint8Array) => checkProvisionedRoot(context, bytes);
    const other = resign(root, () => {}, [attacker]);
    expect(check(other)).toEqual(fault('threshold-unmet', 'S3', '0 of 2 needed signatures are valid', forged));
    expect(check(utf8('[]'))).toEqual(fault('malformed', 'S1', 'file: an object is needed', forged));
    expect(check()).toEqual(fault('missing-file', 'S1', 'the file is missing', 'drop-request'));
    const long = padded(root, rootBytesMax + 1);
    expect(check(long)).toEqual(fault('oversized', 'S1', 'longer than 65536 bytes', 'endless-data'));
    succeeded(check(padded(root, rootBytesMax)));
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

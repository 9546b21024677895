// `ecunet tuf` against the scenarios of the public conformance suite: signatures, thresholds, rotations. TUF 5.3.4 4.2 6.1
import { describe, expect, it } from 'vitest';
import type { TufRepository } from '../tuf/support/repository.ts';
import { type KeyKind, newSigner, type TufSigner } from '../tuf/support/signer.ts';
import { tufScenes } from '../tuf/support/suite.ts';

const scene = tufScenes();
const online = ['targets', 'snapshot', 'timestamp'] as const;

describe('ecunet tuf: thresholds', () => {
  it('refuses a snapshot that one key too few has signed [U3]', async () => {
    const { repository, client } = scene();
    const root = repository.latest('root');
    repository.roleKeys('snapshot').threshold = 3;
    for (let count = 0; count < 2; count += 1) repository.addKey('snapshot');
    repository.publish('root', ...online);
    expect(await client.init(root)).toBe(0);
    expect(await client.refresh()).toBe(0);
    repository.removeSigner('snapshot');
    repository.publish(...online);
    expect(await client.refresh()).toBe(1);
    expect(client.version('snapshot')).toBe(2);
  });

  it('refuses a snapshot whose role has fewer keys than it needs [U3]', async () => {
    const { repository, client } = scene();
    expect(await client.init(repository.latest('root'))).toBe(0);
    for (let count = 0; count < 4; count += 1) repository.addKey('snapshot');
    repository.roleKeys('snapshot').threshold = 6;
    repository.publish('root', 'snapshot', 'timestamp');
    expect(await client.refresh()).toBe(1);
    expect(client.trusted()).toEqual(['root 2', 'timestamp 2']);
  });

  it('does not count a key twice [S3 U3]', async () => {
    const { repository, client } = scene();
    expect(await client.init(repository.latest('root'))).toBe(0);
    const signer = newSigner();
    for (let count = 0; count < 9; count += 1) repository.addKey('snapshot', signer);
    repository.roleKeys('snapshot').threshold = 6;
    repository.publish('root', 'snapshot', 'timestamp');
    repository.tamper('snapshot', ({ signatures }) => {
      const own = signatures.filter(({ keyid }) => keyid === signer.keyid);
      for (let count = 0; count < 8; count += 1) signatures.push(...own);
    });
    expect(await client.refresh()).toBe(1);
    expect(client.version('snapshot')).toBeUndefined();
  });

  it('does not count one key under two identifiers twice [S3]', async () => {
    const { repository, client } = scene();
    expect(await client.init(repository.latest('root'))).toBe(0);
    const [signer] = repository.signersOf('snapshot').values();
    if (signer !== undefined) repository.addKey('snapshot', { ...signer, keyid: 'another name' });
    repository.roleKeys('snapshot').threshold = 2;
    repository.publish('root', 'snapshot', 'timestamp');
    expect(await client.refresh()).toBe(1);
    expect(client.trusted()).toEqual(['root 2', 'timestamp 2']);
  });

  it('refuses a file that names a key twice among its signatures [U3]', async () => {
    const { repository, client } = scene();
    expect(await client.init(repository.latest('root'))).toBe(0);
    repository.tamper('snapshot', ({ signatures }) => signatures.push(...signatures));
    expect(await client.refresh()).toBe(1);
    expect(client.version('snapshot')).toBeUndefined();
  });

  it('accepts a wrong or empty signature beside enough right ones [Z5]', async () => {
    const { repository, client } = scene();
    expect(await client.init(repository.latest('root'))).toBe(0);
    const [first] = repository.signersOf('timestamp').keys();
    repository.addKey('timestamp');
    repository.publish('root', 'timestamp');
    for (const sig of [
      '3045022100ee448afe2d25dd1f05afedac83a24e7df90f203615221434979153dc7cea6d470220',
      '',
      'no hex',
    ]) {
      repository.tamper('timestamp', ({ signatures }) => {
        Object.assign(signatures.find(({ keyid }) => keyid === first) ?? {}, { sig });
      });
      expect(await client.refresh()).toBe(0);
      repository.publish('timestamp');
    }
    expect(client.version('timestamp')).toBe(4);
  });
});

/** Signatures by other keys, of the right shape. */
const strangers: { readonly [kind in KeyKind]: TufSigner } = {
  rsa: newSigner('rsa'),
  ecdsa: newSigner('ecdsa'),
  ed25519: newSigner('ed25519'),
};

describe.each(['rsa', 'ecdsa', 'ed25519'] as const)('ecunet tuf: %s keys', (kind) => {
  it('count when they signed, and only then [S3]', async () => {
    const { repository, client } = scene();
    expect(await client.init(repository.latest('root'))).toBe(0);
    const { keyid } = repository.addKey('root', newSigner(kind));
    repository.roleKeys('root').threshold = 2;
    repository.publish('root');
    expect(await client.refresh()).toBe(0);
    expect(client.version('root')).toBe(2);
    repository.publish('root');
    repository.tamper('root', ({ signatures }) => {
      const sig = strangers[kind].sign(Buffer.from('anything'));
      Object.assign(signatures.find((signature) => signature.keyid === keyid) ?? {}, { sig });
    });
    expect(await client.refresh()).toBe(1);
    expect(client.version('root')).toBe(2);
  });

  it('sign any role [T2 U3 V3]', async () => {
    const { repository, client } = scene();
    const root = repository.latest('root');
    for (const role of online) {
      repository.roleKeys(role).keyids = [];
      repository.signersOf(role).clear();
      repository.addKey(role, newSigner(kind));
    }
    repository.addDelegation('targets', 'delegated', {}, newSigner(kind));
    repository.addArtifact('delegated', 'content', 'file');
    repository.publish('root', 'delegated', ...online);
    expect(await client.init(root)).toBe(0);
    expect(await client.download('file')).toBe(0);
  });
});

it('ecunet tuf: keys of the older kind ecdsa-sha2-nistp256 count as well', async () => {
  const { repository, client } = scene();
  expect(await client.init(repository.latest('root'))).toBe(0);
  const signer = newSigner('ecdsa');
  repository.addKey('root', { ...signer, key: { ...signer.key, keytype: 'ecdsa-sha2-nistp256' } });
  repository.roleKeys('root').threshold = 2;
  repository.publish('root');
  expect(await client.refresh()).toBe(0);
  expect(client.version('root')).toBe(2);
});

interface Version {
  readonly keys: readonly number[];
  readonly threshold: number;
  readonly sigs: readonly number[];
}

const version = (keys: readonly number[], threshold: number, sigs: readonly number[]): Version => ({
  keys,
  threshold,
  sigs,
});
const five = [0, 1, 2, 3, 4];

/** The versions of root, and whether the last is accepted. */
const rootRotations: readonly (readonly [string, readonly Version[], boolean])[] = [
  ['1-of-1 key rotation', [version([1], 1, [1]), version([2], 1, [2, 1]), version([2], 1, [2])], true],
  [
    '1-of-1 key rotation, unused signatures',
    [version([1], 1, [3, 1, 4]), version([2], 1, [3, 2, 1, 4]), version([2], 1, [3, 2, 4])],
    true,
  ],
  [
    '3-of-5, different combinations of keys',
    [
      version(five, 3, [0, 2, 4]),
      version(five, 3, [0, 4, 1]),
      version(five, 3, [0, 1, 3]),
      version(five, 3, [0, 1, 3]),
    ],
    true,
  ],
  ['3-of-5, one key rotated', [version(five, 3, [0, 2, 4]), version([0, 1, 3, 4, 5], 3, [0, 4, 1])], true],
  [
    '3-of-5, one key rotated with an intermediate step',
    [version(five, 3, [0, 2, 4]), version([0, 1, 3, 4, 5], 3, [0, 2, 4, 5]), version([0, 1, 3, 4, 5], 3, [0, 4, 5])],
    true,
  ],
  [
    '3-of-5, all keys rotated with an intermediate step',
    [
      version(five, 3, [0, 2, 4]),
      version([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]),
      version([5, 6, 7, 8, 9], 3, [5, 6, 7]),
    ],
    true,
  ],
  ['threshold raised from 1 to 2 of 3', [version([1, 2, 3], 1, [1]), version([1, 2, 3], 2, [1, 2])], true],
  [
    'threshold lowered from 2 to 1 of 3',
    [version([1, 2, 3], 2, [1, 2]), version([1, 2, 3], 1, [1, 2]), version([1, 2, 3], 1, [1])],
    true,
  ],
  ['threshold raised from 1 to 2 with a new key', [version([1], 1, [1]), version([1, 2], 2, [1, 2])], true],
  ['not signed with the old key', [version([1], 1, [1]), version([2], 1, [2, 3, 4])], false],
  ['not signed with the new key', [version([1], 1, [1]), version([2], 1, [1, 3, 4])], false],
  ['not signed with 3 new keys', [version(five, 3, [0, 2, 4]), version([0, 1, 3, 4, 5], 3, [0, 2, 4])], false],
  ['not signed with 3 old keys', [version(five, 3, [0, 2, 4]), version([0, 1, 3, 4, 5], 3, [0, 4, 5])], false],
  ['new threshold not reached', [version([1, 2, 3], 1, [1]), version([1, 2, 3], 2, [2])], false],
  ['old threshold not reached', [version([1, 2, 3], 2, [1, 2]), version([1, 2, 3], 1, [1])], false],
];

const signers = Array.from({ length: 10 }, () => newSigner());

/** Gives a role the keys and signers of a version. */
function setKeys(repository: TufRepository, role: string, { keys, threshold, sigs }: Version): void {
  Object.assign(repository.roleKeys(role), { keyids: [], threshold });
  for (const index of keys) repository.addKey(role, signers[index]);
  repository.signersOf(role).clear();
  for (const index of sigs) repository.addSigner(role, signers[index] ?? newSigner());
}

describe('ecunet tuf: root rotations [S3]', () => {
  it.each(rootRotations)('%s', async (_, versions, accepted) => {
    const { repository, client } = scene();
    repository.unpublish('root');
    for (const rootVersion of versions) {
      setKeys(repository, 'root', rootVersion);
      repository.publish('root');
    }
    repository.publish(...online);
    const roots = repository.published.get('root') ?? [];
    expect(await client.init(roots[0] ?? Buffer.alloc(0))).toBe(0);
    expect(await client.refresh()).toBe(accepted ? 0 : 1);
    expect(client.stored('root')).toEqual(roots.at(accepted ? -1 : -2));
  });
});

const rotations: readonly (readonly [string, Version, boolean])[] = [
  ['1-of-1 key rotation', version([2], 1, [2]), true],
  ['unused signatures', version([1], 1, [3, 1, 4]), true],
  ['not signed with the new key', version([2], 1, [1, 3, 4]), false],
  ['3-of-5, one signature by another key', version([0, 1, 3, 4, 5], 3, [0, 2, 4]), false],
  ['3-of-5, one signature missing', version([0, 1, 3, 4, 5], 3, [0, 4]), false],
  ['3-of-5, first combination', version(five, 3, [0, 2, 4]), true],
  ['3-of-5, second combination', version(five, 3, [0, 4, 1]), true],
  ['3-of-5, third combination', version(five, 3, [0, 1, 3]), true],
  ['3-of-5, fourth combination', version(five, 3, [1, 2, 3]), true],
  ['3-of-5, fifth combination', version(five, 3, [2, 3, 4]), true],
];

describe('ecunet tuf: rotations of the other roles [T2 U3 V3]', () => {
  it.each(rotations)('%s', async (_, keys, accepted) => {
    const { repository, client } = scene();
    expect(await client.init(repository.latest('root'))).toBe(0);
    for (const role of ['timestamp', 'snapshot', 'targets']) {
      setKeys(repository, role, keys);
      repository.publish('root', ...online);
      expect(await client.refresh()).toBe(accepted ? 0 : 1);
      if (accepted) expect(client.stored(role)).toEqual(repository.latest(role));
    }
  });
});

// `ecunet tuf` against the scenarios of the public conformance suite: the workflow, expiry, keys, rollback. TUF 5.3 to 5.6
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inDays, type TufRepository, topLevelRoles } from '../tuf/support/repository.ts';
import { newSigner } from '../tuf/support/signer.ts';
import { tufScenes } from '../tuf/support/suite.ts';

const scene = tufScenes();
const online = ['targets', 'snapshot', 'timestamp'] as const;
const all = ['root', ...online] as const;
const coldRequests = ['root 2', 'timestamp', 'snapshot 1', 'targets 1'];
const wrongEcdsa = [
  '3045022100ee448afe2d25dd1f05afedac83a24e7df90f203615221434979153dc7cea6d4702207710015851e571885a77db8a6e42c4b2983a59b9e1',
  'ebec91178dfa2fb0d42ab8',
].join('');

async function initialised(prepare: (repository: TufRepository) => void = () => {}) {
  const { repository, client } = scene();
  const root = repository.latest('root');
  prepare(repository);
  expect(await client.init(root)).toBe(0);
  return { repository, client };
}

async function refreshed(prepare: (repository: TufRepository) => void = () => {}) {
  const { repository, client } = await initialised(prepare);
  expect(await client.refresh()).toBe(0);
  return { repository, client };
}

describe('ecunet tuf: the workflow', () => {
  it('asks for exactly what the workflow asks for, and keeps it as received (TUF 5.3.3 5.4.1 5.5.1 5.6.1)', async () => {
    const { repository, client } = await refreshed();
    expect(repository.metadataRequests).toEqual(coldRequests);
    for (const role of topLevelRoles) expect(client.stored(role)).toEqual(repository.latest(role));
  });

  it('asks for no more than root and timestamp where nothing changed', async () => {
    const { repository, client } = await refreshed();
    repository.metadataRequests = [];
    expect(await client.refresh()).toBe(0);
    expect(repository.metadataRequests).toEqual(['root 2', 'timestamp']);
  });

  it('refreshes before it looks for a target', async () => {
    const { repository, client } = await initialised();
    expect(await client.download('nonexistent artifact')).toBe(1);
    expect(client.stderr).toMatch(/^ecunet: .*nonexistent artifact.*\n$/);
    expect(repository.metadataRequests).toEqual(coldRequests);
    expect(client.trusted()).toEqual(['root 1', 'snapshot 1', 'targets 1', 'timestamp 1']);
  });

  it.each([
    ['without a version', (file: { signed: Record<string, unknown> }) => delete file.signed.version],
    [
      'with a signature by somebody else',
      (file: { signatures: { sig: string }[] }) => Object.assign(file.signatures[0] ?? {}, { sig: wrongEcdsa }),
    ],
  ])('asks nobody where the initial root is %s (TUF 5.2)', async (_, change) => {
    const { repository, client } = scene();
    const root = JSON.parse(Buffer.from(repository.latest('root')).toString());
    change(root);
    const bytes = Buffer.from(JSON.stringify(root));
    expect(await client.init(bytes)).toBe(1);
    expect(await client.refresh()).toBe(1);
    writeFileSync(client.fileOf('root'), bytes);
    expect(await client.refresh()).toBe(1);
    expect(repository.metadataRequests).toEqual([]);
  });

  it('keeps white space that follows the metadata', async () => {
    const { repository, client } = await initialised((repository) => {
      repository.published.set('timestamp', [Buffer.concat([repository.latest('timestamp'), Buffer.from(' ')])]);
    });
    expect(await client.refresh()).toBe(0);
    expect(client.stored('timestamp')).toEqual(repository.latest('timestamp'));
  });

  it('accepts members that it does not know, in root, keys and roles', async () => {
    const { repository, client } = await refreshed();
    repository.root['custom-field'] = 'value';
    repository.addKey('root', newSigner('ecdsa', { 'extra-field': { a: 1, b: 2 } }));
    repository.roleKeys('root')['another-field'] = 'value';
    repository.publish('root');
    expect(await client.refresh()).toBe(0);
    expect(client.version('root')).toBe(2);
  });

  it('takes no notice of keyid_hash_algorithms', async () => {
    const { repository, client } = await initialised();
    repository.roleKeys('snapshot').keyids = [];
    repository.signersOf('snapshot').clear();
    repository.addKey('snapshot', newSigner('ecdsa', { keyid_hash_algorithms: 'md5' }));
    repository.publish('root', 'snapshot', 'timestamp');
    expect(await client.refresh()).toBe(0);
    expect(client.trusted()).toEqual(['root 2', 'snapshot 2', 'targets 1', 'timestamp 2']);
  });

  it.each([
    ['root', ['root 1']],
    ['timestamp', ['root 2']],
    ['snapshot', ['root 2', 'timestamp 2']],
    ['targets', ['root 2', 'snapshot 2', 'timestamp 2']],
  ])('stops at a %s that nobody signed, and keeps what came before [S3 T2 U3 V3]', async (role, trusted) => {
    const { client } = await initialised((repository) => {
      repository.removeSigner(role);
      repository.publish(...all);
    });
    expect(await client.refresh()).toBe(1);
    expect(client.trusted()).toEqual(trusted);
  });

  it.each([
    ['root', ['root 1']],
    ['snapshot', ['root 2', 'timestamp 2']],
    ['targets', ['root 2', 'snapshot 2', 'timestamp 2']],
  ] as const)('refuses a %s of another version than its name says [S4 U2 V2]', async (role, trusted) => {
    const { client } = await initialised((repository) => {
      repository[role].version += 1;
      repository.publish('root', 'targets');
      if (role === 'targets') repository.snapshot.meta['targets.json'] = { version: 2 };
      repository.publish('snapshot');
      if (role === 'snapshot') repository.timestamp.meta['snapshot.json'] = { version: 2 };
      repository.publish('timestamp');
    });
    expect(await client.refresh()).toBe(1);
    expect(client.trusted()).toEqual(trusted);
  });

  it('refuses a snapshot in the place of the timestamp [T1]', async () => {
    const { repository, client } = await initialised();
    const [signer] = repository.signersOf('timestamp').values();
    if (signer !== undefined) repository.addKey('snapshot', signer);
    repository.snapshot.meta = { 'snapshot.json': { version: 1 } };
    repository.publish('root', 'snapshot');
    repository.published.get('timestamp')?.push(repository.latest('snapshot'));
    repository.published.get('snapshot')?.pop();
    expect(await client.refresh()).toBe(1);
    expect(client.trusted()).toEqual(['root 2']);
  });

  it.each([
    ['snapshot', 'snapshot 2', ['root 1', 'snapshot 1', 'targets 1', 'timestamp 2']],
    ['targets', 'targets 2', ['root 1', 'snapshot 2', 'targets 1', 'timestamp 2']],
  ])('fails where the listed %s is not there, and keeps what came before', async (role, last, trusted) => {
    const { repository, client } = await refreshed();
    const listing = role === 'snapshot' ? repository.timestamp : repository.snapshot;
    const entry = listing.meta[`${role}.json`];
    if (entry !== undefined) entry.version += 1;
    repository.publish(...(role === 'snapshot' ? ['timestamp'] : ['snapshot', 'timestamp']));
    expect(await client.refresh()).toBe(1);
    expect(repository.metadataRequests.at(-1)).toBe(last);
    expect(client.trusted()).toEqual(trusted);
  });

  it('fails where there is no timestamp', async () => {
    const { repository, client } = await refreshed();
    repository.unpublish('timestamp');
    expect(await client.refresh()).toBe(1);
    expect(repository.metadataRequests.at(-1)).toBe('timestamp');
  });

  it('asks by unversioned names where the root says so, and works all the same (TUF 7)', async () => {
    const { repository, client } = await initialised((repository) => {
      repository.root.consistent_snapshot = false;
      for (const role of ['role1', '..', '.']) repository.addDelegation('targets', role);
      repository.addArtifact('.', 'content', 'file');
      repository.publish('role1', '..', '.', ...all);
    });
    expect(await client.download('file')).toBe(0);
    expect(repository.metadataRequests).toEqual([
      ...['root 2', 'root 3', 'timestamp', 'snapshot', 'targets', 'role1', '..', '.'],
    ]);
    expect(repository.artifactRequests).toEqual([{ path: 'file', prefix: undefined }]);
  });
});

describe('ecunet tuf: hashes in metadata', () => {
  it('accepts right ones and refuses a wrong one [U2 V2]', async () => {
    const { repository, client } = await refreshed((repository) => {
      repository.listsHashes = true;
      repository.publish(...online);
    });
    repository.publish('targets');
    const listed = repository.snapshot.meta['targets.json'];
    if (listed?.hashes !== undefined) listed.hashes.sha256 = '46'.repeat(32);
    repository.publish('snapshot', 'timestamp');
    expect(await client.refresh()).toBe(1);
    expect([client.version('snapshot'), client.version('targets')]).toEqual([3, 2]);
  });

  it.each(['snapshot', 'targets'])('refuses a %s longer than listed [U1 V1]', async (role) => {
    const { repository, client } = await initialised((repository) => {
      repository.listsHashes = true;
      repository.publish(...online);
    });
    repository.tamper(role, () => {});
    const served = repository.published.get(role) ?? [];
    served[served.length - 1] = Buffer.concat([repository.latest(role), Buffer.alloc(100_000, ' ')]);
    expect(await client.refresh()).toBe(1);
    expect(client.version(role)).toBeUndefined();
  });
});

describe('ecunet tuf: expiry', () => {
  it('goes by the clock of the host [S6]', async () => {
    const { repository, client } = await initialised();
    repository.root.expires = inDays(7);
    repository.publish('root');
    expect(await client.refresh()).toBe(0);
    expect(await client.refresh(8)).toBe(1);
    expect(client.stderr).toContain('expired');
  });

  it('keeps an expired root, and goes no further [S6]', async () => {
    const { repository, client } = await refreshed();
    repository.publish('root');
    expect(await client.refresh()).toBe(0);
    repository.root.expires = inDays(-1);
    repository.publish('root', ...online);
    repository.metadataRequests = [];
    expect(await client.refresh()).toBe(1);
    expect(client.trusted()).toEqual(['root 3', 'snapshot 1', 'targets 1', 'timestamp 1']);
    expect(repository.metadataRequests).toEqual(['root 3', 'root 4']);
  });

  it.each([
    ['timestamp', ['timestamp'], 1, ['root 1', 'snapshot 1', 'targets 1', 'timestamp 1']],
    ['snapshot', ['snapshot', 'timestamp'], 1, ['root 1', 'snapshot 1', 'targets 1', 'timestamp 2']],
    ['targets', online, 1, ['root 1', 'snapshot 2', 'targets 1', 'timestamp 2']],
    ['targets', ['snapshot', 'timestamp'], 0, ['root 1', 'snapshot 2', 'targets 1', 'timestamp 2']],
  ] as const)('does not take up an expired %s, publishing %j [T4 U7 V5]', async (role, roles, code, trusted) => {
    const { repository, client } = await refreshed();
    repository[role].expires = inDays(-5);
    repository.publish(...roles);
    expect(await client.refresh()).toBe(code);
    expect(client.trusted()).toEqual(trusted);
  });

  it('follows an expired local root to one that is not', async () => {
    const { repository, client } = await initialised();
    repository.root.expires = inDays(7);
    repository.publish('root');
    expect(await client.refresh()).toBe(0);
    repository.root.expires = inDays(21);
    repository.publish('root');
    expect(await client.refresh(18)).toBe(0);
    expect(client.version('root')).toBe(3);
  });

  it('follows expired local files to ones that are not, and still judges rollback by them [T3]', async () => {
    const { repository, client } = await initialised();
    repository.timestamp.expires = inDays(7);
    repository.publish('timestamp');
    expect(await client.refresh()).toBe(0);
    repository.timestamp.expires = inDays(21);
    repository.publish(...online);
    expect(await client.refresh(18)).toBe(0);
    expect(client.trusted()).toEqual(['root 1', 'snapshot 2', 'targets 2', 'timestamp 3']);
    repository.unpublish('timestamp');
    repository.timestamp.version = 1;
    repository.timestamp.expires = inDays(40);
    repository.publish('timestamp');
    expect(await client.refresh(22)).toBe(1);
    expect(client.stderr).toContain('rollback');
  });

  it('does not live on an expired timestamp of the same version [T4]', async () => {
    const { repository, client } = await initialised();
    repository.timestamp.expires = inDays(7);
    repository.publish('timestamp');
    expect(await client.refresh()).toBe(0);
    repository.unpublish('timestamp');
    repository.timestamp.expires = inDays(60);
    repository.publish('timestamp');
    expect(await client.refresh(18)).toBe(1);
    expect(client.stderr).toContain('expired');
  });

  it.each(['snapshot', 'targets'] as const)('asks for a %s that expired locally once more [U7 V5]', async (role) => {
    const { repository, client } = await initialised();
    repository[role].expires = inDays(7);
    repository.publish(...online);
    expect(await client.refresh()).toBe(0);
    repository.metadataRequests = [];
    expect(await client.refresh(18)).toBe(1);
    expect(repository.metadataRequests.at(-1)).toBe(`${role} 2`);
  });
});

describe('ecunet tuf: rollback', () => {
  it('keeps the timestamp that it has where another of the same version comes (TUF 5.4.3.1)', async () => {
    const { repository, client } = await refreshed();
    const before = client.stored('timestamp');
    repository.timestamp.meta['snapshot.json'] = { version: 100 };
    repository.unpublish('timestamp');
    repository.publish('timestamp');
    expect(await client.refresh()).toBe(0);
    expect(repository.metadataRequests.at(-1)).toBe('timestamp');
    expect(client.stored('timestamp')).toEqual(before);
  });

  it.each(['snapshot', 'targets'])('does not ask for a newer %s before it is listed', async (role) => {
    const { repository, client } = await refreshed();
    repository.publish(role);
    expect(await client.refresh()).toBe(0);
    expect(client.version(role)).toBe(1);
    expect(repository.metadataRequests.at(-1)).toBe('timestamp');
  });

  it.each(['snapshot', 'targets'])(
    'begins with the %s that is listed, not with the newest (TUF 5.5.1 5.6.1)',
    async (role) => {
      const { repository, client } = await refreshed((repository) => repository.publish(role));
      expect(repository.metadataRequests).toEqual(coldRequests);
      expect(client.trusted()).toEqual(['root 1', 'snapshot 1', 'targets 1', 'timestamp 1']);
    },
  );

  it('refuses an older timestamp [T3]', async () => {
    const { repository, client } = await refreshed((repository) => repository.publish('timestamp'));
    repository.unpublish('timestamp');
    repository.timestamp.version = 1;
    repository.publish('timestamp');
    expect(await client.refresh()).toBe(1);
    expect(client.version('timestamp')).toBe(2);
    expect(repository.metadataRequests.at(-1)).toBe('timestamp');
  });

  it.each([false, true])(
    'refuses a timestamp that lists an older snapshot, with hashes: %s [U4]',
    async (listsHashes) => {
      const { repository, client } = await refreshed((repository) => {
        repository.listsHashes = listsHashes;
        repository.publish('snapshot', 'timestamp');
      });
      repository.unpublish('snapshot');
      repository.snapshot.version = 1;
      repository.publish('snapshot', 'timestamp');
      expect(await client.refresh()).toBe(1);
      expect([client.version('timestamp'), client.version('snapshot')]).toEqual([2, 2]);
      expect(repository.metadataRequests.at(-1)).toBe('timestamp');
    },
  );

  it.each([false, true])('refuses a snapshot that lists older targets, with hashes: %s [U5]', async (listsHashes) => {
    const { repository, client } = await refreshed((repository) => {
      repository.listsHashes = listsHashes;
      repository.publish(...online);
    });
    repository.unpublish('targets');
    repository.targets.version = 1;
    repository.publish(...online);
    expect(await client.refresh()).toBe(1);
    expect(client.trusted()).toEqual(['root 1', 'snapshot 2', 'targets 2', 'timestamp 3']);
  });

  it('refuses a snapshot that lists a role no longer [U6]', async () => {
    const { repository, client } = await refreshed((repository) => {
      repository.addDelegation('targets', 'delegated', { paths: ['delegatedpath/*'] });
      repository.publish('delegated', ...online);
    });
    delete repository.snapshot.meta['delegated.json'];
    repository.publish('snapshot', 'timestamp');
    expect(await client.refresh()).toBe(1);
    expect(client.version('snapshot')).toBe(2);
  });

  it('recovers from targets that ran ahead when the snapshot key is rotated [S7]', async () => {
    const { repository, client } = await refreshed((repository) => {
      repository.addDelegation('targets', 'delegated', { paths: ['delegatedpath/*'] });
      repository.publish('delegated', ...Array.from({ length: 99 }, () => 'targets'), 'snapshot', 'timestamp');
    });
    expect(client.version('targets')).toBe(100);
    repository.rotateKeys('snapshot');
    repository.unpublish('targets');
    repository.targets.version = 1;
    delete repository.snapshot.meta['delegated.json'];
    repository.publish(...all);
    expect(await client.refresh()).toBe(0);
    expect(client.version('targets')).toBe(1);
  });

  it('recovers from a snapshot that ran ahead when its and the timestamp key are rotated [S7]', async () => {
    const { repository, client } = await refreshed((repository) => {
      repository.publish(...Array.from({ length: 99 }, () => 'snapshot'), 'timestamp');
    });
    expect(client.version('snapshot')).toBe(100);
    repository.rotateKeys('snapshot');
    repository.rotateKeys('timestamp');
    repository.unpublish('snapshot');
    repository.snapshot.version = 1;
    repository.publish(...all);
    expect(await client.refresh()).toBe(0);
    expect(client.version('snapshot')).toBe(1);
  });

  it('recovers from a timestamp that ran ahead when its key is rotated [S7]', async () => {
    const { repository, client } = await refreshed((repository) => {
      repository.publish(...Array.from({ length: 99 }, () => 'timestamp'));
    });
    expect(client.version('timestamp')).toBe(100);
    repository.rotateKeys('timestamp');
    repository.unpublish('timestamp');
    repository.timestamp.version = 1;
    repository.publish('root', 'timestamp');
    expect(await client.refresh()).toBe(0);
    expect(client.version('timestamp')).toBe(1);
  });
});

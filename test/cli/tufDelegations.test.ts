// `ecunet tuf` against the scenarios of the public conformance suite: delegations, their order, limits, names. TUF 5.6.7
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DelegationTerms, inDays, type TufRepository } from '../tuf/support/repository.ts';
import { newSigner } from '../tuf/support/signer.ts';
import { tufScenes } from '../tuf/support/suite.ts';

const scene = tufScenes();
const online = ['targets', 'snapshot', 'timestamp'] as const;

async function initialised() {
  const { repository, client } = scene();
  expect(await client.init(repository.latest('root'))).toBe(0);
  return { repository, client };
}

type Delegation = readonly [delegator: string, role: string, terms?: DelegationTerms];

function delegate(repository: TufRepository, delegations: readonly Delegation[]): void {
  for (const [delegator, role, terms] of delegations) repository.addDelegation(delegator, role, terms);
  repository.publish(...new Set(delegations.flatMap(([delegator, role]) => [role, delegator])));
  repository.publish('snapshot', 'timestamp');
}

/** The requests for delegated roles, without their version. */
function visited(repository: TufRepository): readonly string[] {
  return repository.metadataRequests.slice(4).map((request) => request.replace(/ 1$/, ''));
}

const python = { paths: ['*.py'] };
const last = { terminating: true };

const graphs: readonly (readonly [string, readonly Delegation[], string])[] = [
  ['one', [['targets', 'A']], 'A'],
  [
    'two',
    [
      ['targets', 'A'],
      ['targets', 'B'],
    ],
    'A B',
  ],
  [
    'two levels',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['B', 'C'],
    ],
    'A B C',
  ],
  [
    'two levels, depth first',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C'],
      ['A', 'D'],
    ],
    'A C D B',
  ],
  [
    'three levels, depth first',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C'],
      ['C', 'D'],
    ],
    'A C D B',
  ],
  [
    'two levels, terminating',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C', last],
      ['A', 'D'],
    ],
    'A C',
  ],
  [
    'three levels, terminating',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C', last],
      ['C', 'D'],
    ],
    'A C D',
  ],
  [
    'two levels, a path that does not match',
    [
      ['targets', 'A', python],
      ['targets', 'B'],
      ['A', 'C'],
    ],
    'B',
  ],
  [
    'three levels, a path that does not match',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C', python],
      ['C', 'D'],
    ],
    'A B',
  ],
  [
    'a cycle',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['B', 'C'],
      ['C', 'D'],
      ['D', 'B'],
    ],
    'A B C D',
  ],
];

describe('ecunet tuf: the order of the search', () => {
  it.each(graphs)('%s', async (_, delegations, order) => {
    const { repository, client } = await initialised();
    delegate(repository, delegations);
    expect(await client.download('missingpath')).toBe(1);
    expect(visited(repository).join(' ')).toBe(order);
  });

  it.each([
    ['by the same path', {}, 'A C B'],
    ['by another path', python, 'A B C'],
  ])('two roles that delegate to a third, %s', async (_, terms, order) => {
    const { repository, client } = await initialised();
    const signer = newSigner();
    repository.addDelegation('targets', 'A');
    repository.addDelegation('targets', 'B');
    repository.addDelegation('B', 'C', {}, signer);
    repository.addDelegation('A', 'C', terms, signer);
    repository.publish('A', 'B', 'C', ...online);
    expect(await client.download('missingpath')).toBe(1);
    expect(visited(repository).join(' ')).toBe(order);
  });

  it.each([
    ['targetfile', 0, ''],
    ['README.md', 0, 'A'],
    ['releases/x/x_v1', 0, 'B C'],
    ['releases/y/y_v1.zip', 0, 'B D'],
    ['releases/z/z_v1.zip', 1, 'B'],
  ])('finds %s by the paths on the way', async (path, code, order) => {
    const { repository, client } = await initialised();
    repository.addDelegation('targets', 'A', { paths: ['*.doc', '*.md'] });
    repository.addDelegation('targets', 'B', { paths: ['releases/*/*'] });
    repository.addDelegation('B', 'C', { paths: ['releases/x/*'] });
    repository.addDelegation('B', 'D', { paths: ['releases/y/*.zip'] });
    repository.addArtifact('targets', 'targetfile content', 'targetfile');
    repository.addArtifact('A', 'README by A', 'README.md');
    repository.addArtifact('C', 'x release by C', 'releases/x/x_v1');
    repository.addArtifact('D', 'y release by D', 'releases/y/y_v1.zip');
    repository.addArtifact('D', 'z release by D', 'releases/z/z_v1.zip');
    repository.publish('A', 'B', 'C', 'D', ...online);
    expect(await client.download(path)).toBe(code);
    expect(visited(repository).join(' ')).toBe(order);
    const content = Buffer.from(repository.artifacts.get(path)?.data ?? []).toString();
    expect(client.downloads()).toEqual(code === 0 ? [content] : []);
  });

  it('visits 32 delegated roles and no more [W6]', async () => {
    const { repository, client } = await initialised();
    const roles = Array.from({ length: 33 }, (_, index) => `role${index}`);
    for (const role of roles) repository.addDelegation('targets', role);
    repository.addArtifact('role31', 'the last that is searched', 'reached');
    repository.addArtifact('role32', 'too far', 'not reached');
    repository.publish(...roles, ...online);
    expect(await client.download('not reached')).toBe(1);
    expect(visited(repository)).toEqual(roles.slice(0, 32));
    expect(await client.download('reached')).toBe(0);
  });

  it('takes the word of the role that comes first', async () => {
    const { repository, client } = await initialised();
    delegate(repository, [
      ['targets', 'A'],
      ['targets', 'B'],
    ]);
    repository.addArtifact('A', 'by A', 'file');
    repository.targetsOf('B').targets.file = { length: 4, hashes: { sha256: '00'.repeat(32) } };
    repository.publish('A', 'B', 'snapshot', 'timestamp');
    expect(await client.download('file')).toBe(0);
    expect(client.downloads()).toEqual(['by A']);
  });

  it('fails where a role on the way is not listed by the snapshot, without asking for it [V2]', async () => {
    const { repository, client } = await initialised();
    delegate(repository, [['targets', 'A']]);
    delete repository.snapshot.meta['A.json'];
    repository.publish('snapshot', 'timestamp');
    expect(await client.download('file')).toBe(1);
    expect(visited(repository)).toEqual([]);
  });
});

describe('ecunet tuf: delegations by the hash of the path', () => {
  const digest = createHash('sha256').update('file').digest('hex');

  it('go to the role with a prefix of it', async () => {
    const { repository, client } = await initialised();
    const other = digest.startsWith('0') ? '1' : '0';
    repository.addDelegation('targets', 'others', { path_hash_prefixes: [other, `${digest.slice(0, 3)}x`] });
    repository.addDelegation('targets', 'ours', { path_hash_prefixes: [other, digest.slice(0, 3)] });
    repository.addArtifact('ours', 'content', 'file');
    repository.publish('others', 'ours', ...online);
    expect(await client.download('file')).toBe(0);
    expect(visited(repository)).toEqual(['ours']);
  });

  it('go to one of 16,384 bins by hash prefixes, each with a key of its own', async () => {
    const { repository, client } = await initialised();
    const prefix = (bin: number) => bin.toString(16).padStart(4, '0');
    const bin = Number.parseInt(digest.slice(0, 4), 16) & ~3;
    const [name, ours] = [`bin-${prefix(bin)}`, newSigner()];
    const role = { terminating: true, threshold: 1 };
    const bins = Array.from({ length: 16_384 }, (_, index) => {
      const first = 4 * index;
      const keyid = first === bin ? ours.keyid : `${index}`.padStart(64, '0');
      const path_hash_prefixes = [0, 1, 2, 3].map((more) => prefix(first + more));
      return { name: `bin-${prefix(first)}`, keyids: [keyid], path_hash_prefixes, ...role };
    });
    repository.addDelegation('targets', name, { path_hash_prefixes: [] }, ours);
    const keys = Object.fromEntries(bins.map(({ keyids }) => [keyids[0], ours.key]));
    Object.assign(repository.targets, { delegations: { keys, roles: bins } });
    repository.addArtifact(name, 'content', 'file');
    repository.publish(name, 'targets', ...online);
    expect(await client.download('file')).toBe(0);
    expect(visited(repository)).toEqual([name]);
    expect(repository.latest('targets').length).toBeGreaterThan(8 * 1024 * 1024);
  });

  it.each([1, 4, 5, 8])('go to one of 2^%i bins (TAP 15)', async (bitLength) => {
    const { repository, client } = await initialised();
    const bins = repository.addSuccinctRoles('targets', bitLength, 'bin');
    const bin = bins[Number.parseInt(digest.slice(0, 8), 16) >>> (32 - bitLength)] ?? '';
    repository.addArtifact(bin, 'content', 'file');
    repository.publish(...bins, ...online);
    expect(await client.download('file')).toBe(0);
    expect(visited(repository)).toEqual([bin]);
    expect(client.trusted()).toContain(`${bin} 1`);
  });
});

describe('ecunet tuf: names of delegated roles', () => {
  it('that differ in case alone have files of which no file system makes one [H3]', async () => {
    const { repository, client } = await initialised();
    const names = ['ROOT', 'Root', 'rOOT', 'Bins-a', 'bins-A', 'bins-a', 'Ä', 'ä'];
    for (const name of names) delegate(repository, [['targets', name]]);
    const root = client.stored('root');
    expect(await client.download('nonexistent target')).toBe(1);
    const files = readdirSync(client.metadataDir).filter((name) => name.endsWith('.json'));
    expect(files).toHaveLength(4 + names.length);
    expect(new Set(files.map((name) => name.toLowerCase())).size).toBe(files.length);
    expect(client.stored('root')).toEqual(root);
    expect(files).toContain('%52%4F%4F%54.json');
    expect(files).toContain('bins-a.json');
    repository.metadataRequests = [];
    expect(await client.download('nonexistent target')).toBe(1);
    expect(repository.metadataRequests.filter((name) => name.includes('ins-'))).toEqual([]);
  });

  it.each(['?', '#', '/delegatedrole', '../delegatedrole', '%2F', "a!'()*b", '1.root', 'ä 日', '..', '.'])(
    '%j is percent-encoded in URLs and file names [H3]',
    async (role) => {
      const { repository, client } = await initialised();
      delegate(repository, [['targets', role]]);
      expect(await client.download('nonexistent target')).toBe(1);
      const quoted = encodeURIComponent(role).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      );
      expect(repository.metadataRequests.slice(4)).toEqual([`${quoted} 1`]);
      expect(client.trusted()).toHaveLength(5);
      // In the folder a capital of the name is encoded too.
      expect(client.version(role === '%2F' ? '%252%46' : quoted)).toBe(1);
    },
  );

  it.each(['root', 'timestamp', 'snapshot', 'targets'])('cannot be %s', async (role) => {
    const { repository, client } = await initialised();
    repository.addDelegation('targets', 'delegated');
    Object.assign(repository.targets.delegations?.roles?.[0] ?? {}, { name: role });
    repository.publish('delegated', ...online);
    expect(await client.refresh()).toBe(1);
    expect(client.trusted()).toEqual(['root 1', 'snapshot 2', 'timestamp 2']);
  });
});

describe('ecunet tuf: delegated roles that expire [V5]', () => {
  const terms = { paths: ['delegatedpath/*'] };

  it('are not taken up when they have', async () => {
    const { repository, client } = await initialised();
    repository.addDelegation('targets', 'delegated', terms);
    repository.targetsOf('delegated').expires = inDays(-1);
    repository.addArtifact('delegated', 'delegated content', 'delegatedpath/target');
    repository.publish('delegated', ...online);
    expect(await client.refresh()).toBe(0);
    expect(await client.download('delegatedpath/target')).toBe(1);
    expect(client.downloads()).toEqual([]);
    expect(client.trusted()).toEqual(['root 1', 'snapshot 2', 'targets 2', 'timestamp 2']);
  });

  it.each([
    ['are not used any more', false, 1, ['first']],
    ['give way to a newer version', true, 0, ['first', 'second']],
  ])('%s', async (_, renewed, code, downloads) => {
    const { repository, client } = await initialised();
    repository.addDelegation('targets', 'delegated', terms);
    repository.targetsOf('delegated').expires = inDays(7);
    for (const name of ['first', 'second']) repository.addArtifact('delegated', name, `delegatedpath/${name}`);
    repository.publish('delegated', ...online);
    expect(await client.download('delegatedpath/first')).toBe(0);
    expect(client.downloads()).toEqual(['first']);
    if (renewed) {
      repository.targetsOf('delegated').expires = inDays(21);
      repository.publish('delegated', 'snapshot', 'timestamp');
    }
    expect(await client.download('delegatedpath/second', 18)).toBe(code);
    expect(client.downloads()).toEqual(downloads);
  });
});

describe('ecunet tuf: two roles that delegate to one with different keys [W1]', () => {
  async function diamond() {
    const { repository, client } = await initialised();
    repository.addDelegation('targets', 'A', { paths: ['a/*'] });
    repository.addDelegation('targets', 'B', { paths: ['b/*'] });
    repository.addDelegation('A', 'C', { paths: ['a/*'] });
    const signer = newSigner();
    repository.addDelegation('B', 'C', { paths: ['b/*'] }, signer);
    repository.signersOf('C').delete(signer.keyid);
    repository.addArtifact('C', 'for a', 'a/file');
    repository.addArtifact('C', 'for b', 'b/file');
    repository.publish('A', 'B', 'C', ...online);
    return { repository, client, signer };
  }

  it('count the signatures of the one that leads to it, in one call', async () => {
    const { client } = await diamond();
    expect(await client.download(['a/file', 'b/file'])).toBe(1);
    expect(client.downloads()).toEqual(['for a']);
  });

  it('count them in later calls as well', async () => {
    const { repository, client, signer } = await diamond();
    expect(await client.download('a/file')).toBe(0);
    expect(await client.download('b/file')).toBe(1);
    repository.addSigner('C', signer);
    repository.publish('C', 'snapshot', 'timestamp');
    expect(await client.download(['a/file', 'b/file'])).toBe(0);
    expect(client.downloads()).toEqual(['for a', 'for b']);
  });
});

describe('ecunet tuf: a repository by another maker', () => {
  const unknown = { 'x-period': 7300, 'x-more': { owner: '@somebody', list: [true, null, ''] } };

  it('may have unknown members in every place, and keys that have not signed yet (TUF 4) [Z5]', async () => {
    const { repository, client } = await initialised();
    repository.addDelegation('targets', 'delegated', { paths: ['delegated/*'], terminating: true });
    repository.addArtifact('delegated', 'content', 'delegated/file');
    const { delegations } = repository.targets;
    const [role] = delegations?.roles ?? [];
    const absent = newSigner('ecdsa', unknown);
    role?.keyids.push(absent.keyid);
    Object.assign(delegations?.keys ?? {}, { [absent.keyid]: absent.key });
    const delegated = repository.targetsOf('delegated');
    const { root, timestamp, snapshot, targets } = repository;
    const target = delegated.targets['delegated/file'];
    for (const place of [root, timestamp, snapshot, targets, delegated, delegations, role, target]) {
      Object.assign(place ?? {}, unknown);
    }
    Object.assign(repository.roleKeys('timestamp'), unknown);
    repository.addKey('snapshot', newSigner('ecdsa', unknown));
    repository.publish('root', 'delegated', 'targets');
    for (const listed of Object.values(snapshot.meta)) Object.assign(listed, unknown);
    repository.publish('snapshot');
    for (const listed of Object.values(timestamp.meta)) Object.assign(listed, unknown);
    repository.publish('timestamp');
    for (const name of ['root', 'timestamp', 'snapshot', 'targets', 'delegated']) {
      repository.tamper(name, (file) => {
        for (const place of [file, ...file.signatures]) Object.assign(place, unknown);
        file.signatures.unshift({ keyid: absent.keyid, sig: '' });
      });
    }
    expect(await client.download('delegated/file')).toBe(0);
    expect(client.downloads()).toEqual(['content']);
    expect(client.trusted()).toEqual(['delegated 1', 'root 2', 'snapshot 2', 'targets 2', 'timestamp 2']);
  });
});

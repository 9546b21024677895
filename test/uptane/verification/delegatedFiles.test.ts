// W1: a delegated role's file by V, under the keys of the very role that delegates to it; and what is kept of it between updates.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import type { Attack, RemoteFault, RemoteFaultCode } from '../../../src/core/faults.ts';
import { imageTargetsBytesMax } from '../../../src/core/limits.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import type { FullTrust } from '../../../src/uptane/verification/full.ts';
import { restoreTrusted, trustedFiles, trustedVersions } from '../../../src/uptane/verification/trusted.ts';
import { impostor, padded } from '../support/attacks.ts';
import {
  type DelegationSpec,
  evil,
  grow,
  provisioned,
  type RoleSpec,
  search,
  type TreeSpec,
  writeRole,
} from '../support/delegationTree.ts';
import { faultOf, valued } from '../support/expected.ts';
import { begin, keyNamed, succeeded } from '../support/fixtures.ts';

const app = 'app.bin';
const lists: RoleSpec = { images: [app] };
const [key, second] = [keyNamed('a'), keyNamed('second')];

/** The role `a` has the image, and so has `b`, which comes after it. */
const tree = (a: RoleSpec = lists, changes: Partial<TreeSpec> = {}, to: Partial<DelegationSpec> = {}): TreeSpec => ({
  top: { to: [{ name: 'a', ...to }, { name: 'b' }] },
  roles: { a, b: lists },
  ...changes,
});
const fault = (code: RemoteFaultCode, clause: string, message: string, attack?: Attack) =>
  faultOf('image', 'a', code, clause, message, attack, '1.a.json');
const unsigned = (message: string, code: RemoteFaultCode = 'threshold-unmet') =>
  fault(code, 'V3', message, 'arbitrary-installation');

interface Row {
  readonly tree: TreeSpec;
  /** What is served in the place of the role's file. */
  readonly served?: Uint8Array | undefined;
  readonly trusted?: FullTrust;
  readonly fault: RemoteFault;
}

/** An ECU that trusts `a` in a later version, and forgot the Snapshot that listed it. */
function fastForwarded(): FullTrust {
  const { trusted } = search(tree({ ...lists, version: 2 }));
  const { snapshot: _s, timestamp: _t, ...image } = trusted.image;
  return { ...trusted, image };
}
const withoutHashes: TreeSpec['meta'] = (meta) => {
  meta['a.json'] = { version: 1 };
};
const genuine = writeRole('a', lists);

const rows: Readonly<Record<string, Row>> = {
  'is missing [W1 V1]': {
    tree: tree(),
    served: undefined,
    fault: fault('missing-file', 'V1', 'the file is missing', 'drop-request'),
  },
  'is longer than the Snapshot says [W1 V1]': {
    tree: tree(),
    served: padded(genuine, genuine.length + 1),
    fault: fault('oversized', 'V1', `longer than ${genuine.length} bytes`, 'endless-data'),
  },
  'is longer than its cap, where the Snapshot states no length [W1 V1]': {
    tree: tree(lists, { meta: withoutHashes }),
    served: padded(genuine, imageTargetsBytesMax + 1),
    fault: fault('oversized', 'V1', 'longer than 8388608 bytes', 'endless-data'),
  },
  'is no JSON [W1 V1]': {
    tree: tree(lists, { meta: withoutHashes }),
    served: utf8('<'),
    fault: fault('malformed', 'V1', 'a value is needed at character 0', 'arbitrary-installation'),
  },
  'is another role’s [W1 V1]': {
    tree: tree(lists, { meta: withoutHashes }),
    served: grow(tree()).get('image/timestamp.json'),
    fault: fault('wrong-role', 'V1', 'signed._type is "timestamp", not "targets"', 'arbitrary-installation'),
  },
  'is not listed by the Snapshot [W1 V2]': {
    tree: tree(lists, { meta: (meta) => delete meta['a.json'] }),
    fault: {
      ...fault('missing-file', 'V2', 'the snapshot does not list this delegated role', 'mix-and-match'),
      file: 'a.json',
    },
  },
  'has another version than the Snapshot lists [W1 V2]': {
    tree: tree(lists, {
      meta: (meta) => {
        meta['a.json'] = { version: 2 };
      },
    }),
    served: genuine,
    fault: {
      ...fault('wrong-version', 'V2', 'version 1, the snapshot lists 2', 'mix-and-match'),
      file: '2.a.json',
    },
  },
  'has another hash than the Snapshot lists [W1 V2]': {
    tree: tree(),
    served: writeRole('a', { ...lists, signers: [second] }),
    fault: valued(fault('hash-mismatch', 'V2', "sha256 is not the snapshot's", 'mix-and-match')),
  },
  'is unsigned [W1 V3]': {
    tree: tree({ ...lists, signers: [] }),
    fault: unsigned('0 of 1 needed signatures are valid'),
  },
  'is signed by another role’s key [W1 V3]': {
    tree: tree({ ...lists, signers: [keyNamed('b')] }),
    fault: unsigned('0 of 1 needed signatures are valid'),
  },
  'is signed by the top-level role’s key, which does not sign for it [W1 V3]': {
    tree: tree({ ...lists, signers: [keyNamed('targets')] }),
    fault: unsigned('0 of 1 needed signatures are valid'),
  },
  'is signed in its key’s name [W1 V3]': {
    tree: tree({ ...lists, signers: [impostor(key)] }),
    fault: unsigned('0 of 1 needed signatures are valid, 1 are bad', 'bad-signature'),
  },
  'is signed by one key where two are needed [W1 V3]': {
    tree: tree(lists, {}, { keys: [key, second] }),
    fault: unsigned('1 of 2 needed signatures are valid'),
  },
  'is older than the trusted one [W1 V4]': {
    tree: tree(lists, { edition: 3 }),
    trusted: fastForwarded(),
    fault: fault('rollback', 'V4', 'version 1 after 2', 'rollback'),
  },
  'has expired [W1 V5]': {
    tree: tree({ ...lists, expires: begin }),
    fault: fault('expired', 'V5', 'expired 2026-01-01T00:00:00Z, it is 2026-01-01T00:00:00Z', 'indefinite-freeze'),
  },
};

describe('a delegated role ends the search, though the next one has the image, where its file', () => {
  it.each(Object.entries(rows))('%s', (_, row) => {
    const files = grow(row.tree);
    if ('served' in row) {
      if (row.served === undefined) files.delete('image/1.a.json');
      else files.set(`image/${row.fault.file}`, row.served);
    }
    const before = row.trusted ?? provisioned;
    const found = search(row.tree, { trusted: before, files });
    expect(found.fault).toEqual(row.fault);
    expect(found.asked.filter((name) => name.endsWith('.b.json'))).toEqual([]);
    expect(found.trusted).toEqual(before);
  });
});

it('a delegated role’s file is asked for with the length and version that the Snapshot lists [V1 V2]', () => {
  const asked = (spec: TreeSpec) => search(spec).requests.find(({ delegated }) => delegated !== undefined);
  const request = { repository: 'image', role: 'targets', delegated: 'a', version: 1 };
  expect(asked(tree())).toEqual({ ...request, bytesMax: genuine.length });
  expect(asked(tree(lists, { meta: withoutHashes }))).toEqual({ ...request, bytesMax: imageTargetsBytesMax });
});

describe('the keys of a delegated role', () => {
  const shared = (one: RoleSpec['signers'], ...keys: readonly NonNullable<RoleSpec['signers']>[]): TreeSpec => ({
    top: { to: [{ name: 'x' }, { name: 'y' }, { name: 'b' }] },
    roles: {
      x: { to: [{ name: 'a', keys: keys[0] ?? [] }] },
      y: { to: [{ name: 'a', keys: keys[1] ?? [] }] },
      a: { ...(one !== undefined && { signers: one }) },
      b: lists,
    },
  });

  it('are those of the delegation that led to it, not of another to the same role [W1 V3]', () => {
    const found = search(shared([key], [key], [second]));
    expect(found.fault).toEqual(unsigned('0 of 1 needed signatures are valid'));
    expect(found.asked).toEqual(['1.x.json', '1.a.json', '1.y.json', '1.a.json']);
  });

  it('may differ from delegation to delegation where both sign: the file is loaded once [W1 V3]', () => {
    const found = search(shared([key, second], [key], [second]));
    expect(found).toMatchObject({ fault: undefined, asked: ['1.x.json', '1.a.json', '1.y.json', '1.b.json'] });
  });

  it.each([
    ['with hashes in the Snapshot', undefined],
    ['without hashes in the Snapshot', withoutHashes],
  ])('may be replaced while its version stays: what is stored counts under the new ones only, %s [V3]', (_, meta) => {
    const changes = meta === undefined ? {} : { meta };
    const { trusted } = search(tree(lists, changes));
    const rotated = tree({ ...lists, signers: [second] }, { ...changes, edition: 2 }, { keys: [second] });
    const found = search(rotated, { trusted });
    expect(found).toMatchObject({ fault: undefined, notices: [], asked: ['1.a.json'] });
    expect(found.trusted.image.delegated?.get('a')?.signatures[0]?.keyid).toBe(second.keyId);
    const stolen = search(tree(lists, { ...changes, edition: 2 }, { keys: [second] }), { trusted });
    expect(stolen.fault).toEqual(unsigned('0 of 1 needed signatures are valid'));
  });

  it('that were replaced do not keep what they signed in the place of what the new ones sign [V3 policy 6]', () => {
    const { trusted } = search(tree({ ...lists, entries: { evil } }));
    const found = search(tree({ ...lists, signers: [second] }, { edition: 2 }, { keys: [second] }), { trusted });
    expect(found).toMatchObject({ fault: undefined, notices: [] });
    expect(found.trusted.image.delegated?.get('a')?.body.targets.has('evil')).toBe(false);
  });
});

describe('of delegated roles an ECU keeps', () => {
  const named = ({ image }: FullTrust) => [...(image.delegated?.keys() ?? [])];

  it('what it loaded, and asks for it again only when the Snapshot lists another [R8]', () => {
    const { trusted } = search(tree());
    expect(named(trusted)).toEqual(['a']);
    expect(search(tree(), { trusted })).toMatchObject({ fault: undefined, asked: [] });
    const newer = search(tree({ ...lists, version: 2 }, { edition: 2 }), { trusted });
    expect(newer).toMatchObject({ fault: undefined, asked: ['2.a.json'] });
    expect(trustedVersions(newer.trusted)).toMatchObject({ 'image/a': 2, 'image/targets': 2 });
  });

  it('what it did not need this time, while the Snapshot lists it [V4]', () => {
    const { trusted } = search(tree());
    const direct = { top: lists, roles: { a: lists, b: lists }, edition: 2 };
    const found = search(direct, { trusted });
    expect(found.asked).toEqual([]);
    expect(named(found.trusted)).toEqual(['a']);
    expect(found.trusted.image.delegated?.get('a')).toBe(trusted.image.delegated?.get('a'));
  });

  it('nothing that the Snapshot, its keys rotated, lists no longer [U6]', () => {
    const { snapshot: _s, timestamp: _t, ...image } = search(tree()).trusted.image;
    const trusted = { ...provisioned, image };
    const found = search({ top: lists, roles: { b: lists }, edition: 2 }, { trusted });
    expect(found.fault).toBeUndefined();
    expect(named(found.trusted)).toEqual([]);
  });

  it('nothing of an update that failed, be it by the last image', () => {
    const wanted = { [app]: { e: 'hw' }, 'x.bin': { f: 'hw' } };
    const found = search(tree(lists, { wanted }));
    expect(found.fault).toMatchObject({ code: 'target-missing', file: 'x.bin' });
    expect(found.trusted).toEqual(provisioned);
  });

  it('the files under names that no folder can mistake, and reads them back [H3]', () => {
    const names = ['a', '../a', 'é/ü%2F', 'CON', "a'(*)!"];
    const roles = Object.fromEntries(names.map((name) => [name, name === "a'(*)!" ? lists : {}]));
    const { trusted } = search({ top: { to: names.map((name) => ({ name })) }, roles });
    const files = trustedFiles(trusted);
    expect([...files.keys()].filter((name) => name.includes('delegated'))).toEqual([
      'image/delegated/a.json',
      'image/delegated/..%2Fa.json',
      'image/delegated/%C3%A9%2F%C3%BC%252F.json',
      'image/delegated/CON.json',
      'image/delegated/a%27%28%2A%29%21.json',
    ]);
    expect(succeeded(restoreTrusted(uptaneProfile, files))).toEqual(trusted);
  });
});

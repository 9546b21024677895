// Policy 6 for delegated files: one of the trusted version and other content. What is kept must be a set that others accept: a Primary
// hands it to its Secondaries.
import { describe, expect, it } from 'vitest';
import type { Metadata, Signed } from '../../../src/uptane/model/metadata.ts';
import { type FileName, fileName, uptaneProfile } from '../../../src/uptane/model/profile.ts';
import type { FullTrust } from '../../../src/uptane/verification/full.ts';
import { fc, prop } from '../../support/property.ts';
import { provisioned, type RoleSpec, type Search, search, type TreeSpec } from '../support/delegationTree.ts';
import { faultOf, valued } from '../support/expected.ts';
import { begin } from '../support/fixtures.ts';

const app = 'app.bin';
const more = 'b.bin';
const lists: RoleSpec = { images: [app] };
const listsMore: RoleSpec = { images: [app, more] };
const wantsBoth = { [app]: { e: 'hw' }, [more]: { f: 'hw' } };

/** The roles `a`, and after it `b`. */
const tree = (a: RoleSpec, b: RoleSpec = lists, changes: Partial<TreeSpec> = {}): TreeSpec => ({
  top: { to: [{ name: 'a' }, { name: 'b' }] },
  roles: { a, b },
  ...changes,
});

/** The trusted files as they are handed on. */
function handedOn(trusted: FullTrust): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const repository of ['director', 'image'] as const) {
    const { timestamp, snapshot, targets, delegated } = trusted[repository];
    const add = (name: Omit<FileName, 'version'>, file: Signed<Metadata> | undefined) => {
      if (file === undefined) return;
      const version = name.role === 'timestamp' ? undefined : file.body.version;
      files.set(`${repository}/${fileName(uptaneProfile, { ...name, version })}`, file.bytes);
    };
    add({ role: 'timestamp' }, timestamp);
    add({ role: 'snapshot' }, snapshot);
    add({ role: 'targets' }, targets);
    for (const [role, file] of delegated ?? []) add({ role: 'targets', delegated: role }, file);
  }
  return files;
}

/** Verified in the place of an ECU that knows nothing yet. */
const acceptedBy = (spec: TreeSpec, { trusted }: Search, now = begin) =>
  search(spec, { files: handedOn(trusted), now }).fault;

const notice = {
  ...valued(faultOf('image', 'a', 'same-version-changed', 'V4', 'version 1 is not what it was', 'mix-and-match')),
  file: '1.a.json',
};

function expiring(file: Signed<Metadata> | undefined, expires: number): object {
  return { ...file, body: { ...file?.body, expires } };
}

/** The edition of a Search's Snapshot, and the bytes of the role `a`. */
const kept = ({ trusted: { image } }: Search) => ({
  edition: image.snapshot?.body.version,
  a: image.delegated?.get('a')?.bytes,
});

describe('where a delegated file changed and its version did not', () => {
  const first = search(tree(lists));
  const changed = tree(listsMore, lists, { edition: 2 });

  it('the set trusted before is kept as a whole, with a notice, and others accept it [policy 6]', () => {
    const found = search(changed, { trusted: first.trusted });
    expect(found).toMatchObject({ fault: undefined, asked: ['1.a.json'], notices: [notice] });
    expect(kept(found)).toEqual(kept(first));
    expect(acceptedBy(changed, found)).toBeUndefined();
  });

  it('the new set is taken, with a notice, where the one before does not have all images [policy 6]', () => {
    const both = tree(listsMore, lists, { edition: 2, wanted: wantsBoth });
    const found = search(both, { trusted: first.trusted });
    expect(found).toMatchObject({ fault: undefined, notices: [notice] });
    expect(kept(found).edition).toBe(2);
    expect(acceptedBy(both, found)).toBeUndefined();
  });

  it('an image that the new file hides is found in the one before [policy 6]', () => {
    const hidden = tree({}, {}, { edition: 2 });
    const found = search(hidden, { trusted: first.trusted });
    expect(found).toMatchObject({ fault: undefined, notices: [notice] });
    expect(acceptedBy(hidden, found)).toBeUndefined();
  });

  it('an image that neither has is missing [R10.1 policy 6]', () => {
    const found = search({ ...changed, wanted: { x: { e: 'hw' } } }, { trusted: first.trusted });
    expect(found.fault).toMatchObject({ code: 'target-missing', file: 'x' });
    expect(found.trusted).toEqual(first.trusted);
  });

  it.each(['timestamp', 'snapshot', 'targets', 'a'] as const)(
    'the new set is taken where the one before has expired: its %s [V5 policy 6]',
    (role) => {
      const expires = begin + 10;
      const { trusted } = role === 'a' ? search(tree({ ...lists, expires })) : first;
      const image = { ...trusted.image };
      if (role !== 'a') Object.assign(image, { [role]: expiring(image[role], expires) });
      const found = search(changed, { trusted: { ...trusted, image }, now: expires });
      expect(found).toMatchObject({ fault: undefined, notices: [notice] });
      expect(kept(found).edition).toBe(2);
    },
  );

  it('the new set is taken where today’s keys did not sign the one before [V3 policy 6]', () => {
    const { targets = expect.fail() } = first.trusted.image;
    const image = { ...first.trusted.image, targets: { ...targets, signatures: [] } };
    const found = search(changed, { trusted: { ...first.trusted, image } });
    expect(found).toMatchObject({ fault: undefined, notices: [notice] });
    expect(kept(found).edition).toBe(2);
  });

  it('the new set is taken where what listed the file before is forgotten [S7 policy 6]', () => {
    const { snapshot: _s, timestamp: _t, ...image } = first.trusted.image;
    const found = search(changed, { trusted: { ...first.trusted, image } });
    expect(found).toMatchObject({ fault: undefined, notices: [notice] });
    expect(kept(found).edition).toBe(2);
    expect(acceptedBy(changed, found)).toBeUndefined();
  });
});

/** One edition: what each role lists, and whether its version grows. */
const edition = fc.record({
  a: fc.constantFrom({}, lists, listsMore),
  b: fc.constantFrom({}, lists, listsMore),
  grown: fc.tuple(fc.boolean(), fc.boolean()),
  wanted: fc.constantFrom({ [app]: { e: 'hw' } }, { [more]: { f: 'hw' } }, wantsBoth),
});

prop([fc.array(edition, { minLength: 2, maxLength: 5 })])(
  'whatever changes with its version or without, what is trusted in the end is accepted by others [policy 6]',
  (editions) => {
    const versions = [1, 1];
    let trusted = provisioned;
    for (const [index, { a, b, grown, wanted }] of editions.entries()) {
      for (const role of [0, 1]) versions[role] = (versions[role] ?? 1) + (grown[role] ? 1 : 0);
      const [version = 1, versionOfB = 1] = versions;
      const spec = tree({ ...a, version }, { ...b, version: versionOfB }, { edition: index + 1, wanted });
      const found = search(spec, { trusted });
      trusted = found.trusted;
      if (found.fault === undefined) expect(acceptedBy(spec, found)).toBeUndefined();
    }
  },
);

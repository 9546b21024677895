// How much of delegated roles one verification reads, and an ECU keeps: bounds that the trust store and a Secondary's memory build on.
import { expect, it } from 'vitest';
import { delegatedTargetsBytesMax, imageTargetsBytesMax } from '../../../src/core/limits.ts';
import type { FullTrust } from '../../../src/uptane/verification/full.ts';
import { padded } from '../support/attacks.ts';
import { grow, type RoleSpec, search, type TreeSpec } from '../support/delegationTree.ts';

const app = 'app.bin';
const large = ['a', 'b', 'c', 'd'] as const;

/** Delegations to all of the large roles and to `z`, whose lengths the Snapshot does not state. */
function tree(names: readonly string[], spec: Partial<TreeSpec> = {}): TreeSpec {
  const roles = Object.fromEntries(names.map((name): [string, RoleSpec] => [name, {}]));
  return {
    top: { to: names.map((name) => ({ name })) },
    roles: { ...roles, z: { images: [app] } },
    meta: (meta) => {
      for (const name of large) if (`${name}.json` in meta) meta[`${name}.json`] = { version: 1 };
    },
    ...spec,
  };
}

/** The tree's files, those of the large roles as long as they may be, but for `spare` bytes of the last one. */
function filled(spec: TreeSpec, spare = 0): Map<string, Uint8Array> {
  const files = grow(spec);
  for (const name of large) {
    const bytes = files.get(`image/1.${name}.json`) ?? new Uint8Array();
    files.set(`image/1.${name}.json`, padded(bytes, imageTargetsBytesMax - (name === large.at(-1) ? spare : 0)));
  }
  return files;
}

it('delegated roles are read up to a bound in all, and what goes beyond is a fault [V1]', () => {
  expect(large.length * imageTargetsBytesMax).toBe(delegatedTargetsBytesMax);
  const spec = tree([...large, 'z']);
  const last = grow(spec).get('image/1.z.json')?.length ?? 0;
  expect(search(spec, { files: filled(spec, last) }).fault).toBeUndefined();
  expect(search(spec, { files: filled(spec, last - 1) }).fault).toEqual({
    ...{ kind: 'remote', code: 'oversized', clause: 'V1', repository: 'image', role: 'z', file: '1.z.json' },
    ...{ message: `more than ${delegatedTargetsBytesMax} bytes of delegated roles`, attack: 'endless-data' },
  });
});

it('of delegated roles no more is kept than that: what is not needed any more gives way', () => {
  const full = tree(large, { wanted: { [app]: { e: 'hw' } }, roles: rolesWithLast({ images: [app] }) });
  const { trusted } = search(full, { files: filled(full) });
  expect(names(trusted)).toEqual([...large]);
  const after = search(tree(['z'], { roles: { ...rolesWithLast({}), z: { images: [app] } }, edition: 2 }), { trusted });
  expect(after.fault).toBeUndefined();
  expect(names(after.trusted)).toEqual(['z', ...large.slice(0, -1)]);
});

it('of delegated roles as much as that is kept, to the byte, where none is needed this time [V4]', () => {
  const full = tree(large, { roles: rolesWithLast({ images: [app] }) });
  const { trusted } = search(full, { files: filled(full) });
  const direct = tree(large, { top: { images: [app] }, roles: rolesWithLast({}), edition: 2 });
  const after = search(direct, { trusted });
  expect(after).toMatchObject({ fault: undefined, asked: [] });
  expect(names(after.trusted)).toEqual([...large]);
});

const names = ({ image }: FullTrust) => [...(image.delegated?.keys() ?? [])];
const rolesWithLast = (d: RoleSpec): Record<string, RoleSpec> => ({ a: {}, b: {}, c: {}, d });

// X: delegations to several roles of which some must say the same of an image.
import { describe, expect, it } from 'vitest';
import { delegatedRolesVisitedMax } from '../../../src/core/limits.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import { type DelegationSpec, entryOf, evil, type RoleSpec, search, type TreeSpec } from '../support/delegationTree.ts';
import { disagreeing, faultOf, unlisted } from '../support/expected.ts';
import { app, asked, lists, searches } from '../support/searches.ts';

const says = (entry: object): RoleSpec => ({ entries: { [app]: entry } });
const other = says(evil);
const third = says(entryOf({ hashes: { sha256: 'ff'.repeat(32) } }));
const silent: RoleSpec = { images: ['x'] };

const all = ['a', 'b', 'c', 'd'];

/** One multi-role delegation to as many roles as are given, then one to `z`, if there is one. */
function tree(
  agreement: number,
  members: readonly (RoleSpec | undefined)[],
  z?: RoleSpec,
  how: Partial<DelegationSpec> = {},
): TreeSpec {
  const names = all.slice(0, members.length);
  const present = names.flatMap((name, index) =>
    members[index] === undefined ? [] : [[name, members[index]] as const],
  );
  const delegation = { names, agreement, ...how };
  return {
    top: { to: z === undefined ? [delegation] : [delegation, { name: 'z' }] },
    roles: { ...Object.fromEntries(present), ...(z !== undefined && { z }) },
  };
}

const place = (code: Parameters<typeof faultOf>[2], clause: string, message: string) =>
  faultOf('image', 'targets', code, clause, message, 'arbitrary-installation', app);
const disagreement = (agreement: number, names: string) =>
  place('roles-disagree', 'X4', `${agreement} of ${names} must say the same of the image`);
const missing = (name: string) =>
  faultOf('image', name, 'missing-file', 'V2', 'the snapshot does not list this delegated role', 'mix-and-match');
const invalid = (name: string) => ({
  ...faultOf('image', name, 'threshold-unmet', 'V3', '0 of 1 needed signatures are valid', 'arbitrary-installation'),
  file: `1.${name}.json`,
});

describe('a multi-role delegation', () => {
  searches({
    'gives what all its roles say, each asked for it [W5 X1 A9]': {
      tree: tree(3, [lists, lists, lists]),
      asked: asked('a', 'b', 'c'),
    },
    'gives what enough of its roles say, whatever the others say [W5 X2]': {
      tree: tree(2, [other, lists, lists]),
      asked: asked('a', 'b', 'c'),
    },
    'does not give what too few of its roles say [X2 X4]': {
      tree: tree(3, [lists, lists, other]),
      asked: asked('a', 'b', 'c'),
      fault: disagreement(3, 'a, b, c'),
    },
    'gives nothing where all say something else [X2 X4]': {
      tree: tree(2, [lists, other, third]),
      asked: asked('a', 'b', 'c'),
      fault: disagreement(2, 'a, b, c'),
    },
    'in a conflict gives the word of those with the earliest role: the genuine one [X3]': {
      tree: tree(2, [lists, other, other, lists]),
      asked: asked(...all),
    },
    'in a conflict gives the word of those with the earliest role: the other one [X3]': {
      tree: tree(2, [other, lists, lists, other]),
      asked: asked(...all),
      fault: disagreeing(app),
    },
    'gives the word of the earliest role where one is enough [X3]': {
      tree: tree(1, [lists, other]),
      asked: asked('a', 'b'),
    },
    'passes over an earliest role with whom too few agree [X2 X3]': {
      tree: tree(2, [other, lists, third, lists]),
      asked: asked(...all),
    },
    'is none for the image where no role lists it: the search goes on [W6]': {
      tree: tree(2, [silent, silent], lists),
      asked: asked('a', 'b', 'z'),
    },
    'is none for the image where no role lists it, nor anyone else [W7]': {
      tree: tree(2, [silent, silent]),
      asked: asked('a', 'b'),
      fault: unlisted(app),
    },
    'does not count a role that does not list the image [X2]': {
      tree: tree(2, [silent, lists, lists]),
      asked: asked('a', 'b', 'c'),
    },
    'is not met where too few list the image [X2 X4]': {
      tree: tree(2, [silent, lists]),
      asked: asked('a', 'b'),
      fault: disagreement(2, 'a, b'),
    },
    'lets the search go on where its roles disagree, as any that does not give the image [W6]': {
      tree: tree(2, [lists, other], lists),
      asked: asked('a', 'b', 'z'),
    },
    'names its disagreement where nobody else has the image either [X4]': {
      tree: tree(2, [lists, other], silent),
      asked: asked('a', 'b', 'z'),
      fault: disagreement(2, 'a, b'),
    },
    'that terminates ends the search where its roles disagree [W3 X4]': {
      tree: tree(2, [lists, other], lists, { terminating: true }),
      asked: asked('a', 'b'),
      fault: disagreement(2, 'a, b'),
    },
    'that terminates ends the search where no role lists the image [W3]': {
      tree: tree(2, [silent, silent], lists, { terminating: true }),
      asked: asked('a', 'b'),
      fault: place('target-missing', 'W3', 'the Image repository leaves the image to a role that does not list it'),
    },
    'does not apply to another path, and asks nobody [W4]': {
      tree: tree(2, [other, other], lists, { paths: ['x'], terminating: true }),
      asked: asked('z'),
    },
    'does not apply to other hardware, and asks nobody [W4]': {
      tree: tree(2, [other, other], lists, { hardwareIds: ['x'] }),
      asked: asked('z'),
    },
  });
});

describe('a role of a multi-role delegation that is missing or invalid', () => {
  searches({
    'does not harm where enough others agree [X2]': {
      tree: tree(2, [undefined, lists, lists]),
      asked: asked('b', 'c'),
    },
    'that expired does not harm where enough others agree [X2]': {
      tree: tree(2, [{ ...other, expires: 0 }, lists, lists]),
      asked: asked('a', 'b', 'c'),
    },
    'has no word: too few others agree [X2 X4]': {
      tree: tree(2, [{ ...lists, signers: [] }, lists]),
      asked: asked('a', 'b'),
      fault: invalid('a'),
    },
    'is named, the first of several, where the image is not found [X4]': {
      tree: tree(2, [silent, undefined, undefined], silent),
      asked: asked('a', 'z'),
      fault: missing('b'),
    },
    'that is invalid is named before one that is missing [X4]': {
      tree: tree(2, [undefined, { ...lists, signers: [] }]),
      asked: asked('b'),
      fault: invalid('b'),
    },
    'does not keep the image from being found elsewhere [X4 W6]': {
      tree: tree(2, [undefined, undefined], lists),
      asked: asked('z'),
    },
  });
});

describe('roles say the same of an image', () => {
  const both = (b: object, mustMatch: object = {}) => tree(2, [lists, says(entryOf(b, mustMatch))]);
  const hardware = (...hardwareIds: string[]) => says(entryOf({}, { hardwareIds }));
  const hashes = { sha256: 'ff'.repeat(32) };
  const sha256 = (entryOf() as { hashes: { sha256: string } }).hashes.sha256;
  const rows: readonly [string, TreeSpec, boolean][] = [
    ['whatever they say besides [X2]', both({ note: 'x' }), true],
    ['with the same hardware in another order [X2]', tree(2, [hardware('hw', 'x'), hardware('x', 'hw')]), true],
    ['not with another length [X2]', both({ length: 1 }), false],
    ['not with another hash [X2]', both({ hashes }), false],
    ['not with one hash more [X2]', both({ hashes: { sha256, sha512: hashHex('sha512', new Uint8Array()) } }), false],
    ['not with other hardware [X2]', both({}, { hardwareIds: ['hw', 'x'] }), false],
    ['not with hardware that only looks alike [X2]', tree(2, [hardware('ab'), hardware('a', 'b')]), false],
    ['not with another release counter [X2]', both({}, { releaseCounter: 2 }), false],
    ['not with something more that must match [X2]', both({}, { region: 'EU' }), false],
  ];
  it.each(rows)('%s', (_, spec, same) => {
    const { fault } = search(spec);
    if (same) expect(fault?.code).not.toBe('roles-disagree');
    else expect(fault).toEqual(disagreement(2, 'a, b'));
  });
});

describe('multi-role delegations nest', () => {
  it('a role may leave its word to those it delegates to, also under a terminating delegation [X1 A7]', () => {
    for (const terminating of [false, true]) {
      const spec = tree(2, [{ to: [{ name: 'e' }] }, lists], undefined, { terminating });
      const found = search({ ...spec, roles: { ...spec.roles, e: lists } });
      expect(found).toMatchObject({ fault: undefined, asked: asked('a', 'e', 'b') });
    }
  });

  it('a role may leave its word to several of whom some must agree [X1 X2]', () => {
    const inner = (f: RoleSpec): TreeSpec => {
      const spec = tree(2, [{ to: [{ names: ['e', 'f'], agreement: 2 }] }, lists]);
      return { ...spec, roles: { ...spec.roles, e: lists, f } };
    };
    expect(search(inner(lists))).toMatchObject({ fault: undefined, asked: asked('a', 'e', 'f', 'b') });
    expect(search(inner(other)).fault).toEqual(disagreement(2, 'e, f'));
    const outer = inner(lists);
    expect(search({ ...outer, roles: { ...outer.roles, b: other } }).fault).toEqual(disagreement(2, 'a, b'));
  });

  it('a search that a terminating delegation of one member ends goes on with the others [W3 X1]', () => {
    const spec = tree(2, [{ to: [{ name: 'e', terminating: true }] }, lists, lists]);
    const found = search({ ...spec, roles: { ...spec.roles, e: {} } });
    expect(found).toMatchObject({ fault: undefined, asked: asked('a', 'e', 'b', 'c') });
  });

  it('a role that comes up again on its own way is not asked again [W6]', () => {
    const spec = tree(2, [{ to: [{ names: ['a', 'b'], agreement: 2 }] }, lists]);
    const found = search(spec);
    expect(found).toMatchObject({ fault: disagreement(2, 'a, b'), asked: asked('a', 'b') });
  });

  it('their roles count towards the limit of a search [W6]', () => {
    const names = Array.from({ length: delegatedRolesVisitedMax }, (_, index) => `m${index}`);
    const roles = Object.fromEntries(names.map((name) => [name, silent]));
    const found = search({ top: { to: [{ names, agreement: 2 }, { name: 'z' }] }, roles: { ...roles, z: lists } });
    expect(found.fault).toMatchObject({ code: 'delegations-too-deep', role: 'z' });
    expect(found.asked).toHaveLength(delegatedRolesVisitedMax);
  });
});

// W: the search for an image through the Image repository's delegations: which roles are asked, in which order, and when it ends.
import { describe, expect, it } from 'vitest';
import { delegatedRolesVisitedMax } from '../../../src/core/limits.ts';
import { type DelegationSpec, evil, search, type TreeSpec } from '../support/delegationTree.ts';
import { disagreeing, faultOf, unlisted } from '../support/expected.ts';
import { app, asked, lists, searches } from '../support/searches.ts';

const notFound = unlisted(app);
const stopped = {
  ...notFound,
  clause: 'W3',
  message: 'the Image repository leaves the image to a role that does not list it',
};

/** Roles r1, r2 and so on, each delegating to the next, the last of which is `last`. */
function chain(length: number, last: object): TreeSpec {
  const name = (level: number) => `r${level}`;
  const role = (level: number) => (level === length ? last : { to: [{ name: name(level + 1) }] });
  const levels = Array.from({ length }, (_, index) => index + 1);
  return {
    top: { to: [{ name: 'r1' }] },
    roles: Object.fromEntries(levels.map((level) => [name(level), role(level)])),
  };
}
const two = (a: Partial<DelegationSpec>, b: Partial<DelegationSpec> = {}): readonly DelegationSpec[] => [
  { name: 'a', ...a },
  { name: 'b', ...b },
];

describe('an image', () => {
  searches({
    'in the top-level Targets is looked for no further [W2]': {
      tree: { top: { ...lists, to: two({}) }, roles: { a: { entries: { [app]: evil } } } },
      asked: [],
    },
    'is found in a delegated role [W6 E1]': { tree: { top: { to: two({}) }, roles: { a: lists } }, asked: asked('a') },
    'is found ten delegations deep [W6 E6]': {
      tree: chain(10, lists),
      asked: asked(...Array.from({ length: 10 }, (_, index) => `r${index + 1}`)),
    },
    'is looked for in the next role where one and all it delegates to do not list it [W6]': {
      tree: { top: { to: two({}) }, roles: { a: { to: [{ name: 'c' }] }, b: lists, c: { images: ['x'] } } },
      asked: asked('a', 'c', 'b'),
    },
    'is the first role’s in the listed order, found deep, and the rest are not asked [W4 A6 E2]': {
      tree: {
        top: { to: two({}) },
        roles: { a: { to: [{ name: 'c' }] }, b: { entries: { [app]: evil } }, c: lists },
      },
      asked: asked('a', 'c'),
    },
    'that the first role lists otherwise ends the search: it is no reason to look on [W2 R10.2]': {
      tree: { top: { to: two({}) }, roles: { a: { entries: { [app]: evil } }, b: lists } },
      asked: asked('a'),
      fault: disagreeing(app),
    },
    'that no role lists is not found [W7 R10.1]': {
      tree: { top: { to: two({}) }, roles: { a: {}, b: { images: ['x'] } } },
      asked: asked('a', 'b'),
      fault: notFound,
    },
    'that nobody delegates is not found [W7 R10.1]': { tree: { top: {} }, asked: [], fault: notFound },
  });
});

describe('a terminating delegation', () => {
  const terminating = true;
  searches({
    'gives the image that its role lists [W2]': {
      tree: { top: { to: two({ terminating }) }, roles: { a: lists } },
      asked: asked('a'),
    },
    'ends the search where its role does not list it: its siblings are not asked [W3 A7]': {
      tree: { top: { to: two({ terminating }) }, roles: { a: {}, b: lists } },
      asked: asked('a'),
      fault: stopped,
    },
    'ends the search where only those list it to whom its role delegates: they are not asked [W3 A7]': {
      tree: { top: { to: two({ terminating }) }, roles: { a: { to: [{ name: 'c' }] }, b: lists, c: lists } },
      asked: asked('a'),
      fault: stopped,
    },
    'ends the whole search from below: the delegator’s siblings are not asked either [W3 A7]': {
      tree: {
        top: { to: two({}) },
        roles: { a: { to: [{ name: 'c', terminating }, { name: 'd' }] }, b: lists, c: {}, d: lists },
      },
      asked: asked('a', 'c'),
      fault: stopped,
    },
    'that does not apply by its path has no effect [W4]': {
      tree: { top: { to: two({ terminating, paths: ['other'] }) }, roles: { a: lists, b: lists } },
      asked: asked('b'),
    },
    'that does not apply by its hardware has no effect [W4]': {
      tree: { top: { to: two({ terminating, hardwareIds: ['other'] }) }, roles: { a: {}, b: lists } },
      asked: asked('b'),
    },
    'that comes after the image was found has no effect [W3]': {
      tree: { top: { to: two({}, { terminating }) }, roles: { a: lists, b: {} } },
      asked: asked('a'),
    },
    'is one only where it says so: by default the search goes on [A8]': {
      tree: { top: { to: two({ terminating: false }) }, roles: { a: {}, b: lists } },
      asked: asked('a', 'b'),
    },
  });
});

describe('a delegation applies', () => {
  const name = 'ecu/motor/app-1.bin';
  const wanted = { [name]: { 'ecu-1': 'hw' } };
  const rows: readonly [string, readonly string[], boolean][] = [
    ['to the very path [W4 E4]', [name], true],
    ['to a wildcard in the last part [W4 E4]', ['ecu/motor/*'], true],
    ['to wildcards in several parts [W4 E4]', ['*/mo?or/app-[0-9].bin'], true],
    ['to any of its paths [W4 E4]', ['x', 'y/*', 'ecu/*/*'], true],
    ['not to what lies deeper than its wildcard [W4 E4]', ['ecu/*'], false],
    ['not to what lies higher [W4 E4]', ['ecu/motor/*/*'], false],
    ['not to another path [W4 E4]', ['ecu/motor/app-2.bin', 'motor/*'], false],
    ['to nothing where it has no paths [W4 E4]', [], false],
  ];
  it.each(rows)('%s', (_, paths, applies) => {
    const tree = { top: { to: [{ name: 'a', paths }] }, roles: { a: { images: [name] } }, wanted };
    const found = search(tree);
    expect(found.asked).toEqual(applies ? asked('a') : []);
    expect(found.fault).toEqual(applies ? undefined : { ...notFound, file: name });
  });

  const hardware: readonly [string, readonly string[] | undefined, Record<string, string>, boolean][] = [
    ['to any hardware where it lists none [W4 E5]', undefined, { e: 'hw' }, true],
    ['to the hardware that it lists [W4 E5]', ['x', 'hw'], { e: 'hw' }, true],
    ['not to other hardware [W4 E5]', ['x'], { e: 'hw' }, false],
    ['to no hardware at all where its list is empty [W4 E5]', [], { e: 'hw' }, false],
    ['to an image for two kinds of ECU where it lists both [W4 E5]', ['hw', 'gw'], { e: 'hw', f: 'gw' }, true],
    ['not to an image for two kinds of ECU of which it lists one [W4 E5]', ['hw'], { e: 'hw', f: 'gw' }, false],
  ];
  it.each(hardware)('%s', (_, hardwareIds, ecus, applies) => {
    const to = [{ name: 'a', ...(hardwareIds !== undefined && { hardwareIds }) }];
    const found = search({ top: { to }, roles: { a: lists }, wanted: { [app]: ecus } });
    expect(found.asked).toEqual(applies ? asked('a') : []);
  });

  it('only where each on the way does: hardware ids and paths narrow from level to level [W4 E5 E6]', () => {
    const tree = (inner: object): TreeSpec => ({
      top: { to: [{ name: 'a', hardwareIds: ['hw', 'gw'] }] },
      roles: { a: { to: [{ name: 'b', ...inner }] }, b: lists },
    });
    expect(search(tree({ hardwareIds: ['hw'] })).fault).toBeUndefined();
    expect(search(tree({ hardwareIds: ['gw'] }))).toMatchObject({ fault: notFound, asked: asked('a') });
    expect(search(tree({ paths: ['x'] }))).toMatchObject({ fault: notFound, asked: asked('a') });
  });
});

describe('a search ends', () => {
  const two = [{ name: 'a' }, { name: 'b' }];
  const loop: TreeSpec = { top: { to: two }, roles: { a: { to: two }, b: { to: two } } };
  searches({
    'where a role delegates to itself [W6]': {
      tree: { top: { to: two }, roles: { a: { to: [{ name: 'a' }] }, b: lists } },
      asked: asked('a', 'b'),
    },
    'where roles delegate in a circle, each loaded once [W6]': {
      tree: loop,
      asked: asked('a', 'b'),
      fault: notFound,
    },
    [`after ${delegatedRolesVisitedMax} roles with the image [W6 E6]`]: {
      tree: chain(delegatedRolesVisitedMax, lists),
      asked: asked(...Array.from({ length: delegatedRolesVisitedMax }, (_, index) => `r${index + 1}`)),
    },
    [`after ${delegatedRolesVisitedMax} roles without it, deep [W6]`]: {
      tree: chain(delegatedRolesVisitedMax + 1, lists),
      asked: asked(...Array.from({ length: delegatedRolesVisitedMax }, (_, index) => `r${index + 1}`)),
      fault: faultOf(
        'image',
        'r33',
        'delegations-too-deep',
        'W6',
        'more than 32 delegated roles to search',
        'endless-data',
      ),
    },
  });

  const siblings = Array.from({ length: delegatedRolesVisitedMax + 1 }, (_, index) => `s${index}`);
  it(`after ${delegatedRolesVisitedMax} roles side by side, for each image anew [W6]`, () => {
    const names = siblings.slice(0, -1);
    const roles = Object.fromEntries(names.map((name) => [name, name === 's31' ? { images: [app, 'b.bin'] } : {}]));
    const top = { to: siblings.map((name) => ({ name })) };
    const wanted = { [app]: { e: 'hw' }, 'b.bin': { f: 'hw' } };
    const found = search({ top, roles, wanted });
    expect(found).toMatchObject({ fault: undefined, asked: asked(...names) });
    const none = search({ top, roles: { ...Object.fromEntries(names.map((name) => [name, {}])), s32: lists } });
    expect(none.fault).toMatchObject({ code: 'delegations-too-deep', role: 's32' });
    expect(none.asked).toEqual(asked(...names));
  });
});

it('an ECU that wants several images loads a role once [W4]', () => {
  const wanted = { [app]: { e: 'hw' }, 'b.bin': { f: 'hw' } };
  const found = search({ top: { to: two({}) }, roles: { a: { images: [app] }, b: { images: ['b.bin'] } }, wanted });
  expect(found).toMatchObject({ fault: undefined, asked: asked('a', 'b') });
});

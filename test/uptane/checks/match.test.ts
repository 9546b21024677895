// R10: what only the comparison of both repositories finds. Every role of both is signed, fresh and consistent.
import { describe, expect, it } from 'vitest';
import type { Attack } from '../../../src/core/faults.ts';
import { checkMatch } from '../../../src/uptane/checks/match.ts';
import type { EcuAssignment, MustMatch, Target } from '../../../src/uptane/model/metadata.ts';
import { aktualizrProfile, uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { draftOf, reissue, type TargetDraft } from '../support/attacks.ts';
import { disagreeing, faultOf, refusal, unlisted } from '../support/expected.ts';
import { fullSecondary, hardwareOf, imageName, primary, succeeded, World } from '../support/fixtures.ts';
import { entry, type Row, type Rows, refuses, repositories } from '../support/refusal.ts';

const image = imageName('full-1', 3);
const differ =
  (...words: readonly [clause: string, what: string, attack: Attack]) =>
  () =>
    disagreeing(image, ...words);
const content = differ('R10.2', '(lengths|hashes) differ', 'arbitrary-installation');
const hardware = differ('R10.3', 'hardware ids differ', 'wrong-software');
const counters = differ('R10.3', 'release counters differ', 'rollback');
const others = differ('R10.3', 'metadata that must match differs', 'wrong-software');

const changes: Readonly<
  Record<string, { readonly change: (target: TargetDraft) => void; readonly fault: Row['fault'] }>
> = {
  'another length [R10.2]': { change: (target) => Object.assign(target, { length: 1002 }), fault: content },
  'another sha256 [R10.2]': { change: ({ hashes }) => turn(hashes, 'sha256'), fault: content },
  'another sha512 [R10.2]': { change: ({ hashes }) => turn(hashes, 'sha512'), fault: content },
  'no sha512 [R10.2]': { change: ({ hashes }) => Reflect.deleteProperty(hashes, 'sha512'), fault: content },
  'other hardware [R10.3 D5]': {
    change: ({ custom }) => Object.assign(custom.mustMatch, { hardwareIds: ['other'] }),
    fault: hardware,
  },
  'more hardware [R10.3 D5]': { change: ({ custom }) => custom.mustMatch.hardwareIds.push('other'), fault: hardware },
  'another release counter [R10.3 D4]': {
    change: ({ custom }) => Object.assign(custom.mustMatch, { releaseCounter: 4 }),
    fault: counters,
  },
  'something more that must match [R10.3 D6]': {
    change: ({ custom }) => Object.assign(custom.mustMatch, { region: 'EU' }),
    fault: others,
  },
};

function turn(hashes: Record<string, string>, name: string): void {
  hashes[name] = `${hashes[name]?.startsWith('0') ? '1' : '0'}${hashes[name]?.slice(1)}`;
}

const rows: Rows = {
  'an image that the Image repository does not list [R10.1]': {
    attack: ({ world }) => reissue(world, 'image', { targets: (signed) => delete signed.targets[image] }),
    fault: () => unlisted(image),
  },
  'an image that the Image repository lists under another name [R10.1]': {
    attack: ({ world }) =>
      reissue(world, 'director', {
        targets: (signed) => {
          signed.targets['full-1/evil.bin'] = entry(signed.targets, 'full-1');
          delete signed.targets[image];
        },
      }),
    fault: () => unlisted('full-1/evil.bin'),
  },
  ...Object.fromEntries(
    repositories.flatMap((repository) =>
      Object.entries(changes).map(([what, { change, fault }]): [string, Row] => [
        `in the ${repository} repository ${what}`,
        {
          attack: ({ world }) =>
            reissue(world, repository, { targets: (signed) => change(entry(signed.targets, 'full-1')) }),
          fault,
        },
      ]),
    ),
  ),
  'an image that both repositories call genuine, older than the one before [R10.4]': {
    attack: ({ world, file }) =>
      reissue(world, 'director', {
        targets: (signed) => {
          const older = entry(draftOf(file('image/3.targets.json')).targets, 'full-1', 2);
          older.custom.ecuIdentifiers = { 'full-1': { hardwareId: hardwareOf('full-1') } };
          delete signed.targets[image];
          signed.targets[imageName('full-1', 2)] = older;
        },
      }),
    fault: () =>
      faultOf(
        'director',
        'targets',
        'rollback',
        'R10.4',
        'release counter 2 for full-1 after 3',
        'rollback',
        imageName('full-1', 2),
      ),
  },
};

describe.each([primary, fullSecondary])('$name refuses', (ecu) => {
  it.each(Object.entries(rows))('%s', (_, row) => refuses(ecu, row, 'director'));
});

it('a Secondary matches its own image only, the Primary every image [R10]', () => {
  const world = new World();
  const lost = imageName('partial-2', 1);
  reissue(world, 'image', { targets: (signed) => delete signed.targets[lost] });
  succeeded(fullSecondary.verify(world, world.provisioned()).result);
  expect(primary.verify(world, world.provisioned()).result).toEqual(refusal(unlisted(lost)));
});

describe('what must match', () => {
  it('may hold members that nobody here understands, in any order, where both repositories say the same [D6 R10.3]', () => {
    const world = new World();
    for (const [repository, more] of [
      ['director', { region: 'EU', colour: { a: 1, b: [2] } }],
      ['image', { colour: { b: [2], a: 1 }, region: 'EU' }],
    ] as const) {
      reissue(world, repository, {
        targets: (signed) => Object.assign(entry(signed.targets, 'full-1', 1).custom.mustMatch, more),
      });
    }
    const { director } = succeeded(primary.verify(world, world.provisioned()).result);
    const { mustMatch } = director.targets.get(imageName('full-1', 1)) ?? expect.fail();
    expect(mustMatch.others).toBe('{"colour":{"a":1,"b":[2]},"region":"EU"}');
  });
});

/** A target as either repository lists it. */
function target(
  mustMatch: Partial<MustMatch>,
  ecus: Readonly<Record<string, string>> = {},
  hashes: Target['hashes'] = { sha256: 'ab' },
): Target {
  const assigned = Object.entries(ecus).map(([ecu, hardwareId]): [string, EcuAssignment] => [ecu, { hardwareId }]);
  return {
    filename: 'app.bin',
    length: 1,
    hashes,
    mustMatch: { hardwareIds: undefined, releaseCounter: undefined, ...mustMatch },
    ecus: new Map(assigned),
  };
}

describe('hardware ids match', () => {
  const rows: readonly [string, Target, Target, boolean][] = [
    ['in any order [R10.3]', target({ hardwareIds: ['a', 'b'] }), target({ hardwareIds: ['b', 'a'] }), true],
    [
      'not as one that looks like two [R10.3]',
      target({ hardwareIds: ['ab'] }),
      target({ hardwareIds: ['a', 'b'] }),
      false,
    ],
    ['not where the genuine entry names none [R10.3]', target({ hardwareIds: ['a'] }), target({}), false],
    [
      'with those of the ECUs, in a form where Director entries have no list [R10.3]',
      target({}, { e: 'a' }),
      target({ hardwareIds: ['a', 'b'] }),
      true,
    ],
    [
      'not where one ECU’s is not among them [R10.3]',
      target({}, { e: 'a', f: 'c' }),
      target({ hardwareIds: ['a', 'b'] }),
      false,
    ],
    [
      'with those of the ECUs that the genuine entry names, where it has no list [R10.3]',
      target({}, { e: 'a' }),
      target({}, { f: 'a' }),
      true,
    ],
    ['not with those of other ECUs [R10.3]', target({}, { e: 'a' }), target({}, { e: 'b' }), false],
    ['not where the genuine entry names no hardware at all [R10.3]', target({}, { e: 'a' }), target({}), false],
  ];
  it.each(rows)('%s', (_, wanted, found, matches) => {
    const result = checkMatch(aktualizrProfile, wanted, found, { previous: undefined });
    expect(result).toEqual(matches ? { ok: true, value: undefined } : refusal({ ...hardware(), file: 'app.bin' }));
  });
});

describe('hashes match', () => {
  const both = { sha256: 'ab', sha512: 'cd' };
  const rows: readonly [string, Target['hashes'], Target['hashes'], boolean, boolean][] = [
    ['where both list the same [R10.2]', both, both, true, true],
    ['only in aktualizr’s form where the Director lists more [R10.2]', both, { sha512: 'cd' }, false, true],
    ['only in aktualizr’s form where the Director lists fewer [R10.2]', { sha512: 'cd' }, both, false, true],
    ['not where none is shared [R10.2]', { sha256: 'ab' }, { sha512: 'cd' }, false, false],
    ['not where one of two differs [R10.2]', both, { ...both, sha512: 'ce' }, false, false],
    ['not where the first of two differs [R10.2]', both, { ...both, sha256: 'ac' }, false, false],
  ];
  it.each(rows)('%s', (_, wanted, found, strict, shared) => {
    const same = { hardwareIds: ['a'] };
    const match = (profile: typeof uptaneProfile) =>
      checkMatch(profile, target(same, {}, wanted), target(same, {}, found), { previous: undefined }).ok;
    expect([match(uptaneProfile), match(aktualizrProfile)]).toEqual([strict, shared]);
  });
});

describe('where the repositories disagree both values are named', () => {
  const [sha, other] = ['ab'.repeat(32), 'cd'.repeat(32)];
  const long = (hash: string) => `sha256:${hash}`;
  const brief = (hash: string) => `sha256:${hash.slice(0, 22)}…`;
  type Row = readonly [what: string, wanted: Target, found: Target, words: string, expected: string, actual: string];
  const listing = (...hardwareIds: readonly string[]) => target({ hardwareIds }, { e: 'a' });
  const rows: readonly Row[] = [
    [
      'lengths [R10.2]',
      { ...target({}), length: 2 },
      target({}),
      'lengths differ: Director 2 bytes, Image repository 1 bytes',
      '2 bytes',
      '1 bytes',
    ],
    [
      'hashes [R10.2]',
      target({}, {}, { sha256: sha }),
      target({}, {}, { sha256: other }),
      `hashes differ: Director ${brief(sha)}, Image repository ${brief(other)}`,
      long(sha),
      long(other),
    ],
    [
      'a hash that only one lists [R10.2]',
      target({}, {}, { sha512: sha }),
      target({}, {}, { sha256: sha, sha512: sha }),
      `hashes differ: Director no sha256, Image repository ${brief(sha)}`,
      'no sha256',
      long(sha),
    ],
    [
      'rather the hash that both list [R10.2]',
      target({}, {}, { sha512: 'ab' }),
      target({}, {}, { sha256: sha, sha512: 'cd' }),
      'hashes differ: Director sha512:ab, Image repository sha512:cd',
      'sha512:ab',
      'sha512:cd',
    ],
    [
      'release counters [R10.3]',
      target({ releaseCounter: 0 }),
      target({}),
      'release counters differ: Director 0, Image repository none',
      '0',
      'none',
    ],
    [
      'other metadata that must match [R10.3]',
      target({ others: '{"a":1}' }),
      target({}),
      'metadata that must match differs: Director {"a":1}, Image repository none',
      '{"a":1}',
      'none',
    ],
    [
      'hardware ids, of which the Director’s are odd [R10.3]',
      listing('b', 'c'),
      listing('a'),
      'hardware ids differ: Director b, c, Image repository a; odd: the Director, e is a',
      'b, c',
      'a',
    ],
    [
      'hardware ids, of which the Image repository’s are odd [R10.3]',
      listing('a'),
      listing('b'),
      'hardware ids differ: Director a, Image repository b; odd: the Image repository, e is a',
      'a',
      'b',
    ],
    [
      'hardware ids, of which both are odd [R10.3]',
      listing('b'),
      listing(),
      'hardware ids differ: Director b, Image repository none; odd: the Director and the Image repository, e is a',
      'b',
      'none',
    ],
    [
      'hardware ids that both hold what the ECU is [R10.3]',
      listing('a'),
      listing('a', 'b'),
      'hardware ids differ: Director a, Image repository a, b; odd: neither, e is a',
      'a',
      'a, b',
    ],
    [
      'hardware ids of an ECU that is not known here [R10.3]',
      target({ hardwareIds: ['a'] }, { f: 'a' }),
      listing('b'),
      'hardware ids differ: Director a, Image repository b',
      'a',
      'b',
    ],
  ];
  it.each(rows)('%s', (_, wanted, found, message, expected, actual) => {
    const profile = { ...uptaneProfile, sharedHashesSuffice: false };
    const result = checkMatch(profile, wanted, found, { previous: undefined, hardware: new Map([['e', 'a']]) });
    expect(result).toMatchObject({ ok: false, fault: { message, expected, actual } });
  });

  it('each as much of it as a line and a report have room for [O4]', () => {
    const ids = Array.from({ length: 40 }, (_, index) => `hardware-${index}`);
    const [wanted, found] = [listing(...ids), listing('a')];
    const result = checkMatch(uptaneProfile, wanted, found, { previous: undefined });
    const fault = result.ok ? expect.fail() : result.fault;
    expect(fault.message).toBe('hardware ids differ: Director hardware-0, hardware-1, hardw…, Image repository a');
    expect(fault.expected).toBe(`${ids.join(', ').slice(0, 255)}…`);
  });
});

describe('the release counter of an ECU’s image', () => {
  const counted = (releaseCounter: number | undefined, ecus: Readonly<Record<string, string>> = { e: 'a' }) =>
    target({ hardwareIds: ['a'], releaseCounter }, ecus);
  const world = new World();
  const { director } = succeeded(primary.verify(world, world.provisioned()).result);
  const previous = (...targets: readonly Target[]) => ({
    ...director,
    targets: new Map(targets.map((listed, index) => [`${index}`, listed])),
  });
  const rows: readonly [string, Target, readonly Target[], string | undefined][] = [
    ['may stay [R10.4]', counted(2), [counted(2)], undefined],
    ['may grow [R10.4]', counted(3), [counted(2)], undefined],
    ['may not fall [R10.4]', counted(1), [counted(2)], 'release counter 1 for e after 2'],
    ['may not be left out [R10.4]', counted(undefined), [counted(1)], 'release counter 0 for e after 1'],
    ['is free where there was none [R10.4]', counted(1), [counted(undefined)], undefined],
    ['is free where the ECU had no image before [R10.4]', counted(1), [counted(2, { f: 'a' })], undefined],
    [
      'is judged for each ECU that is to install it [R10.4]',
      counted(1, { e: 'a', f: 'a' }),
      [counted(1), counted(2, { f: 'a' })],
      'release counter 1 for f after 2',
    ],
  ];
  it.each(rows)('%s', (_, wanted, before, message) => {
    const result = checkMatch(uptaneProfile, wanted, wanted, { previous: previous(...before) });
    if (message === undefined) succeeded(result);
    else
      expect(result).toEqual(
        refusal(faultOf('director', 'targets', 'rollback', 'R10.4', message, 'rollback', 'app.bin')),
      );
  });
});

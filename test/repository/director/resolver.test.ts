// Which images are brought together in one vehicle: J7.
import { describe, expect, it } from 'vitest';
import { ecusMax } from '../../../src/core/limits.ts';
import type { ResolvingEcu } from '../../../src/repository/director/narrowing.ts';
import { resolveImages } from '../../../src/repository/director/resolver.ts';
import { type Dependency, isOneOf, type Release } from '../../../src/repository/images/release.ts';
import { fc, prop } from '../../support/property.ts';

interface Said {
  readonly requires?: readonly string[];
  readonly conflicts?: readonly string[];
  readonly hardware?: string;
  readonly counter?: number;
}

/** `brakes ^2` */
function dependency(text: string): Dependency {
  const [product = '', ...range] = text.split(' ');
  return { product, range: range.join(' ') };
}

/** `brakes 2.0.0`; made for the hardware of the same name, its major version the release counter. */
function release(text: string, { requires = [], conflicts = [], hardware, counter }: Said = {}): Release {
  const { product, range: version } = dependency(text);
  const mustMatch = { hardwareIds: [hardware ?? product], releaseCounter: counter ?? Number.parseInt(version, 10) };
  return {
    product,
    version,
    requires: requires.map(dependency),
    conflicts: conflicts.map(dependency),
    image: { filename: text, length: 1, hashes: { sha256: text }, mustMatch },
  };
}

/** ECUs named after what they run, such as `brakes 1.0.0`, among these releases. */
function resolved(running: readonly string[], releases: readonly Release[], wanted: readonly string[]) {
  const ecus = running.map((text): ResolvingEcu => {
    const serial = dependency(text).product;
    return { serial, hardwareId: serial, installed: releases.find(({ image }) => image.filename === text) };
  });
  const result = resolveImages(
    ecus,
    releases,
    new Map(wanted.map((text) => [dependency(text).product, dependency(text)])),
  );
  return result.ok ? [...result.value.values()].map(({ image }) => image.filename).toSorted() : result.fault;
}
const reason = (outcome: ReturnType<typeof resolved>) => {
  if (!('message' in outcome)) return expect.fail(`resolved: ${outcome}`);
  expect(outcome).toMatchObject({ kind: 'remote', code: 'images-conflict', clause: 'J7' });
  return outcome.message;
};

describe('the images of one vehicle', () => {
  const simple = ['brakes 1.0.0', 'brakes 2.0.0', 'steering 1.0.0', 'steering 2.0.0'].map((text) => release(text));

  it('are those that the campaign wants, and no other, however much newer there is [J7 extraneous-dependencies]', () => {
    expect(resolved(['brakes 1.0.0', 'steering 1.0.0'], simple, ['brakes ^2'])).toEqual(['brakes 2.0.0']);
  });

  it('are left alone where they are what is wanted [J7]', () => {
    expect(resolved(['brakes 2.0.0', 'steering 1.0.0'], simple, ['brakes *'])).toEqual([]);
  });

  it('are brought where the bytes are those that run, released again under another name [J7]', () => {
    const again = release('brakes 2.0.0');
    const sameBytes = { ...again, image: { ...again.image, hashes: { sha256: 'brakes 1.0.0' } } };
    expect(resolved(['brakes 1.0.0'], [release('brakes 1.0.0'), sameBytes], ['brakes ^2'])).toEqual(['brakes 2.0.0']);
  });

  const needy = [
    ...simple,
    release('brakes 3.0.0', { requires: ['steering ^2'] }),
    release('brakes 4.0.0', { requires: ['steering ^3'] }),
    release('steering 2.1.0', { requires: ['column ^1'] }),
    release('column 1.0.0'),
    release('column 2.0.0'),
  ];

  it('bring with them what they require of another ECU, the newest that needs no more [J7]', () => {
    expect(resolved(['brakes 1.0.0', 'steering 1.0.0'], needy, ['brakes 3'])).toEqual([
      'brakes 3.0.0',
      'steering 2.0.0',
    ]);
    expect(resolved(['brakes 1.0.0', 'steering 1.0.0', 'column 1.0.0'], needy, ['brakes 3'])).toEqual([
      'brakes 3.0.0',
      'steering 2.1.0',
    ]);
  });

  it('need what they require on one ECU only, where several could run it [J7 extraneous-dependencies]', () => {
    const [one] = simple.filter(({ image }) => image.filename === 'steering 1.0.0');
    const steering = ['left', 'right'].map((serial) => ({ serial, hardwareId: 'steering', installed: one }));
    const ecus = [{ serial: 'brakes', hardwareId: 'brakes', installed: simple[0] }, ...steering];
    const result = resolveImages(ecus, needy, new Map([['brakes', dependency('brakes 3')]]));
    expect(result.ok ? [...result.value.values()].map(({ product }) => product) : result).toEqual([
      'brakes',
      'steering',
    ]);
  });

  it('change nothing where the other ECU runs what is required already [J7]', () => {
    expect(resolved(['brakes 1.0.0', 'steering 2.0.0'], needy, ['brakes 3'])).toEqual(['brakes 3.0.0']);
  });

  it('do not count for what they themselves require: it is other ECUs that are meant [J7]', () => {
    const selfish = [release('brakes 1.0.0'), release('brakes 2.0.0', { requires: ['brakes ^2'] })];
    expect(reason(resolved(['brakes 1.0.0'], selfish, ['brakes 2']))).toContain('requires brakes ^2');
  });

  it('are refused where what they require is not to be had, with the reason [J7]', () => {
    expect(reason(resolved(['brakes 1.0.0', 'steering 1.0.0'], needy, ['brakes 4']))).toBe(
      'brakes 4.0.0 on brakes requires steering ^3 on another ECU',
    );
  });

  it('are refused where there is none of the version or for the hardware, with the reason [J7 D5]', () => {
    const words = 'there is no brakes 9 that brakes could run on brakes';
    expect(reason(resolved(['brakes 1.0.0'], simple, ['brakes 9']))).toBe(words);
    const foreign = [...simple, release('brakes 9.0.0', { hardware: 'other' })];
    expect(reason(resolved(['brakes 1.0.0'], foreign, ['brakes 9']))).toBe(words);
  });

  it('are never of a lower release counter than what runs [R10.4 J7]', () => {
    const lower = [release('brakes 1.0.0'), release('brakes 2.0.0', { counter: 0 })];
    expect(reason(resolved(['brakes 1.0.0'], lower, ['brakes 2']))).toContain('there is no brakes 2');
  });

  const hostile = [
    ...simple,
    release('brakes 3.0.0', { conflicts: ['steering <2'] }),
    release('brakes 4.0.0', { conflicts: ['steering *'] }),
    release('steering 3.0.0', { conflicts: ['brakes <4'] }),
  ];

  it('move out of each other’s way where there is another version, whoever declares the conflict [J7]', () => {
    expect(resolved(['brakes 1.0.0', 'steering 1.0.0'], hostile, ['brakes 3'])).toEqual([
      'brakes 3.0.0',
      'steering 2.0.0',
    ]);
    expect(reason(resolved(['brakes 1.0.0', 'steering 1.0.0'], hostile, ['steering 3']))).toContain('brakes');
  });

  it('are refused where they conflict with whatever there is, with the reason [J7]', () => {
    expect(reason(resolved(['brakes 1.0.0', 'steering 1.0.0'], hostile, ['brakes 4']))).toBe(
      'brakes 4.0.0 on brakes conflicts with steering *',
    );
  });

  it('that do not go together today are not the business of a campaign for others [J7 extraneous-dependencies]', () => {
    const broken = [
      ...hostile,
      release('door 1.0.0', { requires: ['roof ^1'] }),
      release('roof 1.0.0'),
      release('door 2.0.0'),
    ];
    const running = ['brakes 4.0.0', 'steering 1.0.0', 'door 1.0.0', 'lamp 1.0.0'];
    const lamps = [release('lamp 1.0.0'), release('lamp 2.0.0')];
    expect(resolved(running, [...broken, ...lamps], ['lamp 2'])).toEqual(['lamp 2.0.0']);
  });

  it('of an ECU that runs something unknown are replaced only where that is needed [J7]', () => {
    const ecus: ResolvingEcu[] = ['brakes', 'steering'].map((serial) => {
      return { serial, hardwareId: serial, installed: undefined };
    });
    const install = (wanted: string) => resolveImages(ecus, needy, new Map([['brakes', dependency(wanted)]]));
    expect(install('brakes 2')).toMatchObject({ value: new Map([['brakes', release('brakes 2.0.0')]]) });
    expect(install('brakes 3')).toMatchObject({ ok: true, value: { size: 2 } });
  });

  it('of a chain of requirements through a whole vehicle are found, or refused, in good time [J7]', () => {
    const names = Array.from({ length: ecusMax }, (_, index) => `p${index}`);
    const releases = names.flatMap((name, index) =>
      [1, 2, 3].map((version) => {
        const next = names[index + 1];
        return release(`${name} ${version}.0.0`, next === undefined ? {} : { requires: [`${next} >=${version}`] });
      }),
    );
    const running = names.map((name) => `${name} 1.0.0`);
    expect(resolved(running, releases, ['p0 2'])).toHaveLength(ecusMax);
    const cut = releases.filter(({ product, version }) => product !== 'p99' || version === '1.0.0');
    expect(reason(resolved(running, cut, ['p0 2']))).toContain('requires p1 >=2');
  });
});

const products = ['a', 'b', 'c'] as const;
const some = fc.subarray(['a *', 'a >=2', 'a <3', 'b 2', 'b >=2', 'c <2', 'c >=2', 'c 3'], { maxLength: 2 });
const catalogue = fc.tuple(
  ...products.flatMap((product) =>
    [1, 2, 3].map((version) =>
      fc.record({ requires: some, conflicts: some }).map((said) => release(`${product} ${version}.0.0`, said)),
    ),
  ),
);

/** Every vehicle that there could be: all combinations, judged one by one. */
function leastChanges(releases: readonly Release[], running: readonly Release[]): number | undefined {
  const combinations = products.reduce<readonly (readonly Release[])[]>(
    (found, product) =>
      found.flatMap((some) => releases.filter((one) => one.product === product).map((one) => [...some, one])),
    [[]],
  );
  const others = (all: readonly Release[], one: Release) => all.filter((other) => other !== one);
  const fits = (all: readonly Release[]) =>
    isOneOf(all[0] ?? expect.fail(), { product: 'a', range: '>=2' }) &&
    all.every((one) => {
      const isKept = running.includes(one);
      const broken = (need: Dependency) => isKept && !others(running, one).some((other) => isOneOf(other, need));
      return (
        one.requires.every((need) => broken(need) || others(all, one).some((other) => isOneOf(other, need))) &&
        one.conflicts.every((foe) =>
          others(all, one).every((other) => !isOneOf(other, foe) || (isKept && running.includes(other))),
        )
      );
    });
  const changes = combinations.filter(fits).map((all) => all.slice(1).filter((one) => !running.includes(one)).length);
  return changes.length === 0 ? undefined : Math.min(...changes);
}

prop([catalogue], { numRuns: 300 })(
  'agree with a search of every combination: found where there is one, with as few other ECUs changed as can be [J7]',
  (releases) => {
    const running = products.map((product) => releases.find((one) => one.product === product) ?? expect.fail());
    const ecus = running.map((installed) => ({ serial: installed.product, hardwareId: installed.product, installed }));
    const result = resolveImages(ecus, releases, new Map([['a', { product: 'a', range: '>=2' }]]));
    const least = leastChanges(releases, running);
    expect(result.ok ? [...result.value.keys()].filter((serial) => serial !== 'a').length : undefined).toBe(least);
  },
);

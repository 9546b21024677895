// Owns: which image each ECU of one vehicle should run, so that everything that images declare of each other holds, and nothing is
// installed that neither the campaign nor its declared dependencies need. J7 [extraneous-dependencies]
// A 0/1 integer program: one variable for each image that an ECU could run, exactly one of them chosen for each ECU.
import { type Constraint, type Model, solve } from 'yalps';
import type { RemoteFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { imageOf, isSameImage } from '../../uptane/checks/describedImage.ts';
import { remoteFault } from '../../uptane/model/faults.ts';
import { type Dependency, isOneOf, newestFirst, type Release } from '../images/release.ts';
import { releasesConsideredMax, resolverStepsMax } from '../limits.ts';
import {
  type Choices,
  concerned,
  groupedBy,
  narrowed,
  type Option,
  type ResolvingEcu,
  type Rule,
} from './narrowing.ts';

/** The releases to install, by ECU; those that run what they should are left out. `wanted`: by ECU. */
export function resolveImages(
  ecus: readonly ResolvingEcu[],
  releases: readonly Release[],
  wanted: ReadonlyMap<string, Dependency>,
): Result<ReadonlyMap<string, Release>, RemoteFault> {
  const conflict = (message: string) => fail(remoteFault({ clause: 'J7', code: 'images-conflict', message }));
  const options = new Map(ecus.map((ecu) => [ecu.serial, optionsOf(ecu, releases, wanted.get(ecu.serial))]));
  for (const { serial, hardwareId } of ecus) {
    const want = wanted.get(serial);
    if (want === undefined || (options.get(serial)?.length ?? 0) > 0) continue;
    return conflict(`there is no ${want.product} ${want.range} that ${serial} could run on ${hardwareId}`);
  }
  const all = [...options.values()];
  const rules = rulesOf(ecus, all);
  const choices = concerned(all, rules, (serial) => wanted.has(serial));
  const chosen = choose(choices, rules);
  if (chosen === 'none') return conflict(reason(choices, rules, wanted));
  if (chosen === 'too many') return conflict('there are too many ways to bring these images together');
  const installs = chosen.filter(({ isInstalled }) => !isInstalled);
  return ok(new Map(installs.flatMap(({ ecu, release }) => (release === undefined ? [] : [[ecu.serial, release]]))));
}

/** What an ECU could run. One that is wanted to change takes what is newest; any other stays as it is, unless it must not. */
function optionsOf(ecu: ResolvingEcu, releases: readonly Release[], want: Dependency | undefined): readonly Option[] {
  const { installed } = ecu;
  const fits = ({ image: { mustMatch } }: Release) =>
    (mustMatch.hardwareIds?.includes(ecu.hardwareId) ?? true) &&
    (mustMatch.releaseCounter ?? 0) >= (installed?.image.mustMatch.releaseCounter ?? 0);
  const isRunning = ({ image }: Release) => installed && isSameImage(imageOf(image), imageOf(installed.image));
  const isMeant = (release: Release) =>
    want === undefined ? installed === undefined || release.product === installed.product : isOneOf(release, want);
  const others = releases
    .filter((release) => !isRunning(release) && isMeant(release) && fits(release))
    .toSorted(newestFirst)
    .slice(0, releasesConsideredMax);
  const stays = want === undefined || (installed !== undefined && isOneOf(installed, want));
  const listed = stays && installed !== undefined ? [...others, installed].toSorted(newestFirst) : others;
  const options = listed.map((release, rank): Option => {
    const isInstalled = release === installed;
    return { ecu, release, isInstalled, cost: want === undefined ? (isInstalled ? 0 : changeCost + rank) : rank };
  });
  return stays && installed === undefined
    ? [{ ecu, release: undefined, isInstalled: true, cost: 0 }, ...options]
    : options;
}

/** More than all ranks of a vehicle together: no newer version outweighs an ECU that can be left alone. */
const changeCost = 100 * releasesConsideredMax;

/** What images declare. What does not hold today, and is not touched, is not the campaign's business. */
function rulesOf(ecus: readonly ResolvingEcu[], choices: Choices): readonly Rule[] {
  const rules: Rule[] = [];
  for (const option of choices.flat()) {
    const { ecu, release } = option;
    if (release === undefined) continue;
    const elsewhere = choices.flat().filter((other) => other.ecu !== ecu);
    const name = `${release.product} ${release.version} on ${ecu.serial}`;
    for (const dependency of release.requires) {
      const others = elsewhere.filter((other) => other.release && isOneOf(other.release, dependency));
      const holdsToday = ecus.some((other) => other !== ecu && other.installed && isOneOf(other.installed, dependency));
      if (option.isInstalled && !holdsToday) continue;
      const text = `${name} requires ${dependency.product} ${dependency.range} on another ECU`;
      rules.push({ option, kind: 'requires', others, text });
    }
    for (const dependency of release.conflicts) {
      const others = elsewhere.filter(
        (other) => other.release && isOneOf(other.release, dependency) && !(option.isInstalled && other.isInstalled),
      );
      const text = `${name} conflicts with ${dependency.product} ${dependency.range}`;
      for (const ofOne of groupedBy(others, ({ ecu }) => ecu).values()) {
        rules.push({ option, kind: 'conflicts', others: ofOne, text });
      }
    }
  }
  return rules;
}

/** One option for each ECU, at the least cost; `none` where the rules leave none, `too many` where the solver gives up. */
function choose(choices: Choices, rules: readonly Rule[]): readonly Option[] | 'none' | 'too many' {
  const left = narrowed(choices, rules);
  if (left === undefined) return 'none';
  const constraints = new Map<string, Constraint>();
  const variables = new Map<Option, Map<string, number>>();
  const constrain = (name: string, constraint: Constraint, terms: readonly (readonly [Option, number])[]) => {
    constraints.set(name, constraint);
    for (const [option, factor] of terms) variables.get(option)?.set(name, factor);
  };
  for (const [ecu, options] of left.entries()) {
    for (const option of options) variables.set(option, new Map([['cost', option.cost]]));
    constrain(
      `ecu ${ecu}`,
      { equal: 1 },
      options.map((option) => [option, 1]),
    );
  }
  for (const [index, { option, kind, others }] of rules.entries()) {
    if (!variables.has(option)) continue;
    const terms = others.map((other) => [other, 1] as const);
    if (kind === 'requires') constrain(`rule ${index}`, { min: 0 }, [[option, -1], ...terms]);
    else constrain(`rule ${index}`, { max: 1 }, [[option, 1], ...terms]);
  }
  const model: Model<Option> = { direction: 'minimize', objective: 'cost', constraints, variables, binaries: true };
  const solution = solve(model, { maxIterations: resolverStepsMax });
  if (solution.status === 'infeasible') return 'none';
  const chosen = solution.variables.filter(([, value]) => value > 0.5).map(([option]) => option);
  // The solver counts in floating point: its word is checked in whole numbers.
  const isOneEach = left.every((options) => options.filter((option) => chosen.includes(option)).length === 1);
  const isSound = solution.status === 'optimal' && isOneEach && rules.every((rule) => holds(rule, chosen));
  return isSound ? chosen : 'too many';
}

function holds({ option, kind, others }: Rule, chosen: readonly Option[]): boolean {
  return !chosen.includes(option) || others.some((other) => chosen.includes(other)) === (kind === 'requires');
}

const reasonsTriedMax = 16;

/** Why nothing can be chosen: the one declaration without which something could, or else all that the wanted images declare. */
function reason(choices: Choices, rules: readonly Rule[], wanted: ReadonlyMap<string, Dependency>): string {
  const ofWanted = rules.filter(({ option }) => wanted.has(option.ecu.serial));
  const single = ofWanted.slice(0, reasonsTriedMax).find(
    (rule) =>
      choose(
        choices,
        rules.filter((other) => other !== rule),
      ) !== 'none',
  );
  return single?.text ?? [...new Set(ofWanted.map(({ text }) => text))].slice(0, 3).join('; ');
}

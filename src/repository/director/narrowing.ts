// Owns: leaving out of a resolution what cannot be chosen anyhow, and whom it does not concern, before the solver weighs up the
// rest: a chain of requirements from one ECU to the next is followed here, in a time that grows with its length.
import type { Release } from '../images/release.ts';

/** An ECU as it stands. */
export interface ResolvingEcu {
  readonly serial: string;
  readonly hardwareId: string;
  /** Undefined where what it runs declares nothing. */
  readonly installed: Release | undefined;
}

/** One image that an ECU could run: what it runs now, or another one. */
export interface Option {
  readonly ecu: ResolvingEcu;
  readonly release: Release | undefined;
  readonly isInstalled: boolean;
  readonly cost: number;
}

/** What the image of one option declares: at least one of `others` beside it, or none. */
export interface Rule {
  readonly option: Option;
  readonly kind: 'requires' | 'conflicts';
  readonly others: readonly Option[];
  readonly text: string;
}

/** The options of each ECU. */
export type Choices = readonly (readonly Option[])[];

/** The options that are left once each rule has been followed by itself; undefined where an ECU is left without any. */
export function narrowed(choices: Choices, rules: readonly Rule[]): Choices | undefined {
  const left = new Map(choices.map((options) => [options[0]?.ecu, new Set(options)]));
  const rulesOf = groupedBy(rules, ({ option }) => option);
  for (let before = -1, after = count(left); before !== after; before = after, after = count(left)) {
    for (const options of left.values()) {
      const leaves: Allowed[] = [];
      for (const option of options) {
        const allowed = allowedBy(rulesOf.get(option) ?? [], left);
        if (allowed === undefined) options.delete(option);
        else leaves.push(allowed);
      }
      if (options.size === 0) return undefined;
      restrict(left, leaves);
    }
  }
  return [...left.values()].map((options) => [...options]);
}

export function groupedBy<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

type Left = ReadonlyMap<ResolvingEcu | undefined, Set<Option>>;
/** What one option leaves to other ECUs; those that are not named may run anything. */
type Allowed = ReadonlyMap<ResolvingEcu, ReadonlySet<Option>>;

function count(left: Left): number {
  return [...left.values()].reduce((total, { size }) => total + size, 0);
}

/** What is left to others beside an option of these rules; undefined where nothing is, and so the option cannot be. */
function allowedBy(rules: readonly Rule[], left: Left): Allowed | undefined {
  const allowed = new Map<ResolvingEcu, ReadonlySet<Option>>();
  for (const { kind, others } of rules) {
    const named = groupedBy(
      others.filter((other) => left.get(other.ecu)?.has(other)),
      ({ ecu }) => ecu,
    );
    if (kind === 'requires' && named.size === 0) return undefined;
    if (kind === 'requires' && named.size > 1) continue; // any one of several ECUs: the solver's matter
    for (const [ecu, options] of named) {
      const before = allowed.get(ecu) ?? left.get(ecu) ?? new Set();
      const now = [...before].filter((option) => options.includes(option) === (kind === 'requires'));
      if (now.length === 0) return undefined;
      allowed.set(ecu, new Set(now));
    }
  }
  return allowed;
}

/** Takes from other ECUs what none of one ECU's options leaves them. */
function restrict(left: Left, leaves: readonly Allowed[]): void {
  const [first, ...others] = leaves;
  for (const ecu of first?.keys() ?? []) {
    if (!others.every((allowed) => allowed.has(ecu))) continue;
    const options = left.get(ecu);
    for (const option of options ?? []) {
      if (!leaves.some((allowed) => allowed.get(ecu)?.has(option))) options?.delete(option);
    }
  }
}

/** The ECUs that rules tie to those in `wanted`, directly or not. The others stay as they are. */
export function concerned(choices: Choices, rules: readonly Rule[], wanted: (serial: string) => boolean): Choices {
  const ties = rules.map(({ option, others }) => [...new Set([option.ecu, ...others.map(({ ecu }) => ecu)])]);
  const found = new Set(choices.map((options) => options[0]?.ecu).filter((ecu) => ecu && wanted(ecu.serial)));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const tie of ties) if (tie.some((ecu) => found.has(ecu))) for (const ecu of tie) found.add(ecu);
  }
  return choices.map((options) => {
    const [first] = options;
    const stays = options.filter(({ isInstalled }) => isInstalled);
    return found.has(first?.ecu) || stays.length === 0 ? options : stays;
  });
}

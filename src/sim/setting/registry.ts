// Owns: what registries of kinds have in common: steps, bus faults, attacks and expectations, each kind in a file of its own.

/** How a kind is told in docs/scenarios.md: a row of the table there. */
export interface Documented {
  /** As it is written in a scenario, such as `wait: 2s`; of an attack, its fields. */
  readonly form: string;
  readonly meaning: string;
}

/** The exports of an index by their names, in alphabetical order, which is the same however modules are loaded. */
export function registryOf<Kind>(index: object): Readonly<Record<string, Kind>> {
  return Object.fromEntries(Object.entries(index).sort(([a], [b]) => (a < b ? -1 : 1)));
}

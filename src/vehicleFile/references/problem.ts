// Owns: what a check of a scenario finds wrong, and where.

export interface Problem {
  /** Members and indices, from the top of the scenario. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

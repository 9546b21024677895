// Owns: where the versions of Node differ in what they make of the scenarios. Starts nothing and reads no file.

export interface ScenarioRun {
  readonly scenario: string;
  readonly outcome: string;
  readonly traceDigest: string;
}

export interface VersionRuns {
  readonly version: string;
  readonly runs: readonly ScenarioRun[];
}

export interface ScenarioVerdict {
  readonly scenario: string;
  /** What is wrong, in a line; none where all versions passed with one trace. */
  readonly problem?: string;
  /** Two versions whose traces differ. */
  readonly differ?: readonly [string, string];
}

/** One verdict a scenario that any version ran, in their order. A version that did not run one has a problem there. */
export function compareVersions(versions: readonly VersionRuns[]): readonly ScenarioVerdict[] {
  const scenarios = new Set(versions.flatMap(({ runs }) => runs.map(({ scenario }) => scenario)));
  return [...scenarios].map((scenario) => verdictOn(scenario, versions));
}

function verdictOn(scenario: string, versions: readonly VersionRuns[]): ScenarioVerdict {
  const byDigest = new Map<string, string[]>();
  for (const { version, runs } of versions) {
    const run = runs.find((candidate) => candidate.scenario === scenario);
    if (run === undefined) return { scenario, problem: `not run on ${version}` };
    if (run.outcome !== 'passed') return { scenario, problem: `${run.outcome} on ${version}` };
    byDigest.set(run.traceDigest, [...(byDigest.get(run.traceDigest) ?? []), version]);
  }
  const [[, [one = ''] = []] = [], [, [other] = []] = []] = byDigest;
  if (other === undefined) return { scenario };
  const groups = [...byDigest].map(([digest, names]) => `${names.join(', ')}: ${digest.slice(0, 12)}`);
  return { scenario, problem: `traces differ (${groups.join('; ')})`, differ: [one, other] };
}

/** The first line, from 1, in which two texts differ, and that line of both; a text that has ended has undefined there. */
export function firstDifference(left: string, right: string) {
  const [lefts, rights] = [left.split('\n'), right.split('\n')];
  for (let index = 0; index < Math.max(lefts.length, rights.length); index += 1) {
    if (lefts[index] !== rights[index]) return { line: index + 1, left: lefts[index], right: rights[index] };
  }
  return undefined;
}

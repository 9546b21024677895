// Owns: `npm run bench:nominal -- --against DIR`: the warm nominal run, its trace's digest included, of this checkout's build and of
// another's, by turns, each in a process of its own. In processor time, as other programs take the processor away at will. Figures to
// compare side by side, never to assert on.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const rounds = 15;
const runsInRound = 11;
/** Rounds until V8 has compiled what it will compile. */
const warmUpRounds = 12;

interface Round {
  /** Milliseconds of processor a run: the median of the round's. */
  readonly runMs: number;
  readonly digests: readonly string[];
}

class Build {
  readonly name: string;
  readonly timesMs: number[] = [];
  private readonly child: ChildProcess;

  constructor(name: string, dist: string) {
    this.name = name;
    this.child = fork(fileURLToPath(new URL('nominalRounds.mjs', import.meta.url)), [dist], { execArgv: [] });
    this.child.once('exit', () => {
      if (this.timesMs.length < rounds) process.exit(1); // it has said why
    });
  }

  async started(): Promise<void> {
    await once(this.child, 'message');
  }

  async round(seeds: readonly number[]): Promise<Round> {
    this.child.send(seeds);
    const [round]: Round[] = await once(this.child, 'message');
    if (round === undefined) throw new Error(`${this.name} gave no answer`);
    return round;
  }

  end(): void {
    this.child.kill();
  }
}

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
const median = (values: readonly number[]) => sorted(values)[Math.floor(values.length / 2)] ?? Number.NaN;

function spread(values: readonly number[], digits: number): string {
  const [lowest = Number.NaN] = sorted(values);
  const figures = [median(values), lowest, Math.max(...values)].map((value) => value.toFixed(digits).padStart(7));
  return `median ${figures[0]}  min ${figures[1]}  max ${figures[2]}`;
}

async function compare(builds: readonly Build[]): Promise<boolean> {
  for (const build of builds) await build.started();
  let areAlike = true;
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const seeds = Array.from({ length: runsInRound }, (_, index) => 1 + (round + warmUpRounds) * runsInRound + index);
    const digests = new Set<string>();
    // Who goes first changes with each round.
    for (const build of round % 2 === 0 ? builds : builds.toReversed()) {
      const done = await build.round(seeds);
      digests.add(done.digests.join());
      if (round >= 0) build.timesMs.push(done.runMs);
    }
    areAlike &&= digests.size === 1;
  }
  return areAlike;
}

const { values } = parseArgs({ options: { against: { type: 'string' } } });
const own = fileURLToPath(new URL('../dist', import.meta.url));
const other = values.against === undefined ? undefined : resolve(values.against);
for (const dist of [own, other]) {
  if (dist !== undefined && !existsSync(dist)) throw new Error(`there is no ${dist}: build it first`);
}
const builds = [...(other === undefined ? [] : [new Build('that build', other)]), new Build('this build', own)];
const areAlike = await compare(builds);
for (const build of builds) build.end();
console.log(`warm nominal run, ${rounds} rounds of ${runsInRound} runs by turns, Node ${process.version}`);
for (const { name, timesMs } of builds) console.log(`${name}   processor ms a run  ${spread(timesMs, 2)}`);
const [first, second] = builds;
if (first !== undefined && second !== undefined) {
  const ratios = first.timesMs.map((ms, round) => ms / (second.timesMs[round] ?? Number.NaN));
  console.log(`times as fast, round by round  ${spread(ratios, 2)}`);
  console.log(areAlike ? 'traces: the same in both' : 'traces: DIFFERENT');
  if (!areAlike) process.exitCode = 1;
}

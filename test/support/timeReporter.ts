// Owns: the closing words of a test run on what it took: its slowest files, and its processor time with that of all it started.
import { readFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

const filesNamed = 10;
/** Faster ones are not worth a line. */
const namedFromMs = 1000;
/** Of /proc: USER_HZ, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface FileTime {
  readonly file: string;
  readonly ms: number;
}

/** The slowest first: seconds and file, one a line. */
export function slowest(times: readonly FileTime[]): readonly string[] {
  const slow = times.filter(({ ms }) => ms >= namedFromMs).sort((a, b) => b.ms - a.ms);
  return slow.slice(0, filesNamed).map(({ file, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${file}`);
}

/** Seconds that a process and its ended children have worked, of its `/proc/PID/stat`; undefined where the text is none. */
export function processorSeconds(stat: string): number | undefined {
  // The program's name, in brackets, may hold spaces and brackets. From the state on: utime, stime, cutime, cstime are 11 to 14.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).map(Number);
  if (ticks.length < 4 || ticks.some(Number.isNaN)) return undefined;
  return ticks.reduce((sum, some) => sum + some, 0) / ticksPerSecond;
}

function ownStat(): string {
  try {
    return readFileSync('/proc/self/stat', 'utf8');
  } catch {
    return ''; // not Linux
  }
}

export default class TimeReporter implements Reporter {
  onInit(): void {
    // The workers' time counts once they have ended.
    process.once('exit', () => {
      const seconds = processorSeconds(ownStat());
      if (seconds !== undefined)
        console.log(`processor time: ${seconds.toFixed(0)} s, workers and what they started included`);
      else
        console.log(
          `processor time: ${(process.cpuUsage().user / 1e6).toFixed(0)} s, without the workers (only Linux tells theirs)`,
        );
    });
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = slowest(
      modules.map((module) => ({ file: module.relativeModuleId, ms: module.diagnostic().duration })),
    );
    if (lines.length > 0) console.log(['slowest files:', ...lines].join('\n'));
  }
}

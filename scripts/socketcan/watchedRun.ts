// Owns: test files in one vitest process, each within its time. One that takes longer is ended, with its process, and counts as one failure;
// the files after it run in a new one. Must not know what is tested.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FileNews } from './fileReporter.ts';

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const reporter = fileURLToPath(new URL('fileReporter.ts', import.meta.url));

export interface WatchedRun {
  /** Where vitest runs, and the files are. */
  readonly folder: string;
  /** Further arguments of vitest. */
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** The most that a file may take, from its being loaded to its end; also what vitest may take before and between files. */
  readonly fileMs: number;
  /** Where vitest's own output goes. */
  readonly output: 'inherit' | 'ignore';
  /** Takes lines: the sum after each file, and which file was ended. */
  readonly tell: (line: string) => void;
}

export interface Sums {
  readonly passed: number;
  readonly failed: number;
}

type Ended = Extract<FileNews, { ended: string }>;

/** How a process came to its end. `overdue`: the file that stood still, empty for none in particular. */
interface Outcome {
  readonly overdue: string | undefined;
  readonly code: number | null;
}

function oneProcess(files: readonly string[], run: WatchedRun, ended: (news: Ended) => void): Promise<Outcome> {
  const given = ['run', '--pool=forks', '--no-file-parallelism', '--maxWorkers=1'];
  const reporters = ['--reporter=default', `--reporter=${reporter}`];
  // A group of its own: what the tests started ends with it.
  const child = spawn(process.execPath, [vitest, ...given, ...reporters, ...run.arguments, ...files], {
    cwd: run.folder,
    env: run.environment,
    stdio: ['ignore', run.output, run.output, 'ipc'],
    detached: true,
  });
  return new Promise((resolve) => {
    let overdue: string | undefined;
    let timer: NodeJS.Timeout | undefined;
    const watch = (file: string) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        overdue = file;
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      }, run.fileMs);
    };
    watch('');
    child.on('message', (news: FileNews) => {
      watch('began' in news ? news.began : '');
      if ('ended' in news) ended(news);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ overdue, code });
    });
  });
}

/** Runs the files, by their paths in the folder, one after the other. */
export async function runWatched(files: readonly string[], run: WatchedRun): Promise<Sums> {
  let left = files;
  let passed = 0;
  let failed = 0;
  const without = (gone: string | undefined) => left.filter((file) => file !== gone);
  const ended = (news: Ended) => {
    left = without(news.ended);
    passed += news.passed;
    failed += news.failed;
    run.tell(`${passed} passed, ${failed} failed`);
  };
  while (left.length > 0) {
    const failedBefore = failed;
    const { overdue, code } = await oneProcess(left, run, ended);
    if (overdue === undefined) {
      if (code !== 0 && failed === failedBefore) {
        failed += 1;
        run.tell('vitest failed outside of a test (see above)');
      }
      break;
    }
    failed += 1;
    // Before the first file and between two it is vitest itself that stands still: without the next file it may not.
    const file = overdue === '' ? left[0] : overdue;
    left = without(file);
    run.tell(`${file}: ended after ${Math.round(run.fileMs / 1000)} s, the most that a file may take here`);
    run.tell(`${passed} passed, ${failed} failed`);
  }
  return { passed, failed };
}

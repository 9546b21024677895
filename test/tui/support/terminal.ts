// Owns: a program in a real pseudo-terminal whose screen can be read and waited for. For tests and screenshots.
import { type IPty, spawn } from '@lydell/node-pty';
import headless, { type Terminal } from '@xterm/headless';
import { hostTimer } from '../../../src/core/time/hostTime.ts';

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  /** Added to the present environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface TerminalSession {
  readonly model: Terminal;
  /** Everything that the program wrote. */
  readonly transcript: () => string;
  /** The visible rows, without spaces at their ends. */
  readonly screen: () => readonly string[];
  readonly press: (keys: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** Resolves as soon as `holds` of the screen; rejects after `deadlineMs` with the screen as it was, or if the program ends first. */
  readonly until: (holds: (rows: readonly string[]) => boolean, deadlineMs?: number) => Promise<void>;
  /** Resolves when the program has ended and all that it wrote is on the screen. */
  readonly ended: Promise<{ readonly exitCode: number; readonly signal: number | undefined }>;
  readonly end: () => void;
}

const defaultDeadlineMs = 45_000;

function rowsOf(model: Terminal): readonly string[] {
  const { active } = model.buffer;
  return Array.from(
    { length: model.rows },
    (_, row) =>
      active
        .getLine(active.baseY + row)
        ?.translateToString(true)
        .trimEnd() ?? '',
  );
}

/** As on a user's terminal: with `CI` set, to whatever value, ink draws only the end, or chalk finds no colour. */
function environment(extra: TerminalOptions['env'] = {}): Record<string, string> {
  const unset = {
    CI: undefined,
    CONTINUOUS_INTEGRATION: undefined,
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
    NODE_ENV: undefined,
  };
  const all = { ...process.env, ...unset, COLORTERM: 'truecolor', ...extra };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function startModel(
  pty: IPty,
  model: Terminal,
): { transcript: () => string; onScreen: (run: () => void) => () => void } {
  const watchers = new Set<() => void>();
  let written = '';
  pty.onData((data) => {
    written += data;
    model.write(data, () => {
      for (const watcher of [...watchers]) watcher();
    });
  });
  return {
    transcript: () => written,
    onScreen(run) {
      watchers.add(run);
      return () => watchers.delete(run);
    },
  };
}

/** Starts a program in a terminal of the given size. The caller must `end` it. */
export function openTerminal(command: string, args: readonly string[], options: TerminalOptions): TerminalSession {
  const { columns: cols, rows, env } = options;
  const model = new headless.Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
  const pty = spawn(command, [...args], { name: 'xterm-256color', cols, rows, env: environment(env) });
  const { transcript, onScreen } = startModel(pty, model);
  let running = true;
  const ended = new Promise<{ exitCode: number; signal: number | undefined }>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      running = false;
      // An empty write is drawn after all that came before it.
      model.write('', () => resolve({ exitCode, signal }));
    });
  });

  function until(holds: (rows: readonly string[]) => boolean, deadlineMs = defaultDeadlineMs): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        cancelDeadline();
        forget();
        settle();
      };
      const check = () => {
        if (holds(rowsOf(model))) finish(resolve);
      };
      const fail = (why: string) => finish(() => reject(new Error(`${why}; the screen:\n${rowsOf(model).join('\n')}`)));
      const cancelDeadline = hostTimer(deadlineMs, () => fail(`not within ${deadlineMs} ms`));
      const forget = onScreen(check);
      void ended.then(() => {
        check();
        fail('the program ended');
      });
      check();
    });
  }

  return {
    model,
    transcript,
    screen: () => rowsOf(model),
    press: (keys) => pty.write(keys),
    resize(columns, newRows) {
      model.resize(columns, newRows);
      pty.resize(columns, newRows);
    },
    until,
    ended,
    end() {
      if (running) pty.kill('SIGKILL');
      model.dispose();
    },
  };
}

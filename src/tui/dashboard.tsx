// Owns: the live dashboard: draws the present view at most ten times a second, passes keys on, and leaves the terminal as it
// found it. The only module that starts ink; load it only where a terminal is to be drawn on.
import { type Instance, render } from 'ink';
import type { ReactElement } from 'react';
import { hostTimer } from '../core/time/hostTime.ts';
import { logLines } from '../report/logLines.ts';
import type { RunStore } from '../report/runView.ts';
import { terminalText } from '../report/text/line.ts';
import type { SimEvent } from '../sim/events/events.ts';
import { Frame } from './Frame.tsx';
import { KeyListener } from './KeyListener.tsx';
import { type DashboardControls, type KeyAction, perform } from './keys.ts';
import { InkOutput, sizeOf, takeScreen } from './screen.ts';

export type { DashboardControls } from './keys.ts';

const drawEveryMs = 100;
/** The frame that stays is followed by a summary: together they should not fill a tall screen. */
const lastFrameRowsMax = 24;
/** Of the event log, printed whole above the frame that stays: the screen cut the longer ones short. */
const logLinesLeft = 40;

export interface DashboardOptions {
  readonly store: Pick<RunStore, 'update' | 'view'>;
  readonly controls: DashboardControls;
  /** Ends the process. */
  readonly abort: () => void;
  readonly stdout?: NodeJS.WriteStream;
  readonly stdin?: NodeJS.ReadStream;
  /** By default: unless NO_COLOR is set. */
  readonly color?: boolean;
}

export interface Dashboard {
  /** Tells the store of an event; drawn with the next frame. */
  readonly update: (event: SimEvent) => void;
  /** Gives the terminal back, with what the log held last and the last frame on it. Resolves when that is written. Safe to call again. */
  readonly finish: () => Promise<void>;
}

/** Performs keys; a second Ctrl+C ends the process even where the caller does not come to an end. */
function keyHandler({ controls, abort }: DashboardOptions): (action: KeyAction) => void {
  let quitAsked = false;
  return (action) => {
    if (action === 'interrupt' && quitAsked) abort();
    quitAsked ||= action === 'interrupt' || action === 'quit';
    perform(action, controls);
  };
}

/** Takes the terminal and shows a run until `finish`. The terminal is restored however the process ends before that. */
export function showDashboard(options: DashboardOptions): Dashboard {
  const { store, controls, stdout = process.stdout, stdin = process.stdin } = options;
  const color = options.color ?? !process.env.NO_COLOR;
  const act = keyHandler(options);
  const hasKeys = stdin.isTTY === true;
  const output = new InkOutput(stdout);
  let ink: Instance | undefined;
  let cancelDraw = () => {};
  let finished: Promise<void> | undefined;

  function frame(last: boolean): ReactElement {
    const view = store.view();
    const timeNs = Math.max(view.timeNs, controls.nowNs?.() ?? 0);
    const { columns, rows } = sizeOf(stdout);
    const size = { columns, rows: last ? Math.min(rows, lastFrameRowsMax) : rows };
    const state = { size, speed: controls.speed(), paused: controls.paused() };
    return (
      <>
        <Frame view={view} timeNs={timeNs} {...state} hasKeys={hasKeys} color={color} last={last} />
        {hasKeys && !last && <KeyListener act={act} />}
      </>
    );
  }

  function start(last: boolean): Instance {
    return render(frame(last), {
      // ink asks for a TTY's stream but uses only what InkOutput has.
      stdout: output as unknown as NodeJS.WriteStream,
      stdin,
      exitOnCtrlC: false,
      patchConsole: !last,
    });
  }

  function draw(): void {
    ink?.rerender(frame(false));
    cancelDraw = hostTimer(drawEveryMs, draw);
  }

  function resized(): void {
    screen.clear();
    ink?.rerender(frame(false));
    output.emit('resize');
  }

  function release(): void {
    cancelDraw();
    stdout.off('resize', resized);
    ink?.unmount();
    ink = undefined;
  }

  const screen = takeScreen(stdout, stdin, release);
  ink = start(false);
  // Rejects where a panel threw: a bug. Left unhandled it ends the process, for the run must not go on unseen.
  void ink.waitUntilExit();
  stdout.on('resize', resized);
  cancelDraw = hostTimer(drawEveryMs, draw);

  async function finish(): Promise<void> {
    screen.leave();
    const log = logLines(store.view().log).slice(-logLinesLeft);
    stdout.write(log.map((line) => `${terminalText(line, color)}\n`).join(''));
    const shown = start(true);
    shown.unmount();
    await new Promise<void>((resolve) => stdout.write('', () => resolve()));
  }

  return {
    update: store.update,
    finish() {
      finished ??= finish();
      return finished;
    },
  };
}

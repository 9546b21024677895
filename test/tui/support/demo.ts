// Owns: a small program that plays the fixture run on the dashboard in real time; the pty tests and screenshots run it.
// Arguments: how it ends, and the speed.

import { EventQueue } from '../../../src/core/time/clock.ts';
import { hostTimer, monotonicMs } from '../../../src/core/time/hostTime.ts';
import { Pacer } from '../../../src/core/time/pacer.ts';
import { createRunStore, type RunView } from '../../../src/report/runView.ts';
import { summaryText } from '../../../src/report/summary.ts';
import { speedMin } from '../../../src/tui/keys.ts';
import { loadDashboard } from '../../../src/tui/loadDashboard.ts';
import { fixtureRun } from './fixtureRun.ts';

/**
 * How it ends: `end` by itself; `throw` with an exception while it is running; `exit` by process.exit; `panel` with one
 * thrown while a panel is drawn; `deaf`: only a second Ctrl+C ends it.
 */
const [ending = 'end', speedText = '4'] = process.argv.slice(2);
const endingAfterMs = 500;

const startedMs = monotonicMs();
const color = !process.env.NO_COLOR;
const store = createRunStore();
const queue = new EventQueue();
let speed = Math.max(speedMin, Number(speedText));
let paused = false;
const pacer = new Pacer(queue, speed, (cause) => {
  throw cause;
});

const { showDashboard } = await loadDashboard();
let broken = false;
const dashboard = showDashboard({
  abort: () => process.exit(130),
  store: {
    update: store.update,
    view: () => (broken ? brokenView() : store.view()),
  },
  controls: {
    paused: () => paused,
    pause() {
      paused = true;
      pacer.stop();
    },
    resume() {
      paused = false;
      pacer.start();
    },
    speed: () => speed,
    setSpeed(next) {
      speed = next;
      pacer.setSpeed(next);
    },
    quit() {
      if (ending !== 'deaf') void end();
    },
  },
});

/** A view that makes the panel that first reads its ECUs throw. */
function brokenView(): RunView {
  return Object.defineProperty({ ...store.view() }, 'ecus', {
    get() {
      throw new Error('thrown by a panel');
    },
  });
}

async function end(): Promise<void> {
  pacer.stop();
  await dashboard.finish();
  process.stdout.write(`\n${summaryText(store.view(), { wallMs: monotonicMs() - startedMs, color })}`);
}

// The process id, so that a test can send a signal to this very process.
const scenario = `demo-${process.pid}`;
for (const event of fixtureRun()) {
  const shown = event.type === 'run.started' ? { ...event, scenario } : event;
  queue.at(event.t, () => {
    dashboard.update(shown);
    if (event.type === 'run.finished') void end();
  });
}
if (ending === 'throw') {
  hostTimer(endingAfterMs, () => {
    throw new Error('thrown by the demo');
  });
}
if (ending === 'panel') {
  hostTimer(endingAfterMs, () => {
    broken = true;
  });
}
if (ending === 'exit') hostTimer(endingAfterMs, () => process.exit(7));
pacer.start();

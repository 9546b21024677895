// Owns: recording inputs from real interfaces as they come into a run.
import type { Enter } from '../../bus/enter.ts';
import type { Clock } from '../../core/time/clock.ts';
import { hostTimer } from '../../core/time/hostTime.ts';
import type { Recorder, TraceSink } from './tape.ts';

/** Inputs wait for the next turn of the event loop, so that each comes in between events, never inside one. */
export function createRecorder(clock: Clock, enter: Enter, sink: TraceSink): Recorder {
  let waiting: (() => void)[] = [];
  const flush = () => {
    const inputs = waiting;
    waiting = [];
    for (const input of inputs) enter(input);
  };
  return {
    input(port, content, deliver) {
      if (waiting.length === 0) hostTimer(0, flush);
      waiting.push(() => {
        sink.put({ type: 'input', t: clock.nowNs(), port, ...content });
        deliver();
      });
    },
    note(port, content) {
      sink.put({ type: 'input', t: clock.nowNs(), port, ...content });
    },
  };
}

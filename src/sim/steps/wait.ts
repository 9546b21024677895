// Owns: time that passes while the vehicle is on.
import { day, duration } from '../../vehicleFile/fields.ts';
import { durationText, pause } from './pause.ts';
import { stepKind } from './step.ts';

/** Simulated time that a scenario may merely wait for: an idle hour is dull, an idle year is `parked`. */
const waitsMsMax = day;

export const wait = stepKind({
  schema: duration(day),
  documented: [{ form: 'wait: 2s', meaning: 'time passes: 0 to 1d, a day in all at the most' }],
  text: (durationMs) => `wait ${durationText(durationMs)}`,
  *problems(durationMs, { known, path }) {
    known.waitsMs += durationMs;
    if (known.waitsMs > waitsMsMax) yield { path, message: 'more than a day of waiting in all: use parked' };
  },
  *run({ world }, durationMs) {
    yield* pause(world, durationMs);
  },
});

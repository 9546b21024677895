// Owns: time that passes on the calendar while the vehicle is switched off.
import { age } from '../../vehicleFile/fields.ts';
import { bootMs, durationText, pause } from './pause.ts';
import { stepKind } from './step.ts';

export const parked = stepKind({
  schema: age,
  documented: [
    {
      form: 'parked: 31d',
      meaning:
        '0 to 3650d: the calendar moves on while the vehicle is switched off; then it boots. The servers are looked after meanwhile: roots are valid for a year, and a new one is made a month before',
    },
  ],
  text: (durationMs) => `parked for ${durationText(durationMs)}`,
  *run({ world }, durationMs) {
    world.operator.waitOut(durationMs);
    world.boot();
    yield* pause(world, bootMs(world));
  },
});

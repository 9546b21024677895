// Owns: bit errors, and frames that are lost, changed or late, on a bus or at one of its nodes, which then sees other frames than the rest.
import * as z from 'zod';
import { duration, minute, name, share } from '../../vehicleFile/fields.ts';
import { withUnits } from '../../vehicleFile/withUnits.ts';
import { busFaultKind } from './busFault.ts';

export const disturb = busFaultKind({
  schema: withUnits(
    z
      .strictObject({
        bus: name,
        node: name.optional(),
        bitErrors: share.optional(),
        loss: share.optional(),
        corruption: share.optional(),
        delay: duration(minute).optional(),
      })
      .refine(
        ({ bitErrors, loss, corruption, delay }) =>
          [bitErrors, loss, corruption, delay].some((given) => given !== undefined),
        'bitErrors, loss, corruption or delay is needed',
      ),
    { delay: 'delayMs' },
  ),
  documented: [
    {
      form: 'disturb: {bus, bitErrors: 0.001}',
      meaning:
        'so many of its bits (0 to 1) go wrong, for all nodes alike; with `node: ECU`, for that one alone. Simulated buses only',
    },
    {
      form: 'disturb: {bus, node: ECU, loss: 0.01, corruption: 0.001, delay: 5ms}',
      meaning:
        'the node, or each one, does not hear so many frames (0 to 1); hears so many with a wrong bit that no CRC caught (0 to 1); hears all of them later (0 to 1min)',
    },
  ],
  text({ bus, node, bitErrors, loss, corruption, delayMs }) {
    const parts = [
      ...(bitErrors === undefined ? [] : [`bit errors at a rate of ${bitErrors}`]),
      ...(loss === undefined ? [] : [`${percent(loss)} of frames lost`]),
      ...(corruption === undefined ? [] : [`${percent(corruption)} of frames changed`]),
      ...(delayMs === undefined ? [] : [`frames ${delayMs} ms late`]),
    ];
    return `bus ${bus} is disturbed${node === undefined ? '' : ` at ${node}`}: ${parts.join(', ')}`;
  },
  nodesOf: ({ node }) => (node === undefined ? [] : [node]),
  needsTiming: ({ bitErrors }) => bitErrors !== undefined,
  apply: (bus, disturbance) => bus.disturb(disturbance),
});

function percent(part: number): string {
  return `${Number((100 * part).toPrecision(3))} %`;
}

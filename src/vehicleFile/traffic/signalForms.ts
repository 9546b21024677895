// Owns: the form of what signals of the background traffic carry: in a vehicle file what drives them, in the head of a trace all that is
// needed to pack them. Must not know DBC files.
import * as z from 'zod';
import { signalBitsMax, signalSwitchesMax } from '../../bus/limits.ts';
import type { WantedDriver } from '../../bus/restBus/signals/drivenMessages.ts';
import { dataIdModes } from '../../bus/restBus/signals/e2eProfile1.ts';
import { isPrintable } from '../../core/text.ts';
import { minute } from '../fields.ts';
import { durationBetween } from '../quantities.ts';
import { withUnits } from '../withUnits.ts';

/** What a DBC file calls a message, a node or a signal. */
export const dbcName = z
  .string()
  .min(1)
  .max(128)
  .refine(isPrintable, 'a name without control characters is needed')
  .refine((text) => !(text in Object.prototype), 'this name is not allowed');

const raw = z.strictObject({ raw: z.int() });
const physical = z.strictObject({ value: z.number() });
/** The two ends of a ramp need at least a frame between them. */
const over = durationBetween(1, 60 * minute, 'a duration such as 500ms or 10s');
const ramp = z.strictObject({
  ramp: withUnits(z.strictObject({ from: z.number(), to: z.number(), over }), { over: 'overMs' }),
});
const crc = z.strictObject({ crc: z.enum(['sae-j1850']) });
const e2eProfile1 = z.strictObject({
  e2eProfile1: z.strictObject({
    dataId: z.int().min(0).max(0xffff).meta({ hex: true }),
    dataIdMode: z.enum(dataIdModes).default('both'),
    countedBy: dbcName.optional(),
  }),
});
const inOrder = (counter: { from: number; to?: number | undefined }) =>
  counter.to === undefined || counter.to >= counter.from;
const orderText = '`to` has to be `from` or more';
const from = z.int().default(0);
const step = z.int().min(1).default(1);
const counter = z.strictObject({
  counter: z.strictObject({ from, to: z.int().optional(), step }).refine(inOrder, orderText),
});
const wholeCounter = z.strictObject({
  counter: z.strictObject({ from, to: z.int(), step }).refine(inOrder, orderText),
});

/** In a vehicle file: a number alone is a physical value. */
export const wantedDriver = z.union([z.number(), physical, raw, counter, ramp, crc, e2eProfile1]);

export function driverOf(wanted: z.output<typeof wantedDriver>): WantedDriver {
  return typeof wanted === 'number' ? { value: wanted } : wanted;
}

const rawValue = z.int().min(0);
const rawRange = z.tuple([rawValue, rawValue]).readonly();

/** A signal of a message in the head of a trace. */
export const drivenSignal = z.strictObject({
  name: dbcName,
  start: z.int().min(0).max(511),
  length: z.int().min(1).max(signalBitsMax),
  bigEndian: z.boolean(),
  signed: z.boolean(),
  float: z.boolean(),
  factor: z.number(),
  offset: z.number(),
  driver: z.union([physical, z.strictObject({ raw: z.number() }), wholeCounter, ramp, crc, e2eProfile1]),
  when: z
    .array(z.strictObject({ switch: dbcName, ranges: z.array(rawRange).max(4096).readonly() }))
    .max(signalSwitchesMax)
    .readonly()
    .optional(),
});

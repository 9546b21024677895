// Owns: a bus's background traffic in a vehicle file: named by a DBC file or a capture, or written out; and reading such files, so that a
// scenario holds all that it needs.
import { dirname, isAbsolute, join } from 'node:path';
import * as z from 'zod';
import { checkFrame, extendedIdMax, fdDataBytesMax } from '../../bus/frame/checkFrame.ts';
import { cycleMsMax, cycleMsMin } from '../../bus/restBus/dbc/cyclicMessages.ts';
import { cyclicFrame } from '../../bus/restBus/restBus.ts';
import { fits } from '../../bus/restBus/signals/packSignal.ts';
import { dbcMessagesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { dbcTraffic, readDbcTraffic } from './dbcTraffic.ts';
import { loggedTraffic, readRecordedTraffic, writtenTraffic } from './recordedTraffic.ts';
import { dbcName, drivenSignal } from './signalForms.ts';
import type { TrafficFault } from './trafficFile.ts';

const cyclicMessage = z
  .strictObject({
    name: dbcName,
    node: dbcName,
    id: z.int().min(0).max(extendedIdMax).meta({ hex: true }),
    extended: z.boolean().default(false),
    fd: z.boolean().default(false),
    bytes: z.int().min(0).max(fdDataBytesMax),
    cycleMs: z.number().min(cycleMsMin).max(cycleMsMax),
    /** When the first one is sent; at a moment within the first cycle, drawn from the seed, when omitted. */
    delayMs: z.number().min(0).max(cycleMsMax).optional(),
    /** What it carries, in hexadecimal; drawn anew each time when omitted. */
    data: z
      .string()
      .regex(/^(?:[0-9a-f]{2}){0,64}$/)
      .optional(),
    /** What is put into that, frame by frame. */
    signals: z.array(drivenSignal).max(512).readonly().optional(),
  })
  .superRefine((message, context) => {
    const { bytes, data, signals = [] } = message;
    const fault = checkFrame(cyclicFrame(message, new Uint8Array(bytes)), true);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault.message });
    if (data !== undefined && data.length !== 2 * bytes) {
      context.addIssue({
        code: 'custom',
        path: ['data'],
        message: `${bytes} bytes are needed, not ${data.length / 2}`,
      });
    }
    for (const [index, signal] of signals.entries()) {
      if (fits(signal, bytes)) continue;
      const text = `its bits are not all within the ${bytes} bytes of the message`;
      context.addIssue({ code: 'custom', path: ['signals', index], message: text });
    }
  });

export const trafficSchema = z.union([
  dbcTraffic,
  loggedTraffic,
  z.strictObject({ messages: z.array(cyclicMessage).min(1).max(dbcMessagesMax) }),
  writtenTraffic,
]);

export type Traffic = z.output<typeof trafficSchema>;

/** The file that a traffic names, and by which member; undefined for one that is written out. */
export function trafficFile(traffic: Traffic, vehiclePath: string): { member: string; path: string } | undefined {
  const pathOf = (named: string) => (isAbsolute(named) ? named : join(dirname(vehiclePath), named));
  if ('dbc' in traffic) return { member: 'dbc', path: pathOf(traffic.dbc) };
  return 'log' in traffic ? { member: 'log', path: pathOf(traffic.log) } : undefined;
}

interface TrafficRead {
  /** Undefined where nothing is left that would be sent. */
  readonly traffic: Traffic | undefined;
  /** What is left out of the file, and why, a line each. */
  readonly notes: readonly string[];
}

/** The same, with what its file says in place of the file's name. Throws an InputError that names the file and the line. */
export function withTrafficRead(traffic: Traffic, vehiclePath: string, fd: boolean): Result<TrafficRead, TrafficFault> {
  const { path } = trafficFile(traffic, vehiclePath) ?? {};
  if (path !== undefined && 'dbc' in traffic) {
    const read = readDbcTraffic(traffic, path);
    if (!read.ok) return read;
    const { messages, notes } = read.value;
    return ok({ traffic: messages.length === 0 ? undefined : { messages }, notes });
  }
  if (path === undefined || !('log' in traffic)) return ok({ traffic, notes: [] });
  if (traffic.recording === undefined) return ok(readRecordedTraffic(traffic, path, fd));
  return fail({ path: ['recording'], text: 'it stands in traces alone, in which `log` has been read' });
}

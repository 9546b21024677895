// Owns: a bus's background traffic in a vehicle file: named by a DBC file or a candump log, or written out; and reading such files, so
// that a scenario holds all that it needs.
import { dirname, isAbsolute, join } from 'node:path';
import * as z from 'zod';
import { checkFrame, extendedIdMax, fdDataBytesMax } from '../bus/frame/checkFrame.ts';
import { formatFrame, parseFrame } from '../bus/frame/frameText.ts';
import { cycleMsMax, cycleMsMin, readDbc } from '../bus/restBus/dbc.ts';
import { cyclicFrame, type RecordedFrame } from '../bus/restBus/restBus.ts';
import { createCandumpDecoder } from '../capture/candump/candumpLog.ts';
import type { CaptureRecord } from '../capture/record/captureRecord.ts';
import { fromUtf8 } from '../core/bytes.ts';
import { InputError } from '../core/faults.ts';
import { dbcMessagesMax } from '../core/limits.ts';
import { isPrintable } from '../core/text.ts';
import { NS_PER_S } from '../core/units.ts';
import { readBoundedFile } from '../files/regularFile.ts';
import { name } from './fields.ts';
import { trafficFileBytesMax, trafficFramesMax } from './limits.ts';

const shownName = z.string().min(1).max(128).refine(isPrintable, 'a name without control characters is needed');

const cyclicMessage = z
  .strictObject({
    name: shownName,
    node: shownName,
    id: z.int().min(0).max(extendedIdMax).meta({ hex: true }),
    extended: z.boolean().default(false),
    fd: z.boolean().default(false),
    bytes: z.int().min(0).max(fdDataBytesMax),
    cycleMs: z.number().min(cycleMsMin).max(cycleMsMax),
  })
  .superRefine((message, context) => {
    const fault = checkFrame(cyclicFrame(message, new Uint8Array(message.bytes)), true);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault.message });
  });

/** A recording lasts a day at the most. */
const recordingNsMax = 86_400 * NS_PER_S;

/** Nanoseconds since the first, and candump's text of the frame. */
const recordedFrame = z.tuple([
  z.int().min(0).max(recordingNsMax),
  z
    .string()
    .refine((text) => parseFrame(text) !== undefined)
    .meta({ needed: 'a frame such as 123#DEADBEEF' }),
]);

const file = z.string().min(1).max(1000);

export const trafficSchema = z.union([
  z.strictObject({ dbc: file }),
  /** Frames of one interface of a candump log; of the first that it names when omitted. */
  z.strictObject({ log: file, interface: name.optional() }),
  z.strictObject({ messages: z.array(cyclicMessage).min(1).max(dbcMessagesMax) }),
  z.strictObject({
    frames: z
      .array(recordedFrame)
      .min(1)
      .max(trafficFramesMax)
      .refine(
        (frames) => frames.every(([atNs], index) => atNs >= (frames[index - 1]?.[0] ?? 0)),
        'frames are needed in the order of time',
      ),
  }),
]);

export type Traffic = z.output<typeof trafficSchema>;

/** The file that a traffic names, and by which member; undefined for one that is written out. */
export function trafficFile(traffic: Traffic, vehiclePath: string): { member: string; path: string } | undefined {
  const pathOf = (named: string) => (isAbsolute(named) ? named : join(dirname(vehiclePath), named));
  if ('dbc' in traffic) return { member: 'dbc', path: pathOf(traffic.dbc) };
  return 'log' in traffic ? { member: 'log', path: pathOf(traffic.log) } : undefined;
}

/** The same, with what its file says in place of the file's name. Throws an InputError that names the file and the line. */
export function withTrafficRead(traffic: Traffic, vehiclePath: string): Traffic {
  const { path } = trafficFile(traffic, vehiclePath) ?? {};
  if (path !== undefined && 'dbc' in traffic) return { messages: [...readDbcFile(path)] };
  if (path !== undefined && 'log' in traffic) return { frames: [...readLog(path, traffic.interface)] };
  return traffic;
}

function readDbcFile(path: string): readonly z.output<typeof cyclicMessage>[] {
  const bytes = readBoundedFile(path, trafficFileBytesMax);
  // DBC files come in any code page: names and numbers are the same in all.
  const read = readDbc(fromUtf8(bytes) ?? Buffer.from(bytes).toString('latin1'));
  if (!read.ok) throw new InputError(`${path}:${read.fault.line}: ${read.fault.message}`);
  if (read.value.length === 0) throw new InputError(`${path}: no message in it has a sender and a GenMsgCycleTime`);
  return read.value;
}

function readLog(path: string, wanted: string | undefined): readonly [number, string][] {
  const decoder = createCandumpDecoder();
  const frames: [number, string][] = [];
  let from = wanted;
  let firstNs: bigint | undefined;
  let problem: string | undefined;
  const put = (record: CaptureRecord) => {
    from ??= record.bus;
    if (record.type !== 'frame' || record.bus !== from) return;
    firstNs ??= record.timeNs;
    const atNs = Number(record.timeNs - firstNs);
    if (atNs > recordingNsMax) problem ??= 'it is longer than a day';
    else if (atNs < (frames.at(-1)?.[0] ?? 0)) problem ??= 'its frames are not in the order of time';
    else if (frames.length >= trafficFramesMax)
      problem ??= `more than the ${trafficFramesMax} frames that are allowed, all of ${from}`;
    else frames.push([atNs, formatFrame(record.frame)]);
  };
  const fault = decoder.push(readBoundedFile(path, trafficFileBytesMax), put) ?? decoder.end(put);
  if (fault !== undefined) {
    const { line, message } = fault;
    throw new InputError(line === undefined ? `${path}: ${message}` : `${path}:${line}: ${message}`);
  }
  if (problem !== undefined) throw new InputError(`${path}: ${problem}`);
  if (frames.length === 0) {
    throw new InputError(`${path}: no frames${wanted === undefined ? '' : ` of ${wanted}`} in it`);
  }
  return frames;
}

/** The frames of a traffic that is written out. */
export function recordedFrames(frames: readonly (readonly [number, string])[]): readonly RecordedFrame[] {
  return frames.flatMap(([atNs, text]) => {
    const frame = parseFrame(text);
    return frame === undefined ? [] : [{ atNs, frame }];
  });
}

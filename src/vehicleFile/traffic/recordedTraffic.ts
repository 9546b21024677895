// Owns: background traffic that was recorded once: what a vehicle file says of it, and reading it, whole where it is short.
import * as z from 'zod';
import { baseIdMax } from '../../bus/frame/checkFrame.ts';
import { formatFrame, parseFrame } from '../../bus/frame/frameText.ts';
import { pauseAfter, type RecordedFrame } from '../../bus/restBus/recording.ts';
import { recordingNsMax } from '../../capture/limits.ts';
import { readRecordingFile } from '../../capture/recording/readRecordingFile.ts';
import { name } from '../fields.ts';
import { trafficFramesMax } from '../limits.ts';
import { trafficFileName } from './trafficFile.ts';

const nanoseconds = z.int().min(0).max(recordingNsMax);

/** Nanoseconds since the first, and candump's text of the frame. */
export const recordedFrame = z.tuple([
  nanoseconds,
  z
    .string()
    .refine((text) => parseFrame(text) !== undefined)
    .meta({ needed: 'a frame such as 123#DEADBEEF' }),
]);

/** Of a recording that is too long to be held, in the head of a trace: its frames come with the run. */
const longRecording = z.strictObject({
  frames: z.int().min(1),
  lastNs: nanoseconds,
  /** From its last frame to the first of the next round. */
  pauseNs: nanoseconds,
  /** Its ids of 11 bits, as a vehicle's own ECUs have. */
  ids: z.array(z.int().min(0).max(baseIdMax)).max(baseIdMax + 1),
});

/** Frames of one interface of a capture; of the first that it names when omitted. */
export const loggedTraffic = z.strictObject({
  log: trafficFileName,
  interface: name.optional(),
  recording: longRecording.optional(),
});

export const writtenTraffic = z.strictObject({
  frames: z
    .array(recordedFrame)
    .min(1)
    .max(trafficFramesMax)
    .refine(
      (frames) => frames.every(([atNs], index) => atNs >= (frames[index - 1]?.[0] ?? 0)),
      'frames are needed in the order of time',
    ),
});

type LoggedTraffic = z.output<typeof loggedTraffic>;

/** A bus's recording that is too long to be held. */
export type LongRecording = z.output<typeof longRecording> & Pick<LoggedTraffic, 'interface'>;

interface RecordedTrafficRead {
  readonly traffic: z.output<typeof writtenTraffic> | LoggedTraffic;
  readonly notes: readonly string[];
}

/** Reads all of it once, and keeps no more than a scenario holds. Throws an InputError that names the file. */
export function readRecordedTraffic(traffic: LoggedTraffic, path: string, fd: boolean): RecordedTrafficRead {
  const { interface: bus } = traffic;
  const notes: string[] = [];
  const kept: [number, string][] = [];
  const ids = new Set<number>();
  let frames = 0;
  let lastNs = 0;
  let secondNs: number | undefined;
  for (const { atNs, frame } of readRecordingFile({ path, bus, fd }, (note) => notes.push(note))) {
    frames += 1;
    lastNs = atNs;
    if (frames === 2) secondNs = atNs;
    if (frames <= trafficFramesMax) kept.push([atNs, formatFrame(frame)]);
    if (!frame.extended) ids.add(frame.id);
  }
  if (frames <= trafficFramesMax) return { traffic: { frames: kept }, notes };
  const pauseNs = pauseAfter(lastNs, secondNs);
  const sorted = [...ids].sort((a, b) => a - b);
  return { traffic: { ...traffic, recording: { frames, lastNs, pauseNs, ids: sorted } }, notes };
}

/** The frames of a traffic that is written out. */
export function recordedFrames(frames: readonly (readonly [number, string])[]): readonly RecordedFrame[] {
  return frames.flatMap(([atNs, text]) => {
    const frame = parseFrame(text);
    return frame === undefined ? [] : [{ atNs, frame }];
  });
}

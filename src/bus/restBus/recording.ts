// Owns: frames that were once recorded, taken one by one and from the beginning again after the last. Must not know where they are kept.
import { NS_PER_MS } from '../../core/units.ts';
import type { CanFrame } from '../bus.ts';

/** A frame, and when it was recorded, counted from the first. */
export interface RecordedFrame {
  readonly atNs: number;
  readonly frame: CanFrame;
}

export interface Recording {
  /** Of one round. */
  readonly frames: number;
  /** When the last one comes, and how long after it the next round begins. */
  readonly lastNs: number;
  readonly pauseNs: number;
  /** The next frame; after the last the first again. Undefined where there is none any more. */
  next(): RecordedFrame | undefined;
  /** No more are asked for. */
  close(): void;
}

/** Between rounds: the pause before the second frame. A round lasts a millisecond at the least, however short the recording. */
export function pauseAfter(lastNs: number, secondNs: number | undefined): number {
  return Math.max(NS_PER_MS - lastNs, secondNs ?? NS_PER_MS);
}

/** A recording that is held whole. */
export function heldRecording(frames: readonly RecordedFrame[]): Recording {
  const lastNs = frames.at(-1)?.atNs ?? 0;
  let next = 0;
  return {
    ...{ frames: frames.length, lastNs, pauseNs: pauseAfter(lastNs, frames[1]?.atNs) },
    next() {
      const frame = frames[next];
      next = (next + 1) % frames.length;
      return frame;
    },
    close: () => {},
  };
}

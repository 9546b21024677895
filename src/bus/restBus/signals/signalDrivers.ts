// Owns: what the signals of a cyclic message are from one frame to the next: constants, counters, ramps, checksums. Must not know where
// they were named.
import type { SignalCondition, SignalPlace } from '../dbc/dbcFile.ts';
import { crc8SaeJ1850 } from './crc8.ts';
import { type DataIdMode, e2eProfile1Crc } from './e2eProfile1.ts';
import { putRaw, rawOf, rawOfNumber, rawOfPhysical } from './packSignal.ts';

export type SignalDriver =
  /** A raw value. */
  | { readonly raw: number }
  /** A physical value. */
  | { readonly value: number }
  /** Raw values, one a frame: `from`, then `step` more each time up to `to`, then `from` again. */
  | { readonly counter: { readonly from: number; readonly to: number; readonly step: number } }
  /** Physical values: `from`, and after `overMs` `to`, and back as slowly, so that no step is large. */
  | { readonly ramp: { readonly from: number; readonly to: number; readonly overMs: number } }
  | { readonly crc: 'sae-j1850' }
  | { readonly e2eProfile1: E2eProfile1 };

/** The CRC of AUTOSAR's end-to-end protection, profile 1. */
export interface E2eProfile1 {
  readonly dataId: number;
  readonly dataIdMode: DataIdMode;
  /** The signal of the same message that counts its frames. */
  readonly countedBy?: string | undefined;
}

/** Whether the signal's value follows from the rest of the frame. */
export function isChecksum<T extends object>(
  driver: T,
): driver is Extract<T, { crc: string } | { e2eProfile1: object }> {
  return 'crc' in driver || 'e2eProfile1' in driver;
}

export interface DrivenSignal extends SignalPlace {
  readonly driver: SignalDriver;
  /** The switches by which it is in the frame, the outermost first; each is a driven signal of the message too. */
  readonly when?: readonly SignalCondition[] | undefined;
}

/** Which frame of the message it is, from 0, and how long after its first one. */
interface Moment {
  readonly frame: number;
  readonly atMs: number;
}

/** Puts the values of all signals into a frame: switches and what they let in first, checksums last. */
export function driveSignals(data: Uint8Array, signals: readonly DrivenSignal[], moment: Moment): void {
  for (const signal of signals) {
    if (isChecksum(signal.driver) || !isIn(data, signal, signals)) continue;
    const raw = rawAt(signal, moment);
    if (raw !== undefined) putRaw(data, signal, raw);
  }
  for (const signal of signals) {
    if (!isChecksum(signal.driver) || !isIn(data, signal, signals)) continue;
    putRaw(data, signal, BigInt(checksum(data, signal, signals)));
  }
}

function isIn(data: Uint8Array, { when }: DrivenSignal, signals: readonly DrivenSignal[]): boolean {
  return (when ?? []).every(({ switch: name, ranges }) => {
    const by = signals.find((signal) => signal.name === name);
    const value = by === undefined ? undefined : Number(rawOf(data, by));
    return value !== undefined && ranges.some(([low, high]) => value >= low && value <= high);
  });
}

/** The raw value of a signal that is no checksum; undefined where it has no bits for it. */
function rawAt(signal: DrivenSignal, { frame, atMs }: Moment): bigint | undefined {
  const { driver } = signal;
  if ('raw' in driver) return rawOfNumber(signal, driver.raw);
  if ('value' in driver) return rawOfPhysical(signal, driver.value);
  if ('counter' in driver) {
    const { from, to, step } = driver.counter;
    const values = Math.floor((to - from) / step) + 1;
    return rawOfNumber(signal, from + (frame % values) * step);
  }
  if (!('ramp' in driver)) return undefined;
  const { from, to, overMs } = driver.ramp;
  const along = (atMs % (2 * overMs)) / overMs;
  return rawOfPhysical(signal, from + (to - from) * (along <= 1 ? along : 2 - along));
}

/** Over all bytes but the one in which the checksum stands. */
function checksum(data: Uint8Array, { driver, start }: DrivenSignal, signals: readonly DrivenSignal[]): number {
  const own = start >> 3;
  const others = data.filter((_, index) => index !== own);
  if (!('e2eProfile1' in driver)) return crc8SaeJ1850(others);
  const { dataId, dataIdMode: mode, countedBy } = driver.e2eProfile1;
  const counter = signals.find(({ name }) => name === countedBy);
  return e2eProfile1Crc(others, { dataId, mode, counter: counter === undefined ? 0 : Number(rawOf(data, counter)) });
}

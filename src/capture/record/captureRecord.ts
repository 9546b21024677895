// Owns: what a capture holds, whatever its format, and the contracts of the formats. Must not know files.
import type { CanFrame } from '../../bus/bus.ts';
import type { CaptureFault } from './captureFault.ts';
import type { CaptureNotes } from './captureNotes.ts';

interface Captured {
  /** Nanoseconds since 1970-01-01T00:00:00Z: more than a number holds exactly. */
  readonly timeNs: bigint;
  /** The bus, or the interface, that carried it. */
  readonly bus: string;
}

export interface CapturedFrame extends Captured {
  readonly type: 'frame';
  readonly frame: CanFrame;
}

/** An error as SocketCAN tells it: the class in the bits of linux/can/error.h, and 8 bytes that say more. */
export interface CapturedError extends Captured {
  readonly type: 'error';
  readonly errorClass: number;
  readonly data: Uint8Array;
}

/** An Ethernet packet from its destination address on, without preamble and check sequence. */
export interface CapturedPacket extends Captured {
  readonly type: 'packet';
  readonly packet: Uint8Array;
}

export type CaptureRecord = CapturedFrame | CapturedError | CapturedPacket;

/** A bus that a capture is to hold. */
export interface CapturedBus {
  readonly name: string;
  readonly kind: 'can' | 'ethernet';
  /** What a reader of the file should know about it, in one line; kept where the format has a place for it. */
  readonly note?: string;
}

/** What a capture begins with. */
export interface CaptureHead {
  /** Whole seconds since 1970: no record is earlier. */
  readonly startS: number;
  readonly buses: readonly CapturedBus[];
}

export interface CaptureEncoder {
  /** The bytes before the first record. */
  readonly head: Uint8Array;
  /**
   * A record of one of the head's buses; no bytes where the format cannot hold it. A capture may end after any record. What it returns
   * holds until the next call.
   */
  encode(record: CaptureRecord): Uint8Array;
}

export const noBytes = new Uint8Array(0);

export type PutRecord = (record: CaptureRecord) => void;

/** Reads a capture piece by piece, in memory that does not grow with it. After a fault it reads no more. */
export interface CaptureDecoder {
  /** Takes the next bytes, cut anywhere; gives each record that they complete to `put`. */
  push(bytes: Uint8Array, put: PutRecord): CaptureFault | undefined;
  /** There are no more bytes. Gives the last records to `put`. */
  end(put: PutRecord): CaptureFault | undefined;
  /** What it has left out so far, or taken as given. */
  readonly notes: CaptureNotes;
}

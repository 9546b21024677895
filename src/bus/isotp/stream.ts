// Owns: messages in pieces, so that one longer than memory can pass: where a sender gets its bytes and where a receiver puts
// them. Must not know frames or time. A message that is held as a whole is the simplest of each.
import type { EnvironmentFault } from '../../core/faults.ts';

/** A message of known length that is asked for in order, piece by piece. Nothing here may call the link or endpoint back. */
export interface MessageSource {
  /** 1 to 4294967295 bytes. */
  readonly length: number;
  /**
   * From `least` to `most` bytes of the message, beginning at `offset`, which must not change until the next call or the end of
   * the message; or undefined while there are not so many: the sender pauses, for N_Cs at most. What stands before `offset` is
   * never asked for again.
   */
  read(offset: number, least: number, most: number): Uint8Array | undefined;
}

/** Takes the bytes of one message. Nothing but `ended` may call the link or endpoint back. */
export interface MessageSink {
  /**
   * Whether another block may come: `blocksize` frames, or all the rest where that is 0. Looked at after the first frame and after
   * each block; while false the sender is told to wait, up to N_WFTmax times, every N_Br.
   */
  readonly ready: boolean;
  /** The next bytes: those of `data` from `start` up to `end`. `data` never changes and may be kept. */
  write(data: Uint8Array, start: number, end: number): void;
  /** The message is complete, or, with a fault, will never be. Called by the link that the sink was given to. */
  ended(fault: EnvironmentFault | undefined): void;
}

/** Asked as a message of `length` bytes begins: where to put it, or undefined to refuse it. */
export type OpenSink = (length: number) => MessageSink | undefined;

/** Below this, a loop is faster than a call of `set`. */
const loopBytesMax = 16;
/** Bytes before the payload of a consecutive frame, at most: address and PCI. */
const headerBytesMax = 2;

/** Takes a message as a whole. */
export class MessageAssembler implements MessageSink {
  readonly ready = true;
  readonly message: Uint8Array;
  private offset = 0;

  constructor(length: number) {
    this.message = new Uint8Array(length);
  }

  write(data: Uint8Array, start: number, end: number): void {
    const { message, offset } = this;
    const count = end - start;
    if (count < loopBytesMax)
      for (let index = 0; index < count; index += 1) message[offset + index] = data[start + index] as number;
    else if (start <= headerBytesMax && offset >= headerBytesMax && end === data.length) {
      // The whole frame, header included, and then what the header stood on: a view of `data` without it would cost twice as much.
      const lastButOne = message[offset - 2] as number;
      const last = message[offset - 1] as number;
      message.set(data, offset - start);
      message[offset - 2] = lastButOne;
      message[offset - 1] = last;
    } else message.set(data.subarray(start, end), offset);
    this.offset = offset + count;
  }

  ended(): void {}
}

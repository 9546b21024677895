// Owns: a message that is received as a whole, the simplest of sinks. Must not know frames or time.
import type { MessageSink } from '../link.ts';

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

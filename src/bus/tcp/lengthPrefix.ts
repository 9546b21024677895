// Owns: whole messages in a stream of bytes: a length of 4 bytes, big-endian, then that many bytes. Must not know sockets.
// Memory is taken by the announced length, once that is known to be within bounds.

const prefixBytes = 4;

/** What one look at the stream gave: a message, a length outside 1 to the bound, or the need for more bytes. */
export type Deframed =
  | { readonly type: 'message'; readonly message: Uint8Array }
  | { readonly type: 'badLength'; readonly length: number }
  | { readonly type: 'moreNeeded' };

/** The bytes that carry `message`. */
export function framed(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(prefixBytes + message.length);
  new DataView(bytes.buffer).setUint32(0, message.length);
  bytes.set(message, prefixBytes);
  return bytes;
}

/** Takes a stream apart, whatever its pieces. After `badLength` it gives nothing but that. */
export class Deframer {
  private readonly messageBytesMax: number;
  private readonly prefix = new Uint8Array(prefixBytes);
  private prefixFilled = 0;
  private message: Uint8Array | undefined;
  private messageFilled = 0;
  private chunk: Uint8Array = this.prefix.subarray(0, 0);

  constructor(messageBytesMax: number) {
    this.messageBytesMax = messageBytesMax;
  }

  /** Whether a message has begun and is not whole. */
  get midMessage(): boolean {
    return this.prefixFilled > 0;
  }

  /** The next bytes of the stream, to be followed by `next` until it needs more. */
  push(chunk: Uint8Array): void {
    this.chunk = chunk;
  }

  next(): Deframed {
    if (this.message === undefined) {
      this.prefixFilled += this.taken(this.prefix, this.prefixFilled);
      if (this.prefixFilled < prefixBytes) return { type: 'moreNeeded' };
      const length = new DataView(this.prefix.buffer).getUint32(0);
      if (length < 1 || length > this.messageBytesMax) return { type: 'badLength', length };
      this.message = new Uint8Array(length);
      this.messageFilled = 0;
    }
    const { message } = this;
    this.messageFilled += this.taken(message, this.messageFilled);
    if (this.messageFilled < message.length) return { type: 'moreNeeded' };
    this.message = undefined;
    this.prefixFilled = 0;
    return { type: 'message', message };
  }

  /** Moves what is there and fits from the chunk to `target`; returns how much that was. */
  private taken(target: Uint8Array, from: number): number {
    const count = Math.min(target.length - from, this.chunk.length);
    target.set(this.chunk.subarray(0, count), from);
    this.chunk = this.chunk.subarray(count);
    return count;
  }
}

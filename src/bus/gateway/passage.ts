// Owns: one message on its way through a gateway, in the pieces in which it came: which of its bytes are here, which may go on.
// Must not know links or time.

interface Piece {
  readonly data: Uint8Array;
  start: number;
  readonly end: number;
}

export class Passage {
  readonly length: number;
  /** Bytes that came; that may go on; that have gone on for good. */
  received = 0;
  ready = 0;
  gone = 0;
  /** Bytes that are kept for it however few are here: the whole message, where it is to be sent as a whole. */
  readonly reserved: number;
  /** It cannot arrive any more, or go on: what still comes of it is taken and lost. */
  lost = false;
  private pieces: Piece[] = [];

  constructor(length: number, reserved: number) {
    this.length = length;
    this.reserved = reserved;
  }

  /** What it takes of the buffer. */
  get heldBytes(): number {
    return this.lost ? 0 : Math.max(this.received, this.reserved) - this.gone;
  }

  write(data: Uint8Array, start: number, end: number): void {
    this.pieces.push({ data, start, end });
    this.received += end - start;
  }

  /** Lets go of what stands before `offset`. */
  release(offset: number): void {
    while (this.gone < offset) {
      const [piece] = this.pieces;
      if (piece === undefined) return;
      const count = Math.min(offset - this.gone, piece.end - piece.start);
      piece.start += count;
      this.gone += count;
      if (piece.start === piece.end) this.pieces.shift();
    }
  }

  /** From `least` to `most` bytes from `offset` on, which `release` was told before; undefined where not so many may go on. */
  read(offset: number, least: number, most: number): Uint8Array | undefined {
    const count = Math.min(most, this.ready - offset);
    if (this.lost || count < least) return undefined;
    const bytes = new Uint8Array(count);
    let filled = 0;
    for (const { data, start, end } of this.pieces) {
      if (filled === count) break;
      const taken = Math.min(count - filled, end - start);
      bytes.set(data.subarray(start, start + taken), filled);
      filled += taken;
    }
    return bytes;
  }

  lose(): void {
    this.lost = true;
    this.pieces = [];
  }
}

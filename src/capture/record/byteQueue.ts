// Owns: bytes that have come and have not been read, in one piece, so that the reader can look at them as a whole.

/** Takes bytes at its end and gives them up at its beginning; its memory is bounded by what its reader leaves in it. */
export class ByteQueue {
  private bytes = new Uint8Array(0);
  private start = 0;
  private end = 0;

  get length(): number {
    return this.end - this.start;
  }

  push(more: Uint8Array): void {
    const length = this.length;
    if (this.end + more.length > this.bytes.length) {
      const needed = length + more.length;
      const room = needed > this.bytes.length ? new Uint8Array(2 * needed) : this.bytes;
      room.set(this.bytes.subarray(this.start, this.end));
      this.bytes = room;
      this.start = 0;
      this.end = length;
    }
    this.bytes.set(more, this.end);
    this.end += more.length;
  }

  /** The first `length` bytes, of those that are there. Valid until the next `push`. */
  peek(length: number): Uint8Array {
    return this.bytes.subarray(this.start, Math.min(this.start + length, this.end));
  }

  /** Gives up `length` bytes, or all there are; tells how many. */
  skip(length: number): number {
    const skipped = Math.min(length, this.length);
    this.start += skipped;
    return skipped;
  }
}

// Owns: the receiving half of a TCP connection: puts what arrives in order. Offsets as in sender.ts. What is in order is taken by
// the connection's owner at once: so the window never closes, and only what came too early is kept, within the window.
import { windowBytes } from './sender.ts';

export class TcpReceiver {
  /** The offset that comes next. */
  nextOffset = 1;
  /** The stream has ended, and everything before its end was received. */
  isFinished = false;
  private early: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  private earlyBytes = 0;
  private finAt: number | undefined;

  /** What `payload`, which stands at `offset`, brings in order: nothing, or itself and what waited for it. */
  take(offset: number, payload: Uint8Array, fin: boolean): readonly Uint8Array[] {
    const end = offset + payload.length;
    if (this.isFinished || end > this.nextOffset + windowBytes) return [];
    if (fin) this.finAt = end;
    if (offset > this.nextOffset) {
      this.keep(offset, payload);
      return [];
    }
    const pieces: Uint8Array[] = [];
    this.append(offset, payload, pieces);
    while (this.early[0] !== undefined && this.early[0].offset <= this.nextOffset) {
      const { offset: at, bytes } = this.early[0];
      this.early.shift();
      this.earlyBytes -= bytes.length;
      this.append(at, bytes, pieces);
    }
    if (this.finAt === this.nextOffset) {
      this.nextOffset += 1;
      this.isFinished = true;
    }
    return pieces;
  }

  private append(offset: number, bytes: Uint8Array, pieces: Uint8Array[]): void {
    const piece = bytes.subarray(this.nextOffset - offset);
    if (piece.length === 0) return;
    pieces.push(piece);
    this.nextOffset += piece.length;
  }

  private keep(offset: number, bytes: Uint8Array): void {
    const index = this.early.findIndex((other) => other.offset >= offset);
    const isKnown = index >= 0 && this.early[index]?.offset === offset;
    if (bytes.length === 0 || isKnown || this.earlyBytes + bytes.length > windowBytes) return;
    this.early.splice(index < 0 ? this.early.length : index, 0, { offset, bytes });
    this.earlyBytes += bytes.length;
  }
}

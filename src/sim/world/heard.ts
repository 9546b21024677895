// Owns: what an eavesdropper has heard, and the search for images in it. Bounded.
import { eavesdroppedBytesMax } from '../limits.ts';

/** Pieces of an image that are searched for, from its first byte to its last. */
const piecesMax = 256;
/** Too many to come about by chance. */
const pieceBytes = 16;

export class Heard {
  /** What was heard, in order, by where: a bus and an identifier, or an image of the servers. */
  private readonly streams = new Map<string, Uint8Array[]>();
  private bytesLeft = eavesdroppedBytesMax;
  private missed = false;

  /** A copy is not needed: nobody changes what was sent. */
  add(where: string, bytes: Uint8Array): void {
    if (bytes.length > this.bytesLeft) this.missed = true;
    if (this.missed) return;
    this.bytesLeft -= bytes.length;
    const stream = this.streams.get(where);
    if (stream === undefined) this.streams.set(where, [bytes]);
    else stream.push(bytes);
  }

  /** It has kept all that it heard. */
  get isComplete(): boolean {
    return !this.missed;
  }

  /** How many pieces of an image are in what was heard, of how many that were searched for. */
  found(image: Uint8Array): { readonly found: number; readonly of: number } {
    const streams = [...this.streams.values()].map((pieces) => Buffer.concat(pieces));
    const of = Math.min(piecesMax, Math.floor(image.length / pieceBytes));
    let found = 0;
    for (let index = 0; index < of; index += 1) {
      const offset = Math.floor((index * (image.length - pieceBytes)) / Math.max(1, of - 1));
      const piece = Buffer.from(image.subarray(offset, offset + pieceBytes));
      if (streams.some((stream) => stream.includes(piece))) found += 1;
    }
    return { found, of };
  }
}

// Owns: how long the next block of an image is: long, so that acknowledgements cost little; short enough that the other ECUs of the bus
// are heard between two of them, and that a lost one costs little. It goes by how long the last ones took, so that it fits any bus
// and any traffic on it. Must not know images.
import { imageBlockBytesMin, imageBlockFirstBytes, imageBlockMsMax, imageBlockMsMin } from '../core/limits.ts';
import { NS_PER_MS } from '../core/units.ts';

export class BlockLength {
  bytes: number;
  private readonly bytesMax: number;

  /** `bytesMax`: what the ECU takes. */
  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
    this.bytes = Math.min(bytesMax, imageBlockFirstBytes);
  }

  /** A whole block took `sendingNs` to leave. */
  left(sendingNs: number): void {
    if (sendingNs < imageBlockMsMin * NS_PER_MS) this.bytes = Math.min(2 * this.bytes, this.bytesMax);
    else if (sendingNs > imageBlockMsMax * NS_PER_MS) this.halve();
  }

  /** A block did not arrive. */
  failed(): void {
    this.halve();
  }

  private halve(): void {
    this.bytes = Math.max(Math.ceil(this.bytes / 2), Math.min(imageBlockBytesMin, this.bytesMax));
  }
}

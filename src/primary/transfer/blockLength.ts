// Owns: how long the next piece of an image or of a metadata file is: long, so that acknowledgements cost little; short enough that the other ECUs of the bus
// are heard between two of them, and that a lost one costs little. It goes by how long the last ones took, so that it fits any bus
// and any traffic on it. Must not know what the pieces are of.
import { imageBlockBytesMin, imageBlockFirstBytes, imageBlockMsMax, imageBlockMsMin } from '../../core/limits.ts';
import { NS_PER_MS } from '../../core/units.ts';

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
    else if (sendingNs > imageBlockMsMax * NS_PER_MS) this.halve(this.bytes);
  }

  /** A block of so many bytes did not arrive; the last one of all may be shorter than `bytes`. */
  failed(sentBytes: number): void {
    this.halve(sentBytes);
  }

  private halve(bytes: number): void {
    this.bytes = Math.max(Math.ceil(bytes / 2), Math.min(imageBlockBytesMin, this.bytesMax));
  }
}

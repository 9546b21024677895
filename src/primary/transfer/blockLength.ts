// Owns: how long the next piece of an image or of a metadata file is: long, so that acknowledgements cost little; short enough that the other ECUs of the bus
// are heard between two of them, and that a lost one costs little. It goes by how long the last ones took, so that it fits any bus
// and any traffic on it. Must not know what the pieces are of.
import { imageBlockBytesMin } from '../../core/limits.ts';
import { NS_PER_MS } from '../../core/units.ts';
import { imageBlockFirstBytes, imageBlockMsMax, imageBlockMsMin } from '../limits.ts';

/** Where a certain length never gets through, as with a short queue on the way, one block in so many is lost to finding out. */
const trialAfterMax = 32;

export class BlockLength {
  bytes: number;
  private readonly bytesMax: number;
  /** Blocks that must get through before a longer one is tried: after a longer one came to nothing, more than before. */
  private trialAfter = 1;
  private through = 0;

  /** `bytesMax`: what the ECU takes. */
  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
    this.bytes = Math.min(bytesMax, imageBlockFirstBytes);
  }

  /** A whole block took `sendingNs` to leave. */
  left(sendingNs: number): void {
    this.through += 1;
    if (sendingNs < imageBlockMsMin * NS_PER_MS) this.grow();
    else if (sendingNs > imageBlockMsMax * NS_PER_MS) this.halve(this.bytes);
  }

  /** A block of so many bytes did not arrive; the last one of all may be shorter than `bytes`. */
  failed(sentBytes: number): void {
    this.halve(sentBytes);
    this.trialAfter = Math.min(2 * this.trialAfter, trialAfterMax);
    this.through = 0;
  }

  private grow(): void {
    if (this.through < this.trialAfter) return;
    this.bytes = Math.min(2 * this.bytes, this.bytesMax);
    this.through = 0;
  }

  private halve(bytes: number): void {
    this.bytes = Math.max(Math.ceil(bytes / 2), Math.min(imageBlockBytesMin, this.bytesMax));
  }
}

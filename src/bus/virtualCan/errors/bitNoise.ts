// Owns: which bits go wrong at a given rate, from a seeded generator. Draws once an error, not once a bit. Must not know frames.
import type { Random } from '../../../core/random.ts';

/** Bit errors at a rate of 0 to 1, independent of each other. */
export class BitNoise {
  readonly rate: number;
  private readonly random: Random;
  /** Good bits before the next bad one. */
  private goodBits = 0;

  constructor(rate: number, random: Random) {
    if (!(rate >= 0 && rate <= 1)) throw new RangeError(`a bit error rate is from 0 to 1, not ${rate}`);
    this.rate = rate;
    this.random = random;
    this.draw();
  }

  /** The first bad one of the next `bits` bits, from 0; undefined where all are good. Bits after a bad one are not looked at. */
  firstBad(bits: number): number | undefined {
    if (this.goodBits >= bits) {
      this.goodBits -= bits;
      return undefined;
    }
    const bad = this.goodBits;
    this.draw();
    return bad;
  }

  /** Geometric: P(n good bits) = (1 - rate)^n * rate. */
  private draw(): void {
    if (this.rate === 0) this.goodBits = Number.POSITIVE_INFINITY;
    else if (this.rate === 1) this.goodBits = 0;
    else this.goodBits = Math.floor(Math.log1p(-this.random.fraction()) / Math.log1p(-this.rate));
  }
}

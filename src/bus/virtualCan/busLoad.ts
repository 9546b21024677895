// Owns: how busy a bus is, as a total and over the last second. Must not know frames.
import { NS_PER_MS } from '../../core/units.ts';

const sliceNs = 100 * NS_PER_MS;
const slices = 10;

/** Counts busy time. Calls come in the order of time. */
export class BusyTime {
  totalNs = 0;
  /** Busy nanoseconds of the last ten tenths of a second and the one that runs, in a ring. */
  private readonly ring = new Float64Array(slices + 1);
  /** The number of the tenth that runs, since the clock's start. */
  private slice = 0;
  /** Where it starts, and its place in the ring. */
  private sliceStartNs = 0;
  private place = 0;

  /** The bus was busy from `startNs` to `endNs`, or for `busyNs` of that, evenly. */
  add(startNs: number, endNs: number, busyNs = endNs - startNs): void {
    this.totalNs += busyNs;
    if (startNs >= this.sliceStartNs && endNs <= this.sliceStartNs + sliceNs) {
      this.ring[this.place] = (this.ring[this.place] as number) + busyNs;
      return;
    }
    const share = busyNs / (endNs - startNs);
    let fromNs = startNs;
    while (fromNs < endNs) {
      const slice = Math.floor(fromNs / sliceNs);
      const toNs = Math.min(endNs, (slice + 1) * sliceNs);
      this.moveTo(slice);
      const at = slice % this.ring.length;
      this.ring[at] = (this.ring[at] as number) + share * (toNs - fromNs);
      fromNs = toNs;
    }
  }

  /** The busy share, from 0 to 1, of the last second's whole tenths before `nowNs`. */
  recentShare(nowNs: number): number {
    this.moveTo(Math.floor(nowNs / sliceNs));
    const whole = Math.min(slices, this.slice);
    if (whole === 0) return 0;
    let busyNs = 0;
    for (let back = 1; back <= whole; back += 1) busyNs += this.ring[(this.slice - back) % this.ring.length] as number;
    return busyNs / (whole * sliceNs);
  }

  private moveTo(slice: number): void {
    if (slice <= this.slice) return;
    const gone = Math.min(slice - this.slice, this.ring.length);
    for (let index = 1; index <= gone; index += 1) this.ring[(this.slice + index) % this.ring.length] = 0;
    if (gone === this.ring.length) this.ring.fill(0);
    this.slice = slice;
    this.sliceStartNs = slice * sliceNs;
    this.place = slice % this.ring.length;
  }
}

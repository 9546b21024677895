// Owns: what an attach point of somebody else's is to one who sends through it. Must not know how it is reached.
import type { Bus } from '../../bus/bus.ts';

/** The bus behind it, on which we are one node. */
export interface RemoteBus extends Pick<Bus, 'name' | 'attach' | 'close'> {
  /** Frames, confirmed as sent, that the other end would not take. */
  readonly refused: number;
}

// Owns: who may send on a channel. The ECUs of one bus share it, and on CAN a long message of the Primary, frame after frame without a
// gap, keeps everybody with weaker ids off: two at once would keep each other's flow control off for more than the second that
// ISO-TP allows. Must not know messages.

import type { Clock, Timer } from '../../core/time/clock.ts';
import { NS_PER_MS } from '../../core/units.ts';
import { channelTurnMsMax } from '../limits.ts';

export class ChannelTurns {
  private readonly clock: Clock;
  private readonly waiting: (() => void)[] = [];
  /** Ends the turn that is taken. */
  private turn: Timer | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /**
   * Calls `start` when the channel is free, at once or later, in the order of asking. Returns a function that ends the turn, or the
   * waiting for it. A turn is over in any case after `channelTurnMsMax`: a message that takes longer leaves gaps enough for others.
   */
  take(start: () => void): () => void {
    let state: 'waiting' | 'running' | 'over' = 'waiting';
    const end = () => {
      const before = state;
      state = 'over';
      if (before === 'waiting') this.waiting.splice(this.waiting.indexOf(run), 1);
      else if (before === 'running') this.next();
    };
    const run = () => {
      state = 'running';
      this.turn = this.clock.after(channelTurnMsMax * NS_PER_MS, end);
      start();
    };
    if (this.turn !== undefined) this.waiting.push(run);
    else run();
    return end;
  }

  private next(): void {
    this.turn?.cancel();
    this.turn = undefined;
    this.waiting.shift()?.();
  }
}

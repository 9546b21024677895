// Owns: who may send on a channel. The ECUs of one bus share it, and on CAN a long message of the Primary, frame after frame without a
// gap, keeps everybody with weaker ids off: two at once would keep each other's flow control off for more than the second that
// ISO-TP allows. Must not know messages.

export class ChannelTurns {
  private readonly waiting: (() => void)[] = [];
  private isTaken = false;

  /** Calls `start` when the channel is free, at once or later, in the order of asking. Gives how to end the turn, or the waiting for it. */
  take(start: () => void): () => void {
    let state: 'waiting' | 'running' | 'over' = 'waiting';
    const run = () => {
      state = 'running';
      this.isTaken = true;
      start();
    };
    const end = () => {
      const before = state;
      state = 'over';
      if (before === 'waiting') this.waiting.splice(this.waiting.indexOf(run), 1);
      else if (before === 'running') this.next();
    };
    if (this.isTaken) this.waiting.push(run);
    else run();
    return end;
  }

  private next(): void {
    this.isTaken = false;
    this.waiting.shift()?.();
  }
}

// Owns: a CAN controller's error counters and the state that follows from them (ISO 11898-1, fault confinement). Must not know
// frames or time: virtualCan.ts says what happened to whom.
import type { ControllerState } from '../../bus.ts';

const passiveFrom = 128;
const busOffFrom = 256;
/** Where a REC above 127 falls to with the next good frame: ISO allows 119 to 127. */
const receiveErrorsAfterPassive = 127;

/** Occurrences of 11 recessive bits that a node waits for before it joins the bus again. */
export const recoveryOccurrences = 128;

export class ErrorCounters {
  /** TEC. */
  transmitErrors = 0;
  /** REC. */
  receiveErrors = 0;
  state: ControllerState = 'error-active';
  busOffs = 0;

  get hasNone(): boolean {
    return this.transmitErrors === 0 && this.receiveErrors === 0;
  }

  /** This node signalled an error in its own frame. */
  transmitFailed(): void {
    this.transmitErrors += 8;
    this.judge();
  }

  /** This node received a frame with an error; `isFirst`: it signalled alone and saw a dominant bit after its own error flag. */
  receiveFailed(isFirst: boolean): void {
    this.receiveErrors = Math.min(this.receiveErrors + (isFirst ? 9 : 1), passiveFrom + receiveErrorsAfterPassive);
    this.judge();
  }

  sent(): void {
    if (this.transmitErrors === 0) return;
    this.transmitErrors -= 1;
    this.judge();
  }

  received(): void {
    if (this.receiveErrors === 0) return;
    this.receiveErrors = this.receiveErrors >= passiveFrom ? receiveErrorsAfterPassive : this.receiveErrors - 1;
    this.judge();
  }

  /** After 128 times 11 recessive bits. */
  recover(): void {
    this.transmitErrors = 0;
    this.receiveErrors = 0;
    this.state = 'error-active';
  }

  private judge(): void {
    if (this.transmitErrors >= busOffFrom) {
      this.state = 'bus-off';
      this.busOffs += 1;
    } else {
      const isPassive = this.transmitErrors >= passiveFrom || this.receiveErrors >= passiveFrom;
      this.state = isPassive ? 'error-passive' : 'error-active';
    }
  }
}

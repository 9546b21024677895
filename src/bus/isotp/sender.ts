// Owns: the sending half of an ISO-TP connection: one message at a time, one frame at a time with the bus. Must not know buses,
// timers or links: it is told of flow controls, confirmed frames and the time, and is asked for frames, events and deadlines.
//
// idle -> ready (a frame may be taken) -> confirming (N_As runs) -> ready, or separating (STmin), or awaitingFlowControl (N_Bs),
// or idle with `sent`. Every failure leads to idle.
import { NS_PER_MS } from '../../core/units.ts';
import type { NResult } from './nResult.ts';
import type { IsoTpParams } from './params.ts';
import {
  encodeConsecutive,
  encodeFirst,
  encodeSingle,
  flowStatus,
  type Pdu,
  singleFrameBytesMax,
  stMinNs,
} from './pdu.ts';

type State = 'idle' | 'ready' | 'confirming' | 'awaitingFlowControl' | 'separating';
type FlowControl = Extract<Pdu, { type: 'flowControl' }>;

/** How a message ended. */
export type SenderOutcome = 'sent' | NResult;

const nothing = new Uint8Array(0);

export class IsoTpSender {
  private readonly params: IsoTpParams;
  private state: State = 'idle';
  private message: Uint8Array = nothing;
  /** Bytes of the message in frames taken so far. */
  private offset = 0;
  private sequenceNumber = 0;
  /** Consecutive frames until the next flow control; Infinity for BS = 0. */
  private blockLeft = 0;
  private separationNs = 0;
  private waits = 0;
  /** Whether the flow control due answers the first frame. */
  private answersFirst = false;
  private unconfirmed: Uint8Array | undefined;
  private dueNs: number | undefined;
  private outcome: SenderOutcome | undefined;

  constructor(params: IsoTpParams) {
    this.params = params;
  }

  /** Whether `start` would take a message. */
  get idle(): boolean {
    return this.state === 'idle';
  }

  /** The time of the next `tick` that matters: N_As, N_Bs or the end of STmin. */
  get deadlineNs(): number | undefined {
    return this.dueNs;
  }

  /** Begins a message of 1 byte or more. Only when idle. `message` must not change until the outcome. */
  start(message: Uint8Array): void {
    this.message = message;
    this.offset = 0;
    this.sequenceNumber = 0;
    this.waits = 0;
    this.outcome = undefined;
    this.state = 'ready';
  }

  /** Drops the message without an outcome. */
  abort(): void {
    this.state = 'idle';
    this.message = nothing;
    this.unconfirmed = undefined;
    this.dueNs = undefined;
  }

  /** The next frame for the bus, whenever one may go; it is to be confirmed in N_As, time spent waiting for the bus included. */
  takeFrame(nowNs: number): Uint8Array | undefined {
    if (this.state !== 'ready') return undefined;
    const data = this.nextFrame();
    this.unconfirmed = data;
    this.state = 'confirming';
    this.dueNs = nowNs + this.params.tx_confirmation_timeout * NS_PER_MS;
    return data;
  }

  /** Whether the frame `data` is still of use: taken, not confirmed, its message not given up. */
  awaits(data: Uint8Array): boolean {
    return data === this.unconfirmed;
  }

  takeOutcome(): SenderOutcome | undefined {
    const { outcome } = this;
    this.outcome = undefined;
    return outcome;
  }

  /** The frame `data`, as taken, has left. Frames of messages given up are ignored. */
  confirm(data: Uint8Array, nowNs: number): void {
    if (data === this.unconfirmed) this.confirmed(nowNs);
  }

  flowControl(pdu: FlowControl, nowNs: number): void {
    // A real interface may report a frame's answer before the frame's own confirmation: the answer proves that it left.
    if (this.state === 'confirming' && this.awaitsFlowControlNext()) this.confirmed(nowNs);
    if (this.state !== 'awaitingFlowControl') return;
    switch (pdu.status) {
      case flowStatus.continueToSend:
        this.waits = 0;
        this.blockLeft = pdu.blockSize === 0 ? Number.POSITIVE_INFINITY : pdu.blockSize;
        this.separationNs = stMinNs(pdu.stMin);
        this.answersFirst = false;
        this.dueNs = undefined;
        this.state = 'ready';
        return;
      case flowStatus.wait:
        this.waits += 1;
        if (this.waits > this.params.wftmax) this.end('N_WFT_OVRN');
        else this.dueNs = nowNs + this.params.rx_flowcontrol_timeout * NS_PER_MS;
        return;
      case flowStatus.overflow:
        // 9.6.5.2: overflow answers a first frame only.
        this.end(this.answersFirst ? 'N_BUFFER_OVFLW' : 'N_INVALID_FS');
        return;
      default:
        this.end('N_INVALID_FS');
    }
  }

  tick(nowNs: number): void {
    if (this.dueNs === undefined || nowNs < this.dueNs) return;
    if (this.state === 'separating') {
      this.dueNs = undefined;
      this.state = 'ready';
    } else this.end(this.state === 'confirming' ? 'N_TIMEOUT_A' : 'N_TIMEOUT_Bs');
  }

  private nextFrame(): Uint8Array {
    const { message, params } = this;
    if (this.offset === 0) {
      if (message.length <= singleFrameBytesMax(params.tx_data_length)) {
        this.offset = message.length;
        return encodeSingle(message, params.tx_padding);
      }
      const first = encodeFirst(message, params.tx_data_length);
      this.offset = first.carried;
      this.answersFirst = true;
      // The first frame is a block of its own.
      this.blockLeft = 1;
      return first.data;
    }
    this.sequenceNumber = (this.sequenceNumber + 1) & 0x0f;
    const data = encodeConsecutive(message, this.offset, this.sequenceNumber, params.tx_data_length, params.tx_padding);
    this.offset += Math.min(params.tx_data_length - 1, message.length - this.offset);
    return data;
  }

  /** Whether the frame with the bus is the last one that goes without flow control. */
  private awaitsFlowControlNext(): boolean {
    return this.offset < this.message.length && this.blockLeft === 1;
  }

  private confirmed(nowNs: number): void {
    this.unconfirmed = undefined;
    this.dueNs = undefined;
    if (this.offset === this.message.length) {
      this.end('sent');
      return;
    }
    this.blockLeft -= 1;
    if (this.blockLeft === 0) {
      this.state = 'awaitingFlowControl';
      this.dueNs = nowNs + this.params.rx_flowcontrol_timeout * NS_PER_MS;
    } else if (this.separationNs > 0) {
      this.state = 'separating';
      this.dueNs = nowNs + this.separationNs;
    } else this.state = 'ready';
  }

  private end(outcome: SenderOutcome): void {
    this.abort();
    this.outcome = outcome;
  }
}

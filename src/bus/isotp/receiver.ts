// Owns: the receiving half of an ISO-TP connection: one message at a time, handed on to a sink as it comes. Must not know buses,
// timers or links: it is told of PDUs, confirmed frames and the time, and is asked for flow controls, events and deadlines.
//
// idle -> flow control due (N_Br runs, WAIT at its end, while the sink is not ready) -> with the bus (N_Ar) -> awaiting consecutive
// frames (N_Cr) -> flow control due after each block, or idle with the message. Every failure leads to idle.

import type { MessageSink, OpenSink } from '../link.ts';
import type { FrameFormat } from './frameFormat.ts';
import type { NResult } from './nResult.ts';
import { type IsoTpParams, msToNs } from './params.ts';
import { flowStatus } from './pdu.ts';

/** A message is complete in its sink, or how a reception ended; one that was refused never had a sink. */
export type ReceiverEvent =
  | { readonly type: 'complete'; readonly sink: MessageSink }
  | { readonly type: 'failed'; readonly sink: MessageSink | undefined; readonly result: NResult };

interface Reception {
  readonly sink: MessageSink;
  readonly length: number;
  /** The length of every frame but the last, set by the first (RX_DL). */
  readonly rxDl: number;
  offset: number;
  sequenceNumber: number;
  /** Consecutive frames until this side owes a flow control; below 0 for BS = 0. */
  blockLeft: number;
  /** Whether the next frame is this side's: continue, as soon as the sink is ready. */
  flowControlDue: boolean;
  /** Flow controls with WAIT in a row. */
  waits: number;
}

/** A time that does not come. Not undefined: a field that is always a number costs no allocation a frame. */
const never = Number.POSITIVE_INFINITY;
/** Frames of a block without end: counted down as others are, it does not come to 0. */
const unlimited = -1;

export class IsoTpReceiver {
  private readonly params: IsoTpParams;
  private readonly format: FrameFormat;
  private readonly open: OpenSink;
  private readonly confirmationNs: number;
  private readonly flowControlNs: number;
  private readonly consecutiveNs: number;
  private reception: Reception | undefined;
  /** A WAIT or an overflow to be sent, and the flow control that is with the bus. */
  private owed: Uint8Array | undefined;
  private unconfirmed: Uint8Array | undefined;
  private dueNs = never;
  private readonly events: ReceiverEvent[] = [];

  constructor(params: IsoTpParams, format: FrameFormat, open: OpenSink) {
    this.params = params;
    this.format = format;
    this.open = open;
    this.confirmationNs = msToNs(params.tx_confirmation_timeout);
    this.flowControlNs = msToNs(params.tx_flowcontrol_time);
    this.consecutiveNs = msToNs(params.rx_consecutive_frame_timeout);
  }

  /** Where the message goes that is on its way. */
  get sink(): MessageSink | undefined {
    return this.reception?.sink;
  }

  /** The time of the next `tick` that matters: N_Ar, N_Br or N_Cr; Infinity where there is none. */
  get deadlineNs(): number {
    return this.dueNs;
  }

  /** Drops the reception without an event. */
  abort(): void {
    this.reception = undefined;
    this.owed = undefined;
    this.unconfirmed = undefined;
    this.dueNs = never;
  }

  takeEvent(): ReceiverEvent | undefined {
    return this.events.length === 0 ? undefined : this.events.shift();
  }

  /** The flow control to send, if one is due; it is to be confirmed in N_Ar, time spent waiting for the bus included. */
  takeFrame(nowNs: number): Uint8Array | undefined {
    const { reception, owed } = this;
    const data = owed ?? (reception?.flowControlDue ? this.continueToSend(reception) : undefined);
    if (data === undefined) return undefined;
    this.owed = undefined;
    this.unconfirmed = data;
    if (reception !== undefined) this.dueNs = nowNs + this.confirmationNs;
    return data;
  }

  /** The flow control `data`, as taken, has left. False where it is of no use any more. */
  confirm(data: Uint8Array, nowNs: number): boolean {
    if (data !== this.unconfirmed) return false;
    this.unconfirmed = undefined;
    const { reception } = this;
    if (reception !== undefined)
      this.dueNs = nowNs + (reception.flowControlDue ? this.flowControlNs : this.consecutiveNs);
    return true;
  }

  /** Whether the flow control `data` is still of use: taken, not confirmed, its reception not given up. */
  awaits(data: Uint8Array): boolean {
    return data === this.unconfirmed;
  }

  single(data: Uint8Array, offset: number, length: number): void {
    this.interrupted();
    const sink = this.opened(length);
    if (sink === undefined) return;
    sink.write(data, offset, offset + length);
    this.events.push({ type: 'complete', sink });
  }

  first(data: Uint8Array, offset: number, length: number, nowNs: number): void {
    this.interrupted();
    // An overflow that the bus has not taken yet answered a message that its sender has given up.
    this.unconfirmed = undefined;
    const sink = this.opened(length);
    if (sink === undefined) {
      this.owed = this.format.flowControl(flowStatus.overflow, 0, 0);
      return;
    }
    sink.write(data, offset, data.length);
    this.reception = {
      sink,
      length,
      rxDl: data.length,
      offset: data.length - offset,
      sequenceNumber: 0,
      blockLeft: 0,
      flowControlDue: true,
      waits: 0,
    };
    this.dueNs = nowNs + this.flowControlNs;
  }

  /** A consecutive frame: its PCI stands before `offset` of `data`, its payload from there on. Whether a frame or an event follows from it. */
  consecutive(data: Uint8Array, offset: number, nowNs: number): boolean {
    const { reception } = this;
    if (reception === undefined || reception.flowControlDue) return false;
    const { rxDl } = reception;
    const carried = Math.min(rxDl - offset, reception.length - reception.offset);
    // 9.6.4: as long as the first frame, but for the last, which is at least as long as what is left. Others are ignored.
    if (data.length > rxDl || data.length < carried + offset) return false;
    reception.sequenceNumber = (reception.sequenceNumber + 1) & 0x0f;
    if (((data[offset - 1] as number) & 0x0f) !== reception.sequenceNumber) {
      this.fail('N_WRONG_SN');
      return true;
    }
    reception.sink.write(data, offset, offset + carried);
    reception.offset += carried;
    // A frame that was sent proves that the flow control before it had arrived. The deadline may come nearer then.
    const isProof = this.unconfirmed !== undefined;
    this.unconfirmed = undefined;
    if (reception.offset === reception.length) {
      this.abort();
      this.events.push({ type: 'complete', sink: reception.sink });
      return true;
    }
    reception.blockLeft -= 1;
    if (reception.blockLeft === 0) {
      reception.flowControlDue = true;
      this.dueNs = nowNs + this.flowControlNs;
      return true;
    }
    this.dueNs = nowNs + this.consecutiveNs;
    return isProof;
  }

  tick(nowNs: number): void {
    const { reception } = this;
    if (reception === undefined || nowNs < this.dueNs) return;
    if (this.unconfirmed !== undefined) this.fail('N_TIMEOUT_A');
    else if (!reception.flowControlDue) this.fail('N_TIMEOUT_Cr');
    // Where the sink has got ready without a word, `takeFrame` sees it.
    else if (!reception.sink.ready) this.askToWait(reception);
  }

  private continueToSend(reception: Reception): Uint8Array | undefined {
    if (this.unconfirmed !== undefined || !reception.sink.ready) return undefined;
    const { blocksize, stmin } = this.params;
    reception.blockLeft = blocksize === 0 ? unlimited : blocksize;
    reception.flowControlDue = false;
    reception.waits = 0;
    return this.format.flowControl(flowStatus.continueToSend, blocksize, stmin);
  }

  private askToWait(reception: Reception): void {
    if (reception.waits === this.params.wftmax) {
      this.fail('N_WFT_OVRN');
      return;
    }
    reception.waits += 1;
    this.owed = this.format.flowControl(flowStatus.wait, 0, 0);
  }

  private opened(length: number): MessageSink | undefined {
    const sink = length > this.params.max_frame_size ? undefined : this.open(length);
    if (sink === undefined) this.events.push({ type: 'failed', sink: undefined, result: 'N_BUFFER_OVFLW' });
    return sink;
  }

  /** A new message begins: an unfinished one is lost. */
  private interrupted(): void {
    if (this.reception !== undefined) this.fail('N_UNEXP_PDU');
  }

  private fail(result: NResult): void {
    const sink = this.reception?.sink;
    this.abort();
    this.events.push({ type: 'failed', sink, result });
  }
}

// Owns: the receiving half of an ISO-TP connection: one message at a time. Must not know buses, timers or links: it is told
// of PDUs, confirmed frames and the time, and is asked for flow controls, events and deadlines. Memory is taken by the
// announced length, once that is known to be within max_frame_size.
import { NS_PER_MS } from '../../core/units.ts';
import type { NResult } from './nResult.ts';
import type { IsoTpParams } from './params.ts';
import { encodeFlowControl, flowStatus, type Pdu } from './pdu.ts';

/** A whole message, or how a reception ended. */
export type ReceiverEvent =
  | { readonly type: 'message'; readonly message: Uint8Array }
  | { readonly type: 'failed'; readonly result: NResult };

interface Reception {
  readonly message: Uint8Array;
  /** The length of every frame but the last, set by the first (RX_DL). */
  readonly rxDl: number;
  offset: number;
  sequenceNumber: number;
  /** Consecutive frames until this side owes a flow control; Infinity for BS = 0. */
  blockLeft: number;
}

export class IsoTpReceiver {
  private readonly params: IsoTpParams;
  private reception: Reception | undefined;
  /** A flow control to be sent, and the one that is with the bus. */
  private owed: Uint8Array | undefined;
  private unconfirmed: Uint8Array | undefined;
  private dueNs: number | undefined;
  private readonly events: ReceiverEvent[] = [];

  constructor(params: IsoTpParams) {
    this.params = params;
  }

  get idle(): boolean {
    return this.reception === undefined;
  }

  /** The time of the next `tick` that matters: N_Ar or N_Cr. */
  get deadlineNs(): number | undefined {
    return this.dueNs;
  }

  /** Drops the reception without an event. */
  abort(): void {
    this.reception = undefined;
    this.owed = undefined;
    this.unconfirmed = undefined;
    this.dueNs = undefined;
  }

  takeEvent(): ReceiverEvent | undefined {
    return this.events.length === 0 ? undefined : this.events.shift();
  }

  /** The flow control to send, if one is owed; it is to be confirmed in N_Ar, time spent waiting for the bus included. */
  takeFrame(nowNs: number): Uint8Array | undefined {
    const data = this.owed;
    if (data === undefined) return undefined;
    this.owed = undefined;
    this.unconfirmed = data;
    if (this.reception !== undefined) {
      this.dueNs = nowNs + this.params.tx_confirmation_timeout * NS_PER_MS;
    }
    return data;
  }

  confirm(data: Uint8Array, nowNs: number): void {
    if (data !== this.unconfirmed) return;
    this.unconfirmed = undefined;
    if (this.reception !== undefined) this.awaitConsecutive(nowNs);
  }

  /** Whether the flow control `data` is still of use: taken, not confirmed, its reception not given up. */
  awaits(data: Uint8Array): boolean {
    return data === this.unconfirmed;
  }

  single(data: Uint8Array, offset: number, length: number): void {
    this.interrupted();
    if (length > this.params.max_frame_size) this.events.push({ type: 'failed', result: 'N_BUFFER_OVFLW' });
    else this.events.push({ type: 'message', message: data.slice(offset, offset + length) });
  }

  first(data: Uint8Array, offset: number, length: number): void {
    this.interrupted();
    if (length > this.params.max_frame_size) {
      this.owed = encodeFlowControl(flowStatus.overflow, 0, 0, this.params.tx_padding);
      this.events.push({ type: 'failed', result: 'N_BUFFER_OVFLW' });
      return;
    }
    const message = new Uint8Array(length);
    message.set(data.subarray(offset));
    this.reception = {
      message,
      rxDl: data.length,
      offset: data.length - offset,
      sequenceNumber: 0,
      blockLeft: 0,
    };
    this.continueToSend(this.reception);
  }

  /** A consecutive frame whose payload starts at `pdu.offset` of `data`. */
  consecutive(data: Uint8Array, pdu: Extract<Pdu, { type: 'consecutive' }>, nowNs: number): void {
    const { reception } = this;
    if (reception === undefined) return;
    const { message, offset } = reception;
    const carried = Math.min(reception.rxDl - pdu.offset, message.length - offset);
    // 9.6.4: as long as the first frame, but for the last, which is at least as long as what is left. Others are ignored.
    if (data.length > reception.rxDl || data.length < carried + pdu.offset) return;
    reception.sequenceNumber = (reception.sequenceNumber + 1) & 0x0f;
    if (pdu.sequenceNumber !== reception.sequenceNumber) {
      this.fail('N_WRONG_SN');
      return;
    }
    if (carried < 8)
      for (let index = 0; index < carried; index += 1) message[offset + index] = data[pdu.offset + index] as number;
    else message.set(data.subarray(pdu.offset, pdu.offset + carried), offset);
    reception.offset += carried;
    // A frame that was sent proves that the flow control before it had arrived.
    this.unconfirmed = undefined;
    if (reception.offset === message.length) {
      this.abort();
      this.events.push({ type: 'message', message });
      return;
    }
    reception.blockLeft -= 1;
    if (reception.blockLeft === 0) this.continueToSend(reception);
    else this.awaitConsecutive(nowNs);
  }

  tick(nowNs: number): void {
    if (this.dueNs === undefined || nowNs < this.dueNs) return;
    this.fail(this.unconfirmed === undefined ? 'N_TIMEOUT_Cr' : 'N_TIMEOUT_A');
  }

  private continueToSend(reception: Reception): void {
    const { blocksize, stmin, tx_padding: padding } = this.params;
    reception.blockLeft = blocksize === 0 ? Number.POSITIVE_INFINITY : blocksize;
    this.owed = encodeFlowControl(flowStatus.continueToSend, blocksize, stmin, padding);
    this.dueNs = undefined;
  }

  private awaitConsecutive(nowNs: number): void {
    this.dueNs = nowNs + this.params.rx_consecutive_frame_timeout * NS_PER_MS;
  }

  /** A new message begins: an unfinished one is lost. */
  private interrupted(): void {
    if (this.reception !== undefined) this.fail('N_UNEXP_PDU');
  }

  private fail(result: NResult): void {
    this.abort();
    this.events.push({ type: 'failed', result });
  }
}

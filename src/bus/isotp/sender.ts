// Owns: the sending half of an ISO-TP connection: one message at a time, one frame at a time with the bus. Must not know buses,
// timers or links: it is told of flow controls, confirmed frames and the time, and is asked for frames, events and deadlines.
//
// idle -> ready (a frame may be taken; N_Cs runs while the source has none) -> confirming (N_As runs) -> ready, or separating
// (STmin), or awaitingFlowControl (N_Bs), or idle with `sent`. Every failure leads to idle.
import { isoTpPieceBytesMax } from '../limits.ts';
import type { MessageSource } from '../link.ts';
import type { FrameFormat } from './frameFormat.ts';
import type { NResult } from './nResult.ts';
import { type IsoTpParams, msToNs, secondsToNs } from './params.ts';
import { flowStatus, type Pdu, stMinNs } from './pdu.ts';

type State = 'idle' | 'ready' | 'confirming' | 'awaitingFlowControl' | 'separating';
type FlowControl = Extract<Pdu, { type: 'flowControl' }>;

/** How a message ended. */
export type SenderOutcome = 'sent' | NResult;

const nothing = new Uint8Array(0);
/** A time that does not come. Not undefined: a field that is always a number costs no allocation a frame. */
const never = Number.POSITIVE_INFINITY;
/** Frames of a block without end: counted down as others are, it does not come to 0. */
const unlimited = -1;

export class IsoTpSender {
  private readonly format: FrameFormat;
  private readonly wftMax: number;
  private readonly confirmationNs: number;
  private readonly flowControlNs: number;
  private readonly sourceNs: number;
  private readonly overridingNs: number | undefined;
  private state: State = 'idle';
  /** The message's length; where its bytes come from, undefined where `piece` holds them all. */
  private length = 0;
  private source: MessageSource | undefined;
  /** What the source gave last, and where in the message that begins. */
  private piece: Uint8Array = nothing;
  private pieceAt = 0;
  /** Bytes of the message in frames taken so far. */
  private offset = 0;
  private sequenceNumber = 0;
  /** Consecutive frames until the next flow control; below 0 for BS = 0. */
  private blockLeft = 0;
  private separationNs = 0;
  private waits = 0;
  /** Whether the flow control due answers the first frame. */
  private answersFirst = false;
  private unconfirmed: Uint8Array | undefined;
  private dueNs = never;
  /** The last confirmation or flow control: from there N_Cs runs. */
  private sinceNs = never;
  private outcome: SenderOutcome | undefined;

  constructor(params: IsoTpParams, format: FrameFormat) {
    this.format = format;
    this.wftMax = params.wftmax;
    this.confirmationNs = msToNs(params.tx_confirmation_timeout);
    this.flowControlNs = msToNs(params.rx_flowcontrol_timeout);
    this.sourceNs = msToNs(params.tx_consecutive_frame_timeout);
    const { override_receiver_stmin: overriding } = params;
    this.overridingNs = overriding === undefined ? undefined : secondsToNs(overriding);
  }

  /** Whether `start` would take a message. */
  get idle(): boolean {
    return this.state === 'idle';
  }

  /** The time of the next `tick` that matters: N_As, N_Bs, N_Cs or the end of STmin; Infinity where there is none. */
  get deadlineNs(): number {
    return this.dueNs;
  }

  /** Begins a message of 1 byte or more. Only when idle. What is given as bytes must not change until the outcome. */
  start(message: Uint8Array | MessageSource): void {
    const isWhole = message instanceof Uint8Array;
    this.length = message.length;
    this.source = isWhole ? undefined : message;
    this.piece = isWhole ? message : nothing;
    this.pieceAt = 0;
    this.offset = 0;
    this.sequenceNumber = 0;
    this.waits = 0;
    this.sinceNs = never;
    this.outcome = undefined;
    this.state = 'ready';
  }

  /** Drops the message without an outcome. */
  abort(): void {
    this.state = 'idle';
    this.source = undefined;
    this.piece = nothing;
    this.unconfirmed = undefined;
    this.dueNs = never;
  }

  /**
   * The next frame for the bus, whenever one may go and its bytes are there. It is to be confirmed in N_As, time spent waiting for
   * the bus included.
   */
  takeFrame(nowNs: number): Uint8Array | undefined {
    if (this.state !== 'ready') return undefined;
    const data = this.nextFrame();
    if (data === undefined) {
      if (this.dueNs === never) this.dueNs = Math.min(this.sinceNs, nowNs) + this.sourceNs;
      return undefined;
    }
    this.unconfirmed = data;
    this.state = 'confirming';
    this.dueNs = nowNs + this.confirmationNs;
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

  /** The frame `data`, as taken, has left. False where it is of no use any more. */
  confirm(data: Uint8Array, nowNs: number): boolean {
    if (data !== this.unconfirmed) return false;
    this.confirmed(nowNs);
    return true;
  }

  flowControl(pdu: FlowControl, nowNs: number): void {
    // A real interface may report a frame's answer before the frame's own confirmation: the answer proves that it left.
    if (this.state === 'confirming' && this.awaitsFlowControlNext()) this.confirmed(nowNs);
    if (this.state !== 'awaitingFlowControl') return;
    switch (pdu.status) {
      case flowStatus.continueToSend:
        this.waits = 0;
        this.blockLeft = pdu.blockSize === 0 ? unlimited : pdu.blockSize;
        this.separationNs = this.overridingNs ?? stMinNs(pdu.stMin);
        this.answersFirst = false;
        this.dueNs = never;
        this.sinceNs = nowNs;
        this.state = 'ready';
        return;
      case flowStatus.wait:
        this.waits += 1;
        if (this.waits > this.wftMax) this.end('N_WFT_OVRN');
        else this.dueNs = nowNs + this.flowControlNs;
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
    if (nowNs < this.dueNs) return;
    switch (this.state) {
      case 'separating':
        this.dueNs = never;
        this.state = 'ready';
        return;
      case 'ready':
        // The source may have got ready without a word.
        if (!this.holds(this.nextBytes())) this.end('N_ERROR');
        return;
      case 'confirming':
        this.end('N_TIMEOUT_A');
        return;
      case 'awaitingFlowControl':
        this.end('N_TIMEOUT_Bs');
        return;
      case 'idle':
        return;
    }
  }

  /** Bytes of the message in the next frame. */
  private nextBytes(): number {
    const { format, length, offset } = this;
    if (offset > 0) return Math.min(format.consecutiveBytes, length - offset);
    return length <= format.singleBytesMax ? length : format.firstBytes(length);
  }

  private nextFrame(): Uint8Array | undefined {
    const { format, length, offset } = this;
    const count = this.nextBytes();
    if (!this.holds(count)) return undefined;
    this.offset = offset + count;
    if (offset > 0) {
      this.sequenceNumber = (this.sequenceNumber + 1) & 0x0f;
      return format.consecutive(this.piece, offset - this.pieceAt, count, this.sequenceNumber);
    }
    if (count === length) return format.single(this.piece, length);
    this.answersFirst = true;
    // The first frame is a block of its own.
    this.blockLeft = 1;
    return format.first(this.piece, length);
  }

  /** Whether the next `count` bytes of the message are in `piece`, if need be after asking the source. */
  private holds(count: number): boolean {
    const { source, offset } = this;
    if (source === undefined || offset + count <= this.pieceAt + this.piece.length) return true;
    const most = Math.max(count, Math.min(isoTpPieceBytesMax, this.length - offset));
    const piece = source.read(offset, count, most);
    if (piece === undefined) return false;
    if (piece.length < count || piece.length > most) {
      throw new RangeError(`a source gave ${piece.length} bytes where ${count} to ${most} were asked for`);
    }
    // Whatever kind of array it is: a plain view of it is quicker to copy from.
    this.piece = new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
    this.pieceAt = offset;
    return true;
  }

  /** Whether the frame with the bus is the last one that goes without flow control. */
  private awaitsFlowControlNext(): boolean {
    return this.offset < this.length && this.blockLeft === 1;
  }

  private confirmed(nowNs: number): void {
    this.unconfirmed = undefined;
    this.dueNs = never;
    this.sinceNs = nowNs;
    if (this.offset === this.length) {
      this.end('sent');
      return;
    }
    this.blockLeft -= 1;
    if (this.blockLeft === 0) {
      this.state = 'awaitingFlowControl';
      this.dueNs = nowNs + this.flowControlNs;
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

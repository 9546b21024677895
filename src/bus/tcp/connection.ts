// Owns: one end of a TCP connection (RFC 9293), from its SYN to its end. No I/O. Calls are of four kinds:
// - what its owner wants: `write`, `finish`, `abort`.
// - what happened: `arrived` (a segment), `tick` (the deadline).
// - what is to be done, asked after each of these: `take`, and `takeEvent` after what happened, each until it gives undefined.
// - when to come back without either: `deadlineNs`; never again once `isClosed`.
import { TcpReceiver } from './receiver.ts';
import type { TcpSegment } from './segment.ts';
import { giveUpNs, TcpSender, windowBytes } from './sender.ts';

export type TcpFailure = 'refused' | 'reset' | 'timed-out';

export type TcpEvent =
  /** The next bytes of the stream: a view of what arrived. */
  | { readonly type: 'received'; readonly bytes: Uint8Array }
  /** The peer has everything that was written. */
  | { readonly type: 'acknowledged' }
  /** The peer writes no more. */
  | { readonly type: 'finished' }
  /** The connection is lost. */
  | { readonly type: 'failed'; readonly failure: TcpFailure };

export interface TcpConnectionOptions {
  readonly localPort: number;
  readonly remotePort: number;
  readonly initialSequence: number;
  /** The most that one segment carries; `maximumSegmentBytes` when omitted. */
  readonly segmentBytes?: number;
  /** The SYN that is answered; without it, this end opens the connection. */
  readonly opening?: TcpSegment;
}

const noBytes = new Uint8Array(0);

export class TcpConnection {
  /** Nothing will be sent or heard any more. */
  isClosed = false;
  private readonly options: TcpConnectionOptions;
  private readonly sender: TcpSender;
  private readonly receiver = new TcpReceiver();
  /** The peer's initial sequence number, once it is known. */
  private peerSequence: number | undefined;
  private events: TcpEvent[] = [];
  private mustAcknowledge = false;
  private mustReset = false;
  private lingersUntilNs = Number.POSITIVE_INFINITY;

  constructor(options: TcpConnectionOptions) {
    this.options = options;
    this.sender = new TcpSender(options.segmentBytes);
    this.peerSequence = options.opening?.sequence;
  }

  /** When `tick` is due, in nanoseconds; Infinity where it is not. */
  get deadlineNs(): number {
    return this.isClosed ? Number.POSITIVE_INFINITY : Math.min(this.sender.deadlineNs, this.lingersUntilNs);
  }

  /** Sends `bytes`, not to be changed until they are acknowledged. Not before all earlier ones are. */
  write(bytes: Uint8Array): void {
    this.sender.write(bytes);
  }

  /** Ends the stream after what was written. The connection is closed when the peer has done so too, or takes too long. */
  finish(nowNs: number): void {
    this.sender.finish();
    this.lingersUntilNs = Math.min(this.lingersUntilNs, nowNs + giveUpNs);
  }

  /** Ends the connection at once; the peer is told with a reset. */
  abort(): void {
    if (this.isClosed) return;
    this.mustReset = this.peerSequence !== undefined;
    this.isClosed = true;
    this.events = [];
  }

  /** A segment between these two ports. */
  arrived(segment: TcpSegment, nowNs: number): void {
    if (this.isClosed) return;
    const { acknowledgment, syn, rst } = segment;
    if (this.peerSequence === undefined) {
      this.answered(segment, nowNs);
      return;
    }
    if (rst) {
      // RFC 5961: one that does not know what comes next may be a guess. A peer that means it answers the acknowledgment with another.
      if (segment.sequence === this.sequenceOf(this.receiver.nextOffset)) this.fail('reset');
      else this.mustAcknowledge = true;
      return;
    }
    if (syn) {
      // The peer has not heard that its SYN was heard.
      this.mustAcknowledge = this.sender.isSynAcknowledged;
      return;
    }
    if (acknowledgment === undefined || !this.takeAcknowledgment(acknowledgment, segment, nowNs)) return;
    this.takePayload(segment);
    if (this.sender.isFinAcknowledged && this.receiver.isFinished && !this.mustAcknowledge) this.isClosed = true;
  }

  tick(nowNs: number): void {
    if (this.isClosed) return;
    if (nowNs >= this.lingersUntilNs) this.isClosed = true;
    else if (nowNs >= this.sender.deadlineNs && !this.sender.timedOut(nowNs)) this.fail('timed-out');
  }

  /** The next segment to send now. */
  take(nowNs: number): TcpSegment | undefined {
    if (this.mustReset) {
      this.mustReset = false;
      return this.segment({ offset: this.sender.sentOffset, payload: noBytes, rst: true });
    }
    const part = this.isClosed ? undefined : this.sender.take(nowNs);
    if (part !== undefined) {
      this.mustAcknowledge = false;
      return this.segment(part);
    }
    if (!this.mustAcknowledge) return undefined;
    this.mustAcknowledge = false;
    if (this.sender.isFinAcknowledged && this.receiver.isFinished) this.isClosed = true;
    return this.segment({ offset: this.sender.sentOffset, payload: noBytes });
  }

  takeEvent(): TcpEvent | undefined {
    return this.events.shift();
  }

  /** The answer to a SYN. */
  private answered({ acknowledgment, syn, rst, sequence }: TcpSegment, nowNs: number): void {
    if (acknowledgment !== this.ownSequenceOf(1)) return;
    if (rst) this.fail('refused');
    if (rst || !syn) return;
    this.peerSequence = sequence;
    this.sender.acknowledged(1, false, nowNs);
    this.mustAcknowledge = true;
  }

  /** False where the segment is of no use. */
  private takeAcknowledgment(acknowledgment: number, { payload, fin }: TcpSegment, nowNs: number): boolean {
    const { sender } = this;
    const { oldestOffset } = sender;
    const offset = oldestOffset + ((acknowledgment - this.ownSequenceOf(oldestOffset)) | 0);
    if (offset > sender.sentOffset) {
      this.mustAcknowledge = true;
      return false;
    }
    const isBare = payload.length === 0 && !fin;
    if (sender.acknowledged(offset, isBare, nowNs)) this.events.push({ type: 'acknowledged' });
    return sender.isSynAcknowledged;
  }

  private takePayload({ sequence, payload, fin }: TcpSegment): void {
    if (payload.length === 0 && !fin) return;
    const { receiver } = this;
    const wasFinished = receiver.isFinished;
    const { nextOffset } = receiver;
    const offset = nextOffset + ((sequence - this.sequenceOf(nextOffset)) | 0);
    // Every segment is acknowledged at once: duplicates tell the sender of what is missing.
    this.mustAcknowledge = true;
    for (const bytes of receiver.take(offset, payload, fin)) this.events.push({ type: 'received', bytes });
    if (receiver.isFinished && !wasFinished) this.events.push({ type: 'finished' });
  }

  private fail(failure: TcpFailure): void {
    this.isClosed = true;
    this.events.push({ type: 'failed', failure });
  }

  private segment(part: {
    readonly offset: number;
    readonly payload: Uint8Array;
    readonly syn?: boolean;
    readonly fin?: boolean;
    readonly rst?: boolean;
    readonly psh?: boolean;
  }): TcpSegment {
    const { localPort, remotePort } = this.options;
    const { offset, payload, syn = false, fin = false, rst = false, psh = false } = part;
    return {
      sourcePort: localPort,
      destinationPort: remotePort,
      sequence: this.ownSequenceOf(offset),
      acknowledgment: this.peerSequence === undefined ? undefined : this.sequenceOf(this.receiver.nextOffset),
      syn,
      fin,
      rst,
      psh,
      window: windowBytes,
      payload,
    };
  }

  private ownSequenceOf(offset: number): number {
    return (this.options.initialSequence + offset) >>> 0;
  }

  private sequenceOf(offset: number): number {
    return ((this.peerSequence ?? 0) + offset) >>> 0;
  }
}

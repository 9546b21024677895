// Owns: the sending half of a TCP connection (RFC 9293, 5681, 6582): what is sent when, and sent again. Sequence numbers are offsets
// from the SYN, which is byte 0, so that they never wrap. No I/O: told of acknowledgments and the time, asked for parts to send.
import { NS_PER_MS, NS_PER_S } from '../../core/units.ts';
import { maximumSegmentBytes } from './segment.ts';

/** What a receiver of ours always has room for: all that a header without window scaling can say. */
export const windowBytes = 65_535;
/** RFC 6928. */
const initialWindowSegments = 10;
/** No way in a vehicle takes longer, queues included: so it need not be measured. Linux never waits less either. */
const timeoutFirstNs = 200 * NS_PER_MS;
/** Soon after a link is repaired, it is used again. */
const timeoutLongestNs = 2 * NS_PER_S;
/** Without an acknowledgment of anything new for so long, the peer counts as gone: a bus cut of some seconds is sat out. */
export const giveUpNs = 10 * NS_PER_S;
const duplicatesMax = 3;
const noBytes = new Uint8Array(0);

/** What one segment is to carry. */
export interface Part {
  readonly offset: number;
  readonly payload: Uint8Array;
  readonly syn: boolean;
  readonly fin: boolean;
  /** It ends what was written. */
  readonly psh: boolean;
}

export class TcpSender {
  private readonly segmentBytes: number;
  /** The oldest offset that is not acknowledged, the next one to send, and the highest one sent so far. */
  private una = 0;
  private nxt = 0;
  private highest = 0;
  private data: Uint8Array = noBytes;
  private dataAt = 1;
  private finAt: number | undefined;
  private congestionBytes: number;
  private slowStartBytes = windowBytes;
  private duplicates = 0;
  /** Up to where everything had been sent when a loss was noticed: until it is acknowledged, it is one and the same loss. */
  private recover = 0;
  private isRecovering = false;
  /** The oldest part is to be sent again at once. */
  private isResending = false;
  private timeoutNs = timeoutFirstNs;
  private giveUpAtNs = 0;
  deadlineNs = Number.POSITIVE_INFINITY;

  /** `segmentBytes`: the most that one part carries. */
  constructor(segmentBytes = maximumSegmentBytes) {
    this.segmentBytes = segmentBytes;
    this.congestionBytes = initialWindowSegments * segmentBytes;
  }

  get oldestOffset(): number {
    return this.una;
  }

  /** One behind the last byte sent. */
  get sentOffset(): number {
    return this.highest;
  }

  get isSynAcknowledged(): boolean {
    return this.una > 0;
  }

  get isFinAcknowledged(): boolean {
    return this.finAt !== undefined && this.una > this.finAt;
  }

  /** Takes the next bytes of the stream, not to be changed until they are acknowledged. Not before all earlier ones are. */
  write(bytes: Uint8Array): void {
    if (this.data.length > 0 || this.finAt !== undefined) throw new Error('TCP: what was written before is on its way');
    this.data = bytes;
  }

  /** Nothing will be written any more. */
  finish(): void {
    this.finAt ??= this.dataEnd;
  }

  /** The next part that may be sent now, to be asked for until undefined. */
  take(nowNs: number): Part | undefined {
    const { una, nxt, dataEnd } = this;
    if (this.isResending) {
      this.isResending = false;
      return this.sent(this.partAt(una, this.segmentBytes), nowNs);
    }
    if (nxt > 0 && una === 0) return undefined;
    const room = una + Math.min(this.congestionBytes, windowBytes) - nxt;
    // Not a short part for want of room: it would be followed by another one.
    if (nxt > 0 && nxt < dataEnd && room < Math.min(this.segmentBytes, dataEnd - nxt)) return undefined;
    if (nxt === dataEnd && this.finAt !== nxt && nxt > 0) return undefined;
    if (nxt > dataEnd) return undefined;
    const part = this.partAt(nxt, this.segmentBytes);
    this.nxt = endOf(part);
    this.highest = Math.max(this.highest, this.nxt);
    return this.sent(part, nowNs);
  }

  /**
   * The peer has everything before `offset`, which is no higher than `sentOffset`. `isBare`: its segment carried nothing else. True
   * where this completes what was written.
   */
  acknowledged(offset: number, isBare: boolean, nowNs: number): boolean {
    if (offset > this.una) return this.advance(offset, nowNs);
    if (offset === this.una && isBare && this.nxt > this.una) this.duplicate();
    return false;
  }

  /** The deadline has come. False where the peer is given up. */
  timedOut(nowNs: number): boolean {
    if (nowNs >= this.giveUpAtNs) return false;
    this.halve();
    this.congestionBytes = this.segmentBytes;
    // Everything is sent again from here, until an acknowledgment says how much of it arrived.
    this.nxt = this.una;
    this.recover = this.highest;
    this.isRecovering = false;
    this.duplicates = 0;
    this.timeoutNs = Math.min(2 * this.timeoutNs, timeoutLongestNs);
    this.deadlineNs = Number.POSITIVE_INFINITY;
    return true;
  }

  private get dataEnd(): number {
    return this.dataAt + this.data.length;
  }

  private partAt(offset: number, bytesMax: number): Part {
    const { data, dataAt, dataEnd } = this;
    if (offset === 0) return { offset, payload: noBytes, syn: true, fin: false, psh: false };
    const end = Math.min(dataEnd, offset + bytesMax);
    const payload = data.subarray(offset - dataAt, end - dataAt);
    return { offset, payload, syn: false, fin: end === this.finAt, psh: payload.length > 0 && end === dataEnd };
  }

  private sent(part: Part, nowNs: number): Part {
    if (this.deadlineNs === Number.POSITIVE_INFINITY) {
      this.deadlineNs = nowNs + this.timeoutNs;
      if (this.giveUpAtNs === 0) this.giveUpAtNs = nowNs + giveUpNs;
    }
    return part;
  }

  private advance(offset: number, nowNs: number): boolean {
    const bytes = offset - this.una;
    this.una = offset;
    this.nxt = Math.max(this.nxt, offset);
    this.duplicates = 0;
    this.timeoutNs = timeoutFirstNs;
    const isWaiting = this.highest > offset;
    this.deadlineNs = isWaiting ? nowNs + this.timeoutNs : Number.POSITIVE_INFINITY;
    this.giveUpAtNs = isWaiting ? nowNs + giveUpNs : 0;
    if (this.isRecovering && offset >= this.recover) this.isRecovering = false;
    else if (this.isRecovering) this.isResending = true;
    else this.grow(bytes);
    if (this.data.length === 0 || offset < this.dataEnd) return false;
    this.dataAt = this.dataEnd;
    this.data = noBytes;
    return true;
  }

  private duplicate(): void {
    this.duplicates += 1;
    if (this.duplicates !== duplicatesMax || this.isRecovering || this.una <= this.recover) return;
    this.halve();
    this.congestionBytes = this.slowStartBytes;
    this.recover = this.highest;
    this.isRecovering = true;
    this.isResending = true;
  }

  private halve(): void {
    this.slowStartBytes = Math.max((this.nxt - this.una) / 2, 2 * this.segmentBytes);
  }

  private grow(bytes: number): void {
    const { congestionBytes } = this;
    const isSlowStart = congestionBytes < this.slowStartBytes;
    const growth = isSlowStart ? bytes : (this.segmentBytes * bytes) / congestionBytes;
    this.congestionBytes = Math.min(congestionBytes + growth, windowBytes);
  }
}

function endOf({ offset, payload, syn, fin }: Part): number {
  return offset + payload.length + (syn || fin ? 1 : 0);
}

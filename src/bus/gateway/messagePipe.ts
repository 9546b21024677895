// Owns: one direction between two links of a gateway: messages taken from the one, kept in a bounded buffer, given to the other,
// in order. Where both links carry messages in pieces, a message goes on while it still comes in. Must not know what it means.

import type { EnvironmentFault } from '../../core/faults.ts';
import type { Result } from '../../core/result.ts';
import type { Clock, Timer } from '../../core/time/clock.ts';
import { DeadlineTimer } from '../../core/time/deadlineTimer.ts';
import { gatewayMessagesMax } from '../limits.ts';
import type { Link, MessageSink, MessageSource, Streaming } from '../link.ts';
import { Passage } from './passage.ts';

export type MessageDropReason =
  /** There was no room for it, or it is longer than its receiver takes. Over ISO-TP its sender is told by a flow control. */
  | 'overflow'
  /** It did not come to its end, or not in time. */
  | 'not-received'
  /** The other side did not take it. */
  | 'not-sent';

export interface MessageCount {
  readonly messages: number;
  readonly bytes: number;
  readonly dropped: Readonly<Partial<Record<MessageDropReason, number>>>;
}

export interface PipeOptions {
  readonly clock: Clock;
  readonly inlet: Link;
  readonly outlet: Link;
  readonly delayNs: number;
  readonly bufferBytesMax: number;
  /** The most that comes in between two flow controls of this side; Infinity for a whole message. */
  readonly blockBytesMax: number;
  readonly onDrop: (reason: MessageDropReason) => void;
}

/** The most that comes before the first flow control: a first frame of CAN FD. */
const firstBytesMax = 62;

export class MessagePipe {
  private readonly options: PipeOptions;
  private readonly streamedInlet: Streaming | undefined;
  private readonly streamedOutlet: Streaming | undefined;
  /** The first is with the outlet where `sending`; the last may still be coming in. */
  private readonly messages: Passage[] = [];
  private sending = false;
  /** The outlet asked for more than had come. */
  private isStarved = false;
  /** Bytes that came and may not go on yet, in order. */
  private readonly delayed: { readonly passage: Passage; readonly bytes: number; readonly readyNs: number }[] = [];
  private readonly delayTimer: DeadlineTimer;
  /** The inlet was told to wait. */
  private isShort = false;
  private resumption: Timer | undefined;
  private closed = false;
  private readonly count = { messages: 0, bytes: 0 };
  private readonly dropped: Partial<Record<MessageDropReason, number>> = {};

  constructor(options: PipeOptions) {
    this.options = options;
    this.streamedInlet = options.inlet.streaming;
    this.streamedOutlet = options.outlet.streaming;
    this.delayTimer = new DeadlineTimer(options.clock, () => this.delayPassed());
    this.streamedInlet?.receiveInto((length) => this.open(length));
  }

  /** Of the buffer. Never above `bufferBytesMax`. */
  get heldBytes(): number {
    return this.messages.reduce((bytes, passage) => bytes + passage.heldBytes, 0);
  }

  counts(): MessageCount {
    return { ...this.count, dropped: { ...this.dropped } };
  }

  /** The inlet gave a message as a whole. */
  received(message: Uint8Array): void {
    const passage = this.admit(message.length, message.length);
    if (passage === undefined) this.drop('overflow');
    else this.write(passage, message, 0, message.length);
  }

  /** The inlet lost a message that has no passage: one that was refused, or none was asked for. */
  receivingFailed(fault: EnvironmentFault): void {
    this.drop(fault.code === 'too-long' ? 'overflow' : 'not-received');
  }

  /** The outlet has sent what it was given. */
  sent(): void {
    const passage = this.takeSending();
    if (passage === undefined) return;
    this.count.messages += 1;
    this.count.bytes += passage.length;
    this.goOn();
  }

  sendingFailed(): void {
    const passage = this.takeSending();
    if (passage !== undefined) this.lose(passage, this.isStarved ? 'not-received' : 'not-sent');
    this.goOn();
  }

  close(): void {
    this.closed = true;
    this.streamedInlet?.receiveInto(undefined);
    this.delayTimer.cancel();
    this.resumption?.cancel();
    for (const passage of [...this.messages]) this.lose(passage, 'not-sent');
    this.messages.length = 0;
    this.delayed.length = 0;
  }

  private open(length: number): MessageSink | undefined {
    const { bufferBytesMax, blockBytesMax, outlet } = this.options;
    const isWhole = this.streamedOutlet === undefined;
    if (isWhole && length > outlet.messageBytesMax) return undefined;
    if (length > bufferBytesMax && blockBytesMax > bufferBytesMax) return undefined;
    const passage = this.admit(length, isWhole ? length : Math.min(length, firstBytesMax));
    if (passage === undefined) return undefined;
    const hasRoom = () => this.hasRoom(passage);
    return {
      get ready() {
        return hasRoom();
      },
      write: (data, start, end) => this.write(passage, data, start, end),
      ended: (fault) => {
        if (fault !== undefined) this.lose(passage, 'not-received');
      },
    };
  }

  /** A new message of which `least` bytes need room at once; undefined where there is none. */
  private admit(length: number, least: number): Passage | undefined {
    if (this.closed || this.messages.length >= gatewayMessagesMax) return undefined;
    if (least > this.options.bufferBytesMax - this.heldBytes) return undefined;
    const passage = new Passage(length, this.streamedOutlet === undefined ? length : 0);
    this.messages.push(passage);
    return passage;
  }

  /** Whether another block of `passage` may come. */
  private hasRoom(passage: Passage): boolean {
    if (passage.reserved > 0) return true;
    const { bufferBytesMax, blockBytesMax } = this.options;
    const wanted = Math.min(passage.length - passage.received, blockBytesMax);
    this.isShort = wanted > bufferBytesMax - this.heldBytes;
    return !this.isShort;
  }

  private write(passage: Passage, data: Uint8Array, start: number, end: number): void {
    if (passage.lost) return;
    const { bufferBytesMax, clock, delayNs } = this.options;
    const bytes = end - start;
    // A sender that does not heed the block size.
    if (passage.reserved === 0 && bytes > bufferBytesMax - this.heldBytes) {
      this.lose(passage, 'overflow');
      return;
    }
    passage.write(data, start, end);
    this.delayed.push({ passage, bytes, readyNs: clock.nowNs() + delayNs });
    if (this.delayed.length === 1) this.delayTimer.set(clock.nowNs() + delayNs);
  }

  private delayPassed(): void {
    const nowNs = this.options.clock.nowNs();
    for (let next = this.delayed[0]; next !== undefined && next.readyNs <= nowNs; next = this.delayed[0]) {
      next.passage.ready += next.bytes;
      this.delayed.shift();
    }
    const [next] = this.delayed;
    if (next !== undefined) this.delayTimer.set(next.readyNs);
    if (this.sending) this.streamedOutlet?.resume();
    else this.goOn();
  }

  /** Gives the outlet the next message where it is free and enough of that is here. */
  private goOn(): void {
    this.roomMade();
    for (let [next] = this.messages; next !== undefined && !this.sending; [next] = this.messages) {
      const isWhole = this.streamedOutlet === undefined;
      if (next.ready < (isWhole ? next.length : 1)) return;
      this.sending = true;
      this.isStarved = false;
      const result = this.streamedOutlet?.sendFrom(this.sourceOf(next)) ?? this.sendWhole(next);
      if (result.ok) return;
      this.sending = false;
      this.lose(next, 'not-sent');
    }
  }

  private sendWhole(passage: Passage): Result<void, EnvironmentFault> {
    return this.options.outlet.send(passage.read(0, passage.length, passage.length) ?? new Uint8Array());
  }

  private sourceOf(passage: Passage): MessageSource {
    return {
      length: passage.length,
      read: (offset, least, most) => {
        passage.release(offset);
        this.roomMade();
        const bytes = passage.read(offset, least, most);
        this.isStarved = bytes === undefined;
        return bytes;
      },
    };
  }

  private takeSending(): Passage | undefined {
    if (!this.sending) return undefined;
    this.sending = false;
    return this.messages.shift();
  }

  /** An outlet in the middle of it gives up by itself: the source has nothing more. */
  private lose(passage: Passage, reason: MessageDropReason): void {
    if (passage.lost) return;
    passage.lose();
    this.drop(reason);
    const index = this.messages.indexOf(passage);
    if (index > 0 || (index === 0 && !this.sending)) this.messages.splice(index, 1);
    this.roomMade();
  }

  /** An inlet that waits is told, though not from inside what the outlet is doing. */
  private roomMade(): void {
    if (!this.isShort || this.closed || this.resumption !== undefined) return;
    this.resumption = this.options.clock.after(0, () => {
      this.resumption = undefined;
      this.streamedInlet?.resume();
    });
  }

  private drop(reason: MessageDropReason): void {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
    this.options.onDrop(reason);
  }
}

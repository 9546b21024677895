// Owns: one opening of a real CAN interface by the native module's channels, from its start to its end. What follows from the module's
// sources: a send copies more than 8 bytes over its own stack, and changes the object it is given; `stop` joins a reader thread (up to
// 100 ms), tells `onStopped` and must not be called twice or from a callback; a channel never started has no thread; what a channel
// points to must outlive the turn in which it stopped. Must not know what becomes of the frames.
import { hostTimer } from '../../core/time/hostTime.ts';
import type { CanFrame } from '../bus.ts';
import { errorClassesAll } from '../frame/canErrorFrame.ts';
import {
  hearNothing,
  type NativeChannel,
  type NativeMessage,
  type NativeModule,
  type ReceiveFilter,
} from './nativeCan.ts';

export interface Heard {
  message(message: NativeMessage): void;
  stopped(): void;
}

const noErrorFrames = 0;

/** Openings kept from the garbage collector while they close. */
const closing = new Set<Opening>();

/**
 * A receiver whose interface went down has read what was left when it was silent for so many looks in a row, each in a turn of its own:
 * a machine that stands still is not silence. Where the interface is up again it goes on hearing: there is a last look.
 */
const drainLookMs = 30;
const drainSilentLooks = 4;
const drainLooksMax = 30;

/**
 * One opening of the interface: a channel that sends, one that hears (a socket does not hear its own frames), and one that hears
 * nothing and so is sure to be told when the interface goes down; the others' sockets may tell that to a call whose error nobody sees.
 * The opening ends with the interface: its receiver stops, mostly, with the last echoes unread. So it is started once more: what is
 * not echoed then has not left.
 */
export class Opening {
  private readonly sender: NativeChannel;
  private readonly receiver: NativeChannel;
  private readonly watcher: NativeChannel;
  /** Those that have a thread. */
  private readonly running = new Set<NativeChannel>();
  /** Whether the interface ended it; what was read since the last look; whether the receiver was started again. */
  private ended = false;
  private read = 0;
  private restarted = false;
  private empty = false;
  private closed = false;

  constructor(native: NativeModule, interfaceName: string, filters: readonly ReceiveFilter[], heard: Heard) {
    const create = (own: readonly ReceiveFilter[], errors: number) => {
      const channel = native.createRawChannelWithOptions(interfaceName, { non_block_send: true });
      channel.setRxFilters(own);
      channel.setErrorFilters(errors);
      return channel;
    };
    this.sender = create(hearNothing, noErrorFrames);
    this.receiver = create(filters, errorClassesAll);
    this.watcher = create(hearNothing, noErrorFrames);
    this.receiver.addListener('onMessage', (message) => {
      this.read += 1;
      if (!this.closed) heard.message(message);
    });
    this.receiver.addListener('onStopped', () => {
      this.running.delete(this.receiver);
      this.end(heard);
      if (this.restarted) this.empty = true;
      else afterClosing(() => this.restart());
    });
    this.watcher.addListener('onStopped', () => {
      this.running.delete(this.watcher);
      this.end(heard);
    });
    for (const channel of [this.receiver, this.watcher]) this.start(channel);
  }

  /** Whether the interface ended it and all has been read that was heard before. */
  get isOver(): boolean {
    return this.ended && this.empty;
  }

  get isLive(): boolean {
    return !this.ended;
  }

  send(frame: CanFrame): boolean {
    const { id, extended, remote, fd, brs, requestedBytes = 0 } = frame;
    // The length of a remote frame's data is that which it asks for; the bytes themselves are not sent.
    const data = remote ? Buffer.alloc(requestedBytes) : Buffer.from(frame.data);
    if (fd) return this.sender.sendFD({ id, ext: extended, fd_brs: brs, data }) > 0;
    return this.sender.send({ id, ext: extended, rtr: remote, data }) > 0;
  }

  hearOnly(filters: readonly ReceiveFilter[]): void {
    this.receiver.setRxFilters(filters);
  }

  close(): void {
    this.closed = true;
    this.receiver.setRxFilters(hearNothing);
    closing.add(this);
    // On a turn of its own: this may be a callback of the receiver, which must have returned before it is stopped.
    hostTimer(0, () => {
      for (const channel of this.running) channel.stop();
      afterClosing(() => closing.delete(this));
    });
  }

  private start(channel: NativeChannel): void {
    channel.start();
    this.running.add(channel);
  }

  private end(heard: Heard): void {
    if (this.closed || this.ended) return;
    this.ended = true;
    heard.stopped();
    this.lookForMore(0, drainLooksMax);
  }

  private lookForMore(silentLooks: number, looksLeft: number): void {
    this.read = 0;
    hostTimer(drainLookMs, () => {
      const silent = this.read === 0 ? silentLooks + 1 : 0;
      if (silent === drainSilentLooks || looksLeft === 0) this.empty = true;
      else if (!this.closed && !this.empty) this.lookForMore(silent, looksLeft - 1);
    });
  }

  private restart(): void {
    if (this.closed) return;
    this.restarted = true;
    this.start(this.receiver);
  }
}

/** libuv closes the handles of a reader that stopped at the end of this turn: only then may it be started again, or collected. */
function afterClosing(run: () => void): void {
  hostTimer(0, () => hostTimer(0, run));
}

// Owns: one client's slcan device: open or closed, what it answers, its node on the bus. Must not know the socket behind it.
import type { CanFrame, NodeLoad } from '../bus/bus.ts';
import { transmitQueueFramesMax } from '../bus/limits.ts';
import type { EnvironmentFault } from '../core/faults.ts';
import type { Result } from '../core/result.ts';
import type { Clock } from '../core/time/clock.ts';
import { NS_PER_MS } from '../core/units.ts';
import type { AttachableBus } from './attachableBus.ts';
import { Guest } from './guest.ts';
import { LineReader } from './lineReader.ts';
import { parseSlcan, type SlcanCommand } from './slcanText.ts';

/** Where a device writes. */
export interface SlcanOutput {
  reply(text: string): void;
  /** A frame that was heard; false where the client has no room for it, and it is lost. */
  frame(text: string): boolean;
}

export interface SlcanDeviceOptions {
  readonly bus: AttachableBus;
  readonly clock: Clock;
  /** The name of its node. */
  readonly name: string;
  readonly serialNumber: number;
  readonly textOf: (frame: CanFrame) => string;
  readonly output: SlcanOutput;
  /** A frame that the bus does not carry: why. */
  readonly refused: (why: string) => void;
  /** There is less input waiting. */
  readonly readOn: () => void;
}

const accepted = '\r';
const refused = '\x07';
/** Hardware and software, two digits each. */
const version = 'V0101\r';
/** Timestamps count milliseconds and start again each minute. */
const timestampMs = 60_000;
/** The bits of a status answer, SJA1000's. */
const status = { transmitFull: 0x02, warning: 0x04, overrun: 0x08, passive: 0x20, busError: 0x80 };
const warningCount = 96;

export class SlcanDevice {
  /** Frames. */
  sent = 0;
  heard = 0;
  /** Heard, but the client had no room for them. */
  lost = 0;
  private readonly options: SlcanDeviceOptions;
  private readonly lines = new LineReader();
  /** Read, but not obeyed yet. */
  private put: SlcanCommand | 'none' | undefined;
  private guest: Guest | undefined;
  /** The node of the time before the device was closed, while it still sends. */
  private leaving: Guest | undefined;
  private endTap: (() => void) | undefined;
  private hasTimestamps = false;
  /** Status bits until they are read. */
  private latched = 0;
  /** Set when the client has gone. */
  private ended: (() => void) | undefined;

  constructor(options: SlcanDeviceOptions) {
    this.options = options;
  }

  /** Characters that wait for the bus. */
  get waiting(): number {
    return this.lines.waiting;
  }

  push(text: string): void {
    this.lines.push(text);
    this.run();
  }

  /** The client has gone. What it has sent goes out as long as the bus takes it; `ended` is called when the node has left. */
  end(ended: () => void): void {
    if (this.ended !== undefined) return;
    this.ended = ended;
    if (this.guest?.isBusy !== true) this.shut(ended);
  }

  /** Ends it with the run. */
  close(): void {
    this.endTap?.();
    this.guest?.go();
    this.leaving?.go();
  }

  private run(): void {
    while (this.guest?.isBusy !== true) {
      const command = this.nextCommand();
      if (command === undefined) break;
      if (command === 'none') this.options.output.reply(refused);
      else if (command.type === 'frame') this.send([command.frame, ...this.nextFrames()]);
      else this.obey(command);
    }
    if (this.ended !== undefined && this.guest?.isBusy !== true) this.shut(this.ended);
  }

  /** What the next line says; `none` where that is nothing; undefined where there is no line. */
  private nextCommand(): SlcanCommand | 'none' | undefined {
    const { put } = this;
    this.put = undefined;
    if (put !== undefined) return put;
    const line = this.lines.next();
    if (line === undefined) return undefined;
    return (typeof line === 'string' ? parseSlcan(line) : undefined) ?? 'none';
  }

  /** Frames that the client wrote right behind another: a device has them in its buffer, and sends them one after the other. */
  private nextFrames(): readonly CanFrame[] {
    const frames: CanFrame[] = [];
    while (frames.length < transmitQueueFramesMax) {
      const command = this.nextCommand();
      if (command === undefined || command === 'none' || command.type !== 'frame') {
        this.put = command;
        break;
      }
      frames.push(command.frame);
    }
    return frames;
  }

  private get isOpen(): boolean {
    return this.guest !== undefined || this.endTap !== undefined;
  }

  private obey(command: Exclude<SlcanCommand, { type: 'frame' }>): void {
    const { output, serialNumber } = this.options;
    switch (command.type) {
      case 'nothing':
        output.reply(accepted);
        break;
      case 'version':
        output.reply(version);
        break;
      case 'serialNumber':
        output.reply(`N${String(serialNumber).padStart(4, '0')}\r`);
        break;
      case 'status':
        output.reply(this.isOpen ? `F${this.takeStatus().toString(16).padStart(2, '0').toUpperCase()}\r` : refused);
        break;
      case 'close':
        output.reply(this.isOpen ? accepted : refused);
        this.shut(() => {});
        break;
      default:
        output.reply(this.isOpen ? refused : accepted);
        if (!this.isOpen) this.set(command);
    }
  }

  /** What a device does only while it is closed. */
  private set(command: Extract<SlcanCommand, { type: 'setting' | 'open' | 'timestamps' }>): void {
    const { bus, name } = this.options;
    if (command.type === 'timestamps') this.hasTimestamps = command.on;
    if (command.type !== 'open') return;
    this.leaving?.go();
    if (command.listenOnly) this.endTap = bus.tap((frame) => this.hear(frame));
    else this.guest = new Guest(bus, name, (frame) => this.hear(frame));
  }

  /** Leaves the bus, and then calls `left`. */
  private shut(left: () => void): void {
    this.endTap?.();
    this.endTap = undefined;
    const leaving = this.guest ?? this.leaving;
    this.guest = undefined;
    this.leaving = leaving;
    if (leaving === undefined) {
      left();
      return;
    }
    leaving.leave(() => {
      if (this.leaving === leaving) this.leaving = undefined;
      left();
    });
  }

  private send(frames: readonly CanFrame[]): void {
    const { guest } = this;
    if (guest === undefined) {
      for (const _ of frames) this.options.output.reply(refused);
      return;
    }
    guest.send(frames, (frame, result) => {
      this.answer(frame, result);
      if (guest.isBusy) return;
      this.run();
      this.options.readOn();
    });
  }

  private answer(frame: CanFrame, result: Result<void, EnvironmentFault>): void {
    const { output } = this.options;
    if (result.ok) {
      this.sent += 1;
      output.reply(frame.extended ? 'Z\r' : 'z\r');
      return;
    }
    if (result.fault.code === 'queue-full') this.latched |= status.transmitFull;
    else this.options.refused(result.fault.message);
    output.reply(refused);
    // Nobody is there to try again: the rest would wait in vain as well.
    if (this.ended !== undefined) {
      this.lines.clear();
      this.put = undefined;
    }
  }

  private hear(frame: CanFrame): void {
    const { clock, textOf, output } = this.options;
    let text = textOf(frame);
    if (this.hasTimestamps) {
      const ms = Math.floor(clock.nowNs() / NS_PER_MS) % timestampMs;
      text += ms.toString(16).padStart(4, '0').toUpperCase();
    }
    if (output.frame(`${text}\r`)) {
      this.heard += 1;
      return;
    }
    this.lost += 1;
    this.latched |= status.overrun;
  }

  private takeStatus(): number {
    const bits = this.latched | this.controllerStatus();
    this.latched = 0;
    return bits;
  }

  private controllerStatus(): number {
    const { bus, name } = this.options;
    const load: NodeLoad | undefined = this.guest && bus.load().nodes.find(({ node }) => node === name);
    if (load === undefined) return 0;
    const { state, transmitErrors, receiveErrors } = load;
    if (state === 'bus-off') return status.busError | status.warning;
    const isWarned = Math.max(transmitErrors, receiveErrors) >= warningCount;
    return (isWarned ? status.warning : 0) | (state === 'error-passive' ? status.passive : 0);
  }
}

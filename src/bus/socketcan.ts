// Owns: opening a real CAN interface through the npm module `socketcan` 4.0.7, which is optional: it is loaded here, lazily, and
// nowhere else. What follows from its sources: a send blocks unless told otherwise, copies more than 8 bytes over its own stack,
// and changes the object it is given; `stop` joins a reader thread (up to 100 ms), tells `onStopped` and must not be called twice
// or from a callback; a channel never started has no thread; what a channel points to must outlive the turn in which it stopped.
import type { Clock } from '../core/clock.ts';
import { type EnvironmentFault, environmentFault } from '../core/faults.ts';
import { hostTimer, monotonicMs } from '../core/hostTime.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { CanFrame } from './bus.ts';
import { errorClassesAll } from './canErrorFrame.ts';
import { busOffFault, checkInterface, interfaceDownFault, isInterfaceUp, isQueueOpen } from './canInterface.ts';
import type { CanPort } from './canPort.ts';
import type { Enter } from './enter.ts';
import {
  hearNothing,
  type NativeChannel,
  type NativeMessage,
  type NativeModule,
  type ReceiveFilter,
  receiveFilters,
} from './nativeCan.ts';
import { type InterfaceBus, SocketCanBus } from './socketcanBus.ts';

export interface SocketCanOptions {
  /** The bus's name in the vehicle. */
  readonly name: string;
  /** The network interface, such as `vcan0` or `can0`. */
  readonly interface: string;
  /** Send FD frames as well as classic ones; the interface must carry them. */
  readonly fd: boolean;
  readonly clock: Clock;
  readonly enter: Enter;
  /** How long the interface may be down before its nodes give up: `interfacePatienceMs` when omitted. */
  readonly patienceMs?: number;
}

interface Heard {
  message(message: NativeMessage): void;
  stopped(): void;
}

/** Not a literal, so that this project compiles where the optional module could not be built. */
const moduleName: string = 'socketcan';
const noErrorFrames = 0;

/**
 * Opens a bus over a real interface. Times are the clock's at the moment of the callback; bit timing, arbitration and
 * `busyNs` are the hardware's own affair. Faults: `interface-missing`, `interface-down`, `module-missing`, each with what to do.
 */
export async function openSocketCanBus(options: SocketCanOptions): Promise<Result<InterfaceBus, EnvironmentFault>> {
  const checked = checkInterface(options.interface, options.fd);
  if (!checked.ok) return checked;
  let native: NativeModule;
  try {
    native = await import(moduleName);
  } catch (cause) {
    const reason = String(cause instanceof Error ? cause.message : cause).split('\n')[0];
    const text =
      'the npm module socketcan cannot be loaded: npm install, with a C++ compiler, python3 and make at hand';
    return fail(environmentFault('module-missing', `${text} (${reason})`));
  }
  try {
    return ok(openBus(native, options));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return fail(
      environmentFault('interface-down', `the CAN interface ${options.interface} cannot be opened (${reason})`),
    );
  }
}

function openBus(native: NativeModule, options: SocketCanOptions): InterfaceBus {
  const { name, fd, clock, enter, interface: interfaceName, patienceMs } = options;
  const port = new NativePort(native, interfaceName, fd, enter);
  const bus = new SocketCanBus(name, fd, clock, port, patienceMs);
  port.open(bus);
  return bus;
}

/** Channels kept from the garbage collector while they close. */
const closing = new Set<ChannelPair>();

/**
 * How long a reader that was started again is given to read what was left: it stands ready within a turn, but on a busy machine;
 * and the longest time where it goes on reading, as it does once the interface is up.
 */
const drainMs = 100;
const drainMsMax = 1000;

/**
 * One opening of the interface. It ends with the interface: its reader stops without having read what the kernel still holds for it,
 * the last echoes among them. So it is started once more: what is not echoed then has not left.
 */
class ChannelPair {
  private readonly sender: NativeChannel;
  private readonly receiver: NativeChannel;
  /** Whether the receiver has a thread. */
  private running = false;
  /** Since when it reads what was left; what it read of that since somebody asked; that there is no more. */
  private drainingMs: number | undefined;
  private drained = 0;
  private empty = false;
  private closed = false;

  constructor(native: NativeModule, interfaceName: string, filters: readonly ReceiveFilter[], heard: Heard) {
    this.sender = native.createRawChannelWithOptions(interfaceName, { non_block_send: true });
    this.sender.setRxFilters(hearNothing);
    this.sender.setErrorFilters(noErrorFrames);
    // A socket does not hear its own frames: this second one hears the first one's, and everybody else's.
    this.receiver = native.createRawChannelWithOptions(interfaceName, { non_block_send: true });
    this.receiver.setRxFilters(filters);
    this.receiver.setErrorFilters(errorClassesAll);
    this.receiver.addListener('onMessage', (message) => {
      this.drained += 1;
      if (!this.closed) heard.message(message);
    });
    this.receiver.addListener('onStopped', () => {
      this.running = false;
      if (this.closed) return;
      if (this.drainingMs !== undefined) {
        this.empty = true;
        return;
      }
      this.drainingMs = monotonicMs();
      heard.stopped();
      afterClosing(() => this.drain());
    });
    this.receiver.start();
    this.running = true;
  }

  /** Whether the interface ended it. */
  get ended(): boolean {
    return this.drainingMs !== undefined;
  }

  /** Whether, after its end, all has been read that was heard before. Asked again and again, after a while each time. */
  isEmpty(): boolean {
    const spentMs = monotonicMs() - (this.drainingMs ?? 0);
    const isSilent = this.drained === 0;
    this.drained = 0;
    return this.empty || (spentMs > drainMs && isSilent) || spentMs > drainMsMax;
  }

  send(frame: CanFrame): boolean {
    const { id, extended, remote, fd, brs } = frame;
    const data = Buffer.from(frame.data);
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
      if (this.running) this.receiver.stop();
      afterClosing(() => closing.delete(this));
    });
  }

  private drain(): void {
    if (this.closed) return;
    this.drainingMs = monotonicMs();
    this.receiver.start();
    this.running = true;
  }
}

/** libuv closes the handles of a reader that stopped at the end of this turn: only then may it be started again, or collected. */
function afterClosing(run: () => void): void {
  hostTimer(0, () => hostTimer(0, run));
}

class NativePort implements CanPort {
  readonly interfaceName: string;
  private readonly native: NativeModule;
  private readonly fd: boolean;
  private readonly enter: Enter;
  private bus: SocketCanBus | undefined;
  private channels: ChannelPair | undefined;
  private filters: readonly ReceiveFilter[] = hearNothing;
  private wasOpen = false;

  constructor(native: NativeModule, interfaceName: string, fd: boolean, enter: Enter) {
    this.native = native;
    this.interfaceName = interfaceName;
    this.fd = fd;
    this.enter = enter;
  }

  /** Opens the interface for `bus`. Throws where it cannot be opened. */
  open(bus: SocketCanBus): void {
    this.bus = bus;
    this.channels = new ChannelPair(this.native, this.interfaceName, this.filters, {
      message: (message) => this.enter(() => heardMessage(bus, message)),
      stopped: () => this.enter(() => bus.wentDown()),
    });
  }

  send(frame: CanFrame): boolean {
    return this.channels?.send(frame) ?? false;
  }

  isUp(): boolean {
    return isInterfaceUp(this.interfaceName);
  }

  revive(): boolean {
    const { channels } = this;
    if (channels === undefined || channels.ended) return channels?.isEmpty() !== false && this.reopen();
    return this.isBackFromBusOff();
  }

  hearOnly(ids: ReadonlySet<number> | undefined): void {
    this.filters = receiveFilters(ids);
    this.channels?.hearOnly(this.filters);
  }

  downFault(): EnvironmentFault {
    return interfaceDownFault(this.interfaceName);
  }

  busOffFault(): EnvironmentFault {
    return busOffFault(this.interfaceName);
  }

  close(): void {
    this.channels?.close();
    this.channels = undefined;
  }

  /** Seen twice: the state that is read says so a moment before the queue takes frames. */
  private isBackFromBusOff(): boolean {
    const wasOpen = this.wasOpen;
    this.wasOpen = isQueueOpen(this.interfaceName);
    return wasOpen && this.wasOpen;
  }

  private reopen(): boolean {
    if (this.bus === undefined || !checkInterface(this.interfaceName, this.fd).ok) return false;
    this.close();
    try {
      this.open(this.bus);
      return true;
    } catch {
      // Gone again since it was looked at.
      return false;
    }
  }
}

function heardMessage(bus: SocketCanBus, { id, ext = false, rtr = false, err = false, data }: NativeMessage): void {
  const bytes = rtr ? new Uint8Array(0) : new Uint8Array(data);
  if (err) bus.heardError({ errorClass: id, data: bytes });
  else bus.heard({ id, extended: ext, remote: rtr, data: bytes });
}

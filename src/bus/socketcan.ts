// Owns: opening a real CAN interface through the npm module `socketcan` 4.0.7, which is optional: it is loaded here, lazily, and
// nowhere else. What follows from its sources: a send blocks unless told otherwise, copies more than 8 bytes over its own stack,
// and changes the object it is given; `stop` joins a reader thread (up to 100 ms), tells `onStopped` and must not be called twice
// or from a callback; a channel never started has no thread; what a channel points to must outlive the turn in which it stopped.
import type { Clock } from '../core/clock.ts';
import { type EnvironmentFault, environmentFault } from '../core/faults.ts';
import { hostTimer } from '../core/hostTime.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Bus, CanFrame } from './bus.ts';
import { checkInterface, interfaceDownFault, isInterfaceUp } from './canInterface.ts';
import type { Enter } from './enter.ts';
import { type CanPort, SocketCanBus } from './socketcanBus.ts';

interface NativeMessage {
  id: number;
  ext?: boolean;
  rtr?: boolean;
  err?: boolean;
  fd_brs?: boolean;
  data: Buffer;
}

interface NativeChannel {
  addListener(event: 'onMessage', listener: (message: NativeMessage) => void): void;
  addListener(event: 'onStopped', listener: () => void): void;
  start(): void;
  stop(): void;
  /** Bytes written, or -1. */
  send(message: NativeMessage): number;
  sendFD(message: NativeMessage): number;
  setRxFilters(filters: readonly { id: number; mask: number; invert?: boolean }[]): void;
  setErrorFilters(mask: number): void;
}

interface NativeModule {
  createRawChannelWithOptions(name: string, options: { non_block_send: boolean }): NativeChannel;
}

export interface SocketCanOptions {
  /** The bus's name in the vehicle. */
  readonly name: string;
  /** The network interface, such as `vcan0` or `can0`. */
  readonly interface: string;
  /** Send FD frames as well as classic ones; the interface must carry them. */
  readonly fd: boolean;
  readonly clock: Clock;
  readonly enter: Enter;
}

/** Not a literal, so that this project compiles where the optional module could not be built. */
const moduleName: string = 'socketcan';
/** Inverted, "every bit of nothing is equal": true of no frame. An empty list would leave the default, which hears all. */
const hearNothing = [{ id: 0, mask: 0, invert: true }];
const noErrorFrames = 0;

/**
 * Opens a bus over a real interface. Times are the clock's at the moment of the callback; bit timing, arbitration and
 * `busyNs` are the hardware's own affair. Faults: `interface-missing`, `interface-down`, `module-missing`, each with what to do.
 */
export async function openSocketCanBus(options: SocketCanOptions): Promise<Result<Bus, EnvironmentFault>> {
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

function openBus(native: NativeModule, options: SocketCanOptions): Bus {
  const { enter, interface: interfaceName } = options;
  const sender = native.createRawChannelWithOptions(interfaceName, { non_block_send: true });
  sender.setRxFilters(hearNothing);
  sender.setErrorFilters(noErrorFrames);
  // A socket does not hear its own frames: this second one hears the first one's, and everybody else's.
  const receiver = native.createRawChannelWithOptions(interfaceName, { non_block_send: true });
  receiver.setErrorFilters(noErrorFrames);
  const port = new NativePort(interfaceName, sender, receiver);
  const bus = new SocketCanBus(options.name, options.fd, options.clock, port);
  receiver.addListener('onMessage', (message) => {
    if (message.err === true || port.closed) return;
    const { id, ext = false, rtr = false, data } = message;
    enter(() => bus.heard({ id, extended: ext, remote: rtr, data: rtr ? new Uint8Array(0) : new Uint8Array(data) }));
  });
  receiver.addListener('onStopped', () => {
    port.stopped = true;
    if (!port.closed) enter(() => bus.wentDown());
  });
  receiver.start();
  return bus;
}

/** Ports kept from the garbage collector while they close. */
const closing = new Set<CanPort>();

class NativePort implements CanPort {
  /** Its reader thread has ended by itself, or is being ended. */
  stopped = false;
  closed = false;
  private readonly interfaceName: string;
  private readonly sender: NativeChannel;
  private readonly receiver: NativeChannel;

  constructor(interfaceName: string, sender: NativeChannel, receiver: NativeChannel) {
    this.interfaceName = interfaceName;
    this.sender = sender;
    this.receiver = receiver;
  }

  send(frame: CanFrame): boolean {
    const { id, extended, remote, fd, brs } = frame;
    const data = Buffer.from(frame.data);
    if (fd) return this.sender.sendFD({ id, ext: extended, fd_brs: brs, data }) > 0;
    return this.sender.send({ id, ext: extended, rtr: remote, data }) > 0;
  }

  isUp(): boolean {
    return isInterfaceUp(this.interfaceName);
  }

  downFault(): EnvironmentFault {
    return interfaceDownFault(this.interfaceName);
  }

  close(): void {
    this.closed = true;
    this.receiver.setRxFilters(hearNothing);
    // On a turn of its own: this may be a callback of the receiver, which must have returned before it is stopped.
    hostTimer(0, () => {
      if (!this.stopped) this.receiver.stop();
      closing.add(this);
      // libuv closes the receiver's handles at the end of this turn; only then may the channel be collected.
      hostTimer(0, () => hostTimer(0, () => closing.delete(this)));
    });
  }
}

// Owns: opening a real CAN interface through the npm module `socketcan` 4.0.7, which is optional: it is loaded here, lazily, and
// nowhere else. And opening it anew when it was down.

import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { CanFrame } from '../bus.ts';
import type { Enter } from '../enter.ts';
import { busOffFault, checkInterface, interfaceDownFault, isBusOff, isQueueOpen } from './canInterface.ts';
import type { CanPort } from './canPort.ts';
import { hearNothing, type NativeMessage, type NativeModule, type ReceiveFilter, receiveFilters } from './nativeCan.ts';
import { type InterfaceBus, SocketCanBus } from './socketcanBus.ts';
import { Opening } from './socketcanOpening.ts';

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

/** Not a literal, so that this project compiles where the optional module could not be built. */
const moduleName: string = 'socketcan';

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

class NativePort implements CanPort {
  readonly interfaceName: string;
  private readonly native: NativeModule;
  private readonly fd: boolean;
  private readonly enter: Enter;
  private bus: SocketCanBus | undefined;
  private opening: Opening | undefined;
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
    this.opening = new Opening(this.native, this.interfaceName, this.filters, {
      message: (message) => this.enter(() => heardMessage(bus, message)),
      stopped: () => this.enter(() => bus.wentDown()),
    });
  }

  send(frame: CanFrame): boolean {
    return this.opening?.send(frame) ?? false;
  }

  isBusOff(): boolean {
    return isBusOff(this.interfaceName);
  }

  revive(): boolean {
    const { opening } = this;
    if (opening?.isLive === true) return this.isBackFromBusOff();
    return opening?.isOver !== false && this.reopen();
  }

  hearOnly(ids: ReadonlySet<number> | undefined): void {
    this.filters = receiveFilters(ids);
    this.opening?.hearOnly(this.filters);
  }

  downFault(): EnvironmentFault {
    return interfaceDownFault(this.interfaceName);
  }

  busOffFault(): EnvironmentFault {
    return busOffFault(this.interfaceName);
  }

  close(): void {
    this.opening?.close();
    this.opening = undefined;
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
  else
    bus.heard({
      id,
      extended: ext,
      remote: rtr,
      data: bytes,
      ...(rtr && data.length > 0 && { requestedBytes: data.length }),
    });
}

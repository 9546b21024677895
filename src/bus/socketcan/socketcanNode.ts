// Owns: one node of a bus over a real CAN interface. Must not know how that bus carries frames.
import type { EnvironmentFault } from '../../core/faults.ts';
import type { Result } from '../../core/result.ts';
import type { Accepting } from '../acceptance.ts';
import type { AttachOptions, BusListener, BusNode, CanFrame } from '../bus.ts';

/** What a node asks of its bus. */
export interface SocketCanNodeHost {
  take(node: SocketCanNode, frame: CanFrame): Result<void, EnvironmentFault>;
  remove(node: SocketCanNode): void;
}

export class SocketCanNode implements BusNode, Accepting {
  readonly name: string;
  readonly listener: BusListener;
  readonly acceptIds: ReadonlySet<number> | undefined;
  /** Frames given to `send` that have not been echoed. */
  outstanding = 0;
  attached = true;
  private readonly bus: SocketCanNodeHost;

  constructor(bus: SocketCanNodeHost, name: string, listener: BusListener, { acceptIds }: AttachOptions) {
    this.bus = bus;
    this.name = name;
    this.listener = listener;
    this.acceptIds = acceptIds === undefined ? undefined : new Set(acceptIds);
  }

  send(frame: CanFrame): Result<void, EnvironmentFault> {
    return this.bus.take(this, frame);
  }

  detach(): void {
    this.bus.remove(this);
  }
}

// Owns: the state of a real interface: whether it is up, its controller's state, what went wrong on it. Fed by the interface itself, by a
// run's recorder or by a replayed trace, with the same result. Must not know who watches.
import type { BusLoad, CanErrorFrame, ControllerState, NodeLoad } from '../bus.ts';
import { decodeErrorFrame } from '../frame/canErrorFrame.ts';

/** What happens to an interface. */
export type InterfaceEvent =
  /** It carries nothing: frames wait for it. `message`: why, and what the user can do. */
  | { readonly type: 'interfaceDown'; readonly message: string }
  /** It carries frames again. */
  | { readonly type: 'interfaceUp' }
  | { readonly type: 'errorFrame'; readonly error: CanErrorFrame };

export type WatchInterface = (event: InterfaceEvent) => void;

export class InterfaceRecord {
  private readonly interfaceName: string;
  private state: ControllerState = 'error-active';
  private transmitErrors = 0;
  private receiveErrors = 0;
  private busOffs = 0;
  private errorFrames = 0;

  constructor(interfaceName: string) {
    this.interfaceName = interfaceName;
  }

  /** What changed, in words for the user; undefined for what only counts. */
  take(event: InterfaceEvent): string | undefined {
    switch (event.type) {
      case 'interfaceDown':
        return `${event.message}; frames wait`;
      case 'interfaceUp':
        this.startAnew();
        return `the CAN interface ${this.interfaceName} carries frames again`;
      case 'errorFrame':
        return this.takeError(event.error);
    }
  }

  /** `sentFrames`: those of this process that left by it. */
  load(sentFrames: number): Pick<BusLoad, 'errorFrames' | 'nodes'> {
    const { interfaceName: node, state, transmitErrors, receiveErrors, busOffs } = this;
    const load: NodeLoad = {
      ...{ node, frames: sentFrames, busyNs: 0, longestHoldNs: 0 },
      ...{ state, transmitErrors, receiveErrors, busOffs },
    };
    return { errorFrames: this.errorFrames, nodes: [load] };
  }

  private takeError(error: CanErrorFrame): string | undefined {
    const { state, counters, restarted, isAttempt, text } = decodeErrorFrame(error);
    const before = this.state;
    if (restarted) this.startAnew();
    if (state === 'bus-off' && this.state !== 'bus-off') this.busOffs += 1;
    this.state = state ?? this.state;
    if (counters !== undefined) {
      this.transmitErrors = counters.transmitErrors;
      this.receiveErrors = counters.receiveErrors;
    }
    if (isAttempt) this.errorFrames += 1;
    return this.state === before ? undefined : `the CAN interface ${this.interfaceName}: ${text}`;
  }

  /** A controller that was switched on, or came back from bus-off. */
  private startAnew(): void {
    this.state = 'error-active';
    this.transmitErrors = 0;
    this.receiveErrors = 0;
  }
}

// Owns: what an attach point needs of the bus that it opens to others. Must not know how what comes in is recorded.
import type { Bus, BusListener, CanFrame } from '../bus/bus.ts';
import type { EnvironmentFault } from '../core/faults.ts';
import type { Result } from '../core/result.ts';

/** The node of somebody outside. What is asked of it takes effect soon, in order, and never inside the call. */
export interface Visitor {
  /** All at one moment, in this order. `taken` is told of each whether the bus has taken it, as `BusNode.send` says. */
  send(frames: readonly CanFrame[], taken: (results: readonly Result<void, EnvironmentFault>[]) => void): void;
  leave(): void;
}

export interface AttachableBus extends Pick<Bus, 'name' | 'fd' | 'tap' | 'load'> {
  /** A node of its own; `node` is a name that nobody on the bus has now. */
  join(node: string, listener: Pick<BusListener, 'frameReceived' | 'frameSent'>): Visitor;
}

/** Somewhere that others can reach a bus. */
export interface AttachPoint {
  /** Where it is reached, in words. */
  readonly address: string;
  /** Ends it at once. */
  close(): void;
}

/** Takes one line, for the user, on who comes and goes. */
export type Tell = (line: string) => void;

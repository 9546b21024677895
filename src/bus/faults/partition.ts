// Owns: cutting nodes off a bus and putting them back, over any `Bus`. Must not know how that bus carries frames.
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { AttachOptions, Bus, BusListener, BusNode, CanFrame } from '../bus.ts';
import { checkFrame } from '../frame/checkFrame.ts';
import { wrappedBus } from '../wrappedBus.ts';

export interface PartitionableBus extends Bus {
  /**
   * Takes nodes off the cable, by name; `*` means all, those still to attach included. What such a node sends is taken
   * and lost without `frameSent`, what it had queued is lost too, and nothing reaches it. Adds to an earlier partition.
   */
  partition(nodes: readonly string[]): void;
  /** Puts every node back. */
  repair(): void;
}

/** `bus` with a cable that can be cut. Attach through the returned bus only. */
export function partitionable(bus: Bus): PartitionableBus {
  const nodes = new Set<PartitionableNode>();
  const off = new Set<string>();
  const isOff = (name: string) => off.has('*') || off.has(name);
  return wrappedBus<PartitionableBus>(bus, {
    attach(name, listener, options = {}) {
      const node = new PartitionableNode(bus, name, listener, options, (gone) => nodes.delete(gone));
      nodes.add(node);
      if (!isOff(name)) node.join();
      return node;
    },
    partition(names) {
      for (const name of names) off.add(name);
      for (const node of nodes) if (isOff(node.name)) node.cut();
    },
    repair() {
      off.clear();
      for (const node of nodes) node.join();
    },
    close() {
      bus.close();
      for (const node of nodes) node.detach();
    },
  });
}

class PartitionableNode implements BusNode {
  readonly name: string;
  private readonly bus: Bus;
  private readonly listener: BusListener;
  private readonly options: AttachOptions;
  private readonly detached: (node: PartitionableNode) => void;
  /** The node on the bus proper; undefined while it is off the cable. */
  private inner: BusNode | undefined;
  private isDetached = false;

  constructor(
    bus: Bus,
    name: string,
    listener: BusListener,
    options: AttachOptions,
    detached: (node: PartitionableNode) => void,
  ) {
    this.bus = bus;
    this.name = name;
    this.listener = listener;
    this.options = options;
    this.detached = detached;
  }

  send(frame: CanFrame): Result<void, EnvironmentFault> {
    if (this.isDetached) return fail(environmentFault('closed', `${this.name} is not attached to ${this.bus.name}`));
    if (this.inner !== undefined) return this.inner.send(frame);
    const fault = checkFrame(frame, this.bus.fd);
    return fault === undefined ? ok() : fail(fault);
  }

  detach(): void {
    this.isDetached = true;
    this.cut();
    this.detached(this);
  }

  cut(): void {
    this.inner?.detach();
    this.inner = undefined;
  }

  join(): void {
    if (this.inner === undefined) this.inner = this.bus.attach(this.name, this.listener, this.options);
  }
}

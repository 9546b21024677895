// Owns: what good and failed frames do to the controllers of a virtual bus, and so who takes part in it (ISO 11898-1, fault confinement).
// Must not know the wire: see virtualCan.ts.
import type { Clock } from '../../core/time/clock.ts';
import type { Outcome } from './disturbances.ts';
import { BusOffRecovery } from './errors/busOffRecovery.ts';
import type { VirtualCanNode } from './virtualCanNode.ts';

export interface FaultConfinementOptions {
  readonly clock: Clock;
  /** One bit at the nominal rate. */
  readonly bitNs: number;
  /** A node that was bus-off takes part again. */
  readonly rejoined: (node: VirtualCanNode) => void;
}

export class FaultConfinement {
  /** Nodes that send, hear and acknowledge. */
  nodesOnBus = 0;
  readonly recovery: BusOffRecovery<VirtualCanNode>;
  /** Nodes that came in the middle of a frame, or gave theirs up: not on the bus until it is over. */
  private integrating: VirtualCanNode[] = [];
  /** Whether some error counter is not 0: while none is, a frame costs no look at them. */
  private hasErrors = false;

  constructor({ clock, bitNs, rejoined }: FaultConfinementOptions) {
    this.recovery = new BusOffRecovery(clock, bitNs, (node) => {
      node.controller.recover();
      this.nodesOnBus += 1;
      rejoined(node);
    });
  }

  /** A new node; `inFrame`: while a frame is on the wire. */
  joins(node: VirtualCanNode, inFrame: boolean): void {
    this.nodesOnBus += 1;
    if (inFrame) this.missesRest(node);
  }

  /** A node on the bus neither hears nor acknowledges the rest of the frame: it waits for 11 recessive bits, which end each. */
  missesRest(node: VirtualCanNode): void {
    this.nodesOnBus -= 1;
    node.missRest();
    this.integrating.push(node);
  }

  /** The frame is over. */
  integrate(): void {
    if (this.integrating.length === 0) return;
    for (const node of this.integrating) {
      node.integrate();
      if (node.isOnBus) this.nodesOnBus += 1;
    }
    this.integrating = [];
  }

  /** Called while it is still attached. */
  leaves(node: VirtualCanNode): void {
    if (node.isOnBus) this.nodesOnBus -= 1;
    this.recovery.remove(node);
  }

  /** A frame went through, but for those that missed it. `idleAtNs`: the end of its interframe space, here and below. */
  frameSent(
    nodes: readonly VirtualCanNode[],
    senders: readonly VirtualCanNode[],
    missedBy: readonly VirtualCanNode[],
    idleAtNs: number,
  ): void {
    if (this.hasErrors) this.countGood(nodes, senders, missedBy, idleAtNs);
    for (const node of missedBy) this.change(node, idleAtNs, () => node.controller.receiveFailed(false));
  }

  senderFailed(node: VirtualCanNode, { error, isAckError }: Outcome, idleAtNs: number): void {
    if (error?.senderStopped) this.change(node, idleAtNs, () => node.controller.receiveFailed(false));
    else if (!error?.senderSpared && (!isAckError || !node.isPassive)) this.transmitFailed(node, idleAtNs);
  }

  transmitFailed(node: VirtualCanNode, idleAtNs: number): void {
    this.change(node, idleAtNs, () => node.controller.transmitFailed());
  }

  receiversFailed(
    nodes: readonly VirtualCanNode[],
    senders: readonly VirtualCanNode[],
    { error, firstToSee }: Outcome,
    idleAtNs: number,
  ): void {
    for (const node of nodes) {
      if (senders.includes(node) || !node.isOnBus) continue;
      // Who signalled alone sees the others' flags after its own; a frame that the others took is a good one for them.
      const { controller } = node;
      if (node === firstToSee) this.change(node, idleAtNs, () => controller.receiveFailed(true));
      else if (error?.delivered) this.change(node, idleAtNs, () => controller.received());
      else this.change(node, idleAtNs, () => controller.receiveFailed(false));
    }
  }

  private countGood(
    nodes: readonly VirtualCanNode[],
    senders: readonly VirtualCanNode[],
    missedBy: readonly VirtualCanNode[],
    idleAtNs: number,
  ): void {
    let left = false;
    for (const node of nodes) {
      const { controller } = node;
      if (!node.isOnBus || controller.hasNone) continue;
      if (senders.includes(node)) this.change(node, idleAtNs, () => controller.sent());
      else if (!missedBy.includes(node)) this.change(node, idleAtNs, () => controller.received());
      left ||= !controller.hasNone;
    }
    this.hasErrors = left || missedBy.length > 0;
  }

  /** Changes a controller's counters, and does what follows. */
  private change(node: VirtualCanNode, idleAtNs: number, step: () => void): void {
    const { controller } = node;
    if (!node.attached) return;
    const wasOnBus = node.isOnBus;
    const wasOff = controller.state === 'bus-off';
    step();
    this.hasErrors = true;
    if (wasOff || controller.state !== 'bus-off') return;
    if (wasOnBus) this.nodesOnBus -= 1;
    this.recovery.add(node, idleAtNs);
  }
}

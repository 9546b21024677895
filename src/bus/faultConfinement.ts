// Owns: what good and failed frames do to the controllers of a virtual bus, and so who takes part in it (ISO 11898-1, fault confinement).
// Must not know the wire: see virtualCan.ts.
import type { Clock } from '../core/clock.ts';
import type { NodeLoad } from './bus.ts';
import { BusOffRecovery } from './busOffRecovery.ts';
import type { Outcome } from './disturbances.ts';
import type { VirtualCanNode } from './virtualCanNode.ts';

export interface FaultConfinementOptions {
  readonly clock: Clock;
  /** One bit at the nominal rate. */
  readonly bitNs: number;
  /** A controller's state changed. */
  readonly changed: (node: NodeLoad) => void;
  /** A node that was bus-off takes part again. */
  readonly rejoined: (node: VirtualCanNode) => void;
}

export class FaultConfinement {
  /** Nodes that send, hear and acknowledge. */
  nodesOnBus = 0;
  readonly recovery: BusOffRecovery<VirtualCanNode>;
  private readonly changed: (node: NodeLoad) => void;
  /** Whether some error counter is not 0: while none is, a frame costs no look at them. */
  private hasErrors = false;

  constructor({ clock, bitNs, changed, rejoined }: FaultConfinementOptions) {
    this.changed = changed;
    this.recovery = new BusOffRecovery(clock, bitNs, (node) => {
      node.controller.recover();
      this.nodesOnBus += 1;
      this.changed(node.record.load());
      rejoined(node);
    });
  }

  joined(): void {
    this.nodesOnBus += 1;
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
    else if (!isAckError || !node.isPassive) this.transmitFailed(node, idleAtNs);
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
      // A frame that the others took counts for none of them; who signalled alone sees the others' flags after its own.
      if (node === firstToSee) this.change(node, idleAtNs, () => node.controller.receiveFailed(true));
      else if (!error?.delivered) this.change(node, idleAtNs, () => node.controller.receiveFailed(false));
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

  /** Changes a controller's counters, and tells of what follows. */
  private change(node: VirtualCanNode, idleAtNs: number, step: () => void): void {
    const { controller } = node;
    if (!node.attached) return;
    const before = controller.state;
    step();
    this.hasErrors = true;
    if (controller.state === before) return;
    if (controller.state === 'bus-off') {
      this.nodesOnBus -= 1;
      this.recovery.add(node, idleAtNs);
    }
    this.changed(node.record.load());
  }
}

// Owns: what each node of a virtual bus did, over all the times it was attached. Must not know the wire.
import type { ControllerState, NodeLoad } from '../bus.ts';
import { ErrorCounters } from './errors/errorCounters.ts';

const severity: readonly ControllerState[] = ['error-active', 'error-passive', 'bus-off'];

export class NodeRecord {
  readonly node: string;
  frames = 0;
  busyNs = 0;
  longestHoldNs = 0;
  /** Of the places that it has on the bus now: one, but for a name that is used twice. */
  private readonly controllers = new Set<ErrorCounters>();
  /** Of the place that it left last. */
  private last = new ErrorCounters();
  private busOffsBefore = 0;

  constructor(node: string) {
    this.node = node;
  }

  /** A new place on the bus has a controller that starts anew. */
  attach(): ErrorCounters {
    const controller = new ErrorCounters();
    this.controllers.add(controller);
    return controller;
  }

  detach(controller: ErrorCounters): void {
    if (!this.controllers.delete(controller)) return;
    this.last = controller;
    this.busOffsBefore += controller.busOffs;
  }

  load(): NodeLoad {
    const { node, frames, busyNs, longestHoldNs } = this;
    const controllers = this.controllers.size > 0 ? [...this.controllers] : [this.last];
    const worst = controllers.reduce((a, b) => (severity.indexOf(b.state) > severity.indexOf(a.state) ? b : a));
    const { state, transmitErrors, receiveErrors } = worst;
    const busOffs = [...this.controllers].reduce((sum, controller) => sum + controller.busOffs, this.busOffsBefore);
    return { node, frames, busyNs, state, transmitErrors, receiveErrors, busOffs, longestHoldNs };
  }
}

export class NodeRecords {
  private readonly byName = new Map<string, NodeRecord>();

  of(name: string): NodeRecord {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const record = new NodeRecord(name);
    this.byName.set(name, record);
    return record;
  }

  loads(): readonly NodeLoad[] {
    return [...this.byName.values()].map((record) => record.load());
  }
}

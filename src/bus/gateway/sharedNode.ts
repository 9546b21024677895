// Owns: one node on a bus for the several parts of an ECU that use it: a controller, and each part hears its own ids and of its
// own frames. Must not know what the parts do.
import type { AttachOptions, Bus, BusListener, BusNode, CanFrame } from '../bus.ts';
import { wrappedBus } from '../wrappedBus.ts';

interface Part {
  readonly listener: BusListener;
  readonly accepts: ReadonlySet<number> | undefined;
}

export interface SharedNode {
  /** The bus as the parts see it: what attaches to it joins the one node, under whatever name. */
  readonly bus: Bus;
  detach(): void;
}

/** Attaches `node` to `bus`. `acceptIds`: all that any part will want to hear; everything when omitted. */
export function shareNode(bus: Bus, node: string, acceptIds?: readonly number[]): SharedNode {
  const parts = new Set<Part>();
  /** Whose each frame is. Of frames that were lost, nothing is left here. */
  const owners = new WeakMap<CanFrame, Part>();
  const shared = bus.attach(
    node,
    {
      frameReceived(frame) {
        for (const { listener, accepts } of parts) if (accepts?.has(frame.id) !== false) listener.frameReceived(frame);
      },
      frameSent(frame) {
        const owner = owners.get(frame);
        if (owner !== undefined && parts.has(owner)) owner.listener.frameSent(frame);
      },
      nodeFailed(fault) {
        for (const { listener } of parts) listener.nodeFailed(fault);
      },
    },
    acceptIds === undefined ? {} : { acceptIds },
  );
  const attach = (_name: string, listener: BusListener, options: AttachOptions = {}): BusNode => {
    const part: Part = { listener, accepts: options.acceptIds && new Set(options.acceptIds) };
    parts.add(part);
    return {
      send(frame) {
        owners.set(frame, part);
        return shared.send(frame);
      },
      detach: () => parts.delete(part),
    };
  };
  return { bus: wrappedBus(bus, { attach }), detach: () => shared.detach() };
}

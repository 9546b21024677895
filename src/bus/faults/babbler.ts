// Owns: a babbling node, which sends one frame over and over, without a pause, over any `Bus` with timing. Must not know who else is
// there.
import type { Bus, BusNode, CanFrame } from '../bus.ts';

/** Starts to send `frame` as `node`, each time the last one has left. Returns a function that ends it. */
export function startBabbling(bus: Bus, node: string, frame: CanFrame): () => void {
  const babbling: BusNode = bus.attach(
    node,
    {
      frameReceived: () => {},
      frameSent: () => babbling.send(frame),
      nodeFailed: () => {},
    },
    { acceptIds: [] },
  );
  babbling.send(frame);
  return () => babbling.detach();
}

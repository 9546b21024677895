// Owns: what happens when nodes send frames of one arbitration field at once, which ids unique to a sender rule out (ISO 11898-1).
// Pure. Must not know time.
import { bitSequence } from './bits/bitSequence.ts';
import { collisionError, firstDifference, type WireError } from './errors/wireError.ts';
import type { VirtualCanNode } from './virtualCanNode.ts';

export interface Collision {
  /** Who is still sending, all the very same bits, or all until the error. */
  readonly senders: readonly VirtualCanNode[];
  /** Error-passive nodes that saw a dominant bit over their recessive one: their flag disturbs nobody, and the others go on. */
  readonly gaveUp: readonly VirtualCanNode[];
  /** An error-active node saw the same, and signalled it. */
  readonly error: WireError | undefined;
}

/** `nodes`: those whose first frame has the strongest key, at least two. */
export function collide(nodes: readonly VirtualCanNode[]): Collision {
  const gaveUp: VirtualCanNode[] = [];
  let sending = nodes.flatMap((node) => {
    const frame = node.first;
    return frame === undefined ? [] : [{ node, bits: bitSequence(frame, node.isPassive) }];
  });
  for (;;) {
    const senders = sending.map(({ node }) => node);
    const first = sending[0]?.bits ?? [];
    const differences = sending.flatMap(({ bits }) => firstDifference(first, bits) ?? []);
    if (differences.length === 0) return { senders, gaveUp, error: undefined };
    const at = Math.min(...differences);
    const overruled = sending.filter(({ bits }) => bits[at]?.bit === 1);
    const others = sending.filter(({ bits }) => bits[at]?.bit !== 1);
    if (overruled.some(({ node }) => !node.isPassive)) {
      return { senders, gaveUp, error: collisionError(others[0]?.bits ?? first, at) };
    }
    gaveUp.push(...overruled.map(({ node }) => node));
    sending = others;
  }
}

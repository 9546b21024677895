// Owns: an attacker that only listens: on every bus of the vehicle, and on the line to the servers. What it has heard, it searches
// for images. [eavesdrop]
import { decodePdu } from '../../bus/isotp/pdu.ts';
import { eavesdroppedBytesMax } from '../../core/limits.ts';
import type { World } from '../world.ts';
import { added, type RunningAttack } from './attacker.ts';

/** Pieces of an image that are searched for, from its first byte to its last. */
const piecesMax = 256;
/** Too many to come about by chance. */
const pieceBytes = 16;

export class Eavesdropper {
  /** What was heard, in order, by where: a bus and an identifier, or an image of the servers. */
  private readonly heard = new Map<string, Uint8Array[]>();
  private bytesLeft = eavesdroppedBytesMax;
  private missed = false;

  /** A copy is not needed: nobody changes what was sent. */
  hear(where: string, bytes: Uint8Array): void {
    if (bytes.length > this.bytesLeft) this.missed = true;
    if (this.missed) return;
    this.bytesLeft -= bytes.length;
    const stream = this.heard.get(where);
    if (stream === undefined) this.heard.set(where, [bytes]);
    else stream.push(bytes);
  }

  /** It has kept all that it heard. */
  get isComplete(): boolean {
    return !this.missed;
  }

  /** How many pieces of an image are in what was heard, of how many that were searched for. */
  found(image: Uint8Array): { readonly found: number; readonly of: number } {
    const streams = [...this.heard.values()].map((pieces) => Buffer.concat(pieces));
    const of = Math.min(piecesMax, Math.floor(image.length / pieceBytes));
    let found = 0;
    for (let index = 0; index < of; index += 1) {
      const offset = Math.floor((index * (image.length - pieceBytes)) / Math.max(1, of - 1));
      const piece = Buffer.from(image.subarray(offset, offset + pieceBytes));
      if (streams.some((stream) => stream.includes(piece))) found += 1;
    }
    return { found, of };
  }
}

export function eavesdropper(world: World, id: string): RunningAttack {
  const ear = new Eavesdropper();
  world.eavesdroppers.set(id, ear);
  const nodes = [...world.transports.buses].map(([name, bus]) =>
    bus.attach(`eavesdropper ${id}`, {
      frameReceived(frame) {
        const pdu = decodePdu(frame.data);
        if (pdu === undefined || pdu.type === 'flowControl') return;
        ear.hear(`${name} ${frame.id}`, frame.data.subarray(pdu.offset));
      },
      frameSent() {},
      nodeFailed() {},
    }),
  );
  const unfilter = added(world.network.filters, (request, genuine) => {
    if (request.type === 'image' && genuine.status === 'ok') ear.hear(`network ${request.file}`, genuine.bytes);
    return genuine;
  });
  return {
    text: 'somebody listens on every bus and on the line to the servers',
    stop() {
      for (const node of nodes) node.detach();
      unfilter();
    },
  };
}

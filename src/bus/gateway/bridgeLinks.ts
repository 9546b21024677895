// Owns: joining two links of a gateway, so that what comes over either goes out over the other: ISO-TP on a classic bus, on an FD
// one, length-prefixed TCP. Each side is a conversation of its own, with its own flow control, errors and repetitions.

import { gatewayBufferBytes, gatewayDelayNs } from '../../core/limits.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { IsoTpParams } from '../isotp/params.ts';
import type { Link } from '../link.ts';
import { type MessageCount, type MessageDropReason, MessagePipe } from './messagePipe.ts';

export interface BridgeOptions {
  readonly clock: Clock;
  /** From the arrival of a byte to the moment at which it may go on. */
  readonly delayNs?: number;
  /** Bytes that wait in either direction at the most. A message that goes out over a link that takes whole ones must fit in. */
  readonly bufferBytesMax?: number;
  /**
   * The most that comes in over `a`, or `b`, between two flow controls: see `isoTpBlocks`. When omitted, a whole message may come
   * after the first one, and those that do not fit the buffer are refused.
   */
  readonly blockBytesMaxA?: number;
  readonly blockBytesMaxB?: number;
  readonly onDrop?: (direction: BridgeDirection, reason: MessageDropReason) => void;
}

export type BridgeDirection = 'aToB' | 'bToA';

export interface LinkBridge {
  counts(): Readonly<Record<BridgeDirection, MessageCount>>;
  /** Bytes that wait at present. */
  heldBytes(direction: BridgeDirection): number;
  /** Forwards nothing more; the links stay open, their owner closes them. */
  close(): void;
}

/** The largest block size by which ISO-TP fills a buffer of `bufferBytesMax` at most by half, and the bytes of such a block. */
export function isoTpBlocks(
  bufferBytesMax: number,
  fd: boolean,
  blocksizeMax = 255,
): { readonly params: Pick<IsoTpParams, 'blocksize'>; readonly blockBytesMax: number } {
  const frameBytes = fd ? 63 : 7;
  const blocksize = Math.max(1, Math.min(blocksizeMax, Math.floor(bufferBytesMax / 2 / frameBytes)));
  return { params: { blocksize }, blockBytesMax: blocksize * frameBytes };
}

/** Takes both links over: nobody else is to send or listen. */
export function bridgeLinks(a: Link, b: Link, options: BridgeOptions): LinkBridge {
  const { clock, delayNs = gatewayDelayNs, bufferBytesMax = gatewayBufferBytes, onDrop } = options;
  const { blockBytesMaxA = Number.POSITIVE_INFINITY, blockBytesMaxB = Number.POSITIVE_INFINITY } = options;
  const pipe = (direction: BridgeDirection, inlet: Link, outlet: Link, blockBytesMax: number) => {
    const dropped = (reason: MessageDropReason) => onDrop?.(direction, reason);
    return new MessagePipe({ clock, inlet, outlet, delayNs, bufferBytesMax, blockBytesMax, onDrop: dropped });
  };
  const pipes = { aToB: pipe('aToB', a, b, blockBytesMaxA), bToA: pipe('bToA', b, a, blockBytesMaxB) };
  listen(a, pipes.aToB, pipes.bToA);
  listen(b, pipes.bToA, pipes.aToB);
  return {
    counts: () => ({ aToB: pipes.aToB.counts(), bToA: pipes.bToA.counts() }),
    heldBytes: (direction) => pipes[direction].heldBytes,
    close() {
      pipes.aToB.close();
      pipes.bToA.close();
    },
  };
}

function listen(link: Link, from: MessagePipe, to: MessagePipe): void {
  link.listen({
    messageReceived: (message) => from.received(message),
    messageSent: () => to.sent(),
    transferFailed(direction, fault) {
      if (direction === 'sending') to.sendingFailed();
      else from.receivingFailed(fault);
    },
  });
}

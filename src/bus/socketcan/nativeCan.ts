// Owns: what of the npm module `socketcan` is used, as types, and the receive filters that it is given. Must not load it.
import { kernelFiltersMax } from '../limits.ts';

export interface NativeMessage {
  id: number;
  ext?: boolean;
  rtr?: boolean;
  err?: boolean;
  fd_brs?: boolean;
  data: Buffer;
}

export interface ReceiveFilter {
  id: number;
  mask: number;
  invert?: boolean;
}

export interface NativeChannel {
  addListener(event: 'onMessage', listener: (message: NativeMessage) => void): void;
  addListener(event: 'onStopped', listener: () => void): void;
  start(): void;
  stop(): void;
  /** Bytes written, or -1. */
  send(message: NativeMessage): number;
  sendFD(message: NativeMessage): number;
  setRxFilters(filters: readonly ReceiveFilter[]): void;
  setErrorFilters(mask: number): void;
}

export interface NativeModule {
  createRawChannelWithOptions(name: string, options: { non_block_send: boolean }): NativeChannel;
}

/** Inverted, "every bit of nothing is equal": true of no frame. An empty list would leave the default, which hears all. */
export const hearNothing: readonly ReceiveFilter[] = [{ id: 0, mask: 0, invert: true }];
const hearAll: readonly ReceiveFilter[] = [{ id: 0, mask: 0 }];
const extendedFlag = 0x8000_0000;
const id29Mask = 0x1fff_ffff;
const id11Max = 0x7ff;

/** Remote frames as well: the mask leaves their bit out. An id of 11 bits is wanted as one of 29 bits too. */
export function receiveFilters(ids: ReadonlySet<number> | undefined): readonly ReceiveFilter[] {
  if (ids === undefined || 2 * ids.size > kernelFiltersMax) return hearAll;
  if (ids.size === 0) return hearNothing;
  return Array.from(ids, (id) => {
    const extended = { id: id + extendedFlag, mask: id29Mask + extendedFlag };
    return id > id11Max ? [extended] : [{ id, mask: id11Max + extendedFlag }, extended];
  }).flat();
}

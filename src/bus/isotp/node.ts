// Owns: links over ISO-TP: one node of a bus that serves many of them, each with its own address. Must not know what the
// messages mean. The protocol is in endpoint.ts; here frames find their link, and wait where the bus has no room.

import type { EnvironmentFault } from '../../core/faults.ts';
import { ok } from '../../core/result.ts';
import type { Clock } from '../../core/time/clock.ts';
import { DeadlineTimer } from '../../core/time/deadlineTimer.ts';
import { NS_PER_MS } from '../../core/units.ts';
import type { Bus, BusNode, CanFrame } from '../bus.ts';
import type { AddressInformation, FrameAddress } from './addressing.ts';
import { IsoTpConnection, type IsoTpLink } from './link.ts';
import { type IsoTpParams, isoTpParams } from './params.ts';

/** One link: its name for this node, whom it speaks for and to, and where it differs from the node's other links. */
export type IsoTpAddress = AddressInformation & { readonly name: string; readonly params?: Partial<IsoTpParams> };

export interface IsoTpNode {
  /** By the names in the addresses. */
  readonly links: ReadonlyMap<string, IsoTpLink>;
  /** Closes every link and leaves the bus. */
  detach(): void;
}

/** The waits before a frame that the bus refused is offered again. It is also offered when any frame of this node has left. */
const retryFirstNs = 1 * NS_PER_MS;
const retryLongestNs = 16 * NS_PER_MS;

/**
 * Puts `nodeName` on `bus` and gives it a link for each address. Messages go in FD frames of up to 64 bytes where the bus is FD,
 * in classic ones elsewhere, unless `params` say otherwise. Throws a RangeError for addresses that their mode cannot have, and for
 * two that share a name or could not be told apart on the bus.
 */
export function attachIsoTpNode(
  bus: Bus,
  nodeName: string,
  clock: Clock,
  addresses: readonly IsoTpAddress[],
  params: Partial<IsoTpParams> = {},
): IsoTpNode {
  return new Node(bus, nodeName, clock, addresses, params);
}

/** An id as a key: 11-bit and 29-bit ones do not meet. */
function idKey({ id, extended }: CanFrame | FrameAddress): number {
  return extended ? id + 0x2000_0000 : id;
}

interface LinkEntry {
  readonly firstByte: number | undefined;
  readonly link: IsoTpConnection;
  /** Another of the same id. */
  readonly next: LinkEntry | undefined;
}

/** The links by the id of their frames: more than one of an id only where a byte before the PCI tells them apart. */
class LinksById {
  private readonly entries = new Map<number, LinkEntry>();
  /** What was found last: frames of one id follow each other. */
  private lastKey: number | undefined;
  private last: LinkEntry | undefined;

  /** Adds `link` under `address`; false where another could not be told from it. */
  add(address: FrameAddress, link: IsoTpConnection): boolean {
    const { firstByte } = address;
    const next = this.entries.get(idKey(address));
    this.entries.set(idKey(address), { firstByte, link, next });
    this.lastKey = undefined;
    for (let other = next; other !== undefined; other = other.next) {
      if (firstByte === undefined || other.firstByte === undefined || firstByte === other.firstByte) return false;
    }
    return true;
  }

  of(frame: CanFrame): IsoTpConnection | undefined {
    const key = idKey(frame);
    if (key !== this.lastKey) {
      this.lastKey = key;
      this.last = this.entries.get(key);
    }
    for (let entry = this.last; entry !== undefined; entry = entry.next) {
      if (entry.firstByte === undefined || entry.firstByte === frame.data[0]) return entry.link;
    }
    return undefined;
  }
}

class Node implements IsoTpNode {
  readonly links: ReadonlyMap<string, IsoTpConnection>;
  private readonly node: BusNode;
  private readonly byReceiveId = new LinksById();
  private readonly byTransmitId = new LinksById();
  /** Frames that the bus refused for want of room, in order. At most two a link. */
  private refused: { readonly frame: CanFrame; readonly link: IsoTpConnection }[] = [];
  private retryNs = retryFirstNs;
  private readonly retryTimer: DeadlineTimer;
  private readonly clock: Clock;

  constructor(bus: Bus, name: string, clock: Clock, addresses: readonly IsoTpAddress[], params: Partial<IsoTpParams>) {
    this.clock = clock;
    const links = new Map<string, IsoTpConnection>();
    for (const address of addresses) {
      const own = isoTpParams(bus.fd, { ...params, ...address.params });
      const link = new IsoTpConnection(`${name} to ${address.name}`, address, own, clock, this.transmit);
      const { transmit, receive } = link.endpoint.address;
      const isTold = this.byTransmitId.add(transmit, link) && this.byReceiveId.add(receive, link);
      if (links.has(address.name) || !isTold) {
        throw new RangeError(`${name}: the link ${address.name} shares its name or an id with another`);
      }
      links.set(address.name, link);
    }
    this.links = links;
    this.retryTimer = new DeadlineTimer(clock, () => this.offerRefused());
    const acceptIds = [...links.values()].map(({ endpoint }) => endpoint.address.receive.id);
    this.node = bus.attach(
      name,
      {
        frameReceived: (frame) => this.byReceiveId.of(frame)?.frameReceived(frame),
        frameSent: (frame) => {
          this.byTransmitId.of(frame)?.frameSent(frame);
          if (this.refused.length > 0) this.offerRefused();
        },
        nodeFailed: (fault) => {
          for (const link of links.values()) link.lost(fault);
        },
      },
      { acceptIds },
    );
  }

  detach(): void {
    for (const link of this.links.values()) link.close();
    this.refused = [];
    this.retryTimer.cancel();
    this.node.detach();
  }

  /** Gives a frame to the bus, now or as soon as there is room. */
  private readonly transmit = (frame: CanFrame, link: IsoTpConnection): EnvironmentFault | undefined => {
    if (this.refused.length === 0) {
      const result = this.node.send(frame);
      if (result.ok) return undefined;
      if (result.fault.code !== 'queue-full') return result.fault;
      this.retryNs = retryFirstNs;
      this.retryTimer.set(this.clock.nowNs() + this.retryNs);
    }
    this.refused.push({ frame, link });
    return undefined;
  };

  private offerRefused(): void {
    for (let entry = this.refused[0]; entry !== undefined; entry = this.refused[0]) {
      const result = entry.link.awaits(entry.frame) ? this.node.send(entry.frame) : ok();
      if (!result.ok && result.fault.code === 'queue-full') {
        this.retryNs = Math.min(2 * this.retryNs, retryLongestNs);
        this.retryTimer.set(this.clock.nowNs() + this.retryNs);
        return;
      }
      this.refused.shift();
      this.retryNs = retryFirstNs;
      if (!result.ok) entry.link.lost(result.fault);
    }
    this.retryTimer.cancel();
  }
}

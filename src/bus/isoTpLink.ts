// Owns: links over ISO-TP: one node of a bus that serves many of them, each a pair of ids. Must not know what the
// messages mean. The protocol is in isotp/; here frames, confirmations and the clock are brought to it.
import type { Clock } from '../core/clock.ts';
import { type EnvironmentFault, environmentFault } from '../core/faults.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { NS_PER_MS } from '../core/units.ts';
import type { Bus, BusNode, CanFrame } from './bus.ts';
import { baseIdMax } from './checkFrame.ts';
import { DeadlineTimer } from './deadlineTimer.ts';
import { IsoTpEndpoint, type IsoTpEvent } from './isotp/endpoint.ts';
import { isoTpFault } from './isotp/nResult.ts';
import { type IsoTpParams, isoTpParams } from './isotp/params.ts';
import type { Link, LinkListener } from './link.ts';

/** One link: its name for this node, and the 11-bit ids of normal addressing. */
export interface IsoTpAddress {
  readonly name: string;
  readonly transmitId: number;
  readonly receiveId: number;
}

export interface IsoTpNode {
  /** By the names in the addresses. */
  readonly links: ReadonlyMap<string, Link>;
  /** Closes every link and leaves the bus. */
  detach(): void;
}

/** The waits before a frame that the bus refused is offered again. It is also offered when any frame of this node has left. */
const retryFirstNs = 1 * NS_PER_MS;
const retryLongestNs = 16 * NS_PER_MS;

/**
 * Puts `nodeName` on `bus` and gives it a link for each address. Messages go in FD frames of up to 64 bytes where the bus is FD,
 * in classic ones elsewhere, unless `params` say otherwise. Throws a RangeError for ids that are not of 11 bits or used twice.
 */
export function attachIsoTpNode(
  bus: Bus,
  nodeName: string,
  clock: Clock,
  addresses: readonly IsoTpAddress[],
  params: Partial<IsoTpParams> = {},
): IsoTpNode {
  return new Node(bus, nodeName, clock, addresses, isoTpParams(bus.fd, params));
}

class Node implements IsoTpNode {
  readonly links: ReadonlyMap<string, IsoTpLink>;
  private readonly place: BusNode;
  private readonly byReceiveId = new Map<number, IsoTpLink>();
  private readonly byTransmitId = new Map<number, IsoTpLink>();
  /** Frames that the bus refused for want of room, in order. At most two a link. */
  private refused: { readonly frame: CanFrame; readonly link: IsoTpLink }[] = [];
  private retryNs = retryFirstNs;
  private readonly retryTimer: DeadlineTimer;
  private readonly clock: Clock;

  constructor(bus: Bus, name: string, clock: Clock, addresses: readonly IsoTpAddress[], params: IsoTpParams) {
    this.clock = clock;
    const links = new Map<string, IsoTpLink>();
    for (const address of addresses) {
      const { transmitId, receiveId } = address;
      for (const id of [transmitId, receiveId]) {
        if (!Number.isInteger(id) || id < 0 || id > baseIdMax)
          throw new RangeError(`${name}: the id ${id} is not of 11 bits`);
      }
      if (links.has(address.name) || this.byTransmitId.has(transmitId) || this.byReceiveId.has(receiveId)) {
        throw new RangeError(`${name}: the link ${address.name} shares its name or an id with another`);
      }
      const link = new IsoTpLink(`${name} to ${address.name}`, transmitId, clock, params, this);
      links.set(address.name, link);
      this.byTransmitId.set(transmitId, link);
      this.byReceiveId.set(receiveId, link);
    }
    this.links = links;
    this.retryTimer = new DeadlineTimer(clock, () => this.offerRefused());
    const acceptIds = addresses.map(({ receiveId }) => receiveId);
    this.place = bus.attach(
      name,
      {
        frameReceived: (frame) => this.frameReceived(frame),
        frameSent: (frame) => this.frameSent(frame),
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
    this.place.detach();
  }

  /** Gives a frame to the bus, now or as soon as there is room. The fault is one that waiting does not cure. */
  transmit(frame: CanFrame, link: IsoTpLink): EnvironmentFault | undefined {
    if (this.refused.length === 0) {
      const result = this.place.send(frame);
      if (result.ok) return undefined;
      if (result.fault.code !== 'queue-full') return result.fault;
      this.retryNs = retryFirstNs;
      this.retryTimer.set(this.clock.nowNs() + this.retryNs);
    }
    this.refused.push({ frame, link });
    return undefined;
  }

  private offerRefused(): void {
    for (let entry = this.refused[0]; entry !== undefined; entry = this.refused[0]) {
      const result = entry.link.awaits(entry.frame.data) ? this.place.send(entry.frame) : ok();
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

  private frameReceived(frame: CanFrame): void {
    if (!frame.extended && !frame.remote) this.byReceiveId.get(frame.id)?.frameReceived(frame.data);
  }

  private frameSent(frame: CanFrame): void {
    this.byTransmitId.get(frame.id)?.frameSent(frame.data);
    if (this.refused.length > 0) this.offerRefused();
  }
}

class IsoTpLink implements Link {
  readonly messageBytesMax: number;
  private readonly name: string;
  private readonly transmitId: number;
  private readonly clock: Clock;
  private readonly node: Node;
  private readonly endpoint: IsoTpEndpoint;
  private readonly timer: DeadlineTimer;
  private listener: LinkListener | undefined;
  private closed = false;

  constructor(name: string, transmitId: number, clock: Clock, params: IsoTpParams, node: Node) {
    this.name = name;
    this.transmitId = transmitId;
    this.clock = clock;
    this.node = node;
    this.messageBytesMax = params.max_frame_size;
    this.endpoint = new IsoTpEndpoint(params);
    this.timer = new DeadlineTimer(clock, () => {
      this.endpoint.tick(this.clock.nowNs());
      this.settle();
    });
  }

  listen(listener: LinkListener): void {
    this.listener = listener;
  }

  send(message: Uint8Array): Result<void, EnvironmentFault> {
    const { name, messageBytesMax } = this;
    if (this.closed) return fail(environmentFault('closed', `${name}: the link is closed`));
    if (this.endpoint.sending) return fail(environmentFault('busy', `${name}: a message is on its way`));
    if (message.length < 1 || message.length > messageBytesMax) {
      return fail(
        environmentFault('too-long', `${name}: a message has 1 to ${messageBytesMax} bytes, not ${message.length}`),
      );
    }
    this.endpoint.send(message.slice());
    const fault = this.transmit();
    if (fault !== undefined) {
      this.endpoint.abortSending();
      return fail(fault);
    }
    this.setTimer();
    return ok();
  }

  close(): void {
    this.closed = true;
    this.drop();
  }

  frameReceived(data: Uint8Array): void {
    if (this.closed) return;
    this.endpoint.receive(data, this.clock.nowNs());
    this.settle();
  }

  frameSent(data: Uint8Array): void {
    if (this.closed) return;
    this.endpoint.confirm(data, this.clock.nowNs());
    this.settle();
  }

  /** The bus carries nothing more for this link: what was on its way is lost. */
  lost(fault: EnvironmentFault): void {
    if (this.closed) return;
    const { sending, receiving } = this.endpoint;
    this.drop();
    if (sending) this.listener?.transferFailed('sending', fault);
    if (receiving) this.listener?.transferFailed('receiving', fault);
  }

  /** Whether a frame that waits for room on the bus is still to be sent. */
  awaits(data: Uint8Array): boolean {
    return this.endpoint.awaits(data);
  }

  private drop(): void {
    this.endpoint.abort();
    this.timer.cancel();
  }

  /** After anything happened: frames first, so that they go back to back; then the listener, who may send. */
  private settle(): void {
    const fault = this.transmit();
    if (fault !== undefined) this.lost(fault);
    while (!this.closed) {
      const event = this.endpoint.takeEvent();
      if (event === undefined) break;
      this.tell(event);
    }
    if (!this.closed) this.setTimer();
  }

  private tell(event: IsoTpEvent): void {
    switch (event.type) {
      case 'messageReceived':
        this.listener?.messageReceived(event.message);
        return;
      case 'messageSent':
        this.listener?.messageSent();
        return;
      case 'transferFailed':
        this.listener?.transferFailed(event.direction, isoTpFault(this.name, event.result));
    }
  }

  private transmit(): EnvironmentFault | undefined {
    const { endpoint, transmitId } = this;
    const { can_fd: fd, bitrate_switch: brs } = endpoint.params;
    const nowNs = this.clock.nowNs();
    for (let data = endpoint.takeFrame(nowNs); data !== undefined; data = endpoint.takeFrame(nowNs)) {
      const fault = this.node.transmit(
        { id: transmitId, extended: false, remote: false, fd, brs: fd && brs, data },
        this,
      );
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  private setTimer(): void {
    const { deadlineNs } = this.endpoint;
    if (deadlineNs === undefined) this.timer.cancel();
    else this.timer.set(deadlineNs);
  }
}

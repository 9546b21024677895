// Owns: one cannelloni peer over UDP: whose packets count, which are missing, and what waits for the bus. Must not know how a packet
// is laid out.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { CanFrame } from '../bus/bus.ts';
import { transmitQueueFramesMax } from '../bus/limits.ts';
import { type EnvironmentFault, environmentFault } from '../core/faults.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { hostTimer } from '../core/time/hostTime.ts';
import { addressText, type CannelloniAddress, type HostPort } from './addresses.ts';
import type { AttachableBus, AttachPoint, Tell } from './attachableBus.ts';
import { CannelloniGatherer, decodeCannelloni } from './cannelloniPacket.ts';
import { Guest } from './guest.ts';
import { cannelloniFramesWaitingMax, cannelloniGatherMs, cannelloniSendQueueBytesMax } from './limits.ts';

export interface CannelloniOptions {
  readonly bus: AttachableBus;
  readonly address: CannelloniAddress;
  readonly tell: Tell;
}

/** What went wrong, in frames, but for packets. */
interface Counts {
  sent: number;
  received: number;
  /** Packets that are missing by their numbers. */
  missing: number;
  malformed: number;
  /** Packets from elsewhere than the peer. */
  foreign: number;
  /** Frames for which the bus had no room in time, or which it does not carry. */
  refused: number;
  /** Frames and packets that this machine could not send. */
  unsent: number;
}

/** A packet that is so far behind is late, or comes twice; one ahead means that those between are missing. */
const sequenceHalf = 128;

/** Joins a bus to a cannelloni peer. Fault: `connection-failed` for a host that is not known or a port that cannot be had. */
export async function openCannelloni(options: CannelloniOptions): Promise<Result<AttachPoint, EnvironmentFault>> {
  const { localPort, remote } = options.address;
  const failed = (what: string, cause: NodeJS.ErrnoException) =>
    fail(environmentFault('connection-failed', `${what} (${cause.code ?? cause.message})`));
  let found: { readonly address: string; readonly family: number };
  try {
    found = await lookup(remote.host);
  } catch (cause) {
    return failed(`${remote.host} is not known`, cause as NodeJS.ErrnoException);
  }
  const socket = createSocket(found.family === 6 ? 'udp6' : 'udp4');
  const isLocal = found.address === '::1' || found.address.startsWith('127.');
  return new Promise((resolve) => {
    socket.once('error', (cause) => resolve(failed(`cannot listen on UDP port ${localPort}`, cause)));
    // A peer on this machine needs no door to others.
    socket.bind({ port: localPort, ...(isLocal && { address: found.address }) }, () => {
      socket.removeAllListeners('error');
      resolve(ok(new CannelloniPeer(socket, options, { host: found.address, port: remote.port })));
    });
  });
}

class CannelloniPeer implements AttachPoint {
  readonly address: string;
  private readonly socket: Socket;
  private readonly bus: AttachableBus;
  private readonly remote: HostPort;
  private readonly tell: Tell;
  private readonly guest: Guest;
  private readonly gatherer: CannelloniGatherer;
  private readonly waiting: CanFrame[] = [];
  private readonly counts: Counts = {
    sent: 0,
    received: 0,
    missing: 0,
    malformed: 0,
    foreign: 0,
    refused: 0,
    unsent: 0,
  };
  private sequence = 0;
  private expected: number | undefined;
  /** That the bus does not carry some frame. */
  private wasTold = false;
  private cancelFlush = () => {};

  constructor(socket: Socket, { bus, tell }: CannelloniOptions, remote: HostPort) {
    this.socket = socket;
    this.bus = bus;
    this.remote = remote;
    this.tell = tell;
    this.gatherer = new CannelloniGatherer(isIPv6(remote.host) ? 6 : 4);
    this.address = `UDP port ${socket.address().port}, peer ${addressText(remote)}`;
    this.guest = new Guest(bus, 'cannelloni', (frame) => this.heard(frame));
    socket.on('message', (bytes, from) => this.arrived(bytes, from));
    socket.on('error', () => {
      this.counts.unsent += 1;
    });
  }

  close(): void {
    this.flush();
    this.guest.go();
    this.waiting.length = 0;
    this.socket.close();
    const { sent, received, missing, malformed, foreign, refused, unsent } = this.counts;
    this.tell(
      `cannelloni on ${this.bus.name}: ${sent} frames sent, ${received} received, ${refused} of them not taken by the bus; ` +
        `packets: ${missing} missing, ${malformed} malformed, ${foreign} from elsewhere, ${unsent} not sent`,
    );
  }

  private heard(frame: CanFrame): void {
    if (this.gatherer.frames === 0) this.cancelFlush = hostTimer(cannelloniGatherMs, () => this.flush());
    this.gatherer.add(frame);
    if (this.gatherer.isFull) this.flush();
  }

  private flush(): void {
    this.cancelFlush();
    const { frames } = this.gatherer;
    if (frames === 0) return;
    const packet = this.gatherer.take(this.sequence);
    this.sequence = (this.sequence + 1) & 0xff;
    if (this.socket.getSendQueueSize() > cannelloniSendQueueBytesMax) {
      this.counts.unsent += 1;
      return;
    }
    this.counts.sent += frames;
    this.socket.send(packet, this.remote.port, this.remote.host, (cause) => {
      if (cause === null) return;
      this.counts.sent -= frames;
      this.counts.unsent += 1;
    });
  }

  private arrived(bytes: Uint8Array, { address }: RemoteInfo): void {
    const { counts } = this;
    if (address !== this.remote.host) {
      counts.foreign += 1;
      return;
    }
    const packet = decodeCannelloni(bytes);
    if (!packet.ok) {
      counts.malformed += 1;
      if (counts.malformed === 1) this.tell(`cannelloni on ${this.bus.name}: not a packet: ${packet.fault}`);
      return;
    }
    const { sequence, frames, skipped } = packet.value;
    this.countMissing(sequence);
    counts.received += frames.length + skipped;
    counts.refused += skipped;
    for (const frame of frames) {
      if (this.waiting.length < cannelloniFramesWaitingMax) this.waiting.push(frame);
      else counts.refused += 1;
    }
    this.sendNext();
  }

  private countMissing(sequence: number): void {
    const ahead = this.expected === undefined ? 0 : (sequence - this.expected) & 0xff;
    if (ahead >= sequenceHalf) return;
    this.counts.missing += ahead;
    this.expected = (sequence + 1) & 0xff;
  }

  private refused({ code, message }: EnvironmentFault): void {
    this.counts.refused += 1;
    if (code !== 'bad-frame' || this.wasTold) return;
    this.wasTold = true;
    this.tell(`cannelloni on ${this.bus.name}: a frame was refused: ${message}`);
  }

  private sendNext(): void {
    if (this.guest.isBusy) return;
    const frames = this.waiting.splice(0, transmitQueueFramesMax);
    if (frames.length === 0) return;
    this.guest.send(frames, (_, result) => {
      if (!result.ok) this.refused(result.fault);
      this.sendNext();
    });
  }
}

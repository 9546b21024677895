// Owns: frames to a cannelloni peer over UDP, and nothing back: gathering them into packets, and counting what could not be sent. Must not
// know how a packet is laid out.
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { BusListener, BusNode, CanFrame } from '../../bus/bus.ts';
import type { Enter } from '../../bus/enter.ts';
import { checkFrame } from '../../bus/frame/checkFrame.ts';
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { hostTimer } from '../../core/time/hostTime.ts';
import { addressText, type CannelloniAddress, type HostPort } from '../addresses.ts';
import { CannelloniGatherer } from '../cannelloniPacket.ts';
import { cannelloniGatherMs, cannelloniPacketsAheadMax } from '../limits.ts';
import type { RemoteBus } from './remoteBus.ts';

export interface CannelloniSenderOptions {
  readonly address: CannelloniAddress;
  readonly enter: Enter;
}

/** Takes the local port. Fault: `connection-failed` for a host that is not known or a port that cannot be had. */
export async function joinCannelloni(options: CannelloniSenderOptions): Promise<Result<RemoteBus, EnvironmentFault>> {
  const { address, enter } = options;
  const { localPort, remote } = address;
  const failed = (what: string, cause: NodeJS.ErrnoException) =>
    fail(environmentFault('connection-failed', `${what} (${cause.code ?? cause.message})`));
  let host: string;
  try {
    host = (await lookup(remote.host)).address;
  } catch (cause) {
    return failed(`${remote.host} is not known`, cause as NodeJS.ErrnoException);
  }
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    socket.once('error', (cause) => resolve(failed(`cannot use UDP port ${localPort}`, cause)));
    const isLocal = host === '::1' || host.startsWith('127.');
    socket.bind({ port: localPort, ...(isLocal && { address: host }) }, () => {
      socket.removeAllListeners('error');
      resolve(ok(new CannelloniSender(addressText(remote), socket, { host, port: remote.port }, enter)));
    });
  });
}

class CannelloniSender implements RemoteBus {
  readonly name: string;
  refused = 0;
  private readonly socket: Socket;
  private readonly remote: HostPort;
  private readonly enter: Enter;
  private readonly gatherer: CannelloniGatherer;
  private gathered: CanFrame[] = [];
  private listener: BusListener | undefined;
  private sequence = 0;
  /** Packets that the kernel has not taken yet. */
  private onTheirWay = 0;
  private cancelFlush = () => {};
  private isOver = false;

  constructor(name: string, socket: Socket, remote: HostPort, enter: Enter) {
    this.name = name;
    this.socket = socket;
    this.remote = remote;
    this.enter = enter;
    this.gatherer = new CannelloniGatherer(isIPv6(remote.host) ? 6 : 4);
    // A peer that is not there yet: each packet says so in its own answer.
    socket.on('error', () => {});
  }

  attach(_: string, listener: BusListener): BusNode {
    this.listener = listener;
    const detach = () => {
      this.listener = undefined;
    };
    return { send: (frame) => this.send(frame), detach };
  }

  close(): void {
    this.flush();
    this.isOver = true;
    this.socket.close();
  }

  private send(frame: CanFrame): Result<void, EnvironmentFault> {
    if (this.isOver) return fail(environmentFault('closed', `the port to ${this.name} is closed`));
    const fault = checkFrame(frame, true);
    if (fault !== undefined) return fail(fault);
    if (this.onTheirWay >= cannelloniPacketsAheadMax) {
      return fail(environmentFault('queue-full', `${this.onTheirWay} packets to ${this.name} are on their way`));
    }
    if (this.gathered.length === 0) this.cancelFlush = hostTimer(cannelloniGatherMs, () => this.flush());
    this.gathered.push(frame);
    this.gatherer.add(frame);
    if (this.gatherer.isFull) this.flush();
    return ok();
  }

  private flush(): void {
    this.cancelFlush();
    const { gathered } = this;
    if (gathered.length === 0) return;
    this.gathered = [];
    const packet = this.gatherer.take(this.sequence);
    this.sequence = (this.sequence + 1) & 0xff;
    this.onTheirWay += 1;
    this.socket.send(packet, this.remote.port, this.remote.host, (cause) => {
      this.onTheirWay -= 1;
      if (cause !== null) this.refused += gathered.length;
      this.enter(() => {
        for (const frame of gathered) this.listener?.frameSent(frame);
      });
    });
  }
}

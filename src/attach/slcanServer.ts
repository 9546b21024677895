// Owns: the TCP side of slcan: who may connect, what waits for a client that reads slowly, and when a client is read no further.
// Must not know what the lines mean.
import { createServer, type Server, type Socket } from 'node:net';
import type { CanFrame } from '../bus/bus.ts';
import { type EnvironmentFault, environmentFault } from '../core/faults.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Clock } from '../core/time/clock.ts';
import { hostTimer } from '../core/time/hostTime.ts';
import { addressText, type HostPort } from './addresses.ts';
import type { AttachableBus, AttachPoint, Tell } from './attachableBus.ts';
import { slcanClientsMax, slcanInputCharsMax, slcanOutputBytesMax } from './limits.ts';
import { SlcanDevice, type SlcanOutput } from './slcanDevice.ts';
import { slcanText } from './slcanText.ts';

export interface SlcanServerOptions {
  readonly bus: AttachableBus;
  readonly clock: Clock;
  /** Port 0 takes any free one. */
  readonly at: HostPort;
  readonly tell: Tell;
}

/** Opens a bus to slcan clients over TCP, each with a device and a node of its own. Fault: `connection-failed`. */
export function listenSlcan(options: SlcanServerOptions): Promise<Result<AttachPoint, EnvironmentFault>> {
  const { at } = options;
  const server = createServer({ noDelay: true });
  return new Promise((resolve) => {
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const text = `cannot listen on ${addressText(at)} (${cause.code ?? cause.message})`;
      resolve(fail(environmentFault('connection-failed', text)));
    });
    server.listen(at.port, at.host, () => {
      const bound = server.address();
      const port = typeof bound === 'object' && bound !== null ? bound.port : at.port;
      resolve(ok(new SlcanServer(server, options, addressText({ host: at.host, port }))));
    });
  });
}

class SlcanServer implements AttachPoint {
  readonly address: string;
  private readonly server: Server;
  private readonly options: SlcanServerOptions;
  /** By number, from 1. */
  private readonly clients = new Map<number, SlcanClient>();
  private lastFrame: CanFrame | undefined;
  private lastText = '';

  constructor(server: Server, options: SlcanServerOptions, address: string) {
    this.server = server;
    this.options = options;
    this.address = address;
    server.on('connection', (socket) => this.connected(socket));
  }

  close(): void {
    this.server.close();
    for (const client of this.clients.values()) client.close();
    this.clients.clear();
  }

  private connected(socket: Socket): void {
    const { bus, tell } = this.options;
    if (this.clients.size >= slcanClientsMax) {
      socket.on('error', () => {});
      socket.destroy();
      tell(`slcan on ${bus.name}: ${slcanClientsMax} clients are connected, so another was turned away`);
      return;
    }
    let number = 1;
    while (this.clients.has(number)) number += 1;
    const textOf = (frame: CanFrame) => this.textOf(frame);
    const left = () => this.clients.delete(number);
    this.clients.set(number, new SlcanClient(socket, number, this.options, textOf, left));
  }

  /** Every client is told the same frame: its text is made once. */
  private textOf(frame: CanFrame): string {
    if (frame !== this.lastFrame) {
      this.lastFrame = frame;
      this.lastText = slcanText(frame);
    }
    return this.lastText;
  }
}

class SlcanClient implements SlcanOutput {
  private readonly socket: Socket;
  private readonly device: SlcanDevice;
  private readonly tell: Tell;
  /** Text for the next write: one a turn of the event loop. */
  private gathered: string[] = [];
  private gatheredBytes = 0;
  private cancelFlush = () => {};
  /** Frames that the bus does not carry. */
  private refused = 0;

  constructor(
    socket: Socket,
    number: number,
    { bus, clock, tell }: SlcanServerOptions,
    textOf: (frame: CanFrame) => string,
    left: () => void,
  ) {
    this.socket = socket;
    const name = `slcan-${number}`;
    const readOn = () => this.regulate();
    const refused = (why: string) => {
      this.refused += 1;
      if (this.refused === 1) this.tell(`a frame was refused: ${why}`);
    };
    this.device = new SlcanDevice({ bus, clock, name, serialNumber: number, textOf, output: this, refused, readOn });
    const peer = addressText({ host: socket.remoteAddress ?? 'somebody', port: socket.remotePort ?? 0 });
    this.tell = (text) => tell(`${name} on ${bus.name}: ${text}`);
    this.tell(`${peer} connected`);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.device.push(text);
      this.regulate();
    });
    socket.on('drain', readOn);
    // what 'close' follows, which tells all that matters
    socket.on('error', () => {});
    socket.on('end', () => this.flush());
    socket.on('close', () =>
      this.device.end(() => {
        const { sent, heard, lost } = this.device;
        const refused = this.refused === 0 ? '' : `, ${this.refused} refused`;
        this.tell(`left; ${sent} frames sent, ${heard} heard, ${lost} lost${refused}`);
        left();
      }),
    );
  }

  close(): void {
    this.cancelFlush();
    this.device.close();
    this.socket.removeAllListeners('close');
    this.socket.destroy();
  }

  reply(text: string): void {
    this.gather(text);
  }

  frame(text: string): boolean {
    if (this.gatheredBytes + this.socket.writableLength + text.length > slcanOutputBytesMax) {
      if (this.device.lost === 0) this.tell('reads too slowly, so frames are lost for it');
      return false;
    }
    this.gather(text);
    return true;
  }

  private gather(text: string): void {
    if (this.gathered.length === 0) this.cancelFlush = hostTimer(0, () => this.flush());
    this.gathered.push(text);
    this.gatheredBytes += text.length;
  }

  private flush(): void {
    this.cancelFlush();
    const text = this.gathered.join('');
    this.gathered = [];
    this.gatheredBytes = 0;
    if (text.length > 0 && this.socket.writable) this.socket.write(text, 'latin1');
    this.regulate();
  }

  /** Who does not read the answers, or sends more than the bus carries, is read no further for now: TCP tells him. */
  private regulate(): void {
    const isBehind = this.gatheredBytes + this.socket.writableLength > slcanOutputBytesMax;
    if (isBehind || this.device.waiting > slcanInputCharsMax) this.socket.pause();
    else this.socket.resume();
  }
}

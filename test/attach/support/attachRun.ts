// A simulated bus in host time that others can join, as in a run, and clients that speak slcan to it over real TCP.
import { connect, type Socket } from 'node:net';
import { parseSlcanAddress } from '../../../src/attach/addresses.ts';
import type { AttachableBus, AttachPoint } from '../../../src/attach/attachableBus.ts';
import { listenSlcan } from '../../../src/attach/slcanServer.ts';
import { createVirtualCan, type VirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { recordedAttachable } from '../../../src/sim/realTransports/attachPoints.ts';
import { createRecorder } from '../../../src/sim/tape/recorder.ts';
import { BusRecorder, hostRun, present, type Run, value } from '../../bus/support/harness.ts';

export interface AttachRun extends Run {
  readonly bus: VirtualCan;
  readonly attachable: AttachableBus;
  /** What went on the tape. */
  readonly tape: object[];
  /** What users are told. */
  readonly told: string[];
  /** What an ECU hears; `send` sends from it. Another one acknowledges, unless `lone`. */
  readonly ecu: BusRecorder;
  readonly send: (frame: Parameters<ReturnType<VirtualCan['attach']>['send']>[0]) => void;
}

export interface AttachRunOptions {
  readonly fd?: boolean;
  readonly bitrate?: number;
  readonly lone?: boolean;
}

export function attachRun(options: AttachRunOptions = {}): AttachRun {
  const { fd = false, bitrate = 500_000, lone = false } = options;
  const run = hostRun(30_000, 30);
  const bus = createVirtualCan({ name: 'body', clock: run.clock, bitrate, dataBitrate: 4 * bitrate, fd });
  const tape: object[] = [];
  const recorder = createRecorder(run.clock, run.enter, { put: (entry) => tape.push(entry) });
  const ecu = new BusRecorder();
  const node = bus.attach('ecu', ecu);
  if (!lone) bus.attach('gateway', new BusRecorder());
  return {
    ...run,
    bus,
    attachable: recordedAttachable(bus, recorder),
    tape,
    told: [],
    ecu,
    send: (frame) => run.enter(() => value(node.send(frame))),
  };
}

export interface SlcanPoint extends AttachPoint {
  readonly port: number;
}

export async function openSlcan({ attachable, clock, told }: AttachRun): Promise<SlcanPoint> {
  const at = present(parseSlcanAddress('0'));
  const point = value(await listenSlcan({ bus: attachable, clock, at, tell: (line) => told.push(line) }));
  return { address: point.address, close: () => point.close(), port: Number(point.address.split(':').at(-1)) };
}

/** A client that keeps what it is sent. */
export class SlcanClient {
  text = '';
  isClosed = false;
  readonly socket: Socket;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
    this.socket.setEncoding('latin1').on('data', (text: string) => {
      this.text += text;
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** What came since the last `take`; a line's end as `.`, a bell as `!`. */
  get shown(): string {
    return this.text.replaceAll('\x07', '!').replaceAll('\r', '.');
  }

  take(): string {
    const { shown } = this;
    this.text = '';
    return shown;
  }

  write(text: string): void {
    this.socket.write(text, 'latin1');
  }
}

/** Asks for a line and gives what is answered, up to its end. */
export async function ask(run: Run, client: SlcanClient, line: string): Promise<string> {
  client.write(`${line}\r`);
  await run.until(() => /[.!]/.test(client.shown));
  return client.take();
}

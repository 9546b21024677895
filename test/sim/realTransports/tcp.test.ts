import { createSocket, Socket as UdpSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { udpDatagram } from '../../../src/bus/tcp/udpSegment.ts';
import type { SimEvent } from '../../../src/sim/events/events.ts';
import { replayTrace } from '../../../src/sim/replay.ts';
import { runScenario } from '../../../src/sim/run.ts';
import { eventsOf, inputsOf } from '../support/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-tcp-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('updates all five ECUs with one of them on real TCP, and replays what came in', { timeout: 60_000 }, async () => {
  const tracePath = join(folder, 'tcp.jsonl');
  const run = await runScenario({
    inputs: inputsOf('nominal', { links: new Map([['gateway-ecu', 'tcp']]) }),
    observers: [],
    tracePath,
  });
  expect(run?.expectations.filter(({ passed }) => !passed)).toEqual([]);
  expect(run?.ecus.map(({ installed }) => installed.releaseCounter)).toEqual([2, 2, 2, 2, 2]);
  expect(replayTrace(tracePath).difference).toBeUndefined();
});

it('updates ECUs over mutual TLS and over UDP, says so, and replays what came in', { timeout: 60_000 }, async () => {
  const tracePath = join(folder, 'others.jsonl');
  const kinds = new Map([
    ['gateway-ecu', 'tcp+tls'],
    ['brake-ecu', 'udp'],
  ] as const);
  const events: SimEvent[] = [];
  const run = await runScenario({
    inputs: inputsOf('nominal', { links: kinds }),
    observers: [(event) => events.push(event)],
    tracePath,
  });
  expect(run?.expectations.filter(({ passed }) => !passed)).toEqual([]);
  expect(run?.ecus.map(({ installed }) => installed.releaseCounter)).toEqual([2, 2, 2, 2, 2]);
  const links = eventsOf(events, 'run.started')[0]?.ecus.map(({ link }) => link);
  expect(links).toEqual([undefined, 'tcp+tls', 'isotp', 'udp', 'isotp']);
  expect(replayTrace(tracePath).difference).toBeUndefined();
});

/** What a stranger sends to a UDP port to open a connection. */
const opening = udpDatagram(7, {
  ...{ sourcePort: 0, destinationPort: 0, sequence: 5, acknowledgment: undefined, window: 0 },
  ...{ syn: true, fin: false, rst: false, psh: false, payload: new Uint8Array(0) },
});

/** Somebody who connects to every TCP port, and speaks to every UDP port, before anybody else can. */
function strangerFirst(): { readonly calls: () => number } {
  let calls = 0;
  const stranger = createSocket('udp4');
  onTestFinished(() => void stranger.close());
  const { listen } = Server.prototype;
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, ...args: unknown[]) {
    this.once('listening', () => {
      const address = this.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      createConnection({ host: '127.0.0.1', port }).on('error', () => {});
      calls += 1;
    });
    return Reflect.apply(listen, this, args);
  });
  const { bind } = UdpSocket.prototype;
  vi.spyOn(UdpSocket.prototype, 'bind').mockImplementation(function (this: UdpSocket, ...args: unknown[]) {
    if (this !== stranger) {
      this.once('listening', () => stranger.send(opening, this.address().port, '127.0.0.1'));
      calls += 1;
    }
    return Reflect.apply(bind, this, args);
  });
  return { calls: () => calls };
}

it.each(['tcp', 'udp'] as const)(
  'takes no stranger for its peer who comes first to a port of %s',
  { timeout: 60_000 },
  async (kind) => {
    const stranger = strangerFirst();
    const run = await runScenario({
      inputs: inputsOf('nominal', { links: new Map([['gateway-ecu', kind]]) }),
      observers: [],
    });
    expect(stranger.calls()).toBeGreaterThan(0);
    expect(run?.expectations.filter(({ passed }) => !passed)).toEqual([]);
    expect(run?.ecus.map(({ installed }) => installed.releaseCounter)).toEqual([2, 2, 2, 2, 2]);
  },
);

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/faults.ts';
import type { SimEvent } from '../../../src/sim/events/events.ts';
import { replayTrace } from '../../../src/sim/replay.ts';
import { runScenario } from '../../../src/sim/run.ts';
import { SlcanClient } from '../../attach/support/attachRun.ts';
import { present } from '../../bus/support/harness.ts';
import { inputsOf } from '../support/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-attach-'));
afterAll(() => rmSync(folder, { recursive: true }));

const slcan = new Map([['body', '0']]);
/** The port of an attach point that the user is told of. */
const portIn = (line: string) => Number(/^slcan: body is open at 127\.0\.0\.1:(\d+)$/.exec(line)?.[1] ?? 0);
const kindsIn = (tracePath: string) =>
  readFileSync(tracePath, 'utf8')
    .split('\n')
    .map((line) => /^\{"type":"input".*"kind":"(\w+)"/.exec(line)?.[1] ?? '');

describe('a run whose bus is open to others', { timeout: 120_000 }, () => {
  it('updates all the same, records what they do, and replays it', async () => {
    const tracePath = join(folder, 'slcan.jsonl');
    const clients: SlcanClient[] = [];
    let heard = 0;
    const peer = createSocket('udp4').bind(0, '127.0.0.1');
    await once(peer, 'listening');
    let packets = 0;
    // a frame for each packet: sequence number, one frame, id 7E0, no data
    peer.on('message', (_, { port }) => {
      peer.send(Uint8Array.of(2, 0, packets & 0xff, 0, 1, 0, 0, 7, 0xe0, 0), port, '127.0.0.1');
      packets += 1;
    });
    const told: string[] = [];
    /** Sends a frame whenever it hears some; after a while it breaks off, and another comes. */
    const come = (port: number) => {
      const client = new SlcanClient(port);
      const { socket } = client;
      clients.push(client);
      client.write('O\r');
      let lines = 0;
      socket.on('data', (text: string) => {
        const frames = text.split('\r').filter((line) => /^[td]/i.test(line)).length;
        heard += frames;
        if (socket.writable && frames > 0) client.write('t7F021122\r');
        lines += frames;
        if (lines < 200 || clients.length > 5 || !socket.writable) return;
        socket.end('t7F');
        come(port);
      });
    };
    const run = await runScenario({
      inputs: inputsOf('nominal', { slcan, cannelloni: new Map([['body', `0:127.0.0.1:${peer.address().port}`]]) }),
      observers: [],
      tracePath,
      attachTold: (line) => {
        told.push(line);
        if (portIn(line) > 0) come(portIn(line));
      },
    });
    for (const { socket } of clients) socket.destroy();
    peer.close();
    expect(run.outcome).toBe('passed');
    expect(packets).toBeGreaterThan(100);
    expect(told.at(-1)).toMatch(
      /^cannelloni on body: \d{4,} frames sent, \d{3,} received, \d+ of them not taken .* 0 missing/,
    );
    expect(heard).toBeGreaterThan(1000);
    const kinds = kindsIn(tracePath);
    expect(kinds.filter((kind) => kind === 'joined')).toHaveLength(7);
    expect(kinds.filter((kind) => kind === 'left')).toHaveLength(5);
    expect(kinds.filter((kind) => kind === 'gave').length).toBeGreaterThan(100);
    expect(replayTrace(tracePath)).toMatchObject({ difference: undefined });
  });

  it('stays on after its last step where it is held, ends when it is told to, and replays that', async () => {
    const tracePath = join(folder, 'held.jsonl');
    const stop = new AbortController();
    let client: SlcanClient | undefined;
    const observe = (event: SimEvent) => {
      if (event.type !== 'step.started' || !event.text.startsWith('hold:')) return;
      // the vehicle is idle, but on: a client's frame is acknowledged, and leaves
      client?.write('t7F01AA\r');
      client?.socket.on('data', () => client?.text.endsWith('z\r') && stop.abort());
    };
    const run = await runScenario({
      inputs: inputsOf('nominal', { slcan, hold: true }),
      observers: [observe],
      tracePath,
      stop: stop.signal,
      attachTold: (line) => {
        if (portIn(line) === 0) return;
        client = new SlcanClient(portIn(line));
        client.write('O\r');
      },
    });
    present(client).socket.destroy();
    expect(run.outcome).toBe('passed');
    expect(kindsIn(tracePath).filter((kind) => kind !== '')).toEqual(['joined', 'gave', 'released']);
    expect(replayTrace(tracePath)).toMatchObject({ difference: undefined });
  });

  it('is given up before its last step, held or not', async () => {
    const inputs = inputsOf('nominal', { slcan, hold: true });
    const run = await runScenario({ inputs, observers: [], stop: AbortSignal.abort('SIGTERM') });
    expect(run).toMatchObject({ outcome: 'given-up', givenUp: { reason: 'SIGTERM' } });
  });
});

it.each([
  [{ slcan: new Map([['nobus', '1']]) }, /^--slcan nobus: the vehicle has the buses body, /],
  [{ slcan: new Map([['body', 'x']]) }, /^--slcan body=x: PORT or HOST:PORT is needed$/],
  [{ cannelloni: new Map([['body', '1']]) }, /^--cannelloni body=1: LOCALPORT:REMOTEHOST:REMOTEPORT is needed$/],
  [{ slcan, interfaces: new Map([['body', 'vcan0']]) }, /^--slcan body: the bus is on vcan0, where others can join it/],
  [{ hold: true }, /^--hold: only a run in real time can be held/],
])('refuses attach points that cannot be: %j', (changes, message) => {
  expect(() => inputsOf('nominal', changes)).toThrow(InputError);
  expect(() => inputsOf('nominal', changes)).toThrow(message);
});

it('refuses an address that cannot be had, in one line', async () => {
  const inputs = inputsOf('nominal', { slcan: new Map([['body', 'nobody.invalid:1']]) });
  await expect(runScenario({ inputs, observers: [] })).rejects.toThrow(
    /^--slcan body=nobody\.invalid:1: cannot listen on nobody\.invalid:1 \(E\w+\)$/,
  );
});

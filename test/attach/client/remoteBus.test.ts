// Both ways into a run from elsewhere, against the attach points of a run.
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openCannelloni } from '../../../src/attach/cannelloniPeer.ts';
import { joinCannelloni } from '../../../src/attach/client/cannelloniSender.ts';
import type { RemoteBus } from '../../../src/attach/client/remoteBus.ts';
import { joinSlcan } from '../../../src/attach/client/slcanClient.ts';
import { slcanFramesAheadMax } from '../../../src/attach/limits.ts';
import { type BusListener, type CanFrame, classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { formatFrame } from '../../../src/bus/frame/frameText.ts';
import { value } from '../../bus/support/harness.ts';
import { type AttachRun, attachRun, openSlcan } from '../support/attachRun.ts';

const closes: (() => void)[] = [];
afterEach(() => {
  for (const close of closes.splice(0).reverse()) close();
});

function started(options: Parameters<typeof attachRun>[0] = {}): AttachRun {
  const run = attachRun(options);
  closes.push(() => run.stop());
  return run;
}

async function slcan(run: AttachRun): Promise<RemoteBus> {
  const point = await openSlcan(run);
  const remote = value(await joinSlcan({ at: { host: '127.0.0.1', port: point.port }, enter: run.enter }));
  closes.push(
    () => point.close(),
    () => remote.close(),
  );
  return remote;
}

/** Each with a port of the other's. */
async function cannelloni(run: AttachRun): Promise<RemoteBus> {
  const remote = value(
    await joinCannelloni({
      address: { localPort: 20_711, remote: { host: '127.0.0.1', port: 20_712 } },
      enter: run.enter,
    }),
  );
  const address = { localPort: 20_712, remote: { host: '127.0.0.1', port: 20_711 } };
  const point = value(await openCannelloni({ bus: run.attachable, address, tell: (line) => run.told.push(line) }));
  closes.push(
    () => point.close(),
    () => remote.close(),
  );
  return remote;
}

/** Sends frames, waiting where there is no room; resolves when all are confirmed. */
async function sendAll(run: AttachRun, remote: RemoteBus, frames: readonly CanFrame[]): Promise<void> {
  let next = 0;
  let confirmed = 0;
  const go = () => {
    while (next < frames.length && node.send(frames[next] as CanFrame).ok) next += 1;
  };
  const listener: BusListener = {
    frameReceived: () => {},
    nodeFailed: () => {},
    frameSent: () => {
      confirmed += 1;
      go();
    },
  };
  const node = remote.attach('player', listener);
  run.enter(go);
  await run.until(() => confirmed === frames.length);
}

const many = Array.from({ length: 2 * slcanFramesAheadMax }, (_, id) => classicFrame(id, Uint8Array.of(id & 0xff)));

describe.each([
  ['slcan', slcan],
  ['cannelloni', cannelloni],
])('through %s', (_, join) => {
  it('frames of every kind reach the bus, in order', async () => {
    const run = started({ fd: true });
    const remote = await join(run);
    const frames = [
      classicFrame(0x123, Uint8Array.of(1)),
      { ...classicFrame(0x123, new Uint8Array()), extended: true },
    ];
    const fd = [fdFrame(0x7ff, new Uint8Array(64)), { ...fdFrame(1, Uint8Array.of(5)), brs: false }];
    await sendAll(run, remote, [...frames, ...fd]);
    await run.until(() => run.ecu.received.length === 4);
    expect(run.ecu.received.map(formatFrame)).toEqual([...frames, ...fd].map(formatFrame));
    expect(remote.refused).toBe(0);
  });

  it('a frame that is none is not sent', async () => {
    const run = started();
    const node = (await join(run)).attach('player', { frameReceived() {}, frameSent() {}, nodeFailed() {} });
    expect(node.send(classicFrame(0x800, new Uint8Array()))).toMatchObject({ fault: { code: 'bad-frame' } });
  });
});

describe('through slcan', () => {
  it('more frames than go ahead of their answers all arrive', async () => {
    const run = started({ bitrate: 1_000_000 });
    await sendAll(run, await slcan(run), many);
    await run.until(() => run.ecu.received.length === many.length);
    expect(run.ecu.received.map(formatFrame)).toEqual(many.map(formatFrame));
  });

  it('what the bus does not carry is counted', async () => {
    const run = started();
    const remote = await slcan(run);
    await sendAll(run, remote, [fdFrame(1, Uint8Array.of(1)), classicFrame(2, Uint8Array.of(2))]);
    expect(remote.refused).toBe(1);
  });

  it('the node fails where the run ends', async () => {
    const run = started();
    const point = await openSlcan(run);
    const remote = value(await joinSlcan({ at: { host: '127.0.0.1', port: point.port }, enter: run.enter }));
    let fault: unknown;
    remote.attach('player', {
      frameReceived: () => {},
      frameSent: () => {},
      nodeFailed: (why) => {
        fault = why;
      },
    });
    point.close();
    await run.until(() => fault !== undefined);
    expect(fault).toMatchObject({ code: 'closed' });
    remote.close();
  });

  it('somebody who answers everything with BEL is no device', async () => {
    const run = started();
    const server = createServer((socket) => socket.on('error', () => {}).end('\x07\x07'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    closes.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const joined = await joinSlcan({ at: { host: '127.0.0.1', port }, enter: run.enter });
    expect(joined).toMatchObject({ fault: { code: 'connection-failed', message: `127.0.0.1:${port} does not open` } });
  });
});

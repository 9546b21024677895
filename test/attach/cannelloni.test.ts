import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { AttachableBus, AttachPoint } from '../../src/attach/attachableBus.ts';
import { CannelloniGatherer, decodeCannelloni } from '../../src/attach/cannelloniPacket.ts';
import { openCannelloni } from '../../src/attach/cannelloniPeer.ts';
import { cannelloniPacketBytesMax } from '../../src/attach/limits.ts';
import { type CanFrame, classicFrame, fdFrame } from '../../src/bus/bus.ts';
import { fdDataLengths } from '../../src/bus/frame/checkFrame.ts';
import { formatFrame } from '../../src/bus/frame/frameText.ts';
import { value } from '../bus/support/harness.ts';
import { fc, prop, runsOf } from '../support/property.ts';
import { type AttachRun, attachRun } from './support/attachRun.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function packet(sequence: number, ...frames: readonly CanFrame[]): Uint8Array {
  const gatherer = new CannelloniGatherer(4);
  for (const frame of frames) gatherer.add(frame);
  return gatherer.take(sequence);
}

function onceOnly(close: () => void): () => void {
  let isClosed = false;
  return () => {
    if (!isClosed) close();
    isClosed = true;
  };
}

function unpacked<T>(result: { ok: true; value: T } | { ok: false; fault: string }): T {
  if (!result.ok) throw new Error(result.fault);
  return result.value;
}

const aabb = Uint8Array.of(0xaa, 0xbb);

describe('a cannelloni packet', () => {
  it.each<[string, string, CanFrame]>([
    ['classic', '02 00 05 0001  00000123 02 aabb', classicFrame(0x123, aabb)],
    ['of 29 bits', '02 00 05 0001  92abcdef 02 aabb', { ...classicFrame(0x12abcdef, aabb), extended: true }],
    ['remote', '02 00 05 0001  400007ff 00', { ...classicFrame(0x7ff, new Uint8Array()), remote: true }],
    [
      'remote for 4',
      '02 00 05 0001  400007ff 04',
      { ...classicFrame(0x7ff, new Uint8Array()), remote: true, requestedBytes: 4 },
    ],
    ['FD of an error-passive node', '02 00 05 0001  00000123 82 03 aabb', { ...fdFrame(0x123, aabb), esi: true }],
    ['FD', '02 00 05 0001  00000123 82 00 aabb', { ...fdFrame(0x123, aabb), brs: false }],
    ['FD with the switch', '02 00 05 0001  80000123 82 01 aabb', { ...fdFrame(0x123, aabb), extended: true }],
  ])('of one frame, %s, has the bytes of the format', (_, text, frame) => {
    expect(hex(packet(5, frame))).toBe(text.replaceAll(' ', ''));
    expect(decodeCannelloni(bytesOf(text))).toEqual({
      ok: true,
      value: { sequence: 5, frames: [frame], skipped: 0 },
    });
  });

  it('of several frames has their number, in network order', () => {
    const many = Array.from({ length: 100 }, (_, id) => classicFrame(id, new Uint8Array(8)));
    const bytes = packet(255, ...many);
    expect(hex(bytes.subarray(0, 5))).toBe('0200ff0064');
    expect(bytes.length).toBeLessThanOrEqual(cannelloniPacketBytesMax);
    expect(decodeCannelloni(bytes)).toEqual({ ok: true, value: { sequence: 255, frames: many, skipped: 0 } });
  });

  it('gives the length that a remote frame asks for, the error state indicator, and no other flags of an FD frame', () => {
    const decoded = decodeCannelloni(bytesOf('02 00 00 0002  40000001 08  00000002 81 07 ff'));
    expect(decoded.ok && decoded.value.frames.map(formatFrame)).toEqual(['001#R8', '002##3FF']);
  });

  it('gives data of its own, also from a Buffer', () => {
    const bytes = Buffer.from(packet(0, classicFrame(1, aabb), fdFrame(2, aabb)));
    const { frames } = unpacked(decodeCannelloni(bytes));
    bytes.fill(0);
    expect(frames.map(({ data }) => data)).toEqual([aabb, aabb]);
  });

  it('passes over error frames, and lengths that do not exist', () => {
    const error = '20000004 08 0011223344556677';
    const decoded = decodeCannelloni(
      bytesOf(`02 00 00 0004 ${error} 00000001 09 112233445566778899 00000002 89 00 112233445566778899 00000003 00`),
    );
    expect(decoded).toMatchObject({ ok: true, value: { frames: [{ id: 3 }], skipped: 3 } });
  });

  it.each([
    ['', /no room for the header/],
    ['02 00 00 00', /no room for the header/],
    ['01 00 00 0000', /the version is 1, not 2/],
    ['02 01 00 0000', /the operation is 1, not 0/],
    ['02 00 00 0001', /it ends in frame 1 of 1/],
    ['02 00 00 0001 00000001', /it ends in frame 1 of 1/],
    ['02 00 00 0002 00000001 01 ff', /it ends in frame 2 of 2/],
    ['02 00 00 0001 00000001 08 ff', /it ends in frame 1 of 1/],
    ['02 00 00 0001 00000001 80', /it ends in frame 1 of 1/],
    ['02 00 00 ffff', /it ends in frame 1 of 65535/],
  ])('is none: %j', (text, why) => {
    expect(decodeCannelloni(bytesOf(text))).toMatchObject({ ok: false, fault: expect.stringMatching(why) });
  });

  prop([fc.uint8Array({ maxLength: 200 }), fc.boolean()])('may be any bytes', (bytes, isOurs) => {
    if (isOurs) bytes.set([2, 0].slice(0, bytes.length));
    const decoded = decodeCannelloni(bytes);
    if (decoded.ok) expect(decoded.value.frames.length).toBeLessThanOrEqual(bytes.length / 5);
  });

  prop([fc.array(fc.constantFrom(...fdDataLengths), { minLength: 1, maxLength: 60 })])(
    'holds what it says it has room for, and comes back the same',
    (lengths) => {
      const gatherer = new CannelloniGatherer(4);
      const added: CanFrame[] = [];
      for (const length of lengths) {
        if (gatherer.isFull) break;
        added.push(fdFrame(length, new Uint8Array(length).fill(length)));
        gatherer.add(added.at(-1) as CanFrame);
      }
      const bytes = gatherer.take(9);
      expect(bytes.length).toBeLessThanOrEqual(cannelloniPacketBytesMax);
      expect(decodeCannelloni(bytes)).toEqual({ ok: true, value: { sequence: 9, frames: added, skipped: 0 } });
    },
  );
});

describe('a cannelloni peer', () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0).reverse()) end();
  });

  function start(options: Parameters<typeof attachRun>[0] = {}): AttachRun {
    const run = attachRun(options);
    ends.push(() => run.stop());
    return run;
  }

  async function open(
    run: AttachRun,
    remotePort: number,
    localPort = 0,
  ): Promise<{ readonly port: number; close: () => void }> {
    const address = { localPort, remote: { host: '127.0.0.1', port: remotePort } };
    const point: AttachPoint = value(
      await openCannelloni({ bus: run.attachable, address, tell: (line) => run.told.push(line) }),
    );
    const close = onceOnly(() => point.close());
    ends.push(close);
    return { port: Number(/^UDP port (\d+)/.exec(point.address)?.[1]), close };
  }

  /** A plain UDP socket in the place of the other machine. */
  async function udp(
    family: 'udp4' | 'udp6' = 'udp4',
    address = '127.0.0.1',
  ): Promise<{ socket: Socket; port: number; packets: Buffer[]; close: () => void }> {
    const socket = createSocket(family);
    const packets: Buffer[] = [];
    socket.on('message', (bytes) => packets.push(bytes));
    socket.bind(0, address);
    await once(socket, 'listening');
    const close = onceOnly(() => socket.close());
    ends.push(close);
    return { socket, port: socket.address().port, packets, close };
  }

  it('carries frames both ways, several in one packet', async () => {
    const run = start();
    const other = await udp();
    const { port, close } = await open(run, other.port);
    other.socket.send(packet(0, classicFrame(0x100, aabb), classicFrame(0x101, aabb)), port, '127.0.0.1');
    await run.until(() => run.ecu.received.length === 2);
    expect(run.ecu.received.map(formatFrame)).toEqual(['100#AABB', '101#AABB']);
    for (let id = 0; id < 300; id += 1) {
      run.send(classicFrame(id, aabb));
      if (id % 50 === 49) await run.until(() => run.ecu.sent.length === id + 1);
    }
    const decoded = () => other.packets.map((bytes) => unpacked(decodeCannelloni(bytes)));
    await run.until(() => decoded().reduce((sum, { frames }) => sum + frames.length, 0) === 300);
    expect(decoded().flatMap(({ frames }) => frames.map(({ id }) => id))).toEqual(
      Array.from({ length: 300 }, (_, id) => id),
    );
    expect(decoded().map(({ sequence }) => sequence)).toEqual(other.packets.map((_, index) => index & 0xff));
    expect(other.packets.length).toBeLessThan(300);
    close();
    expect(run.told).toEqual([
      'cannelloni on body: 300 frames sent, 2 received, 0 of them not taken by the bus; packets: 0 missing, 0 malformed, 0 from elsewhere, 0 not sent',
    ]);
  });

  it('counts what is missing, malformed, from elsewhere, or not for this bus', async () => {
    const run = start();
    const other = await udp();
    const { port, close } = await open(run, other.port);
    const send = (bytes: Uint8Array) => other.socket.send(bytes, port, '127.0.0.1');
    const foreigner = await udp('udp4', '127.0.0.2');
    foreigner.socket.send(packet(77, classicFrame(0x666, aabb)), port, '127.0.0.1');
    for (const sequence of [250, 251, 254, 253, 2, 2]) send(packet(sequence, classicFrame(sequence, aabb)));
    send(packet(3, fdFrame(1, aabb)));
    send(Uint8Array.of(2, 0, 0, 0, 9));
    send(Uint8Array.of(1));
    send(packet(4, classicFrame(0x7ff, aabb)));
    await run.until(() => run.ecu.received.some(({ id }) => id === 0x7ff));
    await run.settle();
    close();
    expect(run.ecu.received.map(({ id }) => id)).toEqual([250, 251, 254, 253, 2, 2, 0x7ff]);
    expect(run.told.toSorted()).toEqual([
      'cannelloni on body: 0 frames sent, 8 received, 1 of them not taken by the bus; packets: 5 missing, 2 malformed, 1 from elsewhere, 0 not sent',
      'cannelloni on body: a frame was refused: this bus carries classic CAN only',
      'cannelloni on body: not a packet: it ends in frame 1 of 9',
    ]);
  });

  it('that sends more at once than the bus carries is heard in full, up to a bound', async () => {
    const run = start({ bitrate: 125_000 });
    const other = await udp();
    const { port, close } = await open(run, other.port);
    for (let sequence = 0; sequence < 12; sequence += 1) {
      const frames = Array.from({ length: 100 }, (_, index) => classicFrame(index, new Uint8Array()));
      other.socket.send(packet(sequence, ...frames), port, '127.0.0.1');
    }
    await run.until(() => run.ecu.received.length >= 1024);
    let received = 0;
    // Until the bus has carried all that it took.
    while (received < run.ecu.received.length) {
      received = run.ecu.received.length;
      await run.settle();
    }
    close();
    expect(run.told[0]).toContain(`1200 received, ${1200 - received} of them not taken by the bus; packets: 0 missing`);
  });

  it('joins two buses: each carries what the other does, once', async () => {
    const left = start({ fd: true });
    const right = start({ fd: true });
    const free = await udp();
    free.close();
    const one = await open(left, free.port);
    await open(right, one.port, free.port);
    await left.settle();
    left.send(fdFrame(0x100, aabb));
    right.send({ ...classicFrame(0x12345, aabb), extended: true });
    await left.until(() => right.ecu.received.length === 1 && left.ecu.received.length === 1);
    await left.settle();
    expect(right.ecu.received.map(formatFrame)).toEqual(['100##1AABB']);
    expect(left.ecu.received.map(formatFrame)).toEqual(['00012345#AABB']);
    expect([left.bus.load().frames, right.bus.load().frames]).toEqual([2, 2]);
    expect(left.bus.load().nodes.map(({ node }) => node)).toContain('cannelloni');
  });

  it.each<['udp4' | 'udp6', string, number]>([
    ['udp4', '127.0.0.1', 1472],
    ['udp6', '::1', 1452],
  ])(
    'over %s, at %s, gets packets of %i bytes at most, what one Ethernet frame carries',
    async (family, host, bytesMax) => {
      const run = start();
      const other = await udp(family, host);
      let heard: (frame: CanFrame) => void = () => {};
      const bus: AttachableBus = {
        ...run.attachable,
        join: (_, { frameReceived }) => {
          heard = frameReceived;
          return { send: () => {}, leave: () => {} };
        },
      };
      const address = { localPort: 0, remote: { host, port: other.port } };
      const point = value(await openCannelloni({ bus, address, tell: () => {} }));
      ends.push(() => point.close());
      // 5 + 279 * 5 bytes, and 70 more: as much as goes into 1472.
      const frames = [
        ...Array.from({ length: 279 }, (_, id) => classicFrame(id, new Uint8Array())),
        fdFrame(0x7ff, new Uint8Array(64)),
      ];
      for (const frame of frames) heard(frame);
      const gotten = () => other.packets.flatMap((bytes) => unpacked(decodeCannelloni(bytes)).frames);
      await run.until(() => gotten().length === frames.length);
      expect(gotten()).toEqual(frames);
      const largest = Math.max(...other.packets.map(({ length }) => length));
      expect(largest).toBeLessThanOrEqual(bytesMax);
      expect(largest).toBeGreaterThan(bytesMax - 70);
    },
  );

  it('of any bytes breaks nothing', async () => {
    const run = start({ fd: true });
    const other = await udp();
    const { port } = await open(run, other.port);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isOurs) => {
        if (isOurs) bytes.set([2, 0].slice(0, bytes.length));
        other.socket.send(bytes, port, '127.0.0.1');
      }),
      runsOf(500),
    );
    const last = classicFrame(0x7ff, aabb);
    await run.until(() => {
      other.socket.send(packet(0, last), port, '127.0.0.1');
      return run.ecu.received.some((frame) => formatFrame(frame) === '7FF#AABB');
    });
  });

  it('that cannot be had is a fault with its reason', async () => {
    const run = start();
    const { port } = await udp();
    const opened = (host: string) =>
      openCannelloni({ bus: run.attachable, address: { localPort: port, remote: { host, port: 1 } }, tell: () => {} });
    expect(await opened('127.0.0.1')).toMatchObject({
      fault: { message: `cannot listen on UDP port ${port} (EADDRINUSE)` },
    });
    expect(await opened('nobody.invalid')).toMatchObject({
      fault: { message: expect.stringMatching(/^nobody\.invalid is not known \(/) },
    });
  });
});

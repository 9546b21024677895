import { describe, expect, test } from 'vitest';
import { readTcpPacket } from '../../../src/bus/ethernet/tcpPacket.ts';
import { linkSpeeds } from '../../../src/bus/ethernet/wire.ts';
import type { TcpSegment } from '../../../src/bus/tcp/segment.ts';
import { createRandom } from '../../../src/core/random.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { KIB, MIB, NS_PER_S } from '../../../src/core/units.ts';
import { brief, payload, type Run, recorded, virtualRun } from '../support/harness.ts';
import { linkSuite } from '../support/linkSuite.ts';
import { ethernetPair, testNetwork } from './support/ethernetPair.ts';

async function connected(run: Run, link: { readonly loss?: number }, queueBytes = 128 * KIB) {
  const pair = ethernetPair(testNetwork(run.clock, link, { queueBytes }), run.clock);
  const heard = recorded(pair.b);
  pair.a.send(payload(1));
  await run.until(() => heard.received.length === 1);
  await run.settle();
  return pair;
}

linkSuite({ name: 'TCP on 100BASE-T1', run: virtualRun, make: (run) => connected(run, {}) });
linkSuite({
  name: 'TCP on 100BASE-T1 that loses a frame of twenty on each link',
  run: virtualRun,
  make: (run) => connected(run, { loss: 0.05 }),
});
linkSuite({ name: 'TCP through queues of 4 KiB', run: virtualRun, make: (run) => connected(run, {}, 4 * KIB) });

const image = createRandom('a message of a MiB').bytes(1 * MIB);

/** Sends the image from a to b, as one message of 1 MiB; when the last byte of it was there, and what was on the wire. */
function transfer(link: Parameters<typeof testNetwork>[1], queueBytes = 128 * KIB) {
  const clock = new EventQueue();
  const network = testNetwork(clock, link, { queueBytes });
  const { a, b } = ethernetPair(network, clock, { messageBytesMax: image.length });
  const segments: TcpSegment[] = [];
  network.tap((packet) => {
    const read = readTcpPacket(packet);
    if (read !== undefined) segments.push(read.segment);
  });
  const [sender, receiver] = [recorded(a), recorded(b)];
  let receivedNs = 0;
  let sentNs = 0;
  receiver.onReceived = () => {
    receivedNs = clock.nowNs();
  };
  sender.onSent = () => {
    sentNs = clock.nowNs();
  };
  a.send(image);
  while (clock.step());
  expect([...sender.failures, ...receiver.failures]).toEqual([]);
  expect(receiver.received.map(brief)).toEqual([image].map(brief));
  const lost = network.load().links.reduce((sum, { lostFrames }) => sum + lostFrames, 0);
  const dropped = network.load().links.reduce((sum, { droppedFrames }) => sum + droppedFrames, 0);
  return { receivedNs, sentNs, segments, lost, dropped, load: network.load() };
}

/** What a frame with so many bytes of TCP payload takes, gap included. */
function segmentNs(bytes: number, bitsPerSecond: number): number {
  return ((8 + 14 + Math.max(46, 40 + bytes) + 4 + 12) * 8 * 1e9) / bitsPerSecond;
}

describe('a message of 1 MiB', () => {
  test.each([
    ['100BASE-T1', 1000],
    ['1000BASE-T1', 1000],
    ['100BASE-T1', 300_000],
  ] as const)(
    'takes on %s, %i ns long, the time of its segments, one after the other, and the ways',
    (speed, latencyNs) => {
      const bitsPerSecond = linkSpeeds[speed];
      const { receivedNs, sentNs, segments } = transfer({ bitsPerSecond, latencyNs });
      const stream = image.length + 4;
      const whole = Math.floor(stream / 1460);
      expect(segments.filter(({ payload: bytes }) => bytes.length > 0)).toHaveLength(whole + 1);
      const gapNs = (12 * 8 * 1e9) / bitsPerSecond;
      // Two links and the switch between them. A SYN there, with its option, and one back; the handshake's end goes with the data.
      const wayNs = (bytes: number) => 2 * (segmentNs(bytes, bitsPerSecond) - gapNs + latencyNs) + 2000;
      const firstLinkNs = segmentNs(1460, bitsPerSecond) - gapNs + latencyNs;
      const secondLinkNs =
        whole * segmentNs(1460, bitsPerSecond) + segmentNs(stream % 1460, bitsPerSecond) - gapNs + latencyNs;
      const modelNs = 2 * wayNs(4) + firstLinkNs + 2000 + secondLinkNs;
      // On a long way the first ten segments are sent before the first acknowledgment comes.
      expect(Math.abs(receivedNs - modelNs)).toBeLessThanOrEqual(latencyNs > 1000 ? modelNs / 100 : 0);
      expect(sentNs - receivedNs).toBe(wayNs(0));
    },
  );

  test.each([0.01, 0.05])('is complete, but later, where each link loses %d of its frames', (loss) => {
    const undisturbed = transfer({});
    const { receivedNs, lost } = transfer({ loss });
    expect(lost).toBeGreaterThan(500 * loss);
    expect(receivedNs).toBeGreaterThan(undisturbed.receivedNs);
    expect(receivedNs).toBeLessThan(60 * NS_PER_S);
  });

  test.each([3 * KIB, 16 * KIB, 48 * KIB])(
    'is complete where queues hold %i bytes, less than the window',
    (queueBytes) => {
      const { receivedNs, dropped } = transfer({}, queueBytes);
      expect(dropped).toBeGreaterThan(0);
      expect(receivedNs).toBeLessThan(10 * NS_PER_S);
    },
  );

  test('leaves nothing in the clock, and the same seed gives the same traffic', () => {
    const [first, second] = [transfer({ loss: 0.02 }), transfer({ loss: 0.02 })];
    expect(second.load).toEqual(first.load);
  });
});

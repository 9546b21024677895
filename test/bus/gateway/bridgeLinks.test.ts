import { describe, expect, it } from 'vitest';
import { type BridgeOptions, bridgeLinks, isoTpBlocks, type LinkBridge } from '../../../src/bus/gateway/bridgeLinks.ts';
import { attachIsoTpNode } from '../../../src/bus/isotp/node.ts';
import { gatewayMessagesMax } from '../../../src/bus/limits.ts';
import type { Link } from '../../../src/bus/link.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { NS_PER_MS, NS_PER_S } from '../../../src/core/units.ts';
import { fc, prop } from '../../support/property.ts';
import { brief, codeOf, type LinkRecorder, payload, present, recorded } from '../support/harness.ts';
import { type Ends, type EndsOptions, endsOf, type LinkKind, linkKinds } from './support/links.ts';

interface Scene {
  readonly clock: EventQueue;
  readonly a: Ends;
  readonly b: Ends;
  readonly atA: LinkRecorder;
  readonly atB: LinkRecorder;
  readonly bridge: LinkBridge;
  readonly drops: string[];
  /** Bytes that waited in the gateway at the most, by direction. */
  readonly most: { aToB: number; bToA: number };
  readonly run: (untilNs?: number) => void;
}

interface SceneOptions extends Partial<BridgeOptions> {
  readonly optionsA?: EndsOptions;
  readonly optionsB?: EndsOptions;
  readonly blocks?: boolean;
}

function scene(kindA: LinkKind, kindB: LinkKind, options: SceneOptions = {}): Scene {
  const { optionsA = {}, optionsB = {}, blocks = true, ...limits } = options;
  const clock = new EventQueue();
  const blocksOf = (kind: LinkKind) => isoTpBlocks(limits.bufferBytesMax ?? 65_536, kind === 'fd');
  const endOf = (kind: LinkKind, name: string, given: EndsOptions) =>
    endsOf(kind, name, clock, {
      ...given,
      innerParams: { ...(blocks && blocksOf(kind).params), ...given.innerParams },
    });
  const [a, b] = [endOf(kindA, 'a', optionsA), endOf(kindB, 'b', optionsB)];
  const drops: string[] = [];
  const bridge = bridgeLinks(a.inner, b.inner, {
    clock,
    ...(blocks && { blockBytesMaxA: blocksOf(kindA).blockBytesMax, blockBytesMaxB: blocksOf(kindB).blockBytesMax }),
    onDrop: (direction, reason) => drops.push(`${direction} ${reason}`),
    ...limits,
  });
  const most = { aToB: 0, bToA: 0 };
  const run = (untilNs = Number.POSITIVE_INFINITY) => {
    while ((clock.nextNs() ?? Number.POSITIVE_INFINITY) <= untilNs && clock.step()) {
      most.aToB = Math.max(most.aToB, bridge.heldBytes('aToB'));
      most.bToA = Math.max(most.bToA, bridge.heldBytes('bToA'));
    }
  };
  return { clock, a, b, atA: recorded(a.outer), atB: recorded(b.outer), bridge, drops, most, run };
}

/** Each when the one before has left, or failed. */
function sendAll(link: Link, recorder: LinkRecorder, messages: readonly Uint8Array[]): void {
  let next = 0;
  const send = () => {
    const message = messages[next];
    next += 1;
    if (message !== undefined) expect(codeOf(link.send(message))).toBe('ok');
  };
  recorder.onSent = send;
  recorder.onFailed = (direction) => {
    if (direction === 'sending') send();
  };
  send();
}

const pairs = linkKinds.flatMap((from) => linkKinds.map((to) => [from, to] as const));
const lengths = [1, 6, 7, 8, 61, 62, 63, 64, 1460, 4095, 4096, 20_000, 60_000];

describe.each(pairs)('%s to %s', (kindA, kindB) => {
  it('passes messages of 1 to 60,000 bytes both ways at once, in order', () => {
    const { a, b, atA, atB, run, drops, bridge } = scene(kindA, kindB, { bufferBytesMax: 1 << 18 });
    sendAll(
      a.outer,
      atA,
      lengths.map((length) => payload(length, 1)),
    );
    sendAll(
      b.outer,
      atB,
      lengths.toReversed().map((length) => payload(length, 2)),
    );
    run();
    expect(atB.received.map(brief)).toEqual(lengths.map((length) => brief(payload(length, 1))));
    expect(atA.received.map(brief)).toEqual(lengths.toReversed().map((length) => brief(payload(length, 2))));
    const bytes = lengths.reduce((sum, length) => sum + length, 0);
    const count = { messages: lengths.length, bytes, dropped: {} };
    expect([drops, bridge.counts(), atA.failures, atB.failures]).toEqual([[], { aToB: count, bToA: count }, [], []]);
    expect([bridge.heldBytes('aToB'), bridge.heldBytes('bToA')]).toEqual([0, 0]);
  });
});

describe('the buffer', () => {
  it.each([
    ['fd', 'classic', 256],
    ['fd', 'classic', 2048],
    ['classic', 'classic', 256],
    ['fd', 'fd', 1024],
  ] as const)(
    '%s to a slow %s: %i bytes are enough for 60,000, and never more are held',
    (kindA, kindB, bufferBytesMax) => {
      const { a, atB, run, most, drops, atA, clock } = scene(kindA, kindB, {
        bufferBytesMax,
        optionsB: { bitrate: 125_000, dataBitrate: 125_000 },
      });
      let arrivedNs = Number.POSITIVE_INFINITY;
      atB.onReceived = () => {
        arrivedNs = clock.nowNs();
      };
      a.outer.send(payload(60_000));
      run();
      expect(atB.received.map(brief)).toEqual([brief(payload(60_000))]);
      expect([drops, atA.sent, atA.failures]).toEqual([[], 1, []]);
      expect(most.aToB).toBeLessThanOrEqual(bufferBytesMax);
      expect(most.aToB).toBeGreaterThan(bufferBytesMax / 4);
      // Room is told at once: the slow bus never runs dry, or for a moment only where the buffer is of some frames.
      const alone = endsOf(kindB, 'alone', clock, { bitrate: 125_000, dataBitrate: 125_000 });
      const [startNs, sent] = [clock.nowNs(), recorded(alone.outer)];
      recorded(alone.inner);
      alone.outer.send(payload(60_000));
      while (sent.sent === 0) clock.step();
      expect(arrivedNs).toBeLessThan(1.2 * (clock.nowNs() - startNs));
    },
  );

  it('makes a fast sender wait by flow control where the other side is stopped for a while, and both go on', () => {
    const { a, b, atB, run, most, atA, clock } = scene('fd', 'classic', {
      bufferBytesMax: 1024,
      optionsB: { outerParams: { blocksize: 20, wftmax: 8 } },
    });
    let held = false;
    a.outer.send(payload(20_000));
    clock.after(50 * NS_PER_MS, () => {
      held = true;
      present(b.bus).partition(['outer']);
    });
    clock.after(300 * NS_PER_MS, () => present(b.bus).repair());
    run();
    expect(held).toBe(true);
    expect(most.aToB).toBeLessThanOrEqual(1024);
    // What was on the wire at the cut is lost, so that message is; the sender, which had to wait, is done with it all the same.
    expect([atA.sent + atA.failures.length, atB.received.length + atB.failures.length]).toEqual([1, 1]);
    a.outer.send(payload(500, 3));
    run();
    expect(atB.received.map(brief)).toContain(brief(payload(500, 3)));
  });

  it('lets a message go on while it still comes in: the slower side alone sets the time', () => {
    const direct = scene('classic', 'tcp');
    direct.a.outer.send(payload(40_000));
    direct.run();
    const through = scene('classic', 'classic');
    let arrivedNs = 0;
    through.atB.onReceived = () => {
      arrivedNs = through.clock.nowNs();
    };
    through.a.outer.send(payload(40_000));
    through.run();
    const alone = direct.clock.nowNs();
    expect(arrivedNs).toBeLessThan(1.05 * alone);
  });

  it('refuses by flow control what cannot fit where the other side takes whole messages', () => {
    const { a, atA, atB, run, drops, bridge } = scene('fd', 'tcp', { bufferBytesMax: 5000 });
    sendAll(a.outer, atA, [payload(5001)]);
    run();
    expect(atA.failures.map(({ direction, fault }) => [direction, fault.code])).toEqual([['sending', 'too-long']]);
    expect(drops).toEqual(['aToB overflow']);
    sendAll(a.outer, atA, [payload(5000)]);
    run();
    expect(atB.received.map(brief)).toEqual([brief(payload(5000))]);
    expect(bridge.counts().aToB).toEqual({ messages: 1, bytes: 5000, dropped: { overflow: 1 } });
  });

  it('drops and counts what a link without flow control brings while it is full', () => {
    const { a, atA, atB, run, drops, most } = scene('tcp', 'classic', { bufferBytesMax: 6000 });
    sendAll(a.outer, atA, [payload(4000, 1), payload(4000, 2), payload(1000, 3)]);
    run();
    expect(drops).toEqual(['aToB overflow']);
    expect(atB.received.map(brief)).toEqual([payload(4000, 1), payload(1000, 3)].map(brief));
    expect(most.aToB).toBeLessThanOrEqual(6000);
  });

  it('holds no more messages than its bound, however short', () => {
    const { a, b, atA, run, drops, atB } = scene('tcp', 'classic');
    present(b.bus).partition(['gw']);
    sendAll(
      a.outer,
      atA,
      Array.from({ length: gatewayMessagesMax + 5 }, (_, salt) => payload(1, salt)),
    );
    run(100 * NS_PER_MS);
    expect(drops).toEqual(Array(5).fill('aToB overflow'));
    present(b.bus).repair();
    run();
    expect(drops.slice(5)).toEqual(['aToB not-sent']);
    expect(atB.received).toHaveLength(gatewayMessagesMax - 1);
  });

  it('refuses what is longer than itself where the whole message may come at once', () => {
    const { a, atA, run, drops } = scene('fd', 'fd', { bufferBytesMax: 1000, blocks: false });
    a.outer.send(payload(1001));
    run();
    expect([atA.failures.map(({ fault }) => fault.code), drops]).toEqual([['too-long'], ['aToB overflow']]);
  });

  it('keeps its bound against a sender that does not heed the block size', () => {
    const { a, run, drops, most, atB } = scene('fd', 'classic', {
      bufferBytesMax: 1000,
      optionsA: { innerParams: { blocksize: 0 } },
    });
    a.outer.send(payload(20_000));
    run();
    expect([drops, atB.received]).toEqual([['aToB overflow'], []]);
    expect(most.aToB).toBeLessThanOrEqual(1000);
    a.outer.send(payload(900));
    run();
    expect(atB.received.map(brief)).toEqual([brief(payload(900))]);
  });
});

describe('an error on one side', () => {
  it.each(pairs.filter(([, kindB]) => kindB !== 'tcp'))(
    '%s to %s: a receiver that is gone costs its message, and those after it arrive when it is back',
    (kindA, kindB) => {
      const { a, b, atA, atB, run, drops, clock } = scene(kindA, kindB);
      present(b.bus).partition(['outer']);
      a.outer.send(payload(3000, 1));
      run(clock.nowNs() + 3 * NS_PER_S);
      expect(drops).toEqual(['aToB not-sent']);
      present(b.bus).repair();
      sendAll(a.outer, atA, [payload(3000, 2), payload(5, 3)]);
      run();
      expect(atB.received.map(brief)).toEqual([payload(3000, 2), payload(5, 3)].map(brief));
      expect(drops).toHaveLength(1);
    },
  );

  it.each(pairs.filter(([kindA]) => kindA !== 'tcp'))(
    '%s to %s: a sender that falls silent in the middle costs its message alone',
    (kindA, kindB) => {
      const { a, b, atA, atB, run, drops, clock, bridge } = scene(kindA, kindB);
      a.outer.send(payload(30_000, 1));
      run(clock.nowNs() + 30 * NS_PER_MS);
      present(a.bus).partition(['outer']);
      b.outer.send(payload(100, 4));
      run(clock.nowNs() + 5 * NS_PER_S);
      present(a.bus).repair();
      expect([...drops].sort()).toEqual(['aToB not-received', 'bToA not-sent']);
      expect(bridge.heldBytes('aToB')).toBe(0);
      sendAll(a.outer, atA, [payload(3000, 2)]);
      b.outer.send(payload(200, 5));
      run();
      expect(atB.received.map(brief)).toEqual([brief(payload(3000, 2))]);
      expect(atA.received.map(brief)).toContain(brief(payload(200, 5)));
    },
  );

  it('a sender that begins anew in the middle loses what it gave up, and not what it begins', () => {
    const { a, atB, run, drops, clock } = scene('fd', 'classic');
    const bus = present(a.bus);
    a.outer.send(payload(30_000, 1));
    run(clock.nowNs() + 30 * NS_PER_MS);
    bus.partition(['outer']);
    const restarted = attachIsoTpNode(bus, 'restarted', clock, [{ name: 'gw', transmitId: 0x710, receiveId: 0x718 }]);
    present(restarted.links.get('gw')).send(payload(3000, 2));
    run();
    expect(drops).toEqual(['aToB not-received']);
    expect(atB.received.map(brief)).toEqual([brief(payload(3000, 2))]);
  });

  it('leaves nothing in the clock when the bridge is closed in the middle of a message', () => {
    const { a, b, run, clock, bridge, atB } = scene('fd', 'classic', { bufferBytesMax: 1024 });
    a.outer.send(payload(30_000));
    run(20 * NS_PER_MS);
    bridge.close();
    for (const link of [a.outer, a.inner, b.outer, b.inner]) link.close();
    run(clock.nowNs() + 10 * NS_PER_S);
    expect([bridge.heldBytes('aToB'), atB.received, clock.nextNs()]).toEqual([0, [], undefined]);
  });
});

it('a byte waits in the gateway for the delay, exactly', () => {
  const at = (delayNs: number) => {
    const { a, atB, run, clock } = scene('classic', 'classic', { delayNs });
    let arrivedNs = 0;
    atB.onReceived = () => {
      arrivedNs = clock.nowNs();
    };
    a.outer.send(payload(5));
    run();
    return arrivedNs;
  };
  expect(at(777_000) - at(0)).toBe(777_000);
});

prop(
  {
    kinds: fc.constantFrom(...pairs),
    toB: fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 12 }),
    toA: fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 12 }),
    bufferBytesMax: fc.integer({ min: 3000, max: 9000 }),
    bitrate: fc.constantFrom(125_000, 500_000, 1_000_000),
  },
  { numRuns: 40 },
)('whatever is sent arrives in order or is counted, and the buffer keeps its bound', (drawn) => {
  const { a, b, atA, atB, run, bridge, most } = scene(...drawn.kinds, {
    bufferBytesMax: drawn.bufferBytesMax,
    optionsB: { bitrate: drawn.bitrate, dataBitrate: drawn.bitrate },
  });
  const toB = drawn.toB.map((length, salt) => payload(length, salt));
  const toA = drawn.toA.map((length, salt) => payload(length, salt));
  sendAll(a.outer, atA, toB);
  sendAll(b.outer, atB, toA);
  run();
  for (const [sent, received, { messages, dropped }] of [
    [toB, atB.received, bridge.counts().aToB],
    [toA, atA.received, bridge.counts().bToA],
  ] as const) {
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    expect([received.length, messages + lost]).toEqual([messages, sent.length]);
    let at = 0;
    for (const message of received.map(brief)) {
      at = sent.findIndex((candidate, index) => index >= at && brief(candidate) === message) + 1;
      expect(at).toBeGreaterThan(0);
    }
  }
  expect(Math.max(most.aToB, most.bToA)).toBeLessThanOrEqual(drawn.bufferBytesMax);
});

import { describe, expect, test } from 'vitest';
import { type Bus, type CanFrame, classicFrame } from '../../../src/bus/bus.ts';
import { partitionable } from '../../../src/bus/faults/partition.ts';
import { attachIsoTpNode } from '../../../src/bus/isotp/node.ts';
import type { IsoTpParams } from '../../../src/bus/isotp/params.ts';
import { frameTimeNs, interframeNs } from '../../../src/bus/virtualCan/bits/frameTiming.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { environmentFault } from '../../../src/core/faults.ts';
import { fail } from '../../../src/core/result.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { BusRecorder, brief, codeOf, payload, present, recorded, virtualRun } from '../support/harness.ts';
import { type AddressingMode, addressingModes, isoTpPair } from '../support/isoTpPair.ts';
import { linkSuite } from '../support/linkSuite.ts';

const rates = { bitrate: 500_000, dataBitrate: 2_000_000 };

function virtualBus(fd: boolean) {
  const clock = new EventQueue();
  return { clock, bus: createVirtualCan({ name: 'can0', clock, ...rates, fd }) };
}

const settings: readonly (readonly [string, boolean, Partial<IsoTpParams>, AddressingMode?])[] = [
  ['virtual CAN', false, {}],
  ['virtual CAN FD', true, {}],
  ['virtual CAN, BS 3, STmin 100 us, no padding', false, { blocksize: 3, stmin: 0xf1, tx_padding: undefined }],
  ['virtual CAN FD in frames of 24 bytes, BS 1', true, { tx_data_length: 24, blocksize: 1, bitrate_switch: false }],
  ['virtual CAN FD in classic frames', true, { tx_data_length: 8, can_fd: false, bitrate_switch: false }],
  ...addressingModes.map((mode) => [`virtual CAN, ${mode}`, false, {}, mode] as const),
];
for (const [name, fd, params, mode] of settings) {
  linkSuite({
    name: `ISO-TP on ${name}`,
    run: virtualRun,
    make: async ({ clock }) => {
      const bus = createVirtualCan({ name: 'can0', clock, ...rates, fd });
      return isoTpPair(bus, bus, clock, params, params, mode);
    },
  });
}

describe('a message takes the sum of its frames’ times', () => {
  /** What was on the bus, each frame's time as the product counts it, interframe space included. */
  function watched(fd: boolean) {
    const { clock, bus } = virtualBus(fd);
    const frames: CanFrame[] = [];
    bus.tap((frame) => frames.push(frame));
    const sumNs = () => frames.reduce((sum, frame) => sum + frameTimeNs(frame, rates), 0);
    return { clock, bus, frames, sumNs };
  }

  test.each<[string, boolean, number, number[]]>([
    ['classic, a single frame', false, 7, [8]],
    ['classic, 4095 bytes', false, 4095, Array(1 + 1 + 585).fill(8)],
    ['FD, a single frame of 62 bytes', true, 62, [64]],
    ['FD, 62 + 63 x 4 + 19 bytes', true, 333, [64, 8, 64, 64, 64, 64, 20]],
  ])('%s', (_, fd, length, lengths) => {
    const { clock, bus, frames, sumNs } = watched(fd);
    const { a, b } = isoTpPair(bus, bus, clock);
    const [heardA, heardB] = [recorded(a), recorded(b)];
    let sentNs = 0;
    heardA.onSent = () => {
      sentNs = clock.nowNs();
    };
    a.send(payload(length));
    while (clock.step());
    expect(heardB.received.map(brief)).toEqual([payload(length)].map(brief));
    expect(frames.map(({ data }) => data.length)).toEqual(lengths);
    // A frame ends before its interframe space.
    expect(sentNs).toBe(sumNs() - interframeNs(rates));
  });

  test('and of the separation times: from the end of one consecutive frame to the start of the next', () => {
    const { clock, bus, frames, sumNs } = watched(false);
    const { a, b } = isoTpPair(bus, bus, clock, {}, { stmin: 2 });
    const heard = recorded(b);
    a.send(payload(6 + 10 * 7));
    while (clock.step());
    expect(heard.received).toHaveLength(1);
    // The interframe space passes within the separation time.
    expect(frames).toHaveLength(12);
    expect(clock.nowNs()).toBe(sumNs() + 9 * 2_000_000 - 10 * interframeNs(rates));
  });

  test('and of one more flow control a block', () => {
    const { clock, bus, frames, sumNs } = watched(false);
    const { a, b } = isoTpPair(bus, bus, clock, {}, { blocksize: 4 });
    const heard = recorded(b);
    a.send(payload(6 + 12 * 7));
    while (clock.step());
    expect(heard.received).toHaveLength(1);
    expect(frames).toHaveLength(1 + 12 + 3);
    expect(clock.nowNs()).toBe(sumNs() - interframeNs(rates));
  });
});

describe('one node with many links', () => {
  test('carries them side by side, each to its own peer', () => {
    const { clock, bus } = virtualBus(false);
    const count = 40;
    const names = Array.from({ length: count }, (_, index) => `ecu${index}`);
    const primary = attachIsoTpNode(
      bus,
      'primary',
      clock,
      names.map((name, index) => ({ name, transmitId: 0x600 + index, receiveId: 0x700 + index })),
    );
    const peers = names.map((name, index) => {
      const address = { name: 'primary', transmitId: 0x700 + index, receiveId: 0x600 + index };
      return recorded(present(attachIsoTpNode(bus, name, clock, [address]).links.get('primary')));
    });
    const own = names.map((name) => recorded(present(primary.links.get(name))));
    // More frames at once than one node's queue holds.
    for (const [index, name] of names.entries()) {
      expect(codeOf(present(primary.links.get(name)).send(payload(200, index)))).toBe('ok');
    }
    while (clock.step());
    for (const [index, peer] of peers.entries())
      expect(peer.received.map(brief)).toEqual([payload(200, index)].map(brief));
    expect(own.every((recorder) => recorder.sent === 1 && recorder.failures.length === 0)).toBe(true);
  });

  test('waits for room where the node’s queue is full, without losing or reordering a frame', () => {
    const { clock, bus } = virtualBus(false);
    const count = 100;
    const primary = attachIsoTpNode(
      bus,
      'primary',
      clock,
      Array.from({ length: count }, (_, index) => ({
        name: `${index}`,
        transmitId: 0x100 + index,
        receiveId: 0x300 + index,
      })),
    );
    const heard = new BusRecorder();
    bus.attach('listener', heard);
    const recorders = [...primary.links.values()].map(recorded);
    for (const [index, link] of [...primary.links.values()].entries())
      expect(codeOf(link.send(payload(7, index)))).toBe('ok');
    while (clock.step());
    expect(heard.received.map((frame) => frame.id)).toEqual(Array.from({ length: count }, (_, index) => 0x100 + index));
    expect(recorders.every(({ sent }) => sent === 1)).toBe(true);
  });

  test('two messages on two links share the bus', () => {
    const { clock, bus } = virtualBus(true);
    const ids = [
      { name: 'x', transmitId: 0x10, receiveId: 0x20 },
      { name: 'y', transmitId: 0x11, receiveId: 0x21 },
    ];
    const left = attachIsoTpNode(bus, 'left', clock, ids);
    const right = attachIsoTpNode(
      bus,
      'right',
      clock,
      ids.map(({ name, transmitId, receiveId }) => ({ name, transmitId: receiveId, receiveId: transmitId })),
    );
    const heard = ['x', 'y'].map((name) => recorded(present(right.links.get(name))));
    present(left.links.get('x')).send(payload(5000, 1));
    present(left.links.get('y')).send(payload(5000, 2));
    while (clock.step());
    expect(heard.map(({ received }) => received)).toEqual([[payload(5000, 1)], [payload(5000, 2)]]);
  });
});

describe('failures', () => {
  test('nobody answers: N_TIMEOUT_Bs after a second, and the link stays usable', () => {
    const { clock, bus } = virtualBus(false);
    const node = attachIsoTpNode(bus, 'a', clock, [{ name: 'b', transmitId: 0x7e0, receiveId: 0x7e8 }]);
    bus.attach('somebody who acknowledges', new BusRecorder());
    const link = present(node.links.get('b'));
    const heard = recorded(link);
    let firstNs = 0;
    bus.tap((_, timeNs) => {
      firstNs = timeNs;
    });
    link.send(payload(100));
    while (clock.step());
    expect(heard.failures).toEqual([
      {
        direction: 'sending',
        fault: { kind: 'environment', code: 'unreachable', message: expect.stringContaining('N_TIMEOUT_Bs') },
      },
    ]);
    expect(clock.nowNs()).toBe(firstNs + 1_000_000_000);
    expect(codeOf(link.send(payload(3)))).toBe('ok');
    while (clock.step());
    expect(heard.sent).toBe(1);
  });

  test('the cable cut in the middle: N_TIMEOUT_A for the sender, N_TIMEOUT_Cr for the receiver; after repair all goes on', () => {
    const { clock, bus: inner } = virtualBus(false);
    const bus = partitionable(inner);
    const { a, b } = isoTpPair(bus, bus, clock);
    const [heardA, heardB] = [recorded(a), recorded(b)];
    a.send(payload(1000));
    clock.at(10_000_000, () => bus.partition(['a']));
    while (clock.step());
    expect(heardA.failures.map(({ direction, fault }) => [direction, fault.message.split(' ').at(-1)])).toEqual([
      ['sending', '(N_TIMEOUT_A)'],
    ]);
    expect(heardB.failures.map(({ direction, fault }) => [direction, fault.message.split(' ').at(-1)])).toEqual([
      ['receiving', '(N_TIMEOUT_Cr)'],
    ]);
    bus.repair();
    expect(codeOf(a.send(payload(1000)))).toBe('ok');
    while (clock.step());
    expect(heardB.received.map(brief)).toEqual([payload(1000)].map(brief));
  });

  test('longer than the receiver takes: N_BUFFER_OVFLW on both sides, at once', () => {
    const { clock, bus } = virtualBus(false);
    const { a, b } = isoTpPair(bus, bus, clock, {}, { max_frame_size: 500 });
    const [heardA, heardB] = [recorded(a), recorded(b)];
    a.send(payload(501));
    while (clock.step());
    expect(heardA.failures.map(({ direction, fault }) => [direction, fault.code])).toEqual([['sending', 'too-long']]);
    expect(heardB.failures.map(({ direction, fault }) => [direction, fault.code])).toEqual([['receiving', 'too-long']]);
    expect(clock.nowNs()).toBeLessThan(1_000_000);
    a.send(payload(500));
    while (clock.step());
    expect(heardB.received.map(brief)).toEqual([payload(500)].map(brief));
  });

  /** A bus of our own making that refuses as it is told. */
  function stubBus(refusal: () => 'queue-full' | 'interface-down' | undefined) {
    const taken: CanFrame[] = [];
    const node = { listener: new BusRecorder() as Parameters<Bus['attach']>[1] };
    const bus: Bus = {
      name: 'stub',
      fd: false,
      attach(_, listener) {
        node.listener = listener;
        return {
          send(frame) {
            const code = refusal();
            if (code !== undefined) return fail(environmentFault(code, code));
            taken.push(frame);
            return { ok: true, value: undefined };
          },
          detach() {},
        };
      },
      load: () => ({ frames: 0, errorFrames: 0, busyNs: 0, recentShare: 0, nodes: [], digest: '' }),
      tap: () => () => {},
      close() {},
    };
    return { bus, taken, node };
  }

  const address = [{ name: 'peer', transmitId: 0x7e0, receiveId: 0x7e8 }];

  test('a bus that never has room: offered again and again, ever more rarely, then N_TIMEOUT_A and no frame afterwards', () => {
    const clock = new EventQueue();
    let offers = 0;
    let full = true;
    const { bus, taken } = stubBus(() => {
      offers += 1;
      return full ? 'queue-full' : undefined;
    });
    const link = present(attachIsoTpNode(bus, 'a', clock, address).links.get('peer'));
    const heard = recorded(link);
    expect(codeOf(link.send(payload(5)))).toBe('ok');
    clock.advanceTo(999_999_999);
    expect(heard.failures).toEqual([]);
    expect(offers).toBeGreaterThan(30);
    expect(offers).toBeLessThan(80);
    clock.advanceTo(1_000_000_000);
    expect(heard.failures.map(({ fault }) => fault.message.split(' ').at(-1))).toEqual(['(N_TIMEOUT_A)']);
    full = false;
    while (clock.step());
    expect(taken).toEqual([]);
  });

  test('a bus with room again takes the frame that waited', () => {
    const clock = new EventQueue();
    let full = true;
    const { bus, taken } = stubBus(() => (full ? 'queue-full' : undefined));
    const link = present(attachIsoTpNode(bus, 'a', clock, address).links.get('peer'));
    link.send(payload(5));
    clock.at(2_000_000, () => {
      full = false;
    });
    clock.advanceTo(20_000_000);
    expect(taken).toHaveLength(1);
  });

  test('a bus with room again, as a frame that left tells, takes the next at once', () => {
    const clock = new EventQueue();
    let full = false;
    const { bus, taken, node } = stubBus(() => (full ? 'queue-full' : undefined));
    const { links } = attachIsoTpNode(bus, 'a', clock, [...address, { name: 'other', transmitId: 1, receiveId: 2 }]);
    present(links.get('peer')).send(payload(5));
    full = true;
    present(links.get('other')).send(payload(5));
    expect(taken).toHaveLength(1);
    full = false;
    node.listener.frameSent(present(taken[0]));
    expect(taken.map((frame) => frame.id)).toEqual([0x7e0, 1]);
    expect(clock.nowNs()).toBe(0);
  });

  test('a bus that is down: told by send, and the link is not busy afterwards', () => {
    const clock = new EventQueue();
    let down = true;
    const { bus, taken } = stubBus(() => (down ? 'interface-down' : undefined));
    const link = present(attachIsoTpNode(bus, 'a', clock, address).links.get('peer'));
    expect(codeOf(link.send(payload(5)))).toBe('interface-down');
    expect(codeOf(link.send(payload(5)))).toBe('interface-down');
    down = false;
    expect(codeOf(link.send(payload(5)))).toBe('ok');
    expect(taken).toHaveLength(1);
  });

  test('a node that fails: both transfers are lost with the bus’s fault', () => {
    const clock = new EventQueue();
    const { bus, node } = stubBus(() => undefined);
    const link = present(attachIsoTpNode(bus, 'a', clock, address).links.get('peer'));
    const heard = recorded(link);
    link.send(payload(100));
    node.listener.frameReceived(classicFrame(0x7e8, Uint8Array.of(0x10, 20, 1, 2, 3, 4, 5, 6)));
    node.listener.nodeFailed(environmentFault('interface-down', 'gone'));
    while (clock.step());
    expect(heard.failures.map(({ direction, fault }) => [direction, fault.message])).toEqual([
      ['sending', 'gone'],
      ['receiving', 'gone'],
    ]);
  });

  test('a node that fails: the sink of a message in pieces is told', () => {
    const clock = new EventQueue();
    const { bus, node } = stubBus(() => undefined);
    const link = present(attachIsoTpNode(bus, 'a', clock, address).links.get('peer'));
    const heard = recorded(link);
    const ends: unknown[] = [];
    link.streaming.receiveInto(() => ({ ready: true, write() {}, ended: (fault) => ends.push(fault?.message) }));
    node.listener.frameReceived(classicFrame(0x7e8, Uint8Array.of(0x10, 20, 1, 2, 3, 4, 5, 6)));
    node.listener.nodeFailed(environmentFault('interface-down', 'gone'));
    while (clock.step());
    expect(ends).toEqual(['gone']);
    expect(heard.calls).toBe(0);
  });

  test('an answer that overtakes the confirmation of its question counts as both', () => {
    const clock = new EventQueue();
    const { bus, node, taken } = stubBus(() => undefined);
    const link = present(attachIsoTpNode(bus, 'a', clock, address).links.get('peer'));
    const heard = recorded(link);
    link.send(payload(13));
    node.listener.frameReceived(classicFrame(0x7e8, Uint8Array.of(0x30, 0, 0)));
    expect(taken).toHaveLength(2);
    node.listener.frameSent(present(taken[0]));
    expect(heard.sent).toBe(0);
    node.listener.frameSent(present(taken[1]));
    expect(heard.sent).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import { classicFrame } from '../../../src/bus/bus.ts';
import { shareNode } from '../../../src/bus/gateway/sharedNode.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { BusRecorder, codeOf, payload } from '../support/harness.ts';

function scene(acceptIds?: readonly number[]) {
  const clock = new EventQueue();
  const bus = createVirtualCan({ name: 'bus', clock, fd: false, bitrate: 500_000 });
  const shared = shareNode(bus, 'gw', acceptIds);
  const [one, two, other] = [new BusRecorder(), new BusRecorder(), new BusRecorder()];
  const parts = [shared.bus.attach('one', one, { acceptIds: [1] }), shared.bus.attach('two', two)] as const;
  const node = bus.attach('other', other);
  const run = () => {
    while (clock.step());
  };
  return { bus, shared, one, two, other, parts, node, run };
}

describe('a node that parts share', () => {
  it('gives each part the frames that it accepts', () => {
    const { one, two, node, run } = scene();
    for (const id of [1, 2]) node.send(classicFrame(id, payload(1)));
    run();
    expect([one, two].map(({ received }) => received.map(({ id }) => id))).toEqual([[1], [1, 2]]);
  });

  it('lets through what the controller accepts only', () => {
    const { one, two, node, run } = scene([1]);
    for (const id of [1, 2]) node.send(classicFrame(id, payload(1)));
    run();
    expect([one, two].map(({ received }) => received.map(({ id }) => id))).toEqual([[1], [1]]);
  });

  it('tells each part of its own frames alone, and none hears the other: they are one node', () => {
    const { bus, one, two, other, parts, run } = scene();
    const frames = [1, 2, 3, 4].map((id) => classicFrame(id, payload(1)));
    frames.forEach((frame, index) => {
      expect(codeOf(parts[index % 2 === 0 ? 0 : 1].send(frame))).toBe('ok');
    });
    run();
    expect([one.sent, two.sent, one.received, two.received]).toEqual([
      [frames[0], frames[2]],
      [frames[1], frames[3]],
      [],
      [],
    ]);
    expect(other.received).toEqual(frames);
    expect(bus.load().nodes.map(({ node }) => node)).toEqual(['gw', 'other']);
  });

  it('tells a part that has left nothing, and goes on for the other', () => {
    const { one, two, parts, node, run } = scene();
    parts[0].send(classicFrame(7, payload(1)));
    parts[0].detach();
    node.send(classicFrame(1, payload(1)));
    run();
    expect([one.calls, two.received.length]).toEqual([0, 1]);
  });

  it('leaves the bus as a whole', () => {
    const { bus, shared, parts, other } = scene();
    shared.detach();
    expect(codeOf(parts[1].send(classicFrame(7, payload(1))))).toBe('closed');
    expect([other.calls, bus.load().frames]).toEqual([0, 0]);
  });
});

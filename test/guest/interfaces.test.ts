// What happens to real interfaces: down and up, gone and back, errors, filters, full queues, two at once. Changes them, so only in the guest.

import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bus, classicFrame } from '../../src/bus/bus.ts';
import { transmitQueueFramesMax } from '../../src/bus/limits.ts';
import { openSocketCanBus, type SocketCanOptions } from '../../src/bus/socketcan/openSocketCanBus.ts';
import type { InterfaceBus } from '../../src/bus/socketcan/socketcanBus.ts';
import { BusRecorder, brief, codeOf, hostRun, payload, type Run, recorded, value } from '../bus/support/harness.ts';
import { isoTpPair } from '../bus/support/isoTpPair.ts';
import { withReason } from '../support/skips.ts';
import { ipLink, kernelFilters, startTool } from './canUtils.ts';

const skipped = process.env.ECUNET_GUEST === '1' ? undefined : 'only in scripts/guest';
const patienceMs = 60_000;
/** An emulated machine on a busy host may stand still for seconds. */
const patient = {
  rx_flowcontrol_timeout: 30_000,
  rx_consecutive_frame_timeout: 30_000,
  tx_confirmation_timeout: 30_000,
};

describe.skipIf(skipped !== undefined)(withReason('an interface', skipped), { timeout: 2 * patienceMs }, () => {
  let run: Run;
  let buses: Bus[];
  let changes: string[];

  beforeEach(() => {
    run = hostRun(patienceMs, 300);
    buses = [];
    changes = [];
  });

  afterEach(() => {
    for (const bus of buses) bus.close();
    run.stop();
  });

  /** `ip link`, while frames go on. */
  async function ip(...words: readonly string[]): Promise<void> {
    const { ended } = startTool('ip', ['link', ...words]);
    await run.until(() => ended.code !== undefined);
    expect(ended.code).toBe(0);
  }

  async function open(name: string, more: Partial<SocketCanOptions> = {}): Promise<InterfaceBus> {
    const { clock, enter } = run;
    const bus = value(await openSocketCanBus({ name, interface: name, fd: false, clock, enter, ...more }));
    bus.watch((event) => changes.push(event.type));
    buses.push(bus);
    return bus;
  }

  function node(bus: Bus, name: string, acceptIds?: readonly number[]) {
    const heard = new BusRecorder();
    return { heard, place: bus.attach(name, heard, acceptIds === undefined ? {} : { acceptIds }) };
  }

  describe('of the test’s own', () => {
    const name = 'ecunet1';
    const add = () => {
      ipLink('add', 'dev', name, 'type', 'vcan');
      ipLink('set', 'up', name);
    };
    beforeEach(add);
    afterEach(() => {
      spawnSync('ip', ['link', 'del', name]);
    });

    test.each([
      ['is set down', () => ipLink('set', 'down', name), () => ipLink('set', 'up', name)],
      ['is deleted', () => ipLink('del', name), add],
    ])('%s and is back: the nodes go on, and what was sent meanwhile arrives', async (_, away, back) => {
      const bus = await open(name);
      const [a, b] = [node(bus, 'a'), node(bus, 'b')];
      const send = (id: number) => run.enter(() => value(a.place.send(classicFrame(id, payload(2)))));
      send(1);
      await run.until(() => a.heard.sent.length === 1);
      away();
      await run.until(() => changes.length === 1);
      send(2);
      await run.settle();
      expect(a.heard.sent).toHaveLength(1);
      back();
      await run.until(() => a.heard.sent.length === 2);
      send(3);
      await run.until(() => a.heard.sent.length === 3);
      expect(b.heard.received.map(({ id }) => id)).toEqual([1, 2, 3]);
      expect([a.heard.faults, b.heard.faults, changes]).toEqual([[], [], ['interfaceDown', 'interfaceUp']]);
    });

    test('is deleted for good: every node is told once', async () => {
      const bus = await open(name, { patienceMs: 500 });
      const [a, b] = [node(bus, 'a'), node(bus, 'b')];
      ipLink('del', name);
      await run.until(() => a.heard.faults.length > 0 && b.heard.faults.length > 0);
      await run.settle();
      for (const { heard } of [a, b]) expect(heard.faults.map(({ code }) => code)).toEqual(['interface-down']);
      expect(codeOf(a.place.send(classicFrame(1, payload(1))))).toBe('interface-down');
    });

    test('goes down and up twenty times while frames go: none is lost, their order is kept', async () => {
      const bus = await open(name);
      const [a, b] = [node(bus, 'a'), node(bus, 'b')];
      const total = 2000;
      let next = 0;
      const send = () => {
        for (; next < total && next - a.heard.sent.length < 16; next += 1) {
          value(a.place.send(classicFrame(0x100, Uint8Array.of(next >> 8, next & 0xff))));
        }
      };
      a.heard.onSent = send;
      run.enter(send);
      for (let count = 1; count <= 20; count += 1) {
        await run.until(() => a.heard.sent.length >= count * 80);
        ipLink('set', 'down', name);
        ipLink('set', 'up', name);
      }
      await run.until(() => a.heard.sent.length === total);
      const numbers = b.heard.received.map(({ data }) => ((data[0] ?? 0) << 8) | (data[1] ?? 0));
      expect(numbers).toEqual(Array.from({ length: total }, (_, index) => index));
      expect(a.heard.faults).toEqual([]);
    });

    test('goes down with all echoes unread: they are read, and nothing is sent twice', async () => {
      const [near, far] = [await open(name), await open(name)];
      const [a, b] = [node(near, 'a'), node(far, 'b')];
      const whole = Array.from({ length: transmitQueueFramesMax }, (_, index) => index);
      run.enter(() => {
        for (const index of whole) value(a.place.send(classicFrame(0x100, Uint8Array.of(index))));
      });
      ipLink('set', 'down', name);
      ipLink('set', 'up', name);
      await run.until(() => changes.filter((type) => type === 'interfaceUp').length === 2);
      run.enter(() => value(a.place.send(classicFrame(0x101, payload(1)))));
      await run.until(() => [...a.heard.sent, ...b.heard.received].filter(({ id }) => id === 0x101).length === 2);
      expect(b.heard.received.slice(0, -1).map(({ data }) => data[0])).toEqual(whole);
      expect(a.heard.sent).toHaveLength(whole.length + 1);
    });

    test('has the receive filters that its nodes need', async () => {
      const bus = await open(name);
      // The one that sends hears nothing: its list is `inv`.
      const raw = () => [...kernelFilters(name, 'raw')].filter((row) => !row.startsWith('inv')).sort();
      const a = node(bus, 'a', [0x7e0, 0x18da10f1]);
      expect(raw()).toEqual(['fil 7e0 800007ff', 'fil 800007e0 9fffffff', 'fil 98da10f1 9fffffff']);
      run.enter(() => value(a.place.send(classicFrame(0x7e8, payload(1)))));
      await run.until(() => a.heard.sent.length === 1);
      expect(raw()).toHaveLength(5);
      spawnSync('cansend', [name, '123#00']);
      spawnSync('cansend', [name, '7E0#01']);
      spawnSync('cansend', [name, '18DA10F1#R']);
      await run.until(() => a.heard.received.length === 2);
      expect(bus.load().frames).toBe(3);
      const all = node(bus, 'all');
      expect(raw()).toEqual(['all 000 00000000']);
      spawnSync('cansend', [name, '123#00']);
      await run.until(() => all.heard.received.length === 1);
      all.place.detach();
      expect(raw()).toHaveLength(5);
    });

    test('tells of errors; frames wait while it is bus-off', async () => {
      const bus = await open(name);
      const told: string[] = [];
      bus.watch((event) => told.push(event.type === 'interfaceDown' ? event.message : event.type));
      const a = node(bus, 'a');
      spawnSync('cansend', [name, '2000020C#0020811900008705']);
      await run.until(() => bus.load().errorFrames === 1);
      expect(bus.load().nodes).toMatchObject([
        { node: name, state: 'error-passive', transmitErrors: 0x87, receiveErrors: 5 },
      ]);
      spawnSync('cansend', [name, '20000040#0000000000000000']);
      await run.until(() => told.includes('interfaceUp'));
      run.enter(() => value(a.place.send(classicFrame(1, payload(1)))));
      await run.until(() => a.heard.sent.length === 1);
      expect(told).toEqual([
        'errorFrame',
        'errorFrame',
        `the CAN interface ${name} is bus-off: without restart-ms, sudo ip link set ${name} type can restart`,
        'interfaceUp',
      ]);
      expect(bus.load().nodes).toMatchObject([{ state: 'error-active', busOffs: 1, frames: 1 }]);
      expect(a.heard.received).toEqual([]);
    });
  });

  test('goes down and up in the middle of an ISO-TP message, on two emulated controllers: it arrives', async () => {
    const [busA, busB] = [await open('can0'), await open('can1')];
    const pair = isoTpPair(busA, busB, run.clock, patient);
    const [a, b] = [recorded(pair.a), recorded(pair.b)];
    const message = payload(20_000);
    // A frame that was just out, and whose end the controller could not tell any more, comes twice: its sequence number is wrong
    // then, and the message is repeated. The emulated cable takes no time, so that this happens once in some twenty times.
    let isIdle = true;
    let isLost = false;
    const send = () => {
      isIdle = false;
      isLost = false;
      value(pair.a.send(message));
    };
    a.onSent = () => {
      isIdle = true;
      if (isLost) send();
    };
    b.onFailed = () => {
      isLost = true;
      if (isIdle) send();
    };
    run.enter(send);
    // The sender's: what is on the bus while the receiver's is down is lost for it.
    for (const share of [0.2, 0.4, 0.6, 0.8]) {
      await run.until(() => busA.load().frames > (share * message.length) / 7);
      await ip('set', 'down', 'can0');
      await run.settle();
      await ip('set', 'up', 'can0');
    }
    await run.until(() => b.received.length > 0 && isIdle);
    expect(a.failures).toEqual([]);
    expect(b.failures.length).toBeLessThan(3);
    expect(b.received.map(brief)).toEqual([brief(message)]);
    expect(changes.filter((type) => type === 'interfaceUp')).toHaveLength(4);
    pair.close();
  });

  test('takes full queues of several nodes, although its own holds ten frames: nothing is lost, order is kept', async () => {
    const [busA, busB] = [await open('can0'), await open('can1')];
    const heard = node(busB, 'all').heard;
    const senders = Array.from({ length: 6 }, (_, index) => node(busA, `n${index}`, []));
    run.enter(() => {
      for (const [index, { place }] of senders.entries()) {
        for (let count = 0; count < transmitQueueFramesMax; count += 1) {
          value(place.send(classicFrame(0x100 + index, Uint8Array.of(count))));
        }
        expect(codeOf(place.send(classicFrame(0x100 + index, payload(1))))).toBe('queue-full');
      }
    });
    await run
      .until(() => heard.received.length === senders.length * transmitQueueFramesMax)
      .catch((error) => {
        console.log(
          senders.map((s) => s.heard.sent.length),
          heard.received.length,
          busA.load().frames,
          busB.load().frames,
        );
        console.log(spawnSync('ip', ['-s', '-d', 'link', 'show', 'can0'], { encoding: 'utf8' }).stdout);
        console.log(spawnSync('ip', ['-s', '-d', 'link', 'show', 'can1'], { encoding: 'utf8' }).stdout);
        throw error;
      });
    const whole = Array.from({ length: transmitQueueFramesMax }, (_, count) => count);
    for (const [index, sender] of senders.entries()) {
      expect(sender.heard.sent.map(({ data }) => data[0])).toEqual(whole);
      const own = heard.received.filter(({ id }) => id === 0x100 + index);
      expect(own.map(({ data }) => data[0])).toEqual(whole);
    }
    await run.settle();
    expect(heard.received).toHaveLength(senders.length * transmitQueueFramesMax);
  });

  test('and others at the same time carry each its own frames, and one that goes down stops no other', async () => {
    const names = ['vcan0', 'vcan1', 'can0'];
    const nodes = await Promise.all(
      names.map(async (name) => {
        const bus = await open(name);
        return { a: node(bus, 'a'), b: node(bus, 'b') };
      }),
    );
    const send = (count: number) => {
      run.enter(() => {
        for (const [index, { a }] of nodes.entries()) value(a.place.send(classicFrame(index, Uint8Array.of(count))));
      });
    };
    for (let count = 0; count < 20; count += 1) send(count);
    await run.until(() => nodes.every(({ a }) => a.heard.sent.length === 20));
    ipLink('set', 'down', 'vcan1');
    await run.until(() => changes.length === 1);
    send(20);
    await run.until(() => nodes[0]?.a.heard.sent.length === 21 && nodes[2]?.a.heard.sent.length === 21);
    expect(nodes[1]?.a.heard.sent).toHaveLength(20);
    ipLink('set', 'up', 'vcan1');
    await run.until(() => nodes[1]?.a.heard.sent.length === 21);
    for (const [index, { b }] of nodes.entries()) {
      expect(b.heard.received.map(({ id, data }) => [id, data[0]])).toEqual(
        Array.from({ length: 21 }, (_, count) => [index, count]),
      );
    }
  });
});

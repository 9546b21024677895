import { describe, expect, it } from 'vitest';
import { type Bus, type CanFrame, classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { partitionable } from '../../../src/bus/faults/partition.ts';
import { createFrameRouter, type FrameDrop, type FrameRouter } from '../../../src/bus/gateway/frameRouter.ts';
import type { FrameRoute } from '../../../src/bus/gateway/frameRoutes.ts';
import { gatewayConfirmationMsMax } from '../../../src/bus/limits.ts';
import { frameTimeNs, interframeNs } from '../../../src/bus/virtualCan/bits/frameTiming.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { gatewayDelayNs } from '../../../src/core/limits.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { fc, prop } from '../../support/property.ts';
import { BusRecorder, codeOf, payload, present } from '../support/harness.ts';

const rates = { can: { bitrate: 500_000 }, canFd: { bitrate: 500_000, dataBitrate: 2_000_000 } };

function route(from: string, to: string, id: number, more: Partial<FrameRoute> = {}): FrameRoute {
  return { from, to, first: id, last: id, extended: false, ...more };
}

interface Scene {
  readonly clock: EventQueue;
  readonly router: FrameRouter;
  readonly drops: FrameDrop[];
  readonly on: (bus: string) => BusRecorder;
  readonly send: (bus: string, frame: CanFrame) => string;
  /** `time data` of each frame that a bus carried. */
  readonly times: (bus: string) => readonly number[];
  readonly buses: ReadonlyMap<string, ReturnType<typeof partitionable>>;
  readonly run: () => void;
}

/** `fd-1`, `fd-2` carry FD frames, the others classic ones. On each there is the gateway, and one more node. */
function scene(routes: readonly FrameRoute[], options: { queueFramesMax?: number; delayNs?: number } = {}): Scene {
  const clock = new EventQueue();
  const names = [...new Set(routes.flatMap(({ from, to }) => [from, to]))];
  const buses = new Map(
    names.map((name) => {
      const fd = name.startsWith('fd');
      return [name, partitionable(createVirtualCan({ name, clock, fd, ...(fd ? rates.canFd : rates.can) }))] as const;
    }),
  );
  const drops: FrameDrop[] = [];
  const inputs: ReadonlyMap<string, Bus> = buses;
  const router = createFrameRouter({
    name: 'gw',
    clock,
    buses: inputs,
    routes,
    onDrop: (drop) => drops.push(drop),
    ...options,
  });
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  const nodes = new Map(
    [...buses].map(([name, bus]) => {
      const recorder = new BusRecorder();
      bus.tap((_frame, timeNs) => times.get(name)?.push(timeNs));
      return [name, { recorder, node: bus.attach('node', recorder) }] as const;
    }),
  );
  return {
    clock,
    router,
    drops,
    buses,
    on: (bus) => present(nodes.get(bus)).recorder,
    send: (bus, frame) => codeOf(present(nodes.get(bus)).node.send(frame)),
    times: (bus) => present(times.get(bus)),
    run: () => {
      while (clock.step());
    },
  };
}

const plain = classicFrame(0x100, payload(8));
const remote: CanFrame = { ...classicFrame(0x100, payload(0)), remote: true };
const wide: CanFrame = { ...classicFrame(0x100, payload(3)), extended: true };

describe('a frame by one row', () => {
  it.each<[string, CanFrame, FrameRoute, CanFrame | string]>([
    ['classic to classic', plain, route('a', 'b', 0x100), plain],
    ['classic to an FD bus: stays classic', plain, route('a', 'fd-1', 0x100), plain],
    ['classic to an FD bus as FD', plain, route('a', 'fd-1', 0x100, { format: 'fd' }), fdFrame(0x100, payload(8))],
    ['a remote request', remote, route('a', 'b', 0x100), remote],
    [
      'a remote request for 4 bytes',
      { ...remote, requestedBytes: 4 },
      route('a', 'b', 0x100),
      { ...remote, requestedBytes: 4 },
    ],
    ['a remote request as FD', remote, route('a', 'fd-1', 0x100, { format: 'fd' }), 'remote'],
    ['FD to FD', fdFrame(0x100, payload(64)), route('fd-1', 'fd-2', 0x100), fdFrame(0x100, payload(64))],
    [
      'FD without the bit rate switch',
      { ...fdFrame(0x100, payload(12)), brs: false },
      route('fd-1', 'fd-2', 0x100),
      { ...fdFrame(0x100, payload(12)), brs: false },
    ],
    ['FD of 8 bytes to classic', fdFrame(0x100, payload(8)), route('fd-1', 'b', 0x100), plain],
    ['FD of 12 bytes to classic', fdFrame(0x100, payload(12)), route('fd-1', 'b', 0x100), 'too-long'],
    ['FD of 64 bytes to classic', fdFrame(0x100, payload(64)), route('fd-1', 'b', 0x100), 'too-long'],
    [
      'FD of 8 bytes to an FD bus as classic',
      fdFrame(0x100, payload(8)),
      route('fd-1', 'fd-2', 0x100, { format: 'classic' }),
      plain,
    ],
    [
      'FD of 16 bytes to an FD bus as classic',
      fdFrame(0x100, payload(16)),
      route('fd-1', 'fd-2', 0x100, { format: 'classic' }),
      'too-long',
    ],
    [
      'another id',
      plain,
      route('a', 'b', 0x100, { as: { first: 0x7ff, extended: false } }),
      classicFrame(0x7ff, payload(8)),
    ],
    [
      '11 to 29 bits',
      plain,
      route('a', 'b', 0x100, { as: { first: 0x1fff_ffff, extended: true } }),
      { ...plain, id: 0x1fff_ffff, extended: true },
    ],
    [
      '29 to 11 bits',
      wide,
      route('a', 'b', 0x100, { extended: true, as: { first: 1, extended: false } }),
      classicFrame(1, payload(3)),
    ],
    ['29 bits as they are', wide, route('a', 'b', 0x100, { extended: true }), wide],
    ['a range: first', plain, route('a', 'b', 0x100, { last: 0x1ff }), plain],
    [
      'a range moved',
      classicFrame(0x1ff, payload(1)),
      route('a', 'b', 0x100, { last: 0x1ff, as: { first: 0, extended: false } }),
      classicFrame(0xff, payload(1)),
    ],
  ])('%s', (_title, frame, row, expected) => {
    const { on, send, run, drops, router } = scene([row]);
    expect(send(row.from, frame)).toBe('ok');
    run();
    const isDropped = typeof expected === 'string';
    expect(on(row.to).received).toEqual(isDropped ? [] : [expected]);
    expect(drops.map(({ reason }) => reason)).toEqual(isDropped ? [expected] : []);
    const dropped = isDropped ? { [expected]: 1 } : {};
    expect(router.counts()).toEqual([{ route: row, forwarded: isDropped ? 0 : 1, dropped }]);
  });

  it.each<[string, CanFrame, FrameRoute]>([
    ['another id', classicFrame(0x101, payload(8)), route('a', 'b', 0x100)],
    ['the id in 29 bits', { ...plain, extended: true }, route('a', 'b', 0x100)],
    ['the id in 11 bits', plain, route('a', 'b', 0x100, { extended: true })],
    ['before a range', classicFrame(0xff, payload(1)), route('a', 'b', 0x100, { last: 0x1ff })],
    ['after a range', classicFrame(0x200, payload(1)), route('a', 'b', 0x100, { last: 0x1ff })],
    ['a range in 29 bits', { ...plain, extended: true }, route('a', 'b', 0x100, { last: 0x1ff })],
  ])('does not go where no row names it: %s', (_title, frame, row) => {
    const { on, send, run, drops } = scene([row]);
    send(row.from, frame);
    run();
    expect([on(row.to).received, drops]).toEqual([[], []]);
  });

  it('goes to every bus whose row names it, and never back', () => {
    const rows = [route('a', 'b', 0x100), route('a', 'fd-1', 0x100), route('b', 'a', 0x100), route('fd-1', 'a', 0x100)];
    const { on, send, run, buses } = scene(rows);
    send('a', plain);
    run();
    expect([on('b').received, on('fd-1').received, on('a').received]).toEqual([[plain], [plain], []]);
    expect([...buses.values()].map((bus) => bus.load().frames)).toEqual([1, 1, 1]);
  });

  it.each<[string, FrameRoute, RegExp]>([
    ['a row back', route('a', 'a', 1), /back to the bus/],
    ['an id of 12 bits', route('a', 'b', 0x800), /not ones of 11 bits/],
    ['a range backwards', route('a', 'b', 2, { last: 1 }), /not ones of 11 bits/],
    [
      'a new id of 12 bits',
      route('a', 'b', 1, { last: 2, as: { first: 0x7ff, extended: false } }),
      /new ids are not ones of 11 bits/,
    ],
    ['an id of 30 bits', route('a', 'b', 0x2000_0000, { extended: true }), /not ones of 29 bits/],
  ])('is refused: %s', (_title, row, message) => {
    expect(() => scene([row])).toThrow(message);
  });
});

describe('time', () => {
  it.each<[string, FrameRoute, CanFrame, { bitrate: number; dataBitrate?: number }]>([
    ['classic', route('a', 'b', 0x100), plain, rates.can],
    ['FD', route('fd-1', 'fd-2', 0x100), fdFrame(0x100, payload(64)), rates.canFd],
    ['FD to classic', route('fd-1', 'b', 0x100), fdFrame(0x100, payload(5)), rates.can],
  ])('a frame comes out after the delay and its time on the next bus, exactly: %s', (_title, row, frame, next) => {
    const { send, run, times, on } = scene([row], { delayNs: 123_456 });
    send(row.from, frame);
    run();
    const bits = { dataBitrate: next.bitrate, ...next };
    const out = present(on(row.to).received[0]);
    const [inNs = 0] = times(row.from);
    expect(times(row.to)).toEqual([inNs + 123_456 + frameTimeNs(out, bits) - interframeNs(bits)]);
  });

  it('the delay is 50 us unless it is told otherwise, and a latency only: frames run back to back behind it', () => {
    const { send, run, times } = scene([route('a', 'b', 0x100)]);
    for (let count = 0; count < 20; count += 1) send('a', plain);
    run();
    expect(gatewayDelayNs).toBe(50_000);
    const [first = 0] = times('a');
    const [out = 0] = times('b');
    expect(times('b').map((timeNs) => timeNs - out)).toEqual(times('a').map((timeNs) => timeNs - first));
  });

  it('waits for a bus that is busy, and begins when it is free', () => {
    const { send, run, times, on } = scene([route('a', 'b', 0x100)], { delayNs: 0 });
    const busy = classicFrame(0x001, payload(8));
    on('a').onSent = () => send('b', busy);
    send('a', plain);
    run();
    // The gateway is told of the frame before its sender, so both offer theirs at one time and 0x001 wins.
    const each = (frame: CanFrame) => frameTimeNs(frame, { bitrate: 500_000, dataBitrate: 500_000 });
    const [inNs = 0] = times('a');
    expect(times('b').at(-1)).toBe(
      inNs + each(busy) + each(plain) - interframeNs({ bitrate: 500_000, dataBitrate: 1 }),
    );
  });
});

describe('the queue of a bus', () => {
  it('is bounded, the frame being sent included; what does not fit is counted by its row', () => {
    const rows = [route('fd-1', 'b', 0x100), route('fd-1', 'b', 0x200)];
    const { send, run, router, drops, clock, on } = scene(rows, { queueFramesMax: 4 });
    let most = 0;
    on('fd-1').onSent = () => {
      most = Math.max(most, router.waiting('b'));
    };
    for (let count = 0; count < 30; count += 1) {
      send('fd-1', { ...fdFrame(0x100, payload(8)), brs: true });
      send('fd-1', { ...fdFrame(0x200, payload(8)), brs: true });
    }
    run();
    const forwarded = router.counts().reduce((sum, row) => sum + row.forwarded, 0);
    expect(most).toBe(4);
    expect(new Set(drops.map(({ reason }) => reason))).toEqual(new Set(['queue-full']));
    expect(drops.length).toBeGreaterThan(10);
    expect([forwarded + drops.length, on('b').received.length]).toEqual([60, forwarded]);
    const counted = router.counts().map(({ dropped }) => dropped['queue-full'] ?? 0);
    expect(counted).toEqual([0x100, 0x200].map((id) => drops.filter(({ frame }) => frame.id === id).length));
    expect(router.waiting('b')).toBe(0);
    expect(clock.nextNs()).toBeUndefined();
  });

  it('of one bus does not hold up another', () => {
    const { send, run, on, buses } = scene([route('a', 'b', 1), route('a', 'c', 1)], { queueFramesMax: 2 });
    present(buses.get('b')).partition(['gw']);
    for (let count = 0; count < 20; count += 1) send('a', classicFrame(1, payload(8)));
    run();
    expect([on('b').received.length, on('c').received.length]).toEqual([0, 20]);
  });

  it('is emptied when its bus takes nothing for half a second, and goes on when that is repaired', () => {
    const { send, run, on, buses, router, drops, clock } = scene([route('a', 'b', 1)]);
    present(buses.get('b')).partition(['gw']);
    for (let count = 0; count < 10; count += 1) send('a', classicFrame(1, payload(8)));
    clock.advanceTo((gatewayConfirmationMsMax - 10) * 1e6);
    expect([router.waiting('b'), drops]).toEqual([10, []]);
    present(buses.get('b')).repair();
    run();
    expect(drops.map(({ reason }) => reason)).toEqual(Array(10).fill('not-sent'));
    send('a', classicFrame(1, payload(2)));
    run();
    expect(on('b').received.map(({ data }) => data.length)).toEqual([2]);
    expect(router.counts()[0]).toMatchObject({ forwarded: 1, dropped: { 'not-sent': 10 } });
  });

  it('is dropped when the gateway leaves, and nothing is left in the clock', () => {
    const { send, router, drops, clock, on } = scene([route('a', 'b', 1)], { delayNs: 1_000_000_000 });
    send('a', classicFrame(1, payload(8)));
    clock.advanceTo(1_000_000);
    router.detach();
    expect(drops.map(({ reason }) => reason)).toEqual(['not-sent']);
    while (clock.step());
    expect(on('b').received).toEqual([]);
  });
});

const ids = [0x100, 0x101, 0x150, 0x7ff];
const anyFrame = fc
  .record({
    id: fc.constantFrom(...ids),
    extended: fc.boolean(),
    remote: fc.boolean(),
    fd: fc.boolean(),
    length: fc.constantFrom(0, 1, 8, 12, 64),
    salt: fc.nat(255),
  })
  .map(({ id, extended, remote, fd, length, salt }): CanFrame => {
    const isRemote = remote && !fd;
    const data = payload(isRemote ? 0 : fd ? length : Math.min(length, 8), salt);
    return { id, extended, remote: isRemote, fd, brs: fd, data };
  });
const covers = ({ extended, first, last }: FrameRoute, frame: CanFrame) =>
  frame.extended === extended && frame.id >= first && frame.id <= last;
const anyRoute = fc
  .record({
    from: fc.constantFrom('fd-1', 'fd-2', 'b'),
    to: fc.constantFrom('fd-1', 'fd-2', 'b'),
    first: fc.constantFrom(...ids),
    more: fc.constantFrom(0, 0, 1, 0x50),
    extended: fc.boolean(),
    format: fc.constantFrom(undefined, 'classic', 'fd'),
  })
  .filter(({ from, to, first, more }) => from !== to && first + more <= 0x7ff)
  .map(({ from, to, first, more, extended, format }): FrameRoute => {
    return { from, to, first, last: first + more, extended, ...(format !== undefined && { format }) };
  });

prop({
  rows: fc.array(anyRoute, { minLength: 1, maxLength: 8 }),
  sent: fc.array(fc.record({ bus: fc.constantFrom('fd-1', 'fd-2', 'b'), frame: anyFrame }), { maxLength: 60 }),
  queueFramesMax: fc.integer({ min: 1, max: 6 }),
})(
  'any frames in any order: nothing goes where no row names it, each id in order, none but what is counted is lost',
  (run) => {
    const all = [...run.rows, route('fd-1', 'fd-2', 0), route('fd-2', 'b', 0)];
    const { send, run: go, on, drops, router } = scene(all, { queueFramesMax: run.queueFramesMax });
    // An id has one sender on a bus: two that send it at once collide for ever, or, alone on the bus, wait for an acknowledgement.
    const own = run.sent.filter(({ bus, frame }) => !all.some((row) => row.to === bus && covers(row, frame)));
    const taken = own.filter(({ bus, frame }) => send(bus, frame) === 'ok');
    go();
    const counts = router.counts();
    for (const { route: row, forwarded, dropped } of counts) {
      const named = taken.filter(({ bus, frame }) => bus === row.from && covers(row, frame));
      const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      expect(forwarded + lost).toBe(named.length);
    }
    for (const bus of ['fd-1', 'fd-2', 'b']) {
      const forwarded = counts.filter(({ route: row }) => row.to === bus).reduce((sum, row) => sum + row.forwarded, 0);
      expect(on(bus).received.length).toBe(forwarded);
      // By origin and id, what arrives is a subsequence of what was sent: each row in its order.
      for (const from of ['fd-1', 'fd-2', 'b']) {
        const rows = all.filter((row) => row.from === from && row.to === bus);
        for (const id of ids) {
          const origin = taken
            .filter((entry) => entry.bus === from && entry.frame.id === id)
            .map(({ frame }) => frame.data);
          const arrived = on(bus)
            .received.filter((frame) => frame.id === id)
            .map((frame) => origin.indexOf(frame.data))
            .filter((index) => index >= 0);
          if (rows.length > 0) expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
          else expect(arrived).toEqual([]);
        }
      }
    }
    expect(drops.length).toBe(
      counts.reduce((sum, { dropped }) => sum + Object.values(dropped).reduce((a, b) => a + b, 0), 0),
    );
  },
);

// What every bus must do, whatever carries its frames. Run by virtualCan.test.ts and, on a kernel with CAN, by socketcan.test.ts.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bus, type CanFrame, classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { partitionable } from '../../../src/bus/faults/partition.ts';
import { transmitQueueFramesMax } from '../../../src/bus/limits.ts';
import { withReason } from '../../support/skips.ts';
import { BusRecorder, codeOf, payload, present, type Run } from './harness.ts';

export interface BusHarness {
  readonly name: string;
  readonly fd: boolean;
  run(): Run;
  make(run: Run): Promise<Bus>;
  /** What this bus cannot do, each with the reason that the output shows. */
  readonly lacks: Readonly<Partial<Record<'arbitration' | 'fdFlags', string>>>;
  /** Why the whole suite cannot run here. */
  readonly skipped?: string;
}

const badFrames: readonly (readonly [string, CanFrame])[] = [
  ['an id above 11 bits', classicFrame(0x800, payload(1))],
  ['a negative id', classicFrame(-1, payload(1))],
  ['a fraction as id', classicFrame(1.5, payload(1))],
  ['an extended id above 29 bits', { ...classicFrame(0x2000_0000, payload(1)), extended: true }],
  ['9 bytes in a classic frame', classicFrame(1, payload(9))],
  ['64 bytes in a classic frame', classicFrame(1, payload(64))],
  ['9 bytes in an FD frame', fdFrame(1, payload(9))],
  ['65 bytes in an FD frame', fdFrame(1, payload(65))],
  ['a remote frame with data', { ...classicFrame(1, payload(1)), remote: true }],
  ['a remote FD frame', { ...fdFrame(1, payload(0)), remote: true }],
  ['a classic frame with the bit rate switch', { ...classicFrame(1, payload(1)), brs: true }],
];

const classicFrames: readonly (readonly [string, CanFrame])[] = [
  ['no data', classicFrame(0x7ff, payload(0))],
  ['1 byte', classicFrame(0, payload(1))],
  ['8 bytes', classicFrame(0x123, payload(8))],
  ['29 bits', { ...classicFrame(0x1fff_ffff, payload(8)), extended: true }],
  ['29 bits, a low number', { ...classicFrame(0x12, payload(3)), extended: true }],
  ['a remote request', { ...classicFrame(0x100, payload(0)), remote: true }],
];

const fdFrames: readonly (readonly [string, CanFrame])[] = [0, 8, 12, 16, 20, 24, 32, 48, 64].map((length) => [
  `FD with ${length} bytes`,
  fdFrame(0x200 + length, payload(length)),
]);

function bytesOf(frames: readonly CanFrame[]): readonly (readonly [number, boolean, boolean, string])[] {
  return frames.map(({ id, extended, remote, data }) => [id, extended, remote, Buffer.from(data).toString('hex')]);
}

export function busSuite(harness: BusHarness): void {
  const { fd, lacks } = harness;
  const lacking = (capability: keyof typeof lacks) =>
    lacks[capability] === undefined ? '' : ` (skipped: ${lacks[capability]})`;

  describe.skipIf(harness.skipped !== undefined)(withReason(harness.name, harness.skipped), () => {
    let run: Run;
    let bus: Bus;
    beforeEach(async () => {
      run = harness.run();
      bus = await harness.make(run);
    });
    afterEach(() => {
      bus.close();
      run.stop();
    });

    function node(name: string, acceptIds?: readonly number[]) {
      const heard = new BusRecorder();
      const attached = bus.attach(name, heard, acceptIds === undefined ? {} : { acceptIds });
      return { heard, node: attached };
    }

    test.each([...classicFrames, ...(fd ? fdFrames : [])])(
      'carries %s to all others and confirms it',
      async (_, frame) => {
        const [a, b, c] = [node('a'), node('b'), node('c')];
        expect(a.node.send(frame)).toEqual({ ok: true, value: undefined });
        await run.until(
          () => a.heard.sent.length === 1 && b.heard.received.length === 1 && c.heard.received.length === 1,
        );
        expect(bytesOf(b.heard.received)).toEqual(bytesOf([frame]));
        expect(bytesOf(c.heard.received)).toEqual(bytesOf([frame]));
        expect(a.heard.sent[0]).toBe(frame);
        expect(a.heard.received).toEqual([]);
        expect(b.heard.sent).toEqual([]);
      },
    );

    test.skipIf(lacks.fdFlags !== undefined)(`keeps the flags of each frame${lacking('fdFlags')}`, async () => {
      const [a, b] = [node('a'), node('b')];
      const frames = fd
        ? [fdFrame(1, payload(8)), { ...fdFrame(2, payload(8)), brs: false }, classicFrame(3, payload(8))]
        : [classicFrame(3, payload(8))];
      for (const frame of frames) a.node.send(frame);
      await run.until(() => b.heard.received.length === frames.length);
      expect(b.heard.received).toEqual(frames);
    });

    test('keeps the length that a remote frame asks for', async () => {
      const [a, b] = [node('a'), node('b')];
      const remote = { ...classicFrame(3, payload(0)), remote: true };
      const frames = [remote, { ...remote, requestedBytes: 1 }, { ...remote, requestedBytes: 8 }];
      for (const frame of frames) a.node.send(frame);
      await run.until(() => b.heard.received.length === frames.length);
      expect(b.heard.received).toEqual(frames);
      await run.until(() => a.heard.sent.length === frames.length);
    });

    if (fd) {
      test.skipIf(lacks.fdFlags !== undefined)(`keeps the error state indicator${lacking('fdFlags')}`, async () => {
        const [a, b] = [node('a'), node('b')];
        const frame = { ...fdFrame(1, payload(8)), esi: true as const };
        a.node.send(frame);
        await run.until(() => b.heard.received.length === 1);
        expect(b.heard.received).toEqual([frame]);
      });
    }

    test.each(badFrames)('refuses %s', async (_, frame) => {
      const [a, b] = [node('a'), node('b')];
      expect(codeOf(a.node.send(frame))).toBe('bad-frame');
      await run.settle();
      expect(b.heard.calls + a.heard.calls).toBe(0);
    });

    if (!fd) {
      test('refuses an FD frame, as a classic bus', () => {
        expect(codeOf(node('a').node.send(fdFrame(1, payload(8))))).toBe('bad-frame');
      });
    }

    test('keeps the order of one sender, and confirms each frame once', async () => {
      const [a, b] = [node('a'), node('b')];
      const frames = Array.from({ length: transmitQueueFramesMax }, (_, index) =>
        classicFrame(0x7ff - 8 * index, payload(index % 9, index)),
      );
      for (const frame of frames) expect(a.node.send(frame).ok).toBe(true);
      await run.until(() => a.heard.sent.length === frames.length && b.heard.received.length === frames.length);
      await run.settle();
      expect(a.heard.sent).toHaveLength(frames.length);
      expect(a.heard.sent.every((frame, index) => frame === frames[index])).toBe(true);
      expect(bytesOf(b.heard.received)).toEqual(bytesOf(frames));
    });

    test('refuses more than its queue holds, and takes more once frames have left', async () => {
      const [a, b] = [node('a'), node('b')];
      for (let index = 0; index < transmitQueueFramesMax; index += 1) {
        expect(codeOf(a.node.send(classicFrame(index, payload(8))))).toBe('ok');
      }
      expect(codeOf(a.node.send(classicFrame(0x7ff, payload(8))))).toBe('queue-full');
      await run.until(() => a.heard.sent.length === transmitQueueFramesMax);
      expect(codeOf(a.node.send(classicFrame(0x7fe, payload(8))))).toBe('ok');
      await run.until(() => b.heard.received.length === transmitQueueFramesMax + 1);
      expect(b.heard.received.some((frame) => frame.id === 0x7ff)).toBe(false);
    });

    test('carries a thousand frames, each given when the one before has left', async () => {
      const [a, b] = [node('a'), node('b')];
      a.heard.onSent = () => {
        if (a.heard.sent.length < 1000) a.node.send(classicFrame(a.heard.sent.length, payload(8)));
      };
      a.node.send(classicFrame(0, payload(8)));
      await run.until(() => b.heard.received.length === 1000 && a.heard.sent.length === 1000);
      expect(b.heard.received.map((frame) => frame.id)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    });

    test('gives all nodes one order, with senders in each other’s way', async () => {
      const nodes = [node('a'), node('b'), node('c')];
      for (const [index, { heard, node: own }] of nodes.entries()) {
        heard.onSent = () => {
          if (heard.sent.length < 30) own.send(classicFrame(0x100 * (index + 1) + heard.sent.length, payload(8)));
        };
        own.send(classicFrame(0x100 * (index + 1), payload(8)));
      }
      await run.until(() => nodes.every(({ heard }) => heard.sent.length === 30 && heard.received.length === 60));
      const listener = node('late');
      expect(listener.heard.calls).toBe(0);
      const [a, b, c] = nodes.map(({ heard }) => heard.received.map((frame) => frame.id));
      const without = (ids: readonly number[] | undefined, from: number) => ids?.filter((id) => id >> 8 !== from);
      expect(without(a, 2)).toEqual(without(b, 1));
      expect(without(a, 3)).toEqual(without(c, 1));
      expect(without(b, 3)).toEqual(without(c, 2));
    });

    test('gives a node only the ids that it accepts', async () => {
      const [a, b, c, all] = [node('a'), node('b', [0x10, 0x12]), node('c', []), node('all')];
      for (const id of [0x10, 0x11, 0x12, 0x7ff]) a.node.send(classicFrame(id, payload(2)));
      await run.until(() => a.heard.sent.length === 4 && b.heard.received.length === 2);
      await run.settle();
      expect(b.heard.received.map((frame) => frame.id)).toEqual([0x10, 0x12]);
      expect(c.heard.received).toEqual([]);
      expect(all.heard.received.map((frame) => frame.id)).toEqual([0x10, 0x11, 0x12, 0x7ff]);
    });

    test('calls nobody back from inside send or attach', async () => {
      const [a, b] = [node('a'), node('b')];
      let inside = false;
      let early = 0;
      const watch = () => {
        if (inside) early += 1;
      };
      for (const { heard } of [a, b]) {
        heard.onSent = watch;
        heard.onReceived = (frame) => {
          watch();
          if (frame.id < 0x10) {
            inside = true;
            b.node.send(classicFrame(frame.id + 1, payload(1)));
            node(`more ${frame.id}`);
            inside = false;
          }
        };
      }
      inside = true;
      a.node.send(classicFrame(1, payload(1)));
      inside = false;
      await run.until(() => b.heard.sent.length > 0 && a.heard.received.length > 0);
      await run.settle();
      expect(early).toBe(0);
    });

    test('tells a node nothing after detach, and refuses what it sends', async () => {
      // A third one, so that there is somebody to acknowledge.
      const [a, b] = [node('a'), node('b'), node('c')];
      b.heard.onReceived = () => b.node.detach();
      for (const id of [1, 2, 3]) a.node.send(classicFrame(id, payload(1)));
      await run.until(() => a.heard.sent.length === 3);
      await run.settle();
      expect(b.heard.received.map((frame) => frame.id)).toEqual([1]);
      expect(codeOf(b.node.send(classicFrame(1, payload(1))))).toBe('closed');
      a.node.detach();
      a.node.detach();
      expect(codeOf(a.node.send(classicFrame(1, payload(1))))).toBe('closed');
    });

    test('refuses everything after close, and tells nobody', async () => {
      const [a, b] = [node('a'), node('b')];
      a.node.send(classicFrame(1, payload(8)));
      bus.close();
      bus.close();
      expect(codeOf(a.node.send(classicFrame(1, payload(8))))).toBe('closed');
      expect(codeOf(node('late').node.send(classicFrame(1, payload(8))))).toBe('closed');
      await run.settle();
      expect(a.heard.calls + b.heard.calls).toBe(0);
    });

    test('counts its frames', async () => {
      const [a, b] = [node('a'), node('b')];
      const before = bus.load();
      for (let id = 0; id < 5; id += 1) a.node.send(classicFrame(id, payload(8)));
      await run.until(() => a.heard.sent.length === 5 && b.heard.received.length === 5);
      const after = bus.load();
      expect(after.frames - before.frames).toBe(5);
      expect(after.digest).toMatch(/^[0-9a-f]{16}$/);
      expect(after.digest).not.toBe(before.digest);
    });

    test.skipIf(lacks.arbitration !== undefined)(`lets the lowest id win${lacking('arbitration')}`, async () => {
      const [a, b, c] = [node('a'), node('b'), node('c')];
      const quiet = node('quiet');
      for (const id of [0x300, 0x001]) a.node.send(classicFrame(id, payload(8)));
      b.node.send(classicFrame(0x200, payload(8)));
      c.node.send(classicFrame(0x100, payload(8)));
      await run.until(() => quiet.heard.received.length === 4);
      expect(quiet.heard.received.map((frame) => frame.id)).toEqual([0x100, 0x200, 0x300, 0x001]);
    });

    describe('cut by a partition', () => {
      test('loses what a node off the cable sends and what is for it, until repair', async () => {
        const cable = partitionable(bus);
        const [a, b, c] = ['a', 'b', 'c'].map((name) => {
          const heard = new BusRecorder();
          return { heard, node: cable.attach(name, heard) };
        });
        if (a === undefined || b === undefined || c === undefined) throw new Error('three nodes');
        cable.partition(['b']);
        expect(codeOf(b.node.send(classicFrame(1, payload(1))))).toBe('ok');
        expect(codeOf(b.node.send(classicFrame(1, payload(9))))).toBe('bad-frame');
        a.node.send(classicFrame(2, payload(1)));
        await run.until(() => a.heard.sent.length === 1 && c.heard.received.length === 1);
        await run.settle();
        expect(c.heard.received.map((frame) => frame.id)).toEqual([2]);
        expect(b.heard.calls).toBe(0);
        cable.repair();
        b.node.send(classicFrame(3, payload(1)));
        a.node.send(classicFrame(4, payload(1)));
        await run.until(() => b.heard.received.length === 1 && c.heard.received.length === 3);
        expect(a.heard.received.map((frame) => frame.id)).toEqual([3]);
        expect(present(b.heard.received[0]).id).toBe(4);
        expect(b.heard.sent).toHaveLength(1);
      });

      test('with * takes everybody off, later nodes too', async () => {
        const cable = partitionable(bus);
        const heardA = new BusRecorder();
        const heardB = new BusRecorder();
        const a = cable.attach('a', heardA);
        cable.partition(['*']);
        const b = cable.attach('b', heardB);
        a.send(classicFrame(1, payload(1)));
        b.send(classicFrame(2, payload(1)));
        await run.settle();
        expect(heardA.calls + heardB.calls).toBe(0);
        cable.repair();
        a.send(classicFrame(3, payload(1)));
        await run.until(() => heardB.received.length === 1);
        b.detach();
        expect(codeOf(b.send(classicFrame(3, payload(1))))).toBe('closed');
        cable.close();
        expect(codeOf(a.send(classicFrame(3, payload(1))))).toBe('closed');
      });
    });
  });
}

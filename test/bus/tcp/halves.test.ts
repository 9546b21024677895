// The two halves of a connection, without time or network: what is sent when, and how what arrives is put in order.
import { describe, expect, test } from 'vitest';
import { TcpReceiver } from '../../../src/bus/tcp/receiver.ts';
import { TcpSender } from '../../../src/bus/tcp/sender.ts';
import { concatBytes } from '../../../src/core/bytes.ts';
import { NS_PER_MS } from '../../../src/core/units.ts';
import { fc, prop } from '../../support/property.ts';
import { payload } from '../support/harness.ts';

const mss = 1460;

/** Offsets of what is sent now. */
function sent(sender: TcpSender, nowMs = 0): readonly number[] {
  const offsets: number[] = [];
  for (let part = sender.take(nowMs * NS_PER_MS); part !== undefined; part = sender.take(nowMs * NS_PER_MS)) {
    offsets.push(part.offset);
  }
  return offsets;
}

/** The offset of the nth segment. */
const at = (index: number) => 1 + index * mss;

/** A sender with an open connection. */
function opened(bytes: number): TcpSender {
  const sender = new TcpSender();
  sender.write(payload(bytes));
  expect(sent(sender)).toEqual([0]);
  sender.acknowledged(1, false, 0);
  return sender;
}

/** In ms since 0, when the next deadline is. */
function deadlineMs(sender: TcpSender): number {
  return sender.deadlineNs / NS_PER_MS;
}

describe('a sender', () => {
  test('sends ten segments at first, and two more for each acknowledged one, up to the window', () => {
    const sender = opened(200 * mss);
    expect(sent(sender)).toEqual(Array.from({ length: 10 }, (_, index) => at(index)));
    sender.acknowledged(at(1), true, 0);
    expect(sent(sender)).toEqual([at(10), at(11)]);
    for (let index = 2; index <= 50; index += 1) sender.acknowledged(at(index), true, 0);
    sent(sender);
    expect(sender.sentOffset - sender.oldestOffset).toBe(44 * mss); // 65,535 hold 44.9
  });

  test('sends the missing segment again at the third duplicate, once, and the next missing one when it is known', () => {
    const sender = opened(40 * mss);
    sent(sender);
    sender.acknowledged(at(2), true, 0);
    expect(sent(sender)).toEqual([10, 11, 12, 13].map(at));
    const duplicate = () => {
      sender.acknowledged(at(2), true, 0);
      return sent(sender);
    };
    expect([duplicate(), duplicate()]).toEqual([[], []]);
    // A segment with data of its own tells nothing.
    sender.acknowledged(at(2), false, 0);
    expect([duplicate(), duplicate(), duplicate()]).toEqual([[at(2)], [], []]);
    // 2 is there, 5 is missing too.
    sender.acknowledged(at(5), true, 0);
    expect(sent(sender)).toEqual([at(5)]);
    // All is there: half of the twelve that were on their way may be from now on.
    sender.acknowledged(at(14), true, 0);
    expect(sent(sender)).toEqual([14, 15, 16, 17, 18, 19].map(at));
  });

  test('waits 200 ms, then twice as long each time, sends from the oldest on, and gives up after ten seconds', () => {
    const sender = opened(5 * mss);
    sent(sender);
    const pauses: number[] = [];
    for (let nowMs = deadlineMs(sender); sender.timedOut(nowMs * NS_PER_MS); nowMs = deadlineMs(sender)) {
      expect(sent(sender, nowMs)).toEqual([at(0)]);
      pauses.push(nowMs);
    }
    expect(pauses).toEqual([200, 600, 1400, 3000, 5000, 7000, 9000]);
  });

  test('goes on from where an acknowledgment after a timeout says, slowly at first', () => {
    const sender = opened(40 * mss);
    sent(sender);
    expect(sender.timedOut(200 * NS_PER_MS)).toBe(true);
    expect(sent(sender, 200)).toEqual([at(0)]);
    // Only the first was lost.
    sender.acknowledged(at(10), true, 201 * NS_PER_MS);
    expect(sent(sender, 201)[0]).toBe(at(10));
    expect(deadlineMs(sender)).toBe(401);
  });

  test('ends after the last byte, with it where it can', () => {
    const sender = opened(2000);
    sender.finish();
    const first = sender.take(0);
    const second = sender.take(0);
    expect([first?.fin, second?.fin, second?.payload.length, sender.take(0)]).toEqual([false, true, 540, undefined]);
    expect(sender.acknowledged(2001, true, 0)).toBe(true);
    expect(sender.isFinAcknowledged).toBe(false);
    expect(sender.acknowledged(2002, true, 0)).toBe(false);
    expect(sender.isFinAcknowledged).toBe(true);
    expect(sender.deadlineNs).toBe(Number.POSITIVE_INFINITY);
  });

  test('takes one write at a time', () => {
    expect(() => opened(10).write(payload(1))).toThrow(/on its way/);
  });
});

const stream = payload(3000);

prop({
  cuts: fc.array(fc.tuple(fc.nat({ max: 3000 }), fc.integer({ min: 0, max: 700 })), { maxLength: 60 }),
})('a receiver gives the stream in order, once, whatever overlapping pieces come in whatever order', ({ cuts }) => {
  const receiver = new TcpReceiver();
  const got: Uint8Array[] = [];
  const take = (start: number, length: number) => {
    const end = Math.min(3000, start + length);
    got.push(...receiver.take(1 + start, stream.subarray(start, end), end === 3000));
  };
  for (const [start, length] of cuts) take(start, length);
  expect(concatBytes(...got)).toEqual(stream.subarray(0, receiver.nextOffset - 1 - (receiver.isFinished ? 1 : 0)));
  for (let start = 0; start < 3000; start += 500) take(start, 500);
  expect(receiver.isFinished).toBe(true);
  expect(concatBytes(...got)).toEqual(stream);
});

test('a receiver keeps no more than its window of what came too early', () => {
  const receiver = new TcpReceiver();
  const piece = new Uint8Array(1000);
  // All of it overlaps, each at another place.
  for (let start = 1; start < 64_000; start += 10) expect(receiver.take(1 + start, piece, false)).toEqual([]);
  const taken = receiver.take(1, piece.subarray(0, 1), false);
  expect(taken.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(65_535);
  expect(receiver.take(1 + 200_000, piece, true)).toEqual([]);
});

// What a capture holds of error frames on a virtual bus (linux/can/error.h), for each place of a frame and each cause.
import { describe, expect, it } from 'vitest';
import { type CanErrorFrame, type CanFrame, classicFrame, fdFrame } from '../../../../src/bus/bus.ts';
import { decodeErrorFrame, errorClass } from '../../../../src/bus/frame/canErrorFrame.ts';
import { bitSequence } from '../../../../src/bus/virtualCan/bits/bitSequence.ts';
import { errorReport } from '../../../../src/bus/virtualCan/errors/errorReport.ts';
import { ackError, errorForAll, errorForOne } from '../../../../src/bus/virtualCan/errors/wireError.ts';
import { createVirtualCan } from '../../../../src/bus/virtualCan/virtualCan.ts';
import { createRandom } from '../../../../src/core/random.ts';
import { EventQueue } from '../../../../src/core/time/clock.ts';
import { BusRecorder, payload } from '../../support/harness.ts';

const calm = { transmitErrors: 0, receiveErrors: 0, state: 'error-active' } as const;
const after = { transmitErrors: 8, receiveErrors: 1, state: 'error-active' } as const;
const base = classicFrame(0x2aa, Uint8Array.of(0x55, 0xaa));
const extended: CanFrame = { ...base, id: 0x0aaa_aaaa, extended: true };
const fd = fdFrame(0x2aa, Uint8Array.of(0x55, 0xaa));

/** The index, stuff bits included, of the bit of that number without them. */
function indexOf(frame: CanFrame, number: number): number {
  const plain = bitSequence(frame).flatMap(({ isStuff }, index) => (isStuff ? [] : [index]));
  return plain[number] ?? -1;
}

/** The words for a bit that the sender sees wrong. */
function seenBySender(frame: CanFrame, number: number): string {
  const bits = bitSequence(frame);
  const { flagAtBit } = errorForAll(bits, indexOf(frame, number), false);
  return decodeErrorFrame(
    errorReport({ frame, bits, flagAtBit, isAckError: false, bySender: true, before: calm, after }),
  ).text;
}

describe('an error that the sender sees is told as a bit that it could not send, and where', () => {
  it.each<[string, CanFrame, readonly (readonly [bit: number, where: string])[]]>([
    [
      'of 11 bits',
      base,
      [
        [0, 'start of frame'],
        [13, 'IDE'],
        [14, 'reserved bit 0'],
        [15, 'DLC'],
        [18, 'DLC'],
        [19, 'data'],
        [34, 'data'],
        [35, 'CRC'],
        [49, 'CRC'],
      ],
    ],
    [
      'of 29 bits',
      extended,
      [
        [33, 'reserved bit 1'],
        [34, 'reserved bit 0'],
        [35, 'DLC'],
        [39, 'data'],
        [55, 'CRC'],
      ],
    ],
    [
      'of CAN FD',
      fd,
      [
        [13, 'IDE'],
        [14, 'reserved bit 1'],
        [17, 'reserved bit 0'],
        [18, 'DLC'],
        [22, 'data'],
        [38, 'CRC'],
      ],
    ],
  ])('%s', (_, frame, rows) => {
    for (const [bit, where] of rows) {
      const sent = bitSequence(frame)[indexOf(frame, bit)]?.bit;
      const kind = sent === 0 ? 'dominant bit could not be sent' : 'recessive bit could not be sent';
      expect([bit, seenBySender(frame, bit)]).toEqual([bit, `${kind} while sending at ${where} (TEC 8, REC 1)`]);
    }
  });
});

describe('an error that one receiver sees', () => {
  function seenByReceiver(number: number): string {
    const bits = bitSequence(base);
    const error = errorForOne(bits, indexOf(base, number));
    if (error === undefined) return 'none';
    const { flagAtBit } = error;
    return decodeErrorFrame(
      errorReport({ frame: base, bits, flagAtBit, isAckError: false, bySender: false, before: calm, after }),
    ).text;
  }

  it('is a broken rule: six equal bits, a wrong form, or a wrong CRC where no rule is broken', () => {
    const told = Array.from({ length: 35 }, (_, bit) => seenByReceiver(bit));
    for (const text of told) expect(text).toMatch(/^(stuff error at |bus error at CRC \()/);
    expect(told.some((text) => text.startsWith('stuff'))).toBe(true);
    expect(told.some((text) => text.startsWith('bus error at CRC'))).toBe(true);
    expect(seenByReceiver(50)).toMatch(/^form error at CRC delimiter/);
  });
});

it('nobody who acknowledges is told as that, at the ACK slot', () => {
  const bits = bitSequence(base);
  const { flagAtBit } = ackError(bits);
  const report = errorReport({ frame: base, bits, flagAtBit, isAckError: true, bySender: true, before: calm, after });
  expect(report.errorClass & errorClass.noAck).not.toBe(0);
  expect(decodeErrorFrame(report).text).toContain('no acknowledgement');
  expect([...report.data]).toEqual([0, 0, 0x80, 0x19, 0, 0, 8, 1]);
});

it('what the counters came to by it is told once: warning, error-passive, bus-off', () => {
  const bus = createNoisyBus();
  bus.run();
  const { errors } = bus;
  const tells = (bit: number) => errors.filter(({ data }) => ((data[1] ?? 0) & bit) !== 0).map(({ data }) => data[6]);
  expect(tells(0x08)).toEqual([96]);
  expect(tells(0x20)).toEqual([128]);
  expect(errors.map(({ data }) => data[6]).slice(0, 4)).toEqual([8, 16, 24, 32]);
  const off = errors.filter((error) => (error.errorClass & errorClass.busOff) !== 0);
  expect(off.map((error) => [decodeErrorFrame(error).state, error.data[6]])).toEqual([['bus-off', 255]]);
});

/** A sender whose every bit is wrong, up to bus-off. */
function createNoisyBus() {
  const clock = new EventQueue();
  const bus = createVirtualCan({ name: 'can0', clock, bitrate: 500_000, fd: false });
  const errors: CanErrorFrame[] = [];
  bus.tap(
    () => {},
    (error) => errors.push(error),
  );
  const node = bus.attach('a', new BusRecorder());
  bus.attach('b', new BusRecorder());
  bus.setBitErrors(1, createRandom('x'), 'a');
  node.send(classicFrame(1, payload(8)));
  const isOff = () => bus.load().nodes[0]?.state === 'bus-off';
  return {
    errors,
    run() {
      while (!isOff() && clock.step());
    },
  };
}

it.each([false, true])(
  'each error frame on the bus is told once, and none without a listener changes anything (fd %s)',
  (isFd) => {
    const runs = [true, false].map((listens) => {
      const clock = new EventQueue();
      const bus = createVirtualCan({ name: 'can0', clock, bitrate: 500_000, dataBitrate: 2_000_000, fd: isFd });
      let told = 0;
      const count = () => {
        told += 1;
      };
      bus.tap(() => {}, listens ? count : undefined);
      const [a] = ['a', 'b', 'c'].map((name) => bus.attach(name, new BusRecorder()));
      bus.setBitErrors(0.001, createRandom('x'));
      bus.setBitErrors(0.002, createRandom('y'), 'b');
      for (let id = 0; id < 60; id += 1) a?.send(isFd ? fdFrame(id, payload(64)) : classicFrame(id, payload(8)));
      for (let steps = 0; steps < 4000 && clock.step(); steps += 1);
      return { told, load: bus.load() };
    });
    const [heard, deaf] = runs;
    expect(heard?.load).toEqual(deaf?.load);
    expect(heard?.told).toBe(heard?.load.errorFrames);
    expect(heard?.told).toBeGreaterThan(5);
  },
);

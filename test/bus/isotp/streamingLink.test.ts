// Messages in pieces over the virtual bus: constant memory, back-pressure, and who is told what.
import { describe, expect, test } from 'vitest';
import type { IsoTpParams } from '../../../src/bus/isotp/params.ts';
import { isoTpPieceBytesMax } from '../../../src/bus/limits.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { NS_PER_MS } from '../../../src/core/units.ts';
import { fc, prop } from '../../support/property.ts';
import { brief, codeOf, payload, recorded } from '../support/harness.ts';
import { type AddressingMode, addressingModes, isoTpPair } from '../support/isoTpPair.ts';
import { TestSink, TestSource } from './support/streams.ts';

describe('streams over a bus', () => {
  function pair(params: Partial<IsoTpParams>, paramsB = params, mode: AddressingMode = 'Normal_11bits') {
    const clock = new EventQueue();
    const bus = createVirtualCan({ name: 'can0', clock, bitrate: 500_000, dataBitrate: 2_000_000, fd: true });
    return { clock, ...isoTpPair(bus, bus, clock, params, paramsB, mode) };
  }

  test('a message beyond messageBytesMax goes from a source to a sink that writes slowly, in constant memory', () => {
    const megabyte = payload(1 << 20);
    const length = 3 * megabyte.length;
    const { clock, a, b } = pair({ max_frame_size: length, blocksize: 32 });
    const heard = recorded(a);
    const flashNsPerByte = 10_000;
    let writtenNs = 0;
    let ahead = 0;
    let aheadMost = 0;
    let place = 0;
    let wrong = 0;
    let writes = 0;
    const ends: unknown[] = [];
    b.streaming.receiveInto((announced) => {
      expect(announced).toBe(length);
      return {
        get ready() {
          return ahead < 4096;
        },
        write(data, start, end) {
          for (let index = start; index < end; index += 1) {
            if (data[index] !== megabyte[place & 0xf_ffff]) wrong += 1;
            place += 1;
          }
          ahead += end - start;
          aheadMost = Math.max(aheadMost, ahead);
          writes += 1;
          writtenNs = Math.max(writtenNs, clock.nowNs()) + (end - start) * flashNsPerByte;
          clock.at(writtenNs, () => {
            ahead -= end - start;
            if (ahead < 4096) b.streaming.resume();
          });
        },
        ended: (fault) => ends.push(fault),
      };
    });
    let longestPiece = 0;
    const result = a.streaming.sendFrom({
      length,
      read(offset, _least, most) {
        longestPiece = Math.max(longestPiece, most);
        const start = offset & 0xf_ffff;
        return most <= megabyte.length - start
          ? megabyte.subarray(start, start + most)
          : Uint8Array.from({ length: most }, (_, index) => megabyte[(offset + index) & 0xf_ffff] as number);
      },
    });
    expect(codeOf(result)).toBe('ok');
    while (clock.step());
    expect({ place, wrong, ends, sent: heard.sent, failures: heard.failures }).toEqual({
      place: length,
      wrong: 0,
      ends: [undefined],
      sent: 1,
      failures: [],
    });
    expect(longestPiece).toBe(isoTpPieceBytesMax);
    expect(aheadMost).toBeLessThanOrEqual(4096 + 32 * 63);
    expect(writes).toBeGreaterThan(length / 63);
    // The bus would need 5.8 s a MiB: the flash sets the pace.
    expect(clock.nowNs() / (length * flashNsPerByte)).toBeGreaterThan(1);
    expect(clock.nowNs() / (length * flashNsPerByte)).toBeLessThan(1.01);
  });

  test('the sink alone is told a failure; the listener of a refusal', () => {
    const { clock, a, b } = pair({});
    const heard = recorded(b);
    const sink = new TestSink();
    b.streaming.receiveInto((length) => (length > 500 ? undefined : sink));
    sink.onWrite = () => a.close();
    a.send(payload(400));
    while (clock.step());
    expect(sink.ends).toMatchObject([{ code: 'unreachable', message: expect.stringContaining('N_TIMEOUT_Cr') }]);
    expect(heard.calls).toBe(0);
    const other = pair({});
    const told = recorded(other.b);
    other.b.streaming.receiveInto(() => undefined);
    other.a.send(payload(400));
    while (other.clock.step());
    expect(told.failures).toMatchObject([{ direction: 'receiving', fault: { code: 'too-long' } }]);
  });

  test('resume wakes a source that was not ready, and does nothing after close', () => {
    const { clock, a, b } = pair({});
    const [heardA, heardB] = [recorded(a), recorded(b)];
    const message = payload(300);
    const source = new TestSource(message, 62);
    a.streaming.sendFrom(source);
    clock.at(100 * NS_PER_MS, () => {
      source.available = 300;
      a.streaming.resume();
    });
    while (clock.step());
    expect(heardA).toMatchObject({ sent: 1, failures: [] });
    expect(heardB.received.map(brief)).toEqual([brief(message)]);
    expect(clock.nowNs()).toBeLessThan(102 * NS_PER_MS);
    a.close();
    a.streaming.resume();
    expect(codeOf(a.streaming.sendFrom(source))).toBe('closed');
  });

  test.each([0, 0x1_0000_0000, 2.5])('sendFrom refuses a length of %d', (length) => {
    expect(codeOf(pair({}).a.streaming.sendFrom({ length, read: () => undefined }))).toBe('too-long');
  });

  prop(
    {
      length: fc.integer({ min: 1, max: 6000 }),
      mode: fc.constantFrom(...addressingModes),
      txDl: fc.constantFrom(8, 12, 24, 64),
      blocksize: fc.integer({ min: 1, max: 20 }),
      steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 400 })), { minLength: 1 }),
    },
    { numRuns: 60 },
  )('any message through any starts and stops of source and sink arrives equal', (drawn) => {
    const { length, mode, txDl, blocksize, steps } = drawn;
    const { clock, a, b } = pair({ tx_data_length: txDl }, { blocksize }, mode);
    const heard = recorded(a);
    const message = payload(length);
    const source = new TestSource(message, 0);
    const sink = new TestSink();
    let turn = 0;
    const next = () => steps[turn++ % steps.length] ?? [1, 1];
    // Each refusal ends by itself, after less than N_Cs or the waits of N_WFTmax.
    const refill = () => {
      const [bytes, ms] = next();
      source.available = Math.min(length, source.available + Math.max(bytes, 64));
      a.streaming.resume();
      if (source.available < length) clock.after(Math.round((ms * NS_PER_MS) / 4), refill);
    };
    sink.onWrite = () => {
      const [bytes, ms] = next();
      if (bytes % 3 > 0 || !sink.ready) return;
      sink.ready = false;
      clock.after(ms * NS_PER_MS, () => {
        sink.ready = true;
        b.streaming.resume();
      });
    };
    b.streaming.receiveInto(() => sink);
    a.streaming.sendFrom(source);
    refill();
    while (clock.step());
    expect(heard).toMatchObject({ sent: 1, failures: [] });
    expect(sink.ends).toEqual([undefined]);
    expect(brief(sink.bytes)).toBe(brief(message));
  });
});

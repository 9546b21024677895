// ISO 15765-2 by its rules: flow control, as the sender heeds it and the receiver gives it. Each row names what the standard says.
import { describe, expect, test } from 'vitest';
import type { IsoTpParams } from '../../../src/bus/isotp/params.ts';
import { stMinNs } from '../../../src/bus/isotp/pdu.ts';
import { NS_PER_MS } from '../../../src/core/units.ts';
import { present } from '../support/harness.ts';
import { counting, EndpointBench } from './support/endpointBench.ts';

describe('separation time', () => {
  test.each([
    [0x00, 0],
    [0x01, 1000],
    [0x7f, 127_000],
    [0x80, 127_000],
    [0xf0, 127_000],
    [0xf1, 100],
    [0xf5, 500],
    [0xf9, 900],
    [0xfa, 127_000],
    [0xff, 127_000],
  ])('STmin %i is %i us; reserved values count as 0x7F (9.6.5.4, 9.6.5.5)', (byte, us) => {
    expect(stMinNs(byte)).toBe(us * 1000);
  });

  test('holds each CF but the first back, from the end of the one before', () => {
    const bench = new EndpointBench();
    bench.endpoint.send(counting(6 + 7 * 3));
    bench.run();
    expect(bench.receive('300005').run()).toHaveLength(1);
    expect(bench.endpoint.deadlineNs).toBe(5 * NS_PER_MS);
    expect(bench.pass(4.999).run()).toEqual([]);
    expect(bench.pass(0.001).run()).toHaveLength(1);
    expect(bench.pass(5).run()).toHaveLength(1);
    expect(bench.story).toEqual(['sent']);
  });

  test('follows the latest FC', () => {
    const bench = new EndpointBench();
    bench.endpoint.send(counting(6 + 7 * 4));
    bench.run();
    bench.receive('3002f1').run();
    expect(bench.pass(0.1).run()).toHaveLength(1);
    expect(bench.receive('300000').run()).toHaveLength(2);
  });
});

test.each([
  [0, 0],
  [0.0005, 500],
  [0.2, 200_000],
])('override_receiver_stmin of %d seconds takes the place of any STmin', (seconds, us) => {
  const bench = new EndpointBench(false, { override_receiver_stmin: seconds });
  bench.endpoint.send(counting(6 + 7 * 2));
  bench.run();
  const frames = bench.receive('30007f').run();
  if (us > 0) {
    expect(bench.endpoint.deadlineNs).toBe(us * 1000);
    frames.push(...bench.pass(us / 1000).run());
  }
  expect(frames).toHaveLength(2);
  expect(bench.story).toEqual(['sent']);
});

describe('a sender’s ends (N_Result, 8.3.7)', () => {
  const waiting = (params: Partial<IsoTpParams> = {}) => {
    const bench = new EndpointBench(false, params);
    bench.endpoint.send(counting(100));
    bench.run();
    return bench;
  };

  test.each<[string, (bench: EndpointBench) => EndpointBench, string]>([
    ['N_BUFFER_OVFLW: overflow after the FF', (b) => b.receive('320000'), 'N_BUFFER_OVFLW'],
    ['N_BUFFER_OVFLW: overflow after a wait', (b) => b.receive('310000', '320000'), 'N_BUFFER_OVFLW'],
    ['N_INVALID_FS: status 3', (b) => b.receive('330000'), 'N_INVALID_FS'],
    ['N_INVALID_FS: status 15', (b) => b.receive('3f0000'), 'N_INVALID_FS'],
    ['N_WFT_OVRN: one wait too many', (b) => b.receive('310000', '310000', '310000'), 'N_WFT_OVRN'],
    ['N_TIMEOUT_Bs: no FC in 1000 ms', (b) => b.pass(999.999).pass(0.001), 'N_TIMEOUT_Bs'],
    [
      'N_TIMEOUT_Bs: begins anew with each wait',
      (b) => b.pass(900).receive('310000').pass(999).pass(1),
      'N_TIMEOUT_Bs',
    ],
  ])('%s', (_, act, result) => {
    const bench = act(waiting({ wftmax: 2 }));
    expect(bench.story).toEqual([`sending ${result}`]);
    expect(bench.endpoint.sending).toBe(false);
    expect(bench.endpoint.deadlineNs).toBe(Number.POSITIVE_INFINITY);
    expect(bench.run()).toEqual([]);
  });

  test('N_INVALID_FS: overflow after a block, where it has no place', () => {
    const bench = waiting();
    bench.receive('300100').run();
    expect(bench.receive('320000').story).toEqual(['sending N_INVALID_FS']);
  });

  test('N_TIMEOUT_Bs after a block', () => {
    const bench = waiting();
    bench.receive('300100').run();
    expect(bench.pass(1000).story).toEqual(['sending N_TIMEOUT_Bs']);
  });

  test('waits within N_WFTmax are borne, and counted in a row only', () => {
    const bench = waiting({ wftmax: 2 });
    bench.receive('310000', '310000', '300100').run();
    bench.receive('310000', '310000', '300000').run();
    expect(bench.story).toEqual(['sent']);
  });

  test('wftmax 0 bears no wait', () => {
    expect(waiting({ wftmax: 0 }).receive('310000').story).toEqual(['sending N_WFT_OVRN']);
  });

  test('N_TIMEOUT_A: no confirmation in N_As; a late one is ignored', () => {
    const bench = new EndpointBench();
    bench.endpoint.send(counting(3));
    const [single] = bench.take();
    bench.pass(999.999);
    expect(bench.story).toEqual([]);
    bench.pass(0.001);
    expect(bench.story).toEqual(['sending N_TIMEOUT_A']);
    bench.endpoint.send(counting(3));
    bench.take();
    bench.endpoint.confirm(present(single), bench.nowNs);
    expect(bench.take()).toEqual([]);
    expect(bench.endpoint.sending).toBe(true);
  });

  test.each([
    ['FC with nothing to send', (b: EndpointBench) => b],
    [
      'FC in the middle of a block',
      (b: EndpointBench) => {
        b.endpoint.send(counting(100));
        b.run();
        b.receive('300000');
        b.take();
        return b;
      },
    ],
  ])('a stray FC is ignored: %s', (_, prepare) => {
    const bench = prepare(new EndpointBench());
    bench.receive('320000', '3f0000', '310000');
    expect(bench.story).toEqual([]);
  });

  test('an FC of fewer than 3 bytes is ignored', () => {
    expect(waiting().receive('3000', '30').run()).toEqual([]);
  });
});

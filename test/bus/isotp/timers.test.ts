// The six timers of ISO 15765-2, 9.8: what starts each, when it ends, and what that means. Each row is run with the default and
// with another value.
import { describe, expect, test } from 'vitest';
import { type IsoTpParams, isoTpParams } from '../../../src/bus/isotp/params.ts';
import { present } from '../support/harness.ts';
import { counting, EndpointBench } from './support/endpointBench.ts';

const neverReady = { ready: false, write() {}, ended() {} };

/** Brings the endpoint to where the timer starts, at the end. */
const timers: readonly (readonly [string, keyof IsoTpParams, string, (bench: EndpointBench) => unknown])[] = [
  [
    'N_As: SF given to the bus',
    'tx_confirmation_timeout',
    'sending N_TIMEOUT_A',
    (b) => b.endpoint.send(counting(3)) ?? b.take(),
  ],
  [
    'N_As: CF given to the bus',
    'tx_confirmation_timeout',
    'sending N_TIMEOUT_A',
    (b) => b.endpoint.send(counting(30)) ?? (b.run() && b.pass(50).receive('300000').take()),
  ],
  [
    'N_Ar: FC given to the bus',
    'tx_confirmation_timeout',
    'receiving N_TIMEOUT_A',
    (b) => b.receive('1010000102030405').take(),
  ],
  [
    'N_Bs: FF confirmed',
    'rx_flowcontrol_timeout',
    'sending N_TIMEOUT_Bs',
    (b) => {
      b.endpoint.send(counting(30));
      const [first] = b.take();
      b.pass(0.2).endpoint.confirm(present(first), b.nowNs);
    },
  ],
  [
    'N_Bs: last CF of a block confirmed',
    'rx_flowcontrol_timeout',
    'sending N_TIMEOUT_Bs',
    (b) => b.endpoint.send(counting(30)) ?? (b.run() && b.pass(0.2).receive('300200').run()),
  ],
  [
    'N_Bs: FC with WAIT',
    'rx_flowcontrol_timeout',
    'sending N_TIMEOUT_Bs',
    (b) => b.endpoint.send(counting(30)) ?? (b.run() && b.pass(0.2).receive('310000').run()),
  ],
  [
    'N_Br: FF received, the sink not ready',
    'tx_flowcontrol_time',
    'receiving N_WFT_OVRN',
    (b) => b.endpoint.receiveInto(() => neverReady) ?? b.receive('1010000102030405').run(),
  ],
  [
    'N_Cs: FC received, the source not ready',
    'tx_consecutive_frame_timeout',
    'sending N_ERROR',
    (b) => {
      b.endpoint.send({ length: 30, read: (offset, least) => (offset === 0 ? new Uint8Array(least) : undefined) });
      b.run();
      b.pass(0.2).receive('300000').run();
    },
  ],
  [
    'N_Cr: FC confirmed',
    'rx_consecutive_frame_timeout',
    'receiving N_TIMEOUT_Cr',
    (b) => b.receive('1010000102030405').run(),
  ],
  [
    'N_Cr: CF received',
    'rx_consecutive_frame_timeout',
    'receiving N_TIMEOUT_Cr',
    (b) => b.receive('1010000102030405').run() && b.pass(0.2).receive('21060708090a0b0c').run(),
  ],
];

describe.each(timers)('%s', (_, name, story, start) => {
  test.each([undefined, 137, 0.5])('with %s ms', (changedMs) => {
    // No row sends WAIT, and none of the other timers may end first.
    const others = { ...(name === 'tx_flowcontrol_time' ? { wftmax: 0 } : {}) };
    const params = { ...others, ...(changedMs === undefined ? {} : { [name]: changedMs }) };
    const ms = Number(isoTpParams(false, params)[name]);
    const bench = new EndpointBench(false, params);
    start(bench);
    expect(bench.endpoint.deadlineNs).toBe(bench.nowNs + ms * 1e6);
    expect(bench.pass(ms - 0.001).take()).toEqual([]);
    expect(bench.story).toEqual([]);
    expect(bench.pass(0.001).story).toEqual([story]);
    expect(bench.endpoint.deadlineNs).toBe(Number.POSITIVE_INFINITY);
    expect(bench.take()).toEqual([]);
  });
});

test.each<[string, (bench: EndpointBench) => unknown]>([
  ['nothing was ever on its way', () => undefined],
  ['a message is sent', (b) => b.endpoint.send(counting(3)) ?? b.run()],
  ['a message is received', (b) => b.receive('03010203')],
  ['a message of several frames is received', (b) => b.receive('1009000102030405').run() && b.receive('21060708')],
  ['a message was too long', (b) => b.receive('1000ffffffff0102').run()],
  ['both directions were given up', (b) => b.receive('1009000102030405').run() && b.endpoint.abort()],
])('no timer runs where %s', (_, act) => {
  const bench = new EndpointBench();
  act(bench);
  expect(bench.endpoint.deadlineNs).toBe(Number.POSITIVE_INFINITY);
  const before = bench.story;
  expect(bench.pass(5000).story).toEqual(before);
});

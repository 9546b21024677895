// What holds of an ISO-TP endpoint whatever arrives.
import { expect } from 'vitest';
import { decodePdu } from '../../../src/bus/isotp/pdu.ts';
import { NS_PER_MS } from '../../../src/core/units.ts';
import { fc, prop } from '../../support/property.ts';
import { brief, payload } from '../support/harness.ts';
import { addressingModes, addressPairs } from '../support/isoTpPair.ts';
import { counting, EndpointBench, hex } from './support/endpointBench.ts';

const anyFrame = fc.oneof(
  fc.uint8Array({ maxLength: 70 }),
  // Frames that get past the first checks.
  fc
    .tuple(
      fc.constantFrom(0x00, 0x03, 0x10, 0x1f, 0x21, 0x22, 0x30, 0x31, 0x32),
      fc.uint8Array({ minLength: 7, maxLength: 7 }),
    )
    .map(([pci, rest]) => Uint8Array.of(pci, ...rest)),
);

prop({ data: fc.uint8Array({ maxLength: 80 }), addressBytes: fc.constantFrom(0, 1) })(
  'any bytes decode to a PDU within the frame, or to nothing',
  ({ data, addressBytes }) => {
    const pdu = decodePdu(data, addressBytes);
    if (pdu?.type === 'single') expect(pdu.offset + pdu.length).toBeLessThanOrEqual(data.length);
    if (pdu?.type === 'first') expect(pdu.offset).toBeLessThan(data.length);
  },
);

prop({
  fd: fc.boolean(),
  steps: fc.array(fc.oneof(anyFrame, fc.constantFrom('send', 'confirm', 'pass')), { maxLength: 60 }),
})('any frames, at any time, throw nothing, and give no message beyond max_frame_size', ({ fd, steps }) => {
  const bench = new EndpointBench(fd, { max_frame_size: 200 });
  for (const step of steps) {
    if (step === 'send') {
      if (!bench.endpoint.sending) bench.endpoint.send(counting(150));
    } else if (step === 'confirm') bench.run();
    else if (step === 'pass') bench.pass(400);
    else if (typeof step !== 'string') bench.receive(step);
    expect(bench.take().length).toBeLessThanOrEqual(2);
    const { deadlineNs } = bench.endpoint;
    if (Number.isFinite(deadlineNs)) expect(deadlineNs).toBeLessThanOrEqual(bench.nowNs + 1000 * NS_PER_MS);
    else expect(bench.endpoint.sending || bench.endpoint.receiving).toBe(false);
  }
  for (const event of bench.events) {
    if (event.type === 'messageReceived') expect(event.message.length).toBeLessThanOrEqual(200);
  }
  bench.pass(1001);
  bench.pass(1001);
  expect([bench.endpoint.sending, bench.endpoint.receiving]).toEqual([false, false]);
});

prop({
  mode: fc.constantFrom(...addressingModes),
  blocksize: fc.integer({ min: 0, max: 3 }),
  steps: fc.array(
    fc.oneof(
      anyFrame,
      // So that receptions and sendings get somewhere.
      fc.constantFrom(...['1013000102030405', '21060708090a0b0c', '220d0e0f101112ff', '300000', '300100'].map(hex)),
      fc.constantFrom('send', 'confirm', 'pass', 'source', 'sink'),
    ),
    { maxLength: 60 },
  ),
})('streams: any frames, any starts and stops of source and sink throw nothing, and every wait ends', (drawn) => {
  const { mode, blocksize, steps } = drawn;
  const bench = new EndpointBench(false, { blocksize }, addressPairs[mode][0]);
  const { firstByte } = bench.endpoint.address.receive;
  const state = { source: false, sink: false, taken: 0, announced: 0 };
  bench.endpoint.receiveInto((length) => {
    state.announced = length;
    state.taken = 0;
    return {
      get ready() {
        return state.sink;
      },
      write(_data, start, end) {
        state.taken += end - start;
        expect(state.taken).toBeLessThanOrEqual(state.announced);
      },
      ended() {},
    };
  });
  for (const step of steps) {
    if (step === 'source' || step === 'sink') state[step] = !state[step];
    else if (step === 'send') {
      const read = (_offset: number, least: number) => (state.source ? new Uint8Array(least) : undefined);
      if (!bench.endpoint.sending) bench.endpoint.send({ length: 60, read });
    } else if (step === 'confirm') bench.run();
    else if (step === 'pass') bench.pass(200);
    else if (typeof step !== 'string')
      bench.receive(firstByte === undefined ? step : Uint8Array.of(firstByte, ...step));
    expect(bench.take().length).toBeLessThanOrEqual(2);
    if (bench.endpoint.sending || bench.endpoint.receiving) expect(bench.endpoint.deadlineNs).toBeDefined();
  }
  for (let wait = 0; wait < 20; wait += 1) bench.pass(501).run();
  expect([bench.endpoint.sending, bench.endpoint.receiving]).toEqual([false, false]);
});

prop({
  length: fc.integer({ min: 1, max: 3000 }),
  lost: fc.integer({ min: 0, max: 60 }),
  fd: fc.boolean(),
})('a lost frame never gives a wrong message', ({ length, lost, fd }) => {
  const [left, right] = [new EndpointBench(fd, { blocksize: 5 }), new EndpointBench(fd, { blocksize: 5 })];
  const message = payload(length);
  left.endpoint.send(message);
  let count = 0;
  for (let quiet = 0; quiet < 2; ) {
    quiet += 1;
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      for (const frame of from.take()) {
        quiet = 0;
        from.endpoint.confirm(frame, from.nowNs);
        if (count !== lost) to.receive(frame.data);
        count += 1;
      }
    }
  }
  for (const event of right.events) {
    if (event.type === 'messageReceived') expect(brief(event.message)).toBe(brief(message));
  }
});

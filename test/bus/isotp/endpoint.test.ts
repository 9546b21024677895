// ISO 15765-2 by its rules: each row names what the standard says of it. Times are nanoseconds; no clock, no bus.

import { describe, expect, test } from 'vitest';
import { IsoTpEndpoint, type IsoTpEvent } from '../../../src/bus/isotp/endpoint.ts';
import { type IsoTpParams, isoTpParams } from '../../../src/bus/isotp/params.ts';
import { decodePdu, stMinNs } from '../../../src/bus/isotp/pdu.ts';
import { fromHex, toHex } from '../../../src/core/bytes.ts';
import { NS_PER_MS } from '../../../src/core/units.ts';
import { fc, prop } from '../../property.ts';
import { brief, payload, present } from '../harness.ts';

/** Bytes written as hexadecimal, spaces allowed. */
function hex(text: string): Uint8Array {
  return present(fromHex(text.replaceAll(' ', '')));
}

/** An endpoint with its time, and what it has put out. */
class Bench {
  readonly endpoint: IsoTpEndpoint;
  nowNs = 0;
  readonly events: IsoTpEvent[] = [];

  constructor(fd = false, params: Partial<IsoTpParams> = {}) {
    this.endpoint = new IsoTpEndpoint(isoTpParams(fd, params));
  }

  /** The frames that it wants to send, not confirmed. */
  take(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (
      let data = this.endpoint.takeFrame(this.nowNs);
      data !== undefined;
      data = this.endpoint.takeFrame(this.nowNs)
    ) {
      frames.push(data);
    }
    this.drain();
    return frames;
  }

  /** The frames that it sends until it waits, each confirmed at once. */
  run(): string[] {
    const frames: string[] = [];
    for (;;) {
      const taken = this.take();
      if (taken.length === 0) return frames;
      for (const data of taken) {
        frames.push(toHex(data));
        this.endpoint.confirm(data, this.nowNs);
      }
      this.drain();
    }
  }

  receive(...frames: readonly (string | Uint8Array)[]): this {
    for (const frame of frames) {
      this.endpoint.receive(typeof frame === 'string' ? hex(frame) : frame, this.nowNs);
      this.drain();
    }
    return this;
  }

  /** Lets `ms` pass, with a tick at their end. */
  pass(ms: number): this {
    this.nowNs += ms * NS_PER_MS;
    this.endpoint.tick(this.nowNs);
    this.drain();
    return this;
  }

  /** What happened, in short. */
  get story(): string[] {
    return this.events.map((event) => {
      if (event.type === 'messageReceived') return `received ${toHex(event.message)}`;
      return event.type === 'messageSent' ? 'sent' : `${event.direction} ${event.result}`;
    });
  }

  private drain(): void {
    for (let event = this.endpoint.takeEvent(); event !== undefined; event = this.endpoint.takeEvent())
      this.events.push(event);
  }
}

/** The first frames of `length` bytes of payload 00 01 02... */
function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index & 0xff);
}

describe('frames sent', () => {
  test.each<[string, boolean, Partial<IsoTpParams>, number, string]>([
    ['SF, padded to 8 bytes (10.4.2.1)', false, {}, 3, '03000102cccccccc'],
    ['SF, padding off: CAN_DL = SF_DL + 1', false, { tx_padding: undefined }, 3, '03000102'],
    ['SF, another padding', false, { tx_padding: 0x55 }, 1, '0100555555555555'],
    ['SF, the longest classic one', false, {}, 7, '0700010203040506'],
    ['SF, FD with 7 bytes keeps the short form', true, {}, 7, '0700010203040506'],
    ['SF, FD escape (9.6.2.1)', true, {}, 8, '00080001020304050607cccc'],
    [
      'SF, FD without padding still fills the FD length',
      true,
      { tx_padding: undefined },
      9,
      '0009000102030405060708cc',
    ],
    ['SF, TX_DL 12: 10 bytes', true, { tx_data_length: 12 }, 10, '000a00010203040506070809'],
    ['FF, FF_DL 8 (9.6.3.1)', false, {}, 8, '1008000102030405'],
    ['FF, FF_DL 4095', false, {}, 4095, '1fff000102030405'],
    ['FF, FF_DL 4096: escape', false, {}, 4096, '1000000010000001'],
    ['FF, TX_DL 12: FF_DLmin = TX_DL - 1', true, { tx_data_length: 12 }, 11, '100b00010203040506070809'],
  ])('%s', (_, fd, params, length, expected) => {
    const bench = new Bench(fd, params);
    bench.endpoint.send(counting(length));
    expect(bench.run()).toEqual([expected]);
  });

  test('SN starts at 1, wraps from 15 to 0, and FC does not reset it (9.6.4.3)', () => {
    const bench = new Bench();
    bench.endpoint.send(counting(6 + 7 * 18));
    bench.run();
    const first = bench.receive('300a00').run();
    const second = bench.receive('300000').run();
    const numbers = [...first, ...second].map((frame) => frame.slice(0, 2)).join(' ');
    expect(numbers).toBe('21 22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f 20 21 22');
    expect(first).toHaveLength(10);
    expect(bench.story).toEqual(['sent']);
  });

  test('the last CF is padded; FD lengths above 8 are rounded up', () => {
    const classic = new Bench();
    classic.endpoint.send(counting(8));
    classic.run();
    expect(classic.receive('300000').run()).toEqual(['210607cccccccccc']);
    const fd = new Bench(true, { tx_padding: undefined });
    fd.endpoint.send(counting(62 + 9));
    fd.run();
    expect(fd.receive('300000').run()).toEqual(['213e3f40414243444546cccc']);
  });

  test('one frame is with the bus at a time; the next CF comes with the confirmation of the one before', () => {
    const bench = new Bench();
    bench.endpoint.send(counting(30));
    const [first] = bench.take();
    expect(bench.take()).toEqual([]);
    bench.endpoint.confirm(present(first), 0);
    expect(bench.take()).toEqual([]);
    bench.receive('300000');
    const [consecutive, ...more] = bench.take();
    expect(more).toEqual([]);
    bench.endpoint.confirm(present(first), 0);
    expect(bench.take()).toEqual([]);
    bench.endpoint.confirm(present(consecutive), 0);
    expect(bench.take()).toHaveLength(1);
  });
});

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
    const bench = new Bench();
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
    const bench = new Bench();
    bench.endpoint.send(counting(6 + 7 * 4));
    bench.run();
    bench.receive('3002f1').run();
    expect(bench.pass(0.1).run()).toHaveLength(1);
    expect(bench.receive('300000').run()).toHaveLength(2);
  });
});

describe('a sender’s ends (N_Result, 8.3.7)', () => {
  const waiting = (params: Partial<IsoTpParams> = {}) => {
    const bench = new Bench(false, params);
    bench.endpoint.send(counting(100));
    bench.run();
    return bench;
  };

  test.each<[string, (bench: Bench) => Bench, string]>([
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
    expect(bench.endpoint.deadlineNs).toBeUndefined();
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
    const bench = new Bench();
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
    ['FC with nothing to send', (b: Bench) => b],
    [
      'FC in the middle of a block',
      (b: Bench) => {
        b.endpoint.send(counting(100));
        b.run();
        b.receive('300000');
        b.take();
        return b;
      },
    ],
  ])('a stray FC is ignored: %s', (_, prepare) => {
    const bench = prepare(new Bench());
    bench.receive('320000', '3f0000', '310000');
    expect(bench.story).toEqual([]);
  });

  test('an FC of fewer than 3 bytes is ignored', () => {
    expect(waiting().receive('3000', '30').run()).toEqual([]);
  });
});

describe('frames received', () => {
  test.each<[string, string[], string[]]>([
    ['SF (9.6.2)', ['03010203'], ['received 010203']],
    ['SF with padding', ['03010203cccccccc'], ['received 010203']],
    ['SF, FD escape', ['0008 0102030405060708 cccc'], ['received 0102030405060708']],
    ['SF_DL 0 in a classic frame is ignored', ['00010203cccccccc'], []],
    ['SF_DL above CAN_DL - 1 is ignored', ['04010203'], []],
    ['SF_DL 8 to 15 is ignored', ['08010203040506 07', '0f01020304050607'], []],
    ['SF, the short form in more than 8 bytes is ignored', ['030102030405060708090a0b'], []],
    ['SF, escape with a length of up to 7 is ignored', ['0007 0102030405060708090a'], []],
    ['SF, escape longer than the frame is ignored', ['000b 0102030405060708090a'], []],
    ['FF_DL below 8 is ignored (FF_DLmin)', ['1007010203040506'], []],
    ['FF_DL of what an SF of 64 bytes carries is ignored', [`103e${'00'.repeat(62)}`], []],
    ['FF, escape with a length of up to 4095 is ignored', ['100000000fff0102'], []],
    ['FF shorter than 8 bytes is ignored', ['10100102030405'], []],
    ['FF of a length that FD has not is ignored', ['1010010203040506 0708'], []],
    ['CF and FC with nothing on its way are ignored', ['2101020304050607', '300000cccccccccc'], []],
    ['PCI types 4 to 15 are ignored', ['40', '5000', 'f001020304050607'], []],
    ['an empty frame is ignored', [''], []],
  ])('%s', (_, frames, story) => {
    const bench = new Bench();
    bench.receive(...frames);
    expect(bench.story).toEqual(story);
    expect(bench.run()).toEqual([]);
    expect(bench.endpoint.deadlineNs).toBeUndefined();
  });

  test('FF is answered with FC CTS that says our BS and STmin; the message follows', () => {
    const bench = new Bench(false, { blocksize: 2, stmin: 0xf3 });
    expect(bench.receive('1017000102030405').run()).toEqual(['3002f3cccccccccc']);
    expect(bench.receive('21060708090a0b0c').run()).toEqual([]);
    expect(bench.receive('220d0e0f10111213').run()).toEqual(['3002f3cccccccccc']);
    expect(bench.receive('23141516').run()).toEqual([]);
    expect(bench.story).toEqual([`received ${toHex(counting(23))}`]);
  });

  test('no FC after the last CF, even where it ends a block', () => {
    const bench = new Bench(false, { blocksize: 1 });
    bench.receive('1008000102030405').run();
    expect(bench.receive('210607').run()).toEqual([]);
    expect(bench.story).toEqual(['received 0001020304050607']);
  });

  test('a message longer than max_frame_size is answered with overflow; no memory is taken for it', () => {
    const bench = new Bench(false, { max_frame_size: 100 });
    expect(bench.receive('1065000102030405').run()).toEqual(['320000cccccccccc']);
    expect(bench.receive('1000ffffffff0102').run()).toEqual(['320000cccccccccc']);
    expect(bench.story).toEqual(['receiving N_BUFFER_OVFLW', 'receiving N_BUFFER_OVFLW']);
    expect(bench.endpoint.receiving).toBe(false);
    expect(bench.receive('1064000102030405').run()).toEqual(['300000cccccccccc']);
  });

  test.each<[string, (bench: Bench) => unknown, string[]]>([
    ['N_WRONG_SN: one left out', (b) => b.receive('22060708090a0b0c'), ['receiving N_WRONG_SN']],
    ['N_WRONG_SN: one twice', (b) => b.receive('21060708090a0b0c', '21060708090a0b0c'), ['receiving N_WRONG_SN']],
    ['N_WRONG_SN: FF counts as 0', (b) => b.receive('20060708090a0b0c'), ['receiving N_WRONG_SN']],
    ['N_TIMEOUT_Cr: nothing in 1000 ms after the FC', (b) => b.pass(999.999).pass(0.001), ['receiving N_TIMEOUT_Cr']],
    [
      'N_TIMEOUT_Cr: begins anew with each CF',
      (b) => b.pass(900).receive('21060708090a0b0c').pass(999).pass(1),
      ['receiving N_TIMEOUT_Cr'],
    ],
    ['N_UNEXP_PDU: an SF takes the place (9.8.3)', (b) => b.receive('01ff'), ['receiving N_UNEXP_PDU', 'received ff']],
    [
      'N_UNEXP_PDU: an FF takes the place',
      (b) => b.receive('1008000102030405', '210607'),
      ['receiving N_UNEXP_PDU', 'received 0001020304050607'],
    ],
    ['an SF that is to be ignored leaves all as it is', (b) => b.receive('00', '09ff'), []],
    ['an FC is the sender’s business', (b) => b.receive('320000'), []],
    ['a CF longer than the FF is ignored', (b) => b.receive(`21${'00'.repeat(11)}`, '21060708090a0b0c'), []],
    ['a CF shorter than the FF, not the last, is ignored', (b) => b.receive('210607', '21060708090a0b0c'), []],
  ])('in the middle of a message: %s', (_, act, story) => {
    const bench = new Bench();
    bench.receive('1040000102030405').run();
    act(bench);
    expect(bench.story).toEqual(story);
    expect(bench.endpoint.receiving).toBe(story.length === 0);
  });

  test('a last CF shorter than what is left is ignored', () => {
    const bench = new Bench();
    bench.receive('1009000102030405').run();
    bench.receive('210607');
    expect(bench.story).toEqual([]);
    bench.receive('21060708');
    expect(bench.story).toEqual(['received 000102030405060708']);
  });

  test('N_TIMEOUT_A: our FC was not confirmed in N_Ar', () => {
    const bench = new Bench();
    bench.receive('1040000102030405');
    bench.take();
    expect(bench.pass(1000).story).toEqual(['receiving N_TIMEOUT_A']);
  });

  test('the CF after an FC that was never confirmed proves that it arrived', () => {
    const bench = new Bench();
    bench.receive('1009000102030405');
    bench.take();
    bench.receive('21060708');
    expect(bench.story).toEqual(['received 000102030405060708']);
  });

  test('and what then fails to come is N_TIMEOUT_Cr, from that CF on, whenever the FC is confirmed', () => {
    const bench = new Bench();
    bench.receive('1040000102030405');
    const [flowControl] = bench.take();
    bench.receive('21060708090a0b0c').pass(900);
    bench.endpoint.confirm(present(flowControl), bench.nowNs);
    expect(bench.pass(99.999).story).toEqual([]);
    expect(bench.pass(0.001).story).toEqual(['receiving N_TIMEOUT_Cr']);
  });

  test('RX_DL is that of the FF, whatever we send ourselves', () => {
    const bench = new Bench(false);
    const first = Uint8Array.of(0x10, 100, ...counting(62));
    const last = Uint8Array.of(0x21, ...counting(100).slice(62), ...new Uint8Array(9));
    bench.receive(first).run();
    bench.receive(last);
    expect(bench.story).toEqual([`received ${toHex(counting(100))}`]);
  });
});

test('full duplex: a message is received while another is sent', () => {
  const bench = new Bench();
  bench.endpoint.send(counting(20));
  expect(bench.run()).toHaveLength(1);
  expect(bench.receive('1009000102030405').run()).toEqual(['300000cccccccccc']);
  expect(bench.receive('300000').run()).toHaveLength(2);
  bench.receive('21060708');
  expect(bench.story).toEqual(['sent', 'received 000102030405060708']);
});

describe('parameters', () => {
  test.each<[string, boolean, Partial<IsoTpParams>]>([
    ['stmin above a byte', false, { stmin: 256 }],
    ['blocksize below 0', false, { blocksize: -1 }],
    ['tx_padding a fraction', false, { tx_padding: 0.5 }],
    ['tx_data_length 64 without FD', false, { tx_data_length: 64 }],
    ['tx_data_length 10', true, { tx_data_length: 10 }],
    ['tx_data_length 7', true, { tx_data_length: 7 }],
    ['max_frame_size 0', false, { max_frame_size: 0 }],
  ])('%s is a bug of the caller', (_, fd, params) => {
    expect(() => isoTpParams(fd, params)).toThrow(RangeError);
  });
});

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

prop({ data: fc.uint8Array({ maxLength: 80 }) })(
  'any bytes decode to a PDU within the frame, or to nothing',
  ({ data }) => {
    const pdu = decodePdu(data);
    if (pdu?.type === 'single') expect(pdu.offset + pdu.length).toBeLessThanOrEqual(data.length);
    if (pdu?.type === 'first') expect(pdu.offset).toBeLessThan(data.length);
  },
);

prop({
  fd: fc.boolean(),
  steps: fc.array(fc.oneof(anyFrame, fc.constantFrom('send', 'confirm', 'pass')), { maxLength: 60 }),
})('any frames, at any time, throw nothing, and give no message beyond max_frame_size', ({ fd, steps }) => {
  const bench = new Bench(fd, { max_frame_size: 200 });
  for (const step of steps) {
    if (step === 'send') {
      if (!bench.endpoint.sending) bench.endpoint.send(counting(150));
    } else if (step === 'confirm') bench.run();
    else if (step === 'pass') bench.pass(400);
    else if (typeof step !== 'string') bench.receive(step);
    expect(bench.take().length).toBeLessThanOrEqual(2);
    const { deadlineNs } = bench.endpoint;
    if (deadlineNs !== undefined) expect(deadlineNs).toBeLessThanOrEqual(bench.nowNs + 1000 * NS_PER_MS);
    if (bench.endpoint.sending || bench.endpoint.receiving) expect(deadlineNs).toBeDefined();
  }
  for (const event of bench.events) {
    if (event.type === 'messageReceived') expect(event.message.length).toBeLessThanOrEqual(200);
  }
  bench.pass(1001);
  bench.pass(1001);
  expect([bench.endpoint.sending, bench.endpoint.receiving]).toEqual([false, false]);
});

prop({
  length: fc.integer({ min: 1, max: 3000 }),
  lost: fc.integer({ min: 0, max: 60 }),
  fd: fc.boolean(),
})('a lost frame never gives a wrong message', ({ length, lost, fd }) => {
  const [left, right] = [new Bench(fd, { blocksize: 5 }), new Bench(fd, { blocksize: 5 })];
  const message = payload(length);
  left.endpoint.send(message);
  let count = 0;
  for (let quiet = 0; quiet < 2; ) {
    quiet += 1;
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      for (const data of from.take()) {
        quiet = 0;
        from.endpoint.confirm(data, from.nowNs);
        if (count !== lost) to.receive(data);
        count += 1;
      }
    }
  }
  for (const event of right.events) {
    if (event.type === 'messageReceived') expect(brief(event.message)).toBe(brief(message));
  }
});

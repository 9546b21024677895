// ISO 15765-2 by its rules: which frames are sent and which are taken. Each row names what the standard says of it.
import { describe, expect, test } from 'vitest';
import { type IsoTpParams, isoTpParams } from '../../../src/bus/isotp/params.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { present } from '../support/harness.ts';
import { counting, EndpointBench } from './support/endpointBench.ts';

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
    ['SF, least length 5', false, { tx_padding: undefined, tx_data_min_length: 5 }, 2, '020001cccc'],
    [
      'SF, least length 5, longer by itself',
      false,
      { tx_padding: undefined, tx_data_min_length: 5 },
      6,
      '06000102030405',
    ],
    ['SF, least length 5 below the padding', false, { tx_padding: 0, tx_data_min_length: 5 }, 2, '0200010000000000'],
    ['SF, least length 16: the escape', true, { tx_data_min_length: 16 }, 8, '00080001020304050607cccccccccccc'],
    ['SF, least length 16: the short form stays in 8 bytes', true, { tx_data_min_length: 16 }, 7, '0700010203040506'],
    ['FF, FF_DL 8 (9.6.3.1)', false, {}, 8, '1008000102030405'],
    ['FF, FF_DL 4095', false, {}, 4095, '1fff000102030405'],
    ['FF, FF_DL 4096: escape', false, {}, 4096, '1000000010000001'],
    ['FF, TX_DL 12: FF_DLmin = TX_DL - 1', true, { tx_data_length: 12 }, 11, '100b00010203040506070809'],
  ])('%s', (_, fd, params, length, expected) => {
    const bench = new EndpointBench(fd, params);
    bench.endpoint.send(counting(length));
    expect(bench.run()).toEqual([expected]);
  });

  test('SN starts at 1, wraps from 15 to 0, and FC does not reset it (9.6.4.3)', () => {
    const bench = new EndpointBench();
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
    const classic = new EndpointBench();
    classic.endpoint.send(counting(8));
    classic.run();
    expect(classic.receive('300000').run()).toEqual(['210607cccccccccc']);
    const fd = new EndpointBench(true, { tx_padding: undefined });
    fd.endpoint.send(counting(62 + 9));
    fd.run();
    expect(fd.receive('300000').run()).toEqual(['213e3f40414243444546cccc']);
  });

  test('the least length is that of the last CF and of FC, too', () => {
    const bench = new EndpointBench(true, { tx_padding: undefined, tx_data_min_length: 12, tx_data_length: 20 });
    bench.endpoint.send(counting(20));
    bench.run();
    expect(bench.receive('300000').run()).toEqual(['211213cccccccccccccccccc']);
    expect(bench.receive(Uint8Array.of(0x10, 100, ...counting(18))).run()).toEqual(['300000cccccccccccccccccc']);
  });

  test.each([
    [false, {}, false, false],
    [true, {}, true, true],
    [true, { bitrate_switch: false }, true, false],
    [true, { can_fd: false, tx_data_length: 8 }, false, false],
  ])('on a bus with FD: %s, with %o, frames are FD: %s, with the bit rate switch: %s', (bus, params, fd, brs) => {
    const bench = new EndpointBench(bus, params);
    bench.endpoint.send(counting(3));
    expect(bench.take()).toMatchObject([{ fd, brs }]);
  });

  test('one frame is with the bus at a time; the next CF comes with the confirmation of the one before', () => {
    const bench = new EndpointBench();
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
    const bench = new EndpointBench();
    bench.receive(...frames);
    expect(bench.story).toEqual(story);
    expect(bench.run()).toEqual([]);
    expect(bench.endpoint.deadlineNs).toBe(Number.POSITIVE_INFINITY);
  });

  test('FF is answered with FC CTS that says our BS and STmin; the message follows', () => {
    const bench = new EndpointBench(false, { blocksize: 2, stmin: 0xf3 });
    expect(bench.receive('1017000102030405').run()).toEqual(['3002f3cccccccccc']);
    expect(bench.receive('21060708090a0b0c').run()).toEqual([]);
    expect(bench.receive('220d0e0f10111213').run()).toEqual(['3002f3cccccccccc']);
    expect(bench.receive('23141516').run()).toEqual([]);
    expect(bench.story).toEqual([`received ${toHex(counting(23))}`]);
  });

  test('no FC after the last CF, even where it ends a block', () => {
    const bench = new EndpointBench(false, { blocksize: 1 });
    bench.receive('1008000102030405').run();
    expect(bench.receive('210607').run()).toEqual([]);
    expect(bench.story).toEqual(['received 0001020304050607']);
  });

  test('a message longer than max_frame_size is answered with overflow; no memory is taken for it', () => {
    const bench = new EndpointBench(false, { max_frame_size: 100 });
    expect(bench.receive('1065000102030405').run()).toEqual(['320000cccccccccc']);
    expect(bench.receive('1000ffffffff0102').run()).toEqual(['320000cccccccccc']);
    expect(bench.story).toEqual(['receiving N_BUFFER_OVFLW', 'receiving N_BUFFER_OVFLW']);
    expect(bench.endpoint.receiving).toBe(false);
    expect(bench.receive('1064000102030405').run()).toEqual(['300000cccccccccc']);
  });

  test.each<[string, (bench: EndpointBench) => unknown, string[]]>([
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
      (b) => b.receive('1008000102030405').run() && b.receive('210607'),
      ['receiving N_UNEXP_PDU', 'received 0001020304050607'],
    ],
    ['an SF that is to be ignored leaves all as it is', (b) => b.receive('00', '09ff'), []],
    ['an FC is the sender’s business', (b) => b.receive('320000'), []],
    ['a CF longer than the FF is ignored', (b) => b.receive(`21${'00'.repeat(11)}`, '21060708090a0b0c'), []],
    ['a CF shorter than the FF, not the last, is ignored', (b) => b.receive('210607', '21060708090a0b0c'), []],
  ])('in the middle of a message: %s', (_, act, story) => {
    const bench = new EndpointBench();
    bench.receive('1040000102030405').run();
    act(bench);
    expect(bench.story).toEqual(story);
    expect(bench.endpoint.receiving).toBe(story.length === 0);
  });

  test('a last CF shorter than what is left is ignored', () => {
    const bench = new EndpointBench();
    bench.receive('1009000102030405').run();
    bench.receive('210607');
    expect(bench.story).toEqual([]);
    bench.receive('21060708');
    expect(bench.story).toEqual(['received 000102030405060708']);
  });

  test('N_TIMEOUT_A: our FC was not confirmed in N_Ar', () => {
    const bench = new EndpointBench();
    bench.receive('1040000102030405');
    bench.take();
    expect(bench.pass(1000).story).toEqual(['receiving N_TIMEOUT_A']);
  });

  test('the CF after an FC that was never confirmed proves that it arrived', () => {
    const bench = new EndpointBench();
    bench.receive('1009000102030405');
    bench.take();
    bench.receive('21060708');
    expect(bench.story).toEqual(['received 000102030405060708']);
  });

  test('and what then fails to come is N_TIMEOUT_Cr, from that CF on, whenever the FC is confirmed', () => {
    const bench = new EndpointBench();
    bench.receive('1040000102030405');
    const [flowControl] = bench.take();
    bench.receive('21060708090a0b0c').pass(900);
    bench.endpoint.confirm(present(flowControl), bench.nowNs);
    expect(bench.pass(99.999).story).toEqual([]);
    expect(bench.pass(0.001).story).toEqual(['receiving N_TIMEOUT_Cr']);
  });

  test('RX_DL is that of the FF, whatever we send ourselves', () => {
    const bench = new EndpointBench(false);
    const first = Uint8Array.of(0x10, 100, ...counting(62));
    const last = Uint8Array.of(0x21, ...counting(100).slice(62), ...new Uint8Array(9));
    bench.receive(first).run();
    bench.receive(last);
    expect(bench.story).toEqual([`received ${toHex(counting(100))}`]);
  });
});

test('full duplex: a message is received while another is sent', () => {
  const bench = new EndpointBench();
  bench.endpoint.send(counting(20));
  expect(bench.run()).toHaveLength(1);
  expect(bench.receive('1009000102030405').run()).toEqual(['300000cccccccccc']);
  expect(bench.receive('300000').run()).toHaveLength(2);
  bench.receive('21060708');
  expect(bench.story).toEqual(['sent', 'received 000102030405060708']);
});

test('an overflow that has not left is of no use once the next message begins', () => {
  const bench = new EndpointBench();
  const [overflow] = bench.receive('1000ffffffff0102').take();
  expect(bench.endpoint.awaits(present(overflow))).toBe(true);
  bench.receive('1009000102030405');
  expect(bench.endpoint.awaits(present(overflow))).toBe(false);
  expect(bench.run()).toEqual(['300000cccccccccc']);
});

describe('parameters', () => {
  test.each<[string, boolean, Partial<IsoTpParams>]>([
    ['stmin above a byte', false, { stmin: 256 }],
    ['stmin that is reserved: 0x80', false, { stmin: 0x80 }],
    ['stmin that is reserved: 0xfa', false, { stmin: 0xfa }],
    ['blocksize below 0', false, { blocksize: -1 }],
    ['tx_padding a fraction', false, { tx_padding: 0.5 }],
    ['tx_data_length 64 without FD', false, { tx_data_length: 64 }],
    ['tx_data_length 10', true, { tx_data_length: 10 }],
    ['tx_data_length 7', true, { tx_data_length: 7 }],
    ['max_frame_size 0', false, { max_frame_size: 0 }],
    ['max_frame_size beyond 32 bits', false, { max_frame_size: 0x1_0000_0000 }],
    ['wftmax above a byte', false, { wftmax: 256 }],
    ['tx_data_min_length 0', false, { tx_data_min_length: 0 }],
    ['tx_data_min_length 9', true, { tx_data_min_length: 9 }],
    ['tx_data_min_length above tx_data_length', true, { tx_data_min_length: 32, tx_data_length: 24 }],
    ['N_As of 0', false, { tx_confirmation_timeout: 0 }],
    ['N_Bs below 0', false, { rx_flowcontrol_timeout: -1 }],
    ['N_Br that is no number', false, { tx_flowcontrol_time: Number.NaN }],
    ['N_Cs without end', false, { tx_consecutive_frame_timeout: Number.POSITIVE_INFINITY }],
    ['N_Cr beyond an hour', false, { rx_consecutive_frame_timeout: 3_600_001 }],
    ['override_receiver_stmin below 0', false, { override_receiver_stmin: -1 }],
  ])('%s is a bug of the caller', (_, fd, params) => {
    expect(() => isoTpParams(fd, params)).toThrow(RangeError);
  });
});

// ISO 15765-2, 10.3: which ids and bytes each addressing mode has, and who hears what.
import { describe, expect, test } from 'vitest';
import { classicFrame } from '../../../src/bus/bus.ts';
import { type AddressInformation, resolveAddress } from '../../../src/bus/isotp/addressing.ts';
import { attachIsoTpNode, type IsoTpAddress } from '../../../src/bus/isotp/node.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { BusRecorder, brief, codeOf, payload, present, recorded } from '../support/harness.ts';
import { type AddressingMode, addressPairs } from '../support/isoTpPair.ts';
import { counting, EndpointBench, hex } from './support/endpointBench.ts';

function virtualBus(fd = false) {
  const clock = new EventQueue();
  return { clock, bus: createVirtualCan({ name: 'can0', clock, bitrate: 500_000, dataBitrate: 2_000_000, fd }) };
}

describe('frames of each mode', () => {
  const plain = ['03000102cccccccc', '1009000102030405', '21060708cccccccc', '300000cccccccccc'] as const;
  const target = ['1003000102cccccc', '1010090001020304', '102105060708cccc', '10300000cccccccc'] as const;
  const extension = ['9903000102cccccc', '9910090001020304', '992105060708cccc', '99300000cccccccc'] as const;

  test.each<[AddressingMode, number, readonly [string, string, string, string]]>([
    ['Normal_11bits', 0x7e0, plain],
    ['Normal_29bits', 0x7e0, plain],
    ['NormalFixed_29bits', 0x18da_10f1, plain],
    ['Extended_11bits', 0x6f1, target],
    ['Extended_29bits', 0x18_0006f1, target],
    ['Mixed_11bits', 0x7e0, extension],
    ['Mixed_29bits', 0x18ce_10f1, extension],
  ])('%s: SF, FF, CF and FC', (mode, id, [single, first, consecutive, flowControl]) => {
    const bench = new EndpointBench(false, {}, addressPairs[mode][0]);
    const { firstByte } = bench.endpoint.address.receive;
    const before = firstByte === undefined ? '' : toHex(Uint8Array.of(firstByte));
    const extended = mode.endsWith('29bits');
    bench.endpoint.send(counting(3));
    expect(bench.take()).toEqual([{ id, extended, remote: false, fd: false, brs: false, data: hex(single) }]);
    bench.endpoint.abort();
    bench.endpoint.send(counting(9));
    expect(bench.run()).toEqual([first]);
    expect(bench.receive(`${before}300000`).run()).toEqual([consecutive]);
    expect(bench.receive(`${before}1009${'00'.repeat(before === '' ? 6 : 5)}`).run()).toEqual([flowControl]);
    expect(bench.story).toEqual(['sent']);
  });

  test.each<[string, AddressInformation, number, number]>([
    [
      'normal fixed, functional: 0x18DB',
      { mode: 'NormalFixed_29bits', targetAddressType: 'functional', sourceAddress: 0xf1, targetAddress: 0x33 },
      0x18db_33f1,
      0x18db_f133,
    ],
    [
      'mixed, functional: 0x18CD',
      {
        mode: 'Mixed_29bits',
        targetAddressType: 'functional',
        sourceAddress: 0xf1,
        targetAddress: 0x33,
        addressExtension: 1,
      },
      0x18cd_33f1,
      0x18cd_f133,
    ],
    [
      'normal fixed with another priority',
      { mode: 'NormalFixed_29bits', sourceAddress: 1, targetAddress: 2, idBase: 0x0cda_ffff },
      0x0cda_0201,
      0x0cda_0102,
    ],
  ])('%s', (_, address, transmitId, receiveId) => {
    const { transmit, receive } = resolveAddress(address);
    expect([transmit.id, receive.id]).toEqual([transmitId, receiveId]);
  });

  test.each<[string, AddressInformation]>([
    ['11 bits: 0x800', { transmitId: 0x800, receiveId: 1 }],
    ['11 bits: a fraction', { transmitId: 1, receiveId: 1.5 }],
    ['29 bits: 0x20000000', { mode: 'Normal_29bits', transmitId: 1, receiveId: 0x2000_0000 }],
    ['an address of 256', { mode: 'NormalFixed_29bits', sourceAddress: 256, targetAddress: 1 }],
    ['an address below 0', { mode: 'NormalFixed_29bits', sourceAddress: 1, targetAddress: -1 }],
    ['N_AE of 256', { mode: 'Mixed_11bits', transmitId: 1, receiveId: 2, addressExtension: 256 }],
    ['N_TA of 256', { mode: 'Extended_11bits', transmitId: 1, receiveId: 2, sourceAddress: 1, targetAddress: 256 }],
    [
      'an idBase beyond 29 bits',
      { mode: 'NormalFixed_29bits', sourceAddress: 1, targetAddress: 2, idBase: 0x2000_0000 },
    ],
  ])('refuses %s as a bug', (_, address) => {
    expect(() => resolveAddress(address)).toThrow(RangeError);
  });
});

describe('lengths with a byte before the PCI', () => {
  const extended = addressPairs.Extended_11bits[0];

  test.each<[string, boolean, object, number, string]>([
    ['SF, the longest classic one: 6', false, {}, 6, '1006000102030405'],
    ['FF, FF_DLmin 7', false, {}, 7, '1010070001020304'],
    ['FF, FF_DL 4096: escape', false, {}, 4096, '1010000000100000'],
    ['SF, FD with 6 bytes keeps the short form', true, {}, 6, '1006000102030405'],
    ['SF, FD escape from 7 on', true, {}, 7, '10000700010203040506cccc'],
    ['SF, TX_DL 12: 9 bytes', true, { tx_data_length: 12 }, 9, '100009000102030405060708'],
    ['FF, TX_DL 12: FF_DLmin = TX_DL - 2', true, { tx_data_length: 12 }, 10, '10100a000102030405060708'],
  ])('%s', (_, fd, params, length, expected) => {
    const bench = new EndpointBench(fd, params, extended);
    bench.endpoint.send(counting(length));
    expect(bench.run()).toEqual([expected]);
  });

  test.each<[string, string, string[]]>([
    ['SF_DL 6 in 8 bytes', 'f106000102030405', ['received 000102030405']],
    ['SF_DL 7 in 8 bytes is ignored', 'f107000102030405', []],
    ['SF, escape with a length of 7', 'f100070001020304050600 00', ['received 00010203040506']],
    ['SF, escape with a length of up to 6 is ignored', 'f100060001020304050600 00', []],
    ['FF_DL below 7 is ignored (FF_DLmin)', 'f110060001020304', []],
    ['FF of 12 bytes with FF_DL below 10 is ignored', 'f11009000102030405060708', []],
    ['a lone address byte is ignored', 'f1', []],
    ['no data at all is ignored', '', []],
  ])('%s', (_, frame, story) => {
    const bench = new EndpointBench(false, {}, extended).receive(frame);
    expect(bench.story).toEqual(story);
    expect(bench.endpoint.receiving).toBe(false);
  });

  test('an escape FF carries 1 byte in classic frames', () => {
    const bench = new EndpointBench(false, { max_frame_size: 5000 }, extended);
    expect(bench.receive('f110000000100000').run()).toEqual(['10300000cccccccc']);
    expect(bench.receive('f121010203040506').story).toEqual([]);
    expect(bench.endpoint.receiving).toBe(true);
  });
});

describe('frames of others', () => {
  const data = hex('03010203');
  test.each<[string, AddressingMode, object]>([
    ['another id', 'Normal_11bits', { id: 0x7e9 }],
    ['the same id in 29 bits', 'Normal_11bits', { extended: true }],
    ['the same id in 11 bits', 'Normal_29bits', { id: 0x7e0, extended: false }],
    ['a remote frame', 'Normal_11bits', { remote: true, data: new Uint8Array(0) }],
    ['another N_SA', 'NormalFixed_29bits', { id: 0x18da_f111 }],
    ['another N_TA', 'NormalFixed_29bits', { id: 0x18da_f210 }],
    ['functional in place of physical', 'NormalFixed_29bits', { id: 0x18db_f110 }],
    ['another N_TA in the first byte', 'Extended_11bits', { data: hex('f203010203') }],
    ['another N_AE', 'Mixed_11bits', { data: hex('9803010203') }],
    ['another N_AE', 'Mixed_29bits', { data: hex('9803010203') }],
  ])('%s is not the connection’s: %s', (_, mode, change) => {
    const bench = new EndpointBench(false, {}, addressPairs[mode][0]);
    const { id, extended, firstByte } = bench.endpoint.address.receive;
    const own = firstByte === undefined ? data : Uint8Array.of(firstByte, ...data);
    const frame = { id, extended, remote: false, fd: false, brs: false, data: own };
    expect(bench.endpoint.receive({ ...frame, ...change }, 0)).toBe(false);
    expect(bench.hear({ ...frame, ...change }).story).toEqual([]);
    expect(bench.hear(frame).story).toEqual(['received 010203']);
  });
});

describe('functional addressing', () => {
  const functional: AddressInformation = { targetAddressType: 'functional', transmitId: 0x7df, receiveId: 0x7df };

  test.each<[string, string[], string[]]>([
    ['SF', ['023e80'], ['received 3e80']],
    ['FF is ignored', ['1009000102030405'], []],
    ['CF is ignored', ['2106070800000000'], []],
    ['FC is ignored', ['300000'], []],
  ])('takes single frames only: %s', (_, frames, story) => {
    const bench = new EndpointBench(false, {}, functional).receive(...frames);
    expect(bench.story).toEqual(story);
    expect(bench.run()).toEqual([]);
  });

  test('sends single frames only', () => {
    const bench = new EndpointBench(false, {}, functional);
    expect(bench.endpoint.sendBytesMax).toBe(7);
    expect(() => bench.endpoint.send(counting(8))).toThrow(RangeError);
    bench.endpoint.send(counting(7));
    expect(bench.run()).toEqual(['0700010203040506']);
    expect(new EndpointBench(true, {}, functional).endpoint.sendBytesMax).toBe(62);
  });

  test('one tester, every ECU hears, each answers by itself; a physical message on its way is not disturbed', () => {
    const { clock, bus } = virtualBus();
    const all = { name: 'all', ...functional };
    const serials = [0, 1, 2];
    const tester = attachIsoTpNode(bus, 'tester', clock, [
      ...serials.map((serial) => ({ name: `${serial}`, transmitId: 0x7e0 + serial, receiveId: 0x7e8 + serial })),
      all,
    ]);
    const ecus = serials.map((serial) => {
      const own: IsoTpAddress = { name: 'tester', transmitId: 0x7e8 + serial, receiveId: 0x7e0 + serial };
      const { links } = attachIsoTpNode(bus, `ecu${serial}`, clock, [own, all]);
      const physical = present(links.get('tester'));
      const heard = { physical: recorded(physical), functional: recorded(present(links.get('all'))) };
      heard.functional.onReceived = () => expect(codeOf(physical.send(Uint8Array.of(0x7e, serial)))).toBe('ok');
      return heard;
    });
    const answers = serials.map((serial) => recorded(present(tester.links.get(`${serial}`))));
    const broadcast = present(tester.links.get('all'));
    const asked = recorded(broadcast);
    expect(broadcast.messageBytesMax).toBe(7);
    expect(codeOf(broadcast.send(payload(8)))).toBe('too-long');
    present(tester.links.get('0')).send(payload(500));
    clock.at(5_000_000, () => expect(codeOf(broadcast.send(Uint8Array.of(0x3e, 0)))).toBe('ok'));
    while (clock.step());
    expect(asked).toMatchObject({ sent: 1, failures: [], received: [] });
    expect(ecus.map(({ functional: { received } }) => received)).toEqual(serials.map(() => [Uint8Array.of(0x3e, 0)]));
    expect(answers.map(({ received }) => received)).toEqual(serials.map((serial) => [Uint8Array.of(0x7e, serial)]));
    expect(ecus[0]?.physical.received.map(brief)).toEqual([payload(500)].map(brief));
    expect(ecus.flatMap(({ physical }) => physical.failures)).toEqual([]);
  });
});

describe('links of one node', () => {
  test('share an id where the first byte tells them apart', () => {
    const { clock, bus } = virtualBus();
    const serials = [0x10, 0x11, 0x12];
    const tester = attachIsoTpNode(
      bus,
      'tester',
      clock,
      serials.map((serial) => ({
        name: `${serial}`,
        mode: 'Extended_11bits',
        transmitId: 0x6f1,
        receiveId: 0x6ff,
        sourceAddress: serial + 0x80,
        targetAddress: serial,
      })),
    );
    const ecus = serials.map((serial) => {
      const address: IsoTpAddress = {
        name: 'tester',
        mode: 'Extended_11bits',
        transmitId: 0x6ff,
        receiveId: 0x6f1,
        sourceAddress: serial,
        targetAddress: serial + 0x80,
      };
      const link = present(attachIsoTpNode(bus, `${serial}`, clock, [address]).links.get('tester'));
      const heard = recorded(link);
      heard.onReceived = (message) => expect(codeOf(link.send(message))).toBe('ok');
      return heard;
    });
    const heard = serials.map((serial) => recorded(present(tester.links.get(`${serial}`))));
    for (const serial of serials) present(tester.links.get(`${serial}`)).send(payload(50, serial));
    while (clock.step());
    const expected = serials.map((serial) => [brief(payload(50, serial))]);
    expect(ecus.map(({ received }) => received.map(brief))).toEqual(expected);
    expect(heard.map(({ received }) => received.map(brief))).toEqual(expected);
  });

  const normal = { name: 'x', transmitId: 1, receiveId: 2 };
  test.each<[string, IsoTpAddress[]]>([
    ['an id of 29 bits in a mode of 11', [{ ...normal, transmitId: 0x800 }]],
    ['one name twice', [normal, { ...normal, transmitId: 3, receiveId: 4 }]],
    ['one id received twice', [normal, { name: 'y', transmitId: 3, receiveId: 2 }]],
    ['one id sent twice', [normal, { name: 'y', transmitId: 1, receiveId: 3 }]],
    [
      'one id with a first byte and without',
      [normal, { name: 'y', mode: 'Mixed_11bits', transmitId: 3, receiveId: 2, addressExtension: 1 }],
    ],
  ])('refuses %s as a bug', (_, addresses) => {
    const { clock, bus } = virtualBus();
    expect(() => attachIsoTpNode(bus, 'node', clock, addresses)).toThrow(RangeError);
  });

  test('take the same number in 11 and in 29 bits for two ids', () => {
    const { clock, bus } = virtualBus();
    const { links } = attachIsoTpNode(bus, 'node', clock, [
      { name: 'short', transmitId: 1, receiveId: 2 },
      { name: 'long', mode: 'Normal_29bits', transmitId: 1, receiveId: 2 },
    ]);
    const heard = [recorded(present(links.get('short'))), recorded(present(links.get('long')))];
    const stranger = bus.attach('stranger', new BusRecorder());
    stranger.send(classicFrame(2, hex('0111')));
    stranger.send({ ...classicFrame(2, hex('0122')), extended: true });
    stranger.send({ ...classicFrame(2, new Uint8Array(0)), remote: true });
    while (clock.step());
    expect(heard.map(({ received }) => received)).toEqual([[Uint8Array.of(0x11)], [Uint8Array.of(0x22)]]);
  });
});

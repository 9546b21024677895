// What `tcpdump -i any` writes: Linux cooked captures, in pcap and pcapng.
import { describe, expect, it } from 'vitest';
import { classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { type LinkPacket, linkTypes, readLinkPacket } from '../../../src/capture/linkLayer/linkPacket.ts';
import { concatBytes } from '../../../src/core/bytes.ts';
import { fc, prop } from '../../support/property.ts';
import { fieldsOf } from '../support/binary.ts';

const network = fieldsOf(false);
const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const canHardware = 280;

/** The header of LINKTYPE_LINUX_SLL. */
function sll(protocol: number, hardware = canHardware): Uint8Array {
  const { u16, u64 } = network;
  return concatBytes(u16(1), u16(hardware), u16(0), u64(0n), u16(protocol));
}

/** The header of LINKTYPE_LINUX_SLL2, of interface 7. */
function sll2(protocol: number, hardware = canHardware): Uint8Array {
  const { u8, u16, u32, u64 } = network;
  return concatBytes(u16(protocol), u16(0), u32(7), u16(hardware), u8(1, 0), u64(0n));
}

function canFrame(
  littleEndian: boolean,
  word: number,
  bytes: Uint8Array,
  flags = 0,
  length = bytes.length,
): Uint8Array {
  return concatBytes(fieldsOf(littleEndian).u32(word), Uint8Array.of(length, flags, 0, 0), bytes);
}

function read(linkType: number, bytes: Uint8Array, more: Partial<LinkPacket> = {}) {
  return readLinkPacket({ linkType, timeNs: 5n, bus: 'any', bytes, littleEndian: true, isCut: false, ...more });
}

describe.each([
  ['SLL', linkTypes.cooked, sll, 'any'],
  ['SLL2, whose interface is the bus', linkTypes.cooked2, sll2, 'if7'],
] as const)('a Linux cooked capture: %s', (_, linkType, header, bus) => {
  describe.each([true, false])('with the id in the byte order of the file, little-endian %s', (littleEndian) => {
    const content = (bytes: Uint8Array) => {
      const result = read(linkType, bytes, { littleEndian });
      return result.ok && 'type' in result.value ? result.value : result;
    };

    it.each<[string, number, Uint8Array, object]>([
      ['a classic frame', 0x0c, canFrame(littleEndian, 0x123, data), classicFrame(0x123, data)],
      [
        'a classic frame, which keeps what the kernel padded it with',
        0x0c,
        concatBytes(canFrame(littleEndian, 0x123, data.subarray(0, 3)), new Uint8Array(5)),
        classicFrame(0x123, data.subarray(0, 3)),
      ],
      [
        'one whose byte of flags means nothing',
        0x0c,
        canFrame(littleEndian, 0x123, data, 0xff),
        classicFrame(0x123, data),
      ],
      [
        'a remote frame of 29 bits',
        0x0c,
        canFrame(littleEndian, 0xc000_0000 + 0x18da_10f1, new Uint8Array(8), 0, 4),
        { ...classicFrame(0x18da_10f1, new Uint8Array(0)), extended: true, remote: true, requestedBytes: 4 },
      ],
      [
        'a CAN FD frame',
        0x0d,
        canFrame(littleEndian, 0x7ff, new Uint8Array(64), 5),
        fdFrame(0x7ff, new Uint8Array(64)),
      ],
      [
        'a CAN FD frame of 8 bytes without the flag, ESI set',
        0x0d,
        canFrame(littleEndian, 0x1, data, 2),
        { ...fdFrame(1, data), brs: false, esi: true },
      ],
    ])('%s', (__, protocol, frame, expected) => {
      expect(content(concatBytes(header(protocol), frame))).toEqual({
        type: 'frame',
        timeNs: 5n,
        bus,
        frame: expected,
      });
    });

    it('an error frame', () => {
      const error = canFrame(littleEndian, 0x2000_0088, new Uint8Array(8));
      expect(content(concatBytes(header(0x0c), error))).toMatchObject({ type: 'error', errorClass: 0x88, bus });
    });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['CAN XL', concatBytes(header(0x0e), new Uint8Array(20)), /CAN XL/],
    ['IPv4', concatBytes(header(0x0800, 1), new Uint8Array(20)), /protocol 0x0800/],
    ['netlink, whose protocol 12 is another', concatBytes(header(0x0c, 824), data), /netlink/],
  ])('%s is left out', (__, bytes, message) => {
    expect(read(linkType, bytes)).toEqual({ ok: true, value: { leftOut: expect.stringMatching(message) } });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a header', header(0x0c).subarray(0, 15), /shorter than the header/],
    ['the id', concatBytes(header(0x0c), data.subarray(0, 5)), /no room for its header/],
    ['its data', concatBytes(header(0x0c), canFrame(true, 1, data).subarray(0, 12)), /shorter than its frame/],
  ])('without all of %s it is a fault, or left out where only its beginning was captured', (__, bytes, message) => {
    expect(read(linkType, bytes)).toEqual({ ok: false, fault: expect.stringMatching(message) });
    expect(read(linkType, bytes, { isCut: true })).toMatchObject({
      value: { leftOut: expect.stringMatching(/only the beginning/) },
    });
  });
});

it('the id word of LINKTYPE_CAN_SOCKETCAN is in network order, whatever the file’s is', () => {
  const bytes = canFrame(false, 0x123, data);
  for (const littleEndian of [true, false]) {
    expect(read(linkTypes.socketCan, bytes, { littleEndian })).toMatchObject({
      value: { bus: 'any', frame: { id: 0x123 } },
    });
  }
});

prop([fc.constantFrom(1, 113, 227, 276, 5), fc.uint8Array({ maxLength: 120 }), fc.boolean(), fc.boolean()])(
  'any bytes of any link type give a record, what is left out, or a fault',
  (linkType, bytes, littleEndian, isCut) => {
    read(linkType, bytes, { littleEndian, isCut });
  },
);

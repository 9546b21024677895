import { describe, expect, it } from 'vitest';
import { classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { captureBlockBytesMax, captureBusesMax } from '../../../src/capture/limits.ts';
import { createPcapngDecoder } from '../../../src/capture/pcapng/pcapngDecoder.ts';
import { createPcapngEncoder } from '../../../src/capture/pcapng/pcapngEncoder.ts';
import type { CaptureRecord } from '../../../src/capture/record/captureRecord.ts';
import { concatBytes, toHex, utf8 } from '../../../src/core/bytes.ts';
import { fc, prop } from '../../support/property.ts';
import { anyFrameRecord, captured, decoded, encoded, startNs, startS, twoBuses } from '../support/records.ts';

const head = { startS, buses: [...twoBuses, { name: 'backbone', kind: 'ethernet' } as const] };

/** Blocks as other programs may write them, in either byte order. */
function blocks(little: boolean) {
  const u16 = (value: number) => {
    const bytes = new Uint8Array(2);
    new DataView(bytes.buffer).setUint16(0, value, little);
    return bytes;
  };
  const u32 = (value: number) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, little);
    return bytes;
  };
  const pad = (bytes: Uint8Array) => concatBytes(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
  const block = (type: number, ...parts: readonly Uint8Array[]) => {
    const body = pad(concatBytes(...parts));
    const length = u32(12 + body.length);
    return concatBytes(u32(type), length, body, length);
  };
  const option = (code: number, value: Uint8Array) => concatBytes(u16(code), u16(value.length), pad(value));
  const section = (major = 1) =>
    block(0x0a0d_0d0a, u32(0x1a2b_3c4d), u16(major), u16(0), u32(0xffff_ffff), u32(0xffff_ffff));
  const description = (linkType: number, ...options: readonly Uint8Array[]) =>
    block(1, u16(linkType), u16(0), u32(0), ...options);
  const packet = (index: number, units: bigint, bytes: Uint8Array, length = bytes.length) =>
    block(6, u32(index), u32(Number(units >> 32n)), u32(Number(units & 0xffff_ffffn)), u32(length), u32(length), bytes);
  return { u16, u32, block, option, section, description, packet };
}

const frame123 = Uint8Array.of(0, 0, 1, 0x23, 2, 0, 0, 0, 0xab, 0xcd);

function times({ records }: { readonly records: readonly CaptureRecord[] }): readonly bigint[] {
  return records.map(({ timeNs }) => timeNs);
}

describe('pcapng', () => {
  it('a frame is a packet of LINKTYPE_CAN_SOCKETCAN: the id in network order, CAN FD by its flag', () => {
    const encoder = createPcapngEncoder(head);
    const packetOf = (record: CaptureRecord) => toHex(encoder.encode(record).subarray(28, -4));
    const data = Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd);
    expect(packetOf(captured(classicFrame(0x123, data)))).toBe('0000012304000000aabbccdd');
    expect(packetOf(captured({ ...classicFrame(0x123, data), extended: true }))).toBe('8000012304000000aabbccdd');
    const remote = { ...classicFrame(0x123, new Uint8Array(0)), remote: true };
    expect(packetOf(captured({ ...remote, requestedBytes: 4 }))).toBe('4000012304000000');
    expect(packetOf(captured({ ...fdFrame(0x123, data), esi: true }))).toBe('0000012304070000aabbccdd');
    expect(packetOf(captured({ ...fdFrame(0x123, data), brs: false }))).toBe('0000012304040000aabbccdd');
    const error = { type: 'error', timeNs: startNs, bus: 'body', errorClass: 0x80, data: new Uint8Array(8) } as const;
    expect(packetOf(error)).toBe(`2000008008000000${'00'.repeat(8)}`);
  });

  it('keeps nanoseconds, buses by name, errors and Ethernet packets', () => {
    const records: readonly CaptureRecord[] = [
      captured(classicFrame(1, Uint8Array.of(1)), 1),
      captured(fdFrame(2, new Uint8Array(64)), 2, { bus: 'chassis' }),
      { type: 'packet', timeNs: startNs + 3n, bus: 'backbone', packet: Uint8Array.from({ length: 61 }, (_, i) => i) },
      { type: 'error', timeNs: startNs + 4n, bus: 'body', errorClass: 0x80, data: new Uint8Array(8).fill(7) },
    ];
    const bytes = encoded(createPcapngEncoder(head), records);
    expect(bytes.length % 4).toBe(0);
    expect(decoded(createPcapngDecoder(), bytes)).toEqual({ records, fault: undefined });
  });

  it('a bus that its head does not name has no place in it', () => {
    expect(
      createPcapngEncoder(head).encode(captured(classicFrame(1, frame123.subarray(0, 2)), 0, { bus: 'other' })),
    ).toHaveLength(0);
  });

  describe.each([
    ['little', true],
    ['big', false],
  ])('of %s byte order', (_, little) => {
    const { u32, block, option, section, description, packet } = blocks(little);
    const can = description(227);
    const name = (text: string) => option(2, utf8(text));

    it('is read, and what is not known is passed over', () => {
      const bytes = concatBytes(
        section(),
        block(0x0000_0bad, new Uint8Array(5000)),
        description(1, name('eth0')),
        description(
          227,
          option(3, utf8('a description')),
          name('can0'),
          option(9, Uint8Array.of(9)),
          option(0, new Uint8Array()),
        ),
        description(113, name('any')),
        packet(1, startNs, frame123),
        packet(2, startNs, new Uint8Array(40)),
        packet(0, startNs / 1000n, Uint8Array.of(1, 2, 3)),
        block(5, new Uint8Array(8)),
      );
      const record = captured(classicFrame(0x123, Uint8Array.of(0xab, 0xcd)), 0, { bus: 'can0' });
      const ethernet = { type: 'packet', timeNs: startNs, bus: 'eth0', packet: Uint8Array.of(1, 2, 3) };
      for (const pieceBytes of [1, 7, 4096, 1e6]) {
        expect(decoded(createPcapngDecoder(), bytes, pieceBytes)).toEqual({
          records: [record, ethernet],
          fault: undefined,
        });
      }
    });

    it.each<[string, number | undefined, bigint, bigint]>([
      ['microseconds, where it says nothing', undefined, 1_500_000n, 1_500_000_000n],
      ['milliseconds', 3, 1_500n, 1_500_000_000n],
      ['picoseconds', 12, 1_500_000_000_999n, 1_500_000_000n],
      ['a power of two', 0x80 + 10, 1536n, 1_500_000_000n],
      ['seconds', 0, 2n, 2_000_000_000n],
    ])('times in %s', (_, resolution, units, ns) => {
      const options = resolution === undefined ? [] : [option(9, Uint8Array.of(resolution))];
      const bytes = concatBytes(section(), description(227, ...options), packet(0, units, frame123));
      expect(times(decoded(createPcapngDecoder(), bytes))).toEqual([ns]);
    });

    it('times with an offset in seconds', () => {
      const offset = little ? concatBytes(u32(1000), u32(0)) : concatBytes(u32(0), u32(1000));
      const bytes = concatBytes(section(), description(227, option(14, offset)), packet(0, 1n, frame123));
      expect(times(decoded(createPcapngDecoder(), bytes))).toEqual([1_000_000_001_000n]);
    });

    it('another section has interfaces of its own, and its own byte order', () => {
      const other = blocks(!little);
      const bytes = concatBytes(
        section(),
        description(227, name('can0')),
        other.section(),
        other.description(227, other.option(2, utf8('can9'))),
        other.packet(0, 5n, frame123),
      );
      expect(decoded(createPcapngDecoder(), bytes).records.map(({ bus }) => bus)).toEqual(['can9']);
    });

    const word = (value: number) => concatBytes(u32(value));
    it.each<[string, Uint8Array, number]>([
      ['does not begin with a section', can, 0],
      ['has no magic number', concatBytes(section().subarray(0, 8), word(0x1111_1111), section().subarray(12)), 0],
      ['is of version 2', section(2), 0],
      ['has a block of 8 bytes', concatBytes(section(), word(6), word(8), word(8)), 28],
      ['has a block of 13 bytes', concatBytes(section(), word(6), word(13), word(13)), 28],
      ['has a block of 2 GiB', concatBytes(section(), word(6), word(0x8000_0000), word(0)), 28],
      [
        'has a block just above the limit',
        concatBytes(section(), word(6), word(captureBlockBytesMax + 4), word(0)),
        28,
      ],
      ['says two lengths', concatBytes(section(), word(1), word(20), new Uint8Array(8), word(24)), 28],
      ['has a packet of no interface', concatBytes(section(), packet(0, 0n, frame123)), 28],
      ['has a packet longer than its block', concatBytes(section(), can, packet(0, 0n, frame123, 1000)), 48],
      ['has a packet without fields', concatBytes(section(), can, block(6, new Uint8Array(16))), 48],
      [
        'has an option longer than its block',
        concatBytes(section(), description(227, Uint8Array.of(0, 2, 99, 99))),
        28,
      ],
      ['ends within a block', concatBytes(section(), can, packet(0, 0n, frame123).subarray(0, 30)), 48],
      ['ends within a block passed over', concatBytes(section(), block(99, new Uint8Array(80)).subarray(0, 30)), 28],
      ['has a frame without its data', concatBytes(section(), can, packet(0, 0n, frame123.subarray(0, 9))), 48],
      ['has a frame without its header', concatBytes(section(), can, packet(0, 0n, frame123.subarray(0, 5))), 48],
      [
        'has a CAN FD frame of 9 bytes',
        concatBytes(section(), can, packet(0, 0n, Uint8Array.of(0, 0, 0, 1, 9, 4, 0, 0, ...new Uint8Array(9)))),
        48,
      ],
    ])('a file that %s: a fault and where', (_, bytes, offset) => {
      const { records, fault } = decoded(createPcapngDecoder(), bytes, 10);
      expect([records, fault?.offset, fault?.message]).toEqual([[], offset, expect.any(String)]);
    });

    it('interfaces without end are refused', () => {
      const many = Array.from({ length: captureBusesMax + 1 }, () => can);
      expect(decoded(createPcapngDecoder(), concatBytes(section(), ...many)).fault?.message).toContain('interfaces');
    });

    it.each<[string, readonly number[], object]>([
      ['as the kernel pads it', [0, 0, 1, 0x23, 2, 0, 0, 0, 0xab, 0xcd, 0, 0, 0, 0, 0, 0], { fd: false, brs: false }],
      [
        'a canfd_frame, which has no flag before Linux 6.1',
        [0, 0, 1, 0x23, 2, 1, 0, 0, 0xab, 0xcd, ...new Uint8Array(62)],
        { fd: true, brs: true },
      ],
      ['of more than 8 bytes', [0, 0, 1, 0x23, 12, 0, 0, 0, ...new Uint8Array(12)], { fd: true, brs: false }],
    ])('a frame %s', (_, bytes, kind) => {
      const { records } = decoded(
        createPcapngDecoder(),
        concatBytes(section(), can, packet(0, 0n, Uint8Array.from(bytes))),
      );
      expect(records).toMatchObject([{ frame: { id: 0x123, ...kind } }]);
    });

    it('a CAN XL frame is passed over, and told', () => {
      const bytes = concatBytes(section(), can, packet(0, 0n, Uint8Array.of(0, 0, 0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 1)));
      const decoder = createPcapngDecoder();
      expect(decoded(decoder, bytes)).toEqual({ records: [], fault: undefined });
      expect(decoder.notes.texts).toEqual([expect.stringMatching(/^byte \d+: a CAN XL frame is left out$/)]);
    });
  });

  describe('what is not read is told', () => {
    const { u16, u32, block, section, description, packet } = blocks(true);
    const told = (...parts: readonly Uint8Array[]) => {
      const decoder = createPcapngDecoder();
      const { records, fault } = decoded(decoder, concatBytes(section(), ...parts), 9);
      expect(fault).toBeUndefined();
      return [records.length, decoder.notes.texts];
    };

    it.each<[string, readonly Uint8Array[], readonly string[]]>([
      ['nothing', [description(227), packet(0, 0n, frame123), block(5, new Uint8Array(12))], []],
      [
        'other link types',
        [description(147), description(227), packet(0, 0n, frame123), packet(1, 0n, frame123), packet(0, 0n, frame123)],
        ['byte 68: a packet of link type 147 is left out (2 times, this is the first)'],
      ],
      [
        'simple packet blocks',
        [description(227), block(3, u32(10), frame123), packet(0, 0n, frame123)],
        ['byte 48: a simple packet block is left out: it says no time'],
      ],
      [
        'CAN XL',
        [
          description(227),
          packet(0, 0n, Uint8Array.of(0, 0, 0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 1)),
          packet(0, 0n, frame123),
        ],
        ['byte 48: a CAN XL frame is left out'],
      ],
      [
        'that an older cooked capture knows no interfaces',
        [
          description(113),
          packet(
            0,
            0n,
            concatBytes(
              Uint8Array.of(0, 1, 1, 24),
              new Uint8Array(10),
              Uint8Array.of(0, 12, 0x23, 1),
              new Uint8Array(6),
            ),
          ),
        ],
        [
          'byte 28: a Linux cooked capture of the older form does not say which interface a frame was on: all are taken for one bus',
        ],
      ],
    ])('%s', (_, parts, notes) => {
      expect(told(...parts)).toEqual([1, notes]);
    });

    it('but for an obsolete packet block, which is read', () => {
      const obsolete = block(2, u16(1), u16(7), u32(0), u32(5), u32(10), u32(10), frame123);
      const { records } = decoded(
        createPcapngDecoder(),
        concatBytes(section(), description(1), description(227), obsolete),
      );
      expect(records).toEqual([
        { type: 'frame', timeNs: 5000n, bus: '1', frame: classicFrame(0x123, Uint8Array.of(0xab, 0xcd)) },
      ]);
    });

    it('a packet of which only the beginning was captured', () => {
      const cut = block(6, u32(0), u32(0), u32(0), u32(9), u32(10), frame123.subarray(0, 9));
      expect(told(description(227), cut)).toEqual([0, [expect.stringMatching(/only the beginning was captured/)]]);
    });
  });

  it('an empty file is none', () => {
    expect(decoded(createPcapngDecoder(), new Uint8Array(0)).fault).toMatchObject({ offset: 0 });
  });

  prop([fc.array(anyFrameRecord, { maxLength: 20 }), fc.integer({ min: 1, max: 100 })])(
    'gives back what was written, however it is cut',
    (records, pieceBytes) => {
      const bytes = encoded(createPcapngEncoder(head), records);
      expect(decoded(createPcapngDecoder(), bytes, pieceBytes)).toEqual({ records, fault: undefined });
    },
  );

  const changes = fc.array(fc.tuple(fc.nat({ max: 399 }), fc.nat({ max: 255 })), { maxLength: 5 });
  const example = encoded(createPcapngEncoder(head), [
    captured(fdFrame(1, new Uint8Array(64))),
    captured(classicFrame(2, frame123.subarray(0, 8))),
  ]);
  prop([changes, fc.integer({ min: 1, max: 50 })])(
    'any changed bytes give records or a fault with its place',
    (changed, pieceBytes) => {
      const bytes = example.slice();
      for (const [at, byte] of changed) bytes[at] = byte;
      const { fault } = decoded(createPcapngDecoder(), bytes, pieceBytes);
      if (fault !== undefined) expect(fault.offset).toBeLessThan(bytes.length);
    },
  );

  prop([fc.uint8Array({ maxLength: 200 })])('any bytes after a section give records or a fault', (bytes) => {
    decoded(createPcapngDecoder(), concatBytes(blocks(true).section(), bytes));
  });
});

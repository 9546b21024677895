import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { captureBlockBytesMax } from '../../../src/capture/limits.ts';
import { createAnyPcapDecoder } from '../../../src/capture/pcap/anyPcapDecoder.ts';
import { createPcapDecoder } from '../../../src/capture/pcap/pcapDecoder.ts';
import { createPcapEncoder } from '../../../src/capture/pcap/pcapEncoder.ts';
import { createPcapngEncoder } from '../../../src/capture/pcapng/pcapngEncoder.ts';
import { readCaptureFile } from '../../../src/capture/readCaptureFile.ts';
import type { CaptureRecord } from '../../../src/capture/record/captureRecord.ts';
import { CaptureFile } from '../../../src/capture/writeCaptureFile.ts';
import { concatBytes, toHex } from '../../../src/core/bytes.ts';
import { fc, prop } from '../../support/property.ts';
import { fieldsOf } from '../support/binary.ts';
import { anyFrameRecord, captured, decoded, encoded, startNs, startS, twoBuses } from '../support/records.ts';

const head = { startS, buses: twoBuses };
const seconds = Number(startNs / 1_000_000_000n);
const can123 = Uint8Array.of(0, 0, 1, 0x23, 2, 0, 0, 0, 0xab, 0xcd);
const frame123 = classicFrame(0x123, Uint8Array.of(0xab, 0xcd));

interface PcapOptions {
  readonly magic?: number;
  readonly version?: number;
  readonly linkType?: number;
}

/** Pieces of a file as other programs may write it. */
function pieces(little: boolean) {
  const { u16, u32 } = fieldsOf(little);
  const header = ({ magic = 0xa1b2_c3d4, version = 2, linkType = 227 }: PcapOptions = {}) =>
    concatBytes(u32(magic), u16(version), u16(4), u32(0), u32(0), u32(65_535), u32(linkType));
  const packet = (fraction: number, bytes: Uint8Array, wholeBytes = bytes.length) =>
    concatBytes(u32(seconds), u32(fraction), u32(bytes.length), u32(wholeBytes), bytes);
  return { header, packet, u32 };
}

/** The one bus that a pcap file has. */
function onOneBus(records: readonly CaptureRecord[]): readonly CaptureRecord[] {
  return records.map((record) => ({ ...record, bus: '0' }));
}

describe.each([
  ['little', true],
  ['big', false],
] as const)('pcap of %s byte order', (_, little) => {
  const { header, packet, u32 } = pieces(little);

  it.each([
    ['microseconds', 0xa1b2_c3d4, 999_999_000],
    ['nanoseconds', 0xa1b2_3c4d, 999_999],
  ])('times in %s', (__, magic, afterNs) => {
    const bytes = concatBytes(header({ magic }), packet(999_999, can123));
    for (const pieceBytes of [1, 7, 4096]) {
      expect(decoded(createPcapDecoder(), bytes, pieceBytes)).toEqual({
        records: onOneBus([captured(frame123, afterNs)]),
        fault: undefined,
      });
    }
  });

  it('a link type beside flags on check sequences', () => {
    const bytes = concatBytes(header({ linkType: 0x2400_0001 }), packet(0, can123));
    expect(decoded(createPcapDecoder(), bytes).records).toEqual([
      { type: 'packet', timeNs: startNs, bus: '0', packet: can123 },
    ]);
  });

  it('another link type, CAN XL and packets that were cut are left out, and told', () => {
    const told = (bytes: Uint8Array) => {
      const decoder = createPcapDecoder();
      expect(decoded(decoder, bytes)).toEqual({ records: [], fault: undefined });
      return decoder.notes.texts;
    };
    expect(told(concatBytes(header({ linkType: 147 }), packet(0, can123), packet(1, can123)))).toEqual([
      'byte 24: a packet of link type 147 is left out (2 times, this is the first)',
    ]);
    const xl = Uint8Array.of(0, 0, 0, 1, 0x81, 0, 1, 0, 0, 0, 0, 0, 7);
    expect(told(concatBytes(header(), packet(0, xl)))).toEqual(['byte 24: a CAN XL frame is left out']);
    const isCut = /only the beginning was captured/;
    expect(told(concatBytes(header(), packet(0, can123.subarray(0, 9), 10)))).toEqual([expect.stringMatching(isCut)]);
    expect(told(concatBytes(header({ linkType: 1 }), packet(0, can123, 60)))).toEqual([expect.stringMatching(isCut)]);
    expect(told(concatBytes(header({ linkType: 276 }), packet(0, can123, 60)))).toContainEqual(
      expect.stringMatching(isCut),
    );
  });

  it.each<[string, Uint8Array, number, RegExp]>([
    ['is empty', new Uint8Array(0), 0, /empty/],
    ['is text', new TextEncoder().encode('(1.0) can0 123#  and more of it'), 0, /no pcap file/],
    ['is too short for a header', header().subarray(0, 20), 0, /no pcap file/],
    ['has the magic number of the patched form', header({ magic: 0xa1b2_cd34 }), 0, /patched/],
    ['is of version 3', header({ version: 3 }), 0, /version 3/],
    ['ends within a packet', concatBytes(header(), packet(0, can123).subarray(0, 20)), 24, /ends within a packet/],
    ['ends within the header of a packet', concatBytes(header(), u32(1)), 24, /ends within a packet/],
    [
      'has a packet just above the limit',
      concatBytes(header(), u32(0), u32(0), u32(captureBlockBytesMax + 1), u32(0)),
      24,
      /allowed/,
    ],
    ['has a frame without its data', concatBytes(header(), packet(0, can123.subarray(0, 9))), 24, /shorter/],
    [
      'has a second packet that is wrong',
      concatBytes(header(), packet(0, can123.subarray(0, 8)), packet(0, can123)).fill(1, 44, 45),
      24,
      /shorter/,
    ],
  ])('a file that %s: a fault and where', (__, bytes, offset, message) => {
    const { records, fault } = decoded(createPcapDecoder(), bytes, 5);
    expect(records).toEqual([]);
    expect(fault).toEqual({ offset, message: expect.stringMatching(message) });
  });

  prop([fc.uint8Array({ maxLength: 100 })])('any bytes after the header give records or a fault', (bytes) => {
    decoded(createPcapDecoder(), concatBytes(header(), bytes));
  });
});

describe('pcap as we write it', () => {
  it('is of nanoseconds, LINKTYPE_CAN_SOCKETCAN and little-endian', () => {
    const encoder = createPcapEncoder();
    expect(toHex(encoder.head)).toBe('4d3cb2a1020004000000000000000000' + '00000400e3000000');
    expect(toHex(encoder.encode(captured(frame123, 7)))).toBe(
      `${toHex(fieldsOf(true).u32(seconds))}070000000a0000000a00000000000123020000${'00'}abcd`,
    );
  });

  it('has no place for Ethernet', () => {
    const packet = { type: 'packet', timeNs: startNs, bus: 'backbone', packet: new Uint8Array(60) } as const;
    expect(createPcapEncoder().encode(packet)).toHaveLength(0);
  });

  prop([fc.array(anyFrameRecord, { maxLength: 20 }), fc.integer({ min: 1, max: 100 })])(
    'gives back what was written on one bus, however it is cut',
    (records, pieceBytes) => {
      const bytes = encoded(createPcapEncoder(), records);
      expect(decoded(createPcapDecoder(), bytes, pieceBytes)).toEqual({ records: onOneBus(records), fault: undefined });
    },
  );

  const example = encoded(createPcapEncoder(), [captured(fdFrame(1, new Uint8Array(64))), captured(frame123)]);
  const changes = fc.array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 255 })), { maxLength: 5 });
  prop([changes, fc.integer({ min: 1, max: 50 })])(
    'any changed bytes give records or a fault',
    (changed, pieceBytes) => {
      const bytes = example.slice();
      for (const [at, byte] of changed) bytes[at] = byte;
      const { fault } = decoded(createPcapDecoder(), bytes, pieceBytes);
      if (fault !== undefined) expect(fault.offset).toBeLessThan(bytes.length);
    },
  );
});

describe('which of pcap and pcapng it is', () => {
  const records = [captured(frame123), captured(fdFrame(2, new Uint8Array(12)))];
  const pcap = encoded(createPcapEncoder(), records);
  const pcapng = encoded(createPcapngEncoder(head), records);

  it.each([true, false])('its beginning says, whatever the name is', (isPcap) => {
    for (const pieceBytes of [1, 3, 1000]) {
      expect(decoded(createAnyPcapDecoder(isPcap), pcap, pieceBytes).records).toEqual(onOneBus(records));
      expect(decoded(createAnyPcapDecoder(isPcap), pcapng, pieceBytes).records).toEqual(records);
    }
  });

  it.each<[string, boolean, RegExp]>([
    ['', true, /empty/],
    ['', false, /empty/],
    ['ab', true, /no pcap file/],
    ['(1.0) can0 123# and more', true, /no pcap file/],
    ['(1.0) can0 123# and more', false, /no pcapng file/],
  ])('%j is neither', (text, isPcap, message) => {
    expect(decoded(createAnyPcapDecoder(isPcap), text, 3).fault?.message).toMatch(message);
  });

  it('notes are those of the one that reads', () => {
    const decoder = createAnyPcapDecoder(false);
    expect(decoder.notes.texts).toEqual([]);
    decoded(decoder, concatBytes(pieces(true).header({ linkType: 9 }), pieces(true).packet(0, can123)));
    expect(decoder.notes.texts).toEqual(['byte 24: a packet of link type 9 is left out']);
  });
});

describe('a .pcap file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ecunet-pcap-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['pcap', 'pcap.gz'])('a .%s is read as it was written', async (suffix) => {
    const path = join(folder, `a.${suffix}`);
    const records = [captured(frame123, 1), captured(fdFrame(2, new Uint8Array(8)), 2, { bus: 'chassis' })];
    const file = new CaptureFile(path, head);
    for (const record of records) file.put(record);
    file.finish();
    const read: CaptureRecord[] = [];
    for await (const some of readCaptureFile(path)) read.push(...some);
    expect(read).toEqual(onOneBus(records));
    expect(() => new CaptureFile(path, head).close()).not.toThrow();
  });
});

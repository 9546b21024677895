import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { createBlfDecoder } from '../../../src/capture/blf/blfDecoder.ts';
import { captureContainerBytesMax, captureObjectBytesMax } from '../../../src/capture/limits.ts';
import { readCaptureFile } from '../../../src/capture/readCaptureFile.ts';
import type { CaptureRecord } from '../../../src/capture/record/captureRecord.ts';
import { CaptureFile } from '../../../src/capture/writeCaptureFile.ts';
import { concatBytes, utf8 } from '../../../src/core/bytes.ts';
import { inflate } from '../../../src/files/filePieces.ts';
import { fc, prop } from '../../support/property.ts';
import {
  blfContainer,
  blfFile,
  blfHeader,
  blfObject,
  canErrorExt,
  canFdError64,
  canFdMessage,
  canFdMessage64,
  canMessage,
  ethernetFrame,
  ethernetFrameEx,
  type ObjectOptions,
  padded,
  plainError,
} from '../support/blfFile.ts';
import { type Decoded, decoded, startNs, startS } from '../support/records.ts';

const fileStartNs = startNs + 250_000_000n;
const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const noData = new Uint8Array(0);
const extended = 0x8000_0000;

function read(bytes: Uint8Array, pieceBytes?: number): Decoded & { readonly notes: readonly string[] } {
  const decoder = createBlfDecoder(inflate);
  const all = decoded(decoder, bytes, pieceBytes);
  return { ...all, notes: decoder.notes.texts };
}

const message = (id: number, options?: ObjectOptions) => blfObject(1, canMessage(id, data), options);
const frameOf = (id: number, timeNs = fileStartNs): CaptureRecord => {
  return { type: 'frame', timeNs, bus: '1', frame: classicFrame(id, data) };
};
const ids = ({ records }: Decoded) => records.map((record) => (record.type === 'frame' ? record.frame.id : undefined));

describe('an object of a BLF file is a frame', () => {
  const longData = Uint8Array.from({ length: 64 }, (_, index) => index);
  it.each<[string, number, Uint8Array, string, object]>([
    ['CAN_MESSAGE', 1, canMessage(0x123, data), '1', classicFrame(0x123, data)],
    ['of 29 bits', 1, canMessage(extended + 0x123, data), '1', { ...classicFrame(0x123, data), extended: true }],
    ['of 3 bytes', 1, canMessage(1, data, { dlc: 3 }), '1', classicFrame(1, data.subarray(0, 3))],
    ['of a DLC above 8', 1, canMessage(1, data, { dlc: 15 }), '1', classicFrame(1, data)],
    ['that was sent', 1, canMessage(1, data, { flags: 1 }), '1', classicFrame(1, data)],
    [
      'that is remote',
      1,
      canMessage(1, data, { dlc: 4, flags: 0x80 }),
      '1',
      { ...classicFrame(1, noData), remote: true, requestedBytes: 4 },
    ],
    [
      'that is remote and asks for nothing',
      1,
      canMessage(1, data, { dlc: 0, flags: 0x80 }),
      '1',
      { ...classicFrame(1, noData), remote: true },
    ],
    [
      'CAN_MESSAGE2',
      86,
      concatBytes(canMessage(0x7ff, data), new Uint8Array(8).fill(0xdd)),
      '1',
      classicFrame(0x7ff, data),
    ],
    ['CAN_FD_MESSAGE', 100, canFdMessage(2, 15, 3, longData), '2', fdFrame(2, longData)],
    [
      'CAN_FD_MESSAGE with ESI, without BRS',
      100,
      canFdMessage(2, 9, 5, longData.subarray(0, 12)),
      '2',
      { ...fdFrame(2, longData.subarray(0, 12)), brs: false, esi: true },
    ],
    [
      'CAN_FD_MESSAGE of a CAN FD frame, whose remote flag means nothing',
      100,
      canFdMessage(2, 8, 1, data, 0x80),
      '2',
      { ...fdFrame(2, data), brs: false },
    ],
    ['CAN_FD_MESSAGE of a classic frame', 100, canFdMessage(2, 8, 6, data), '2', classicFrame(2, data)],
    [
      'CAN_FD_MESSAGE of a remote one',
      100,
      canFdMessage(2, 2, 0, noData, 0x80),
      '2',
      { ...classicFrame(2, noData), remote: true, requestedBytes: 2 },
    ],
    [
      'CAN_FD_MESSAGE_64',
      101,
      canFdMessage64({ id: extended + 3, dlc: 10, flags: 0x3000, data: longData.subarray(0, 16) }),
      '3',
      { ...fdFrame(3, longData.subarray(0, 16)), extended: true },
    ],
    [
      'CAN_FD_MESSAGE_64 with ESI, and fields behind its data',
      101,
      canFdMessage64({
        ...{ id: 3, dlc: 8, flags: 0x5000, extensionAt: 80, validBytes: 8 },
        data: concatBytes(data, new Uint8Array(8).fill(0xee)),
      }),
      '3',
      { ...fdFrame(3, data), brs: false, esi: true },
    ],
    [
      'CAN_FD_MESSAGE_64 of a classic one that is remote',
      101,
      canFdMessage64({ id: 3, dlc: 5, flags: 0x10, data: noData }),
      '3',
      { ...classicFrame(3, noData), remote: true, requestedBytes: 5 },
    ],
  ])('%s', (_, type, fields, bus, frame) => {
    const { records, fault, notes } = read(blfFile(blfObject(type, fields)));
    expect([records, fault, notes]).toEqual([[{ type: 'frame', timeNs: fileStartNs, bus, frame }], undefined, []]);
  });

  it.each([
    ['CAN_FD_MESSAGE', 100, canFdMessage(2, 9, 1, data.subarray(0, 2)), '2'],
    ['CAN_FD_MESSAGE_64', 101, canFdMessage64({ id: 2, dlc: 9, flags: 0x1000, data: data.subarray(0, 2) }), '3'],
    [
      'CAN_FD_MESSAGE_64 that says more than it has',
      101,
      canFdMessage64({ id: 2, dlc: 9, flags: 0x1000, data: data.subarray(0, 2), validBytes: 12 }),
      '3',
    ],
    [
      'CAN_FD_MESSAGE_64 whose other fields begin before',
      101,
      canFdMessage64({ id: 2, dlc: 9, flags: 0x1000, data, validBytes: 12, extensionAt: 74 }),
      '3',
    ],
  ])('%s with fewer bytes than its DLC says: the others are 00, and it is told', (_, type, fields, bus) => {
    const { records, notes } = read(blfFile(blfObject(type, fields)));
    const frame = { ...fdFrame(2, Uint8Array.of(1, 2, ...new Uint8Array(10))), brs: false };
    expect(records).toEqual([{ type: 'frame', timeNs: fileStartNs, bus, frame }]);
    expect(notes).toEqual([expect.stringMatching(/^byte 144: .* fewer bytes than its DLC says/)]);
  });
});

describe('an object of a BLF file is an error frame', () => {
  const acknowledged = 0x2000;
  const sent = 0x1000;
  it.each<[string, number, Uint8Array, string, number, number, number]>([
    ['CAN_ERROR', 2, plainError, '2', 0x80, 0, 0],
    ['CAN_OVERLOAD', 3, plainError, '2', 0x88, 0x20, 0],
    ['CAN_ERROR_EXT that says nothing', 73, canErrorExt(0, 0xff, 0xffff), '1', 0x80, 0, 0],
    ['of a bit', 73, canErrorExt(2, 0, acknowledged), '1', 0x88, 0x01, 0],
    ['of the form, sent', 73, canErrorExt(2, 0, acknowledged | sent | (1 << 6)), '1', 0x88, 0x82, 0],
    ['of stuffing', 73, canErrorExt(2, 0, acknowledged | (2 << 6)), '1', 0x88, 0x04, 0],
    ['of the CRC', 73, canErrorExt(2, 0, acknowledged | (4 << 6)), '1', 0x88, 0, 0x08],
    ['of the delimiter', 73, canErrorExt(2, 0, acknowledged | (5 << 6)), '1', 0x88, 0x02, 0x1b],
    ['of another kind', 73, canErrorExt(2, 0, acknowledged | (3 << 6)), '1', 0x88, 0, 0],
    ['without acknowledgement', 73, canErrorExt(2, 0, 3 << 6), '1', 0xa0, 0, 0x19],
    ['without acknowledgement, by its code', 73, canErrorExt(2, 0, acknowledged | (7 << 6)), '1', 0xa0, 0, 0x19],
    ['of an SJA1000, received', 73, canErrorExt(1, 0x40 | 0x20 | 0x0a, 0), '1', 0x88, 0x02, 0x0a],
    ['of an SJA1000, sent', 73, canErrorExt(1, 0x80 | 0x0a, 0), '1', 0x88, 0x84, 0x0a],
    ['CAN_FD_ERROR_64', 104, canFdError64(2, 0, acknowledged | (2 << 6)), '3', 0x88, 0x04, 0],
    ['CAN_FD_ERROR_64 of an SJA1000', 104, canFdError64(1, 0x20 | 0x0a, 0), '3', 0x88, 0x01, 0x0a],
  ])('%s', (_, type, fields, bus, errorClass, kind, place) => {
    const { records, notes } = read(blfFile(blfObject(type, fields)));
    const told = Uint8Array.of(0, 0, kind, place, 0, 0, 0, 0);
    expect(records).toEqual([{ type: 'error', timeNs: fileStartNs, bus, errorClass, data: told }]);
    expect(notes).toEqual([]);
  });
});

describe('an object of a BLF file is a packet', () => {
  const addresses = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
  it.each<[string, number, Uint8Array, string, readonly number[]]>([
    ['ETHERNET_FRAME', 71, ethernetFrame(0, data), 'eth1', [...addresses, 0x88, 0xb5, ...data]],
    [
      'ETHERNET_FRAME with a VLAN tag',
      71,
      ethernetFrame(0x8100, data),
      'eth1',
      [...addresses, 0x81, 0, 0, 5, 0x88, 0xb5, ...data],
    ],
    ['ETHERNET_FRAME_EX', 120, ethernetFrameEx(data), 'eth4', [...data]],
  ])('%s', (_, type, fields, bus, packet) => {
    expect(read(blfFile(blfObject(type, fields))).records).toEqual([
      { type: 'packet', timeNs: fileStartNs, bus, packet: Uint8Array.from(packet) },
    ]);
  });
});

describe('times in a BLF file', () => {
  it.each<[string, ObjectOptions, bigint]>([
    ['of 1 ns', { time: 7n, unit: 2 }, 7n],
    ['of 10 us', { time: 7n, unit: 1 }, 70_000n],
    ['of a header of version 2', { time: 7n, version: 2 }, 7n],
    ['of a header of version 2, 10 us', { time: 7n, version: 2, unit: 1 }, 70_000n],
    ['of a header of version 3', { time: 7n, version: 3 }, 7n],
    ['above 32 bits', { time: 0x1_2345_6789n }, 0x1_2345_6789n],
  ])('%s', (_, options, afterNs) => {
    expect(read(blfFile(message(5, options)))).toEqual({
      ...{ records: [frameOf(5, fileStartNs + afterNs)], fault: undefined, notes: [] },
    });
  });

  it('of a unit that is not said are taken for 1 ns, and told', () => {
    const { records, notes } = read(blfFile(message(5, { time: 7n, unit: 0 }), message(5, { time: 0n, unit: 0 })));
    expect(records.map(({ timeNs }) => timeNs - fileStartNs)).toEqual([7n, 0n]);
    expect(notes).toEqual(['byte 144: CAN_MESSAGE does not say the unit of its time: taken for 1 ns']);
  });

  it.each<[string, Parameters<typeof blfHeader>[0]]>([
    ['zeros', { start: [0, 0, 0, 0, 0, 0, 0, 0] }],
    ['the 31st of June', { start: [2026, 6, 3, 31, 0, 0, 0, 0] }],
    ['a year before 1970', { start: [1969, 12, 3, 31, 0, 0, 0, 0] }],
    ['1000 milliseconds', { start: [2026, 6, 1, 1, 8, 0, 0, 1000] }],
  ])('where the date is none (%s) count from 1970, and it is told', (_, options) => {
    const { records, notes } = read(concatBytes(blfHeader(options), blfContainer(message(5, { time: 9n }))));
    expect(records.map(({ timeNs }) => timeNs)).toEqual([9n]);
    expect(notes).toEqual(['the header says no date: times count from 1970']);
  });
});

describe('containers of a BLF file', () => {
  const many = Array.from({ length: 20 }, (_, id) => padded(message(id)));
  const all = many.map((_, id) => id);
  const content = concatBytes(...many);
  const cut = (bytes: Uint8Array, length: number) =>
    Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) =>
      bytes.subarray(index * length, (index + 1) * length),
    );

  it.each<[string, readonly Uint8Array[]]>([
    ['one that zlib packed', [blfContainer(content)]],
    ['one that is not packed', [blfContainer(content, 0)]],
    ['many, in which objects begin and end anywhere', cut(content, 53).map((piece) => blfContainer(piece))],
    ['the same, not packed', cut(content, 7).map((piece) => blfContainer(piece, 0))],
    ['none: the objects stand in the file', many],
    ['objects before and between them', [...many.slice(0, 5), blfContainer(concatBytes(...many.slice(5)))]],
    ['padding of zeros', [blfContainer(concatBytes(...many.map((one) => concatBytes(one, new Uint8Array(30)))))]],
    ['padding of up to 7 bytes', [blfContainer(concatBytes(...many.map((one) => concatBytes(one, data.subarray(1)))))]],
    ['no padding', [blfContainer(concatBytes(...many.map((one) => one)))]],
    ['restore points at the end', [blfContainer(content), blfContainer(blfObject(115, new Uint8Array(24)))]],
  ])('%s', (_, objects) => {
    const bytes = concatBytes(blfHeader(), ...objects);
    for (const pieceBytes of [1, 11, 1000, 1e6]) {
      const result = read(bytes, pieceBytes);
      expect([ids(result), result.fault, result.notes]).toEqual([all, undefined, []]);
    }
  });

  it('objects that are not read are told by name, whatever their length, with how many there were', () => {
    const text = blfObject(65, new Uint8Array(captureObjectBytesMax + 1));
    const { records, notes } = read(
      blfFile(message(1), text, message(2), text, blfObject(139, new Uint8Array(50)), blfObject(9999, data)),
    );
    expect(records).toHaveLength(2);
    expect(notes).toEqual([
      'byte 144: APP_TEXT is left out (2 times, this is the first)',
      'byte 144: CAN_XL_CHANNEL_FRAME is left out',
      'byte 144: type 9999 is left out',
    ]);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['an id above 11 bits', blfObject(1, canMessage(0x800, data)), /id 2048 is not one of 11 bits: it is left out/],
    ['an id above 29 bits', blfObject(1, canMessage(0xe000_0000, data)), /not one of 29 bits/],
    ['a header of version 9', message(1, { version: 9 }), /header of version 9 is left out/],
    ['a header that is too short', message(1, { headerBytes: 24 }), /without all its fields/],
    ['a header longer than the object', message(1, { headerBytes: 48 }), /without all its fields/],
    ['no fields', blfObject(101, data), /CAN_FD_MESSAGE_64 without all its fields/],
    ['no room for its packet', blfObject(120, ethernetFrameEx(data, 0, 9)), /ETHERNET_FRAME_EX shorter/],
    ['no room for its payload', blfObject(71, ethernetFrame(0, data, 9)), /ETHERNET_FRAME shorter/],
    [
      'a request to send',
      blfObject(101, canFdMessage64({ id: 1, dlc: 8, flags: 0, data, direction: 2 })),
      /asks for sending \(TxRq\)/,
    ],
    ['a request to send a packet', blfObject(120, ethernetFrameEx(data, 2)), /TxRq/],
  ])('an object with %s is left out, and told', (_, object, note) => {
    const result = read(blfFile(object, message(7)));
    expect([ids(result), result.fault]).toEqual([[7], undefined]);
    expect(result.notes).toEqual([expect.stringMatching(note)]);
  });

  it('what is damaged between objects is told, and the next one read', () => {
    const result = read(concatBytes(blfFile(message(1), utf8('something else'), message(2)), utf8('LOTS OF ENDS')));
    expect(ids(result)).toEqual([1, 2]);
    expect(result.notes).toEqual([
      'byte 144: 16 bytes belong to no object: something is damaged',
      expect.stringMatching(/belong to no object/),
    ]);
  });
});

describe('a BLF file that cannot be', () => {
  const container = blfContainer(message(2));
  /** Where what follows it begins. */
  const second = blfHeader().length + container.length;
  const huge = blfContainer(new Uint8Array(captureContainerBytesMax + 1));
  it.each<[string, Uint8Array, number | undefined, RegExp, readonly number[]]>([
    ['is empty', noData, 0, /empty/, []],
    ['is another', blfHeader({ signature: 'LOGS' }), 0, /no BLF file/, []],
    ['is a few bytes', utf8('LOGG'), 0, /no BLF file/, []],
    ['has a short header', blfHeader({ headerBytes: 40 }), 0, /header has 40 bytes/, []],
    ['has an endless header', blfHeader({ headerBytes: 0xffff_ffff }), 0, /header has 4294967295 bytes/, []],
    ['ends within its header', blfHeader().subarray(0, 100), 0, /ends within its header/, []],
    ['has an object of 3 bytes', concatBytes(blfHeader(), message(1, { size: 3 })), 144, /3 bytes cannot be/, []],
    [
      'has a frame longer than any',
      blfFile(message(1), message(2, { size: captureObjectBytesMax + 1 })),
      144,
      /131072 are allowed/,
      [1],
    ],
    [
      'has a container that says more than is allowed',
      concatBytes(blfHeader(), blfObject(10, noData, { size: captureContainerBytesMax + 1 })),
      144,
      /are allowed/,
      [],
    ],
    ['has a container that unpacks to more', concatBytes(blfHeader(), container, huge), second, /zlib cannot/, [2]],
    [
      'has a container that zlib did not pack',
      concatBytes(blfHeader(), container, container.slice().fill(0x55, 40)),
      second,
      /zlib cannot unpack/,
      [2],
    ],
    [
      'has a container of another method',
      concatBytes(blfHeader(), container, container.slice().fill(3, 16, 17)),
      second,
      /method 3/,
      [2],
    ],
    ['has a container without fields', concatBytes(blfHeader(), blfObject(10, noData).slice(0, 16)), 144, /ends/, []],
    [
      'ends within a frame',
      concatBytes(blfHeader(), container, message(1).subarray(0, 40)),
      second,
      /within an obj/,
      [2],
    ],
    [
      'ends within an object that is skipped',
      concatBytes(blfHeader(), container, blfObject(65, new Uint8Array(90)).subarray(0, 60)),
      second,
      /within an object/,
      [2],
    ],
    [
      'has an object whose other half is missing',
      blfFile(message(1), message(2).subarray(0, 40)),
      undefined,
      /last container ends within an object/,
      [1],
    ],
  ])('%s: a fault and where, and what stands before it is read', (_, bytes, offset, text, before) => {
    for (const pieceBytes of [13, 1e9]) {
      const result = read(bytes, pieceBytes);
      expect(ids(result)).toEqual(before);
      expect(result.fault).toEqual({ offset: offset ?? expect.any(Number), message: expect.stringMatching(text) });
    }
  });

  it.each([0, 2])('that ends within a container (method %i) gives what the container still holds', (method) => {
    const objects = Array.from({ length: 500 }, (_, id) => padded(message(id, { time: BigInt(id * id * 12_345) })));
    const bytes = concatBytes(blfHeader(), container, blfContainer(concatBytes(...objects), method));
    const result = read(bytes.subarray(0, bytes.length - 1000), 64);
    expect(result.fault).toMatchObject({ message: 'the file ends within an object' });
    expect(result.records.length).toBeGreaterThan(100);
    expect(ids(result)).toEqual([2, ...objects.map((__, id) => id)].slice(0, result.records.length));
  });

  it('that ends between containers is read, and what its header says is told', () => {
    const bytes = concatBytes(blfHeader({ fileBytes: 999n }), container);
    expect(read(bytes)).toMatchObject({
      ...{ records: [frameOf(2)], fault: undefined },
      notes: [`the file's header says 999 bytes, and it has ${bytes.length}: its end is missing`],
    });
  });
});

describe('any bytes give records or a fault', () => {
  const example = concatBytes(
    blfHeader(),
    blfContainer(
      concatBytes(message(1), padded(blfObject(101, canFdMessage64({ id: 1, dlc: 9, flags: 0x1000, data })))),
    ),
    blfContainer(concatBytes(blfObject(120, ethernetFrameEx(data)), blfObject(73, canErrorExt(2, 0, 0))), 0),
  );
  const changes = fc.array(fc.tuple(fc.nat({ max: example.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 });
  prop([changes, fc.integer({ min: 1, max: 60 })])('changed ones', (changed, pieceBytes) => {
    const bytes = example.slice();
    for (const [at, byte] of changed) bytes[at] = byte;
    const { fault } = read(bytes, pieceBytes);
    if (fault !== undefined) expect(fault.offset).toBeLessThanOrEqual(bytes.length);
  });

  prop([fc.constantFrom(1, 2, 3, 71, 73, 86, 100, 101, 104, 120), fc.uint8Array({ maxLength: 120 }), fc.nat(4)])(
    'those of an object',
    (type, fields, version) => {
      const result = read(blfFile(blfObject(type, fields, { version }), message(3)));
      expect(ids(result).at(-1)).toBe(3);
    },
  );

  prop([fc.uint8Array({ maxLength: 200 })])('those after the header', (bytes) => {
    read(concatBytes(blfHeader(), bytes));
    read(concatBytes(blfHeader(), blfContainer(bytes)));
  });
});

describe('a .blf file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ecunet-blf-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['blf', 'blf.gz'])('a .%s is read, in memory that does not grow with it, and not written', async (suffix) => {
    const path = join(folder, `a.${suffix}`);
    const piece = blfContainer(
      concatBytes(...Array.from({ length: 2000 }, (_, id) => message(id, { time: BigInt((id + 1) ** 5) }))),
    );
    const bytes = concatBytes(blfHeader(), ...Array.from({ length: 20 }, () => piece));
    writeFileSync(path, suffix === 'blf' ? bytes : gzipSync(bytes));
    let frames = 0;
    let most = 0;
    for await (const records of readCaptureFile(path)) {
      frames += records.length;
      most = Math.max(most, records.length);
    }
    expect(frames).toBe(40_000);
    expect(most).toBeLessThan(20_000);
    expect(() => new CaptureFile(join(folder, `b.${suffix}`), { startS, buses: [] })).toThrow(/read, not written/);
  });
});

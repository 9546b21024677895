// Binary captures in the programs that people open them with, and theirs in ours: pcap and Linux cooked captures with Wireshark's
// programs, BLF as python-can writes it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CanFrame } from '../../src/bus/bus.ts';
import { readCaptureFile } from '../../src/capture/readCaptureFile.ts';
import type { CaptureRecord } from '../../src/capture/record/captureRecord.ts';
import { CaptureFile } from '../../src/capture/writeCaptureFile.ts';
import { concatBytes, toHex } from '../../src/core/bytes.ts';
import { withReason } from '../support/skips.ts';
import { fieldsOf } from './support/binary.ts';
import { everyKind, plainBusError } from './support/everyKind.ts';
import { startNs, startS, twoBuses } from './support/records.ts';
import { debianPython, missingModule, missingTool, output } from './support/tools.ts';

const noWireshark = missingTool('tshark', 'tshark');
const noPythonCan = missingModule('can', 'python3-can');
const folder = mkdtempSync(join(tmpdir(), 'ecunet-binary-peers-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(path: string): Promise<readonly CaptureRecord[]> {
  const all: CaptureRecord[] = [];
  for await (const some of readCaptureFile(path)) all.push(...some);
  return all;
}

/** A row a packet, as tshark reads it; of an error frame only that it is one. */
function packets(path: string): readonly (readonly string[])[] {
  const names = ['frame.time_epoch', 'can.id', 'can.flags.xtd', 'can.flags.rtr', 'canfd.flags.brs', 'canfd.flags.esi'];
  const fields = [...names, 'can.len', 'data.data', 'can.flags.err'].flatMap((name) => ['-e', name]);
  const rows = output('tshark', ['-r', path, '-T', 'fields', ...fields])
    .replace(/\n$/, '')
    .split('\n');
  return rows.map((row) => {
    const [time = '', ...rest] = row.split('\t');
    const isError = rest.pop() === '1';
    if (isError) return [time, 'error'];
    // A remote frame has no data; a capture keeps what stood there.
    return rest[2] === '1' ? [time, ...rest.slice(0, -1), ''] : [time, ...rest];
  });
}

function rowOf(record: CaptureRecord): readonly string[] {
  const time = `${record.timeNs / 1_000_000_000n}.${String(record.timeNs % 1_000_000_000n).padStart(9, '0')}`;
  if (record.type !== 'frame') return [time, 'error'];
  const { id, extended, remote, fd, brs, esi, data, requestedBytes = 0 } = record.frame;
  const flag = (set: boolean) => (set ? '1' : '0');
  // tshark has no RTR flag for CAN FD, and none of CAN FD's for classic frames.
  const flags = fd ? ['', flag(brs), flag(esi === true)] : [flag(remote), '', ''];
  return [time, String(id), flag(extended), ...flags, String(remote ? requestedBytes : data.length), toHex(data)];
}

describe.skipIf(noWireshark !== undefined)(withReason('tshark', noWireshark), () => {
  const records = [...everyKind, plainBusError];
  const write = (name: string) => {
    const path = join(folder, name);
    const file = new CaptureFile(path, { startS, buses: twoBuses });
    for (const record of records) file.put(record);
    file.finish();
    return path;
  };

  it.each(['pcap', 'pcap.gz'])('reads our .%s', (suffix) => {
    expect(packets(write(`ours.${suffix}`))).toEqual(records.map(rowOf));
  });

  it.each([
    ['pcap', 1000n],
    ['nsecpcap', 1n],
    ['pcapng', 1n],
  ])('we read what editcap makes of it in its form %s, called .pcap', async (form, unitNs) => {
    const path = join(folder, `theirs-${form}.pcap`);
    output('editcap', ['-F', form, write(`for-${form}.pcap`), path]);
    const expected = records.map((record) => ({ ...record, timeNs: (record.timeNs / unitNs) * unitNs, bus: '0' }));
    expect(await read(path)).toEqual(expected);
  });

  /** A file of a Linux cooked capture, of pcap, in either byte order. */
  const cooked = (littleEndian: boolean, linkType: 113 | 276) => {
    const { u16, u32 } = fieldsOf(littleEndian);
    const network = fieldsOf(false);
    const header = (protocol: number) =>
      linkType === 113
        ? concatBytes(network.u16(1), network.u16(280), network.u16(0), network.u64(0n), network.u16(protocol))
        : concatBytes(
            ...[network.u16(protocol), network.u16(0), network.u32(7), network.u16(280), network.u16(1 << 8)],
            network.u64(0n),
          );
    const frame = ({ id, extended, remote, fd, brs, esi, data, requestedBytes = 0 }: CanFrame) => {
      const word = id + (extended ? 0x8000_0000 : 0) + (remote ? 0x4000_0000 : 0);
      const flags = fd ? (brs ? 1 : 0) | (esi ? 2 : 0) : 0;
      return concatBytes(
        u32(word),
        Uint8Array.of(remote ? requestedBytes : data.length, flags, 0, 0),
        data,
        new Uint8Array(fd ? 0 : 8 - data.length),
      );
    };
    const packet = (record: (typeof everyKind)[number]) => {
      const bytes = concatBytes(header(record.frame.fd ? 0x0d : 0x0c), frame(record.frame));
      const times = [record.timeNs / 1_000_000_000n, (record.timeNs % 1_000_000_000n) / 1000n].map((time) =>
        u32(Number(time)),
      );
      return concatBytes(...times, u32(bytes.length), u32(bytes.length), bytes);
    };
    const head = [u32(0xa1b2_c3d4), u16(2), u16(4), u32(0), u32(0), u32(262_144), u32(linkType)];
    return concatBytes(...head, ...everyKind.map(packet));
  };

  it.each([
    [true, 113, '0'],
    [false, 113, '0'],
    [true, 276, 'if7'],
    [false, 276, 'if7'],
  ] as const)(
    'reads a Linux cooked capture as we do: little-endian %s, link type %i',
    async (little, linkType, bus) => {
      const path = join(folder, `cooked-${little}-${linkType}.pcap`);
      writeFileSync(path, cooked(little, linkType));
      expect(await read(path)).toEqual(everyKind.map((record) => ({ ...record, bus })));
      expect(packets(path)).toEqual(everyKind.map(rowOf));
      const asPcapng = join(folder, `cooked-${little}-${linkType}.pcapng`);
      output('editcap', ['-F', 'pcapng', path, asPcapng]);
      expect(await read(asPcapng)).toEqual(everyKind.map((record) => ({ ...record, bus })));
    },
  );
});

describe.skipIf(noPythonCan !== undefined)(withReason('python-can', noPythonCan), () => {
  /** Writes each frame of the JSON file, at a whole millisecond: it writes times as floating-point numbers. */
  const pythonWriter = `
import sys, json, can
with can.BLFWriter(sys.argv[1], compression_level=int(sys.argv[3])) as writer:
    writer.max_container_size = int(sys.argv[4])
    for m in json.load(open(sys.argv[2])):
        data = bytes.fromhex(m.pop("data"))
        writer.on_message_received(can.Message(data=data, check=True, **m))
`;
  const records: readonly CaptureRecord[] = Array.from({ length: 500 }, (_, index) => {
    const { frame, bus } = everyKind[index % everyKind.length] as (typeof everyKind)[number];
    return { type: 'frame', timeNs: startNs + BigInt(index) * 1_000_000n, bus: bus === 'body' ? '1' : '2', frame };
  });

  it.each([
    ['packed', -1, 128 * 1024],
    ['packed, its objects spanning containers', 9, 777],
    ['not packed', 0, 1000],
  ])('we read what its BLFWriter writes: %s', async (what, level, containerBytes) => {
    const [path, json] = [join(folder, `${what}.blf`), join(folder, `${what}.json`)];
    const messages = records.map((record) => {
      const {
        id,
        extended,
        remote,
        fd,
        brs,
        esi,
        data,
        requestedBytes = 0,
      } = (record as (typeof everyKind)[number]).frame;
      return {
        ...{ arbitration_id: id, is_extended_id: extended, is_remote_frame: remote, is_fd: fd, bitrate_switch: brs },
        ...{ error_state_indicator: esi === true, dlc: remote ? requestedBytes : data.length, data: toHex(data) },
        ...{ channel: Number(record.bus) - 1, timestamp: Number(record.timeNs / 1_000_000n) / 1000 },
      };
    });
    const error = { timestamp: startS + 1, is_error_frame: true, channel: 0, data: '' };
    writeFileSync(json, JSON.stringify([...messages, error]));
    output(debianPython, ['-c', pythonWriter, path, json, String(level), String(containerBytes)]);
    const theirs = await read(path);
    const last = {
      type: 'error',
      timeNs: startNs + 1_000_000_000n,
      bus: '1',
      errorClass: 0x80,
      data: new Uint8Array(8),
    };
    // Its times are cut to nanoseconds of a difference of floating-point numbers.
    const rounded = theirs.map((record) => ({
      ...record,
      timeNs: ((record.timeNs + 500_000n) / 1_000_000n) * 1_000_000n,
    }));
    expect(rounded).toEqual([...records, last]);
    for (const [index, { timeNs }] of theirs.entries()) {
      const off = timeNs - (rounded[index]?.timeNs ?? 0n);
      expect(off > -1000n && off < 1000n).toBe(true);
    }
  });
});

// Our captures in the programs that people open them with, and theirs in ours: Wireshark's tshark, editcap and text2pcap, and
// can-utils' log2asc, asc2log and log2long; python-can.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatFrame } from '../../src/bus/frame/frameText.ts';
import { attachIsoTpNode } from '../../src/bus/isotp/node.ts';
import { createVirtualCan } from '../../src/bus/virtualCan/virtualCan.ts';
import { captureBuses } from '../../src/capture/busCapture.ts';
import { convertFile } from '../../src/capture/convert/convertFile.ts';
import { readCaptureFile } from '../../src/capture/readCaptureFile.ts';
import type { CaptureRecord } from '../../src/capture/record/captureRecord.ts';
import { CaptureFile } from '../../src/capture/writeCaptureFile.ts';
import { toHex } from '../../src/core/bytes.ts';
import { EventQueue } from '../../src/core/time/clock.ts';
import { payload, present, value } from '../bus/support/harness.ts';
import { withReason } from '../support/skips.ts';
import { everyKind as frames, plainBusError } from './support/everyKind.ts';
import { asText, startNs, startS, twoBuses } from './support/records.ts';
import { debianPython, missingModule, missingTool, output } from './support/tools.ts';

const noWireshark = missingTool('tshark', 'tshark');
const noCanUtils = missingTool('log2asc', 'can-utils');
const noPythonCan = missingModule('can', 'python3-can');
const folder = mkdtempSync(join(tmpdir(), 'ecunet-peers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const data = Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 0, 1, 2, 3);

const records: readonly CaptureRecord[] = [...frames, plainBusError];

function write(name: string, content: readonly CaptureRecord[]): string {
  const path = join(folder, name);
  const file = new CaptureFile(path, { startS, buses: [...twoBuses, { name: 'backbone', kind: 'ethernet' }] });
  for (const record of content) file.put(record);
  file.finish();
  return path;
}

async function read(path: string): Promise<readonly CaptureRecord[]> {
  const all: CaptureRecord[] = [];
  for await (const some of readCaptureFile(path)) all.push(...some);
  return all;
}

function table(text: string): readonly (readonly string[])[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

/** Fields of the packets of a file, as tshark reads them. */
function fields(path: string, names: readonly string[], ...more: readonly string[]): readonly (readonly string[])[] {
  return table(output('tshark', ['-r', path, ...more, '-T', 'fields', ...names.flatMap((name) => ['-e', name])]));
}

describe.skipIf(noWireshark !== undefined)(withReason('tshark', noWireshark), () => {
  it.each(['pcapng', 'pcapng.gz'])('reads our .%s: times, buses, ids, flags and data', (suffix) => {
    const path = write(`frames.${suffix}`, records);
    const names = [
      'frame.time_epoch',
      'frame.interface_name',
      'can.id',
      'can.flags.xtd',
      'can.flags.rtr',
      'can.flags.err',
    ];
    const rows = fields(path, [...names, 'canfd.flags.brs', 'canfd.flags.esi', 'can.len', 'data.data']);
    const flag = (set: boolean) => (set ? '1' : '0');
    const expected = frames.map((record) => {
      if (record.type !== 'frame') return [];
      const { frame } = record;
      const length = frame.remote ? (frame.requestedBytes ?? 0) : frame.data.length;
      const time = `${record.timeNs / 1_000_000_000n}.${String(record.timeNs % 1_000_000_000n).padStart(9, '0')}`;
      // tshark has no RTR and error flags for CAN FD, and none of CAN FD's for classic frames.
      const classicFlags = frame.fd ? ['', ''] : [flag(frame.remote), '0'];
      const fdFlags = frame.fd ? [flag(frame.brs), flag(frame.esi === true)] : ['', ''];
      return [
        time,
        record.bus,
        String(frame.id),
        flag(frame.extended),
        ...classicFlags,
        ...fdFlags,
        String(length),
        toHex(frame.data),
      ];
    });
    expect(rows.slice(0, frames.length)).toEqual(expected);
    expect(rows.at(-1)?.slice(1, 6)).toEqual(['body', '', '', '', '1']);
  });

  it('reads our Ethernet packets', () => {
    const packet = Uint8Array.from([...[2, 0, 0, 0, 0, 1], ...[2, 0, 0, 0, 0, 2], 0x88, 0xb5, ...new Uint8Array(46)]);
    const path = write('ethernet.pcapng', [{ type: 'packet', timeNs: startNs, bus: 'backbone', packet }]);
    expect(fields(path, ['frame.interface_name', 'eth.dst', 'eth.src', 'eth.type'])).toEqual([
      ['backbone', '02:00:00:00:00:01', '02:00:00:00:00:02', '0x88b5'],
    ]);
  });

  it.each([
    ['classic', false],
    ['CAN FD', true],
  ])('its ISO 15765 dissector puts together what our ISO-TP sent over a captured %s bus', (_, fd) => {
    const clock = new EventQueue();
    const bus = createVirtualCan({ name: 'body', clock, bitrate: 500_000, dataBitrate: 2_000_000, fd });
    const path = join(folder, `isotp-${fd}.pcapng`);
    const file = new CaptureFile(path, { startS, buses: twoBuses });
    captureBuses([['body', bus]], startS, (record) => file.put(record));
    const node = (name: string, peer: string, transmitId: number, receiveId: number) =>
      present(attachIsoTpNode(bus, name, clock, [{ name: peer, transmitId, receiveId }]).links.get(peer));
    const [a, b] = [node('a', 'b', 0x7e0, 0x7e8), node('b', 'a', 0x7e8, 0x7e0)];
    const messages = [5, 100, 2000, 4095].map((length, salt) => payload(length, salt));
    const received: Uint8Array[] = [];
    b.listen({ messageReceived: (message) => received.push(message), messageSent() {}, transferFailed() {} });
    let next = 0;
    const sendNext = () => {
      const message = messages[next];
      next += 1;
      if (message !== undefined) value(a.send(message));
    };
    a.listen({ messageReceived() {}, messageSent: sendNext, transferFailed() {} });
    sendNext();
    while (clock.step());
    file.finish();
    expect(received).toEqual(messages);
    const asIsoTp = ['-d', 'can.subdissector,iso15765'];
    const whole = fields(
      path,
      ['iso15765.reassembled.length', 'data.data'],
      ...asIsoTp,
      '-Y',
      'can.id == 0x7e0 && data',
    );
    // A message of one frame is none that was put together.
    const seen = whole.map(([, hex]) => hex).filter((hex) => messages.some((message) => toHex(message) === hex));
    expect(seen).toEqual(messages.map(toHex));
    expect(whole.flatMap(([length]) => (length === '' ? [] : [length]))).toEqual(['100', '2000', '4095']);
    bus.close();
  });

  it('editcap’s pcapng is read: cut, shifted and mixed by Wireshark’s programs', async () => {
    const path = write('ours.pcapng', frames);
    const shifted = join(folder, 'shifted.pcapng');
    output('editcap', ['-F', 'pcapng', '-t', '1.5', path, shifted]);
    const later = frames.map((record) => ({ ...record, timeNs: record.timeNs + 1_500_000_000n }));
    expect(asText(await read(shifted))).toBe(asText(later));
    const mixed = join(folder, 'mixed.pcapng');
    output('mergecap', ['-F', 'pcapng', '-w', mixed, path, shifted]);
    expect(await read(mixed)).toHaveLength(2 * frames.length);
  });

  it('text2pcap’s pcapng is read', async () => {
    const path = join(folder, 'text.pcapng');
    const hex = '0000 00 00 01 23 04 00 00 00 de ad be ef\n';
    const input = join(folder, 'text.txt');
    writeFileSync(input, hex);
    output('text2pcap', ['-n', '-l', '227', input, path]);
    expect(await read(path)).toMatchObject([
      { type: 'frame', frame: { id: 0x123, fd: false, data: data.subarray(0, 4) } },
    ]);
  });
});

/** What `ecunet convert` makes of a pcapng of the records. */
async function convertedTo(name: string, content: readonly CaptureRecord[]): Promise<string> {
  const input = write(`of-${name}.pcapng`, content);
  const path = join(folder, name);
  const { signal } = new AbortController();
  await convertFile({ input, output: path, tell: () => {}, progress: () => {}, signal });
  return path;
}

/** Prints what python-can reads of a file: microseconds since 1970 or the start, the frame in candump's form. */
const pythonReader = `
import sys, can
name = sys.argv[1]
options = {"relative_timestamp": False} if name.endswith(".asc") else {}
for m in can.LogReader(name, **options):
    if m.is_error_frame:
        print("error")
        continue
    text = ("%08X" if m.is_extended_id else "%03X") % m.arbitration_id
    flags = (1 if m.bitrate_switch else 0) + (2 if m.error_state_indicator else 0)
    content = "R%s" % (m.dlc or "") if m.is_remote_frame else m.data.hex().upper()
    mark = "##%d" % flags if m.is_fd else "#"
    print("%d %s%s%s" % (round(m.timestamp * 1e6), text, mark, content))
`;

describe.skipIf(noPythonCan !== undefined)(withReason('python-can', noPythonCan), () => {
  const frameLines = (which: readonly CaptureRecord[]) =>
    which.flatMap((record) =>
      record.type === 'frame' ? [`${record.timeNs / 1000n} ${formatFrame(record.frame)}`] : ['error'],
    );
  /** Of versions of 2022, which Debian has, the TRC reader knows classic data frames alone, since the start. */
  const classic = frames.filter((record) => record.type === 'frame' && !record.frame.fd && !record.frame.remote);

  it.each<[string, readonly CaptureRecord[]]>([
    ['python.log', records],
    ['python.asc', records],
    ['python.trc', classic],
  ])('reads %s as ecunet convert wrote it', async (name, content) => {
    const path = await convertedTo(name, content);
    const lines = output(debianPython, ['-c', pythonReader, path]).trimEnd().split('\n');
    // Its ASC reader takes a CAN FD line without data for a remote frame.
    const since =
      name === 'python.trc' ? content.map((record) => ({ ...record, timeNs: record.timeNs - startNs })) : content;
    const expected = frameLines(since).map((line) => (name === 'python.asc' ? line.replace(/##(\d)$/, '##$1R') : line));
    expect(lines).toEqual(expected);
  });
});

describe.skipIf(noCanUtils !== undefined)(withReason('can-utils', noCanUtils), () => {
  /** Each line's interface and frame, and its time after the first line's. */
  const inShort = (log: string) => {
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line) => /^\((\d+)\.(\d+)\) (\S+) (\S+)/.exec(line)?.slice(1) ?? [line]);
    const us = (line: readonly string[]) => Number(line[0]) * 1e6 + Number(line[1]);
    return lines.map((line) => [us(line) - us(lines[0] ?? []), line[2], line[3]]);
  };

  it('log2asc and asc2log give our log back', () => {
    const log = write('ours.log', records);
    const asc = join(folder, 'theirs.asc');
    output('log2asc', ['-I', log, '-O', asc, 'body', 'chassis']);
    const [from, to] = [inShort(output('cat', [log])), inShort(output('asc2log', ['-I', asc]))];
    const names: Readonly<Record<string, string>> = { body: 'can0', chassis: 'can1' };
    expect(to).toEqual(from.map(([time, bus, frame]) => [time, names[String(bus)], frame]));
  });

  it('we read log2long’s lines, which are candump’s on a console', async () => {
    const log = write('for-long.log', records);
    const path = join(folder, 'long.txt');
    writeFileSync(path, output('log2long', [], readFileSync(log, 'utf8')));
    // They say nothing of BRS and ESI, and log2long keeps no class of an error.
    const expected = frames.map((record): CaptureRecord => {
      if (record.type !== 'frame') return record;
      const { esi: _, ...frame } = record.frame;
      return { ...record, frame: { ...frame, brs: false } };
    });
    expect(asText((await read(path)).filter(({ type }) => type === 'frame'))).toBe(asText(expected));
  });

  it('asc2log reads our ASC as it reads log2asc’s of the same frames', () => {
    const [log, asc] = [write('same.log', records), write('same.asc', records)];
    const theirs = join(folder, 'same-theirs.asc');
    output('log2asc', ['-I', log, '-O', theirs, 'body', 'chassis']);
    expect(inShort(output('asc2log', ['-I', asc]))).toEqual(inShort(output('asc2log', ['-I', theirs])));
  });

  it('we read log2asc’s ASC, of 4 and 6 decimals, CR LF', async () => {
    const log = write('for-asc.log', records);
    for (const options of [[], ['-n'], ['-4']]) {
      const asc = join(folder, 'from-log2asc.asc');
      output('log2asc', ['-I', log, '-O', asc, ...options, 'body', 'chassis']);
      const cut = options.includes('-4') ? 100_000n : 1000n;
      const expected = records.map((record) => ({
        ...record,
        timeNs: record.timeNs - (record.timeNs % cut),
        bus: record.bus === 'body' ? '1' : '2',
      }));
      expect(asText(await read(asc))).toBe(asText(expected));
    }
  });

  it('we read what asc2log makes of our ASC', async () => {
    const log = join(folder, 'from-asc2log.log');
    output('asc2log', ['-I', write('for-log.asc', records), '-O', log]);
    const [first] = await read(log);
    const shift = (first?.timeNs ?? 0n) - startNs;
    const expected = records.map((record) => ({
      ...record,
      timeNs: record.timeNs + shift,
      bus: record.bus === 'body' ? 'can0' : 'can1',
    }));
    expect(asText(await read(log))).toBe(asText(expected));
  });
});

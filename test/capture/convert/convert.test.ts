// Every format into every other and back: what the format in between can hold comes back equal, what it cannot is said.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { classicFrame } from '../../../src/bus/bus.ts';
import { isWholeInAsc } from '../../../src/capture/asc/ascEncoder.ts';
import { convertFile } from '../../../src/capture/convert/convertFile.ts';
import { readCaptureFile } from '../../../src/capture/readCaptureFile.ts';
import type { CapturedError, CaptureRecord } from '../../../src/capture/record/captureRecord.ts';
import { errorOfTrc, isWholeInTrc, trcOfError } from '../../../src/capture/trc/trcError.ts';
import { CaptureFile } from '../../../src/capture/writeCaptureFile.ts';
import { inProcess, inProcessBytes } from '../../cli/support/inProcess.ts';
import { fc, prop } from '../../support/property.ts';
import { anyFrameRecord, captured, startNs, startS, twoBuses } from '../support/records.ts';

const root = mkdtempSync(join(tmpdir(), 'ecunet-convert-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'test-'));
});

const formats = ['log', 'asc', 'trc', 'pcap', 'pcapng', 'log.gz', 'trc.gz', 'pcap.gz'] as const;

/** What the file of a format gives back of a record; nothing of what it has no place for. */
function held(suffix: string, record: CaptureRecord): readonly CaptureRecord[] {
  const format = suffix.split('.')[0];
  if (format === 'pcapng') return [record];
  if (record.type === 'packet') return [];
  if (format === 'pcap') return [{ ...record, bus: '0' }];
  const cut = { ...record, timeNs: record.timeNs - (record.timeNs % 1000n) };
  if (cut.type === 'frame' || format === 'log') return [cut];
  if (format === 'asc') return [{ ...cut, errorClass: 0x80, data: new Uint8Array(8) }];
  return [{ ...cut, ...errorOfTrc(trcOfError(cut)) }];
}

/** The lines in which a conversion into the format says what it has no place for. */
function said(suffix: string, records: readonly CaptureRecord[]): readonly string[] {
  const format = suffix.split('.')[0];
  if (format === 'pcapng') return [];
  const counted = (what: string, count: number) => (count === 0 ? [] : [expect.stringMatching(`${count} ${what}`)]);
  const errors = records.filter((record): record is CapturedError => record.type === 'error');
  const isWhole = { log: () => true, asc: isWholeInAsc, trc: isWholeInTrc }[format ?? ''] ?? (() => true);
  const packets = counted('Ethernet packet', records.filter(({ type }) => type === 'packet').length);
  if (format === 'pcap') {
    const isNamed = records.some(({ type }) => type !== 'packet');
    return [...packets, ...(isNamed ? [expect.stringMatching('no names of buses: ')] : [])];
  }
  const times = records.filter(({ type, timeNs }) => type !== 'packet' && timeNs % 1000n !== 0n);
  return [
    ...packets,
    ...counted('error frame', errors.filter((error) => !isWhole(error)).length),
    ...counted('record', times.length),
  ];
}

async function readAll(path: string): Promise<readonly CaptureRecord[]> {
  const all: CaptureRecord[] = [];
  for await (const records of readCaptureFile(path)) all.push(...records);
  return all;
}

async function converted(input: string, output: string): Promise<readonly string[]> {
  const notes: string[] = [];
  const { signal } = new AbortController();
  await convertFile({ input, output, tell: (note) => notes.push(note), progress: () => {}, signal });
  return notes;
}

function write(path: string, records: readonly CaptureRecord[]): void {
  const file = new CaptureFile(path, { startS, buses: [...twoBuses, { name: 'backbone', kind: 'ethernet' }] });
  for (const record of records) file.put(record);
  file.finish();
}

const timesNs = fc.integer({ min: 0, max: 2 ** 48 }).map((ns) => startNs + BigInt(ns));
const anyError = fc
  .tuple(fc.integer({ min: 1, max: 0x3ff }), fc.uint8Array({ minLength: 8, maxLength: 8 }), timesNs)
  .map(([errorClass, data, timeNs]): CaptureRecord => ({ type: 'error', timeNs, bus: 'body', errorClass, data }));
const anyPacket = fc
  .tuple(fc.uint8Array({ minLength: 14, maxLength: 60 }), timesNs)
  .map(([packet, timeNs]): CaptureRecord => ({ type: 'packet', timeNs, bus: 'backbone', packet }));
const fineFrame = fc
  .tuple(anyFrameRecord, fc.constantFrom(0, 1, 100, 500, 999))
  .map(([record, ns]) => ({ ...record, timeNs: record.timeNs + BigInt(ns) }));
const anyRecords = fc.array(fc.oneof({ weight: 3, arbitrary: fineFrame }, anyError, anyPacket), {
  minLength: 1,
  maxLength: 12,
});

describe.each(formats)('from pcapng into .%s', (suffix) => {
  prop([anyRecords])('what it can hold comes back, what it cannot is said', async (records) => {
    const [from, to, back] = ['from.pcapng', `to.${suffix}`, 'back.pcapng'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    rmSync(to, { force: true });
    write(from, records);
    const notes = await converted(from, to);
    expect(notes).toEqual(said(suffix, records));
    expect(await converted(to, back)).toEqual([]);
    const kept = records.flatMap((record) => held(suffix, record));
    expect(await readAll(back)).toEqual(kept);
  });
});

describe('every pair of formats', () => {
  const pairs = formats.flatMap((from) => formats.map((to) => [from, to] as const));
  it.each(pairs)('.%s through .%s and back', async (from, to) => {
    const frames = fc.sample(anyFrameRecord, { numRuns: 50, seed: 7 });
    const error: CaptureRecord = {
      type: 'error',
      timeNs: startNs,
      bus: 'body',
      errorClass: 0x80,
      data: new Uint8Array(8),
    };
    const paths = [`a.${from}`, `b.${to}`, `c.${from}`].map((name) => join(folder, name)) as [string, string, string];
    write(paths[0], [...frames, error]);
    const first = await readAll(paths[0]);
    await converted(paths[0], paths[1]);
    await converted(paths[1], paths[2]);
    const through = first.flatMap((record) => held(to, record)).flatMap((record) => held(from, record));
    expect(await readAll(paths[2])).toEqual(through);
    expect(through).toHaveLength(frames.length + 1);
  });
});

describe('names of buses', () => {
  it('of more than one word are written as one, which is said', async () => {
    const from = join(folder, 'a.pcapng');
    const buses = ['CAN 1', 'a:b'].map((name) => ({ name, kind: 'can' as const }));
    const file = new CaptureFile(from, { startS, buses });
    for (const { name } of buses) file.put(captured(classicFrame(1, new Uint8Array(0)), 0, { bus: name }));
    file.finish();
    const names = async (suffix: string) => {
      const notes = await converted(from, join(folder, `b.${suffix}`));
      const records = await readAll(join(folder, `b.${suffix}`));
      return { notes: notes.map((note) => note.split(': ').slice(1).join(': ')), buses: records.map(({ bus }) => bus) };
    };
    const as = 'names of buses written otherwise: CAN 1 as CAN_1';
    expect(await names('log')).toEqual({ notes: [as], buses: ['CAN_1', 'a:b'] });
    expect(await names('trc')).toEqual({ notes: [as], buses: ['CAN_1', 'a:b'] });
    expect(await names('asc')).toEqual({ notes: [`${as}, a:b as a_b`], buses: ['CAN_1', 'a_b'] });
  });

  it('a CAN bus and an Ethernet of one name stay two', async () => {
    const from = join(folder, 'a.pcapng');
    const packet = new Uint8Array(60);
    const file = new CaptureFile(from, {
      startS,
      buses: [
        { name: 'x', kind: 'can' },
        { name: 'y', kind: 'ethernet' },
      ],
    });
    file.put(captured(classicFrame(1, new Uint8Array(0)), 0, { bus: 'x' }));
    file.put({ type: 'packet', timeNs: startNs, bus: 'y', packet });
    file.finish();
    writeFileSync(from, Buffer.from(readFileSync(from).toString('latin1').replace('y\0\0\0', 'x\0\0\0'), 'latin1'));
    await converted(from, join(folder, 'b.pcapng'));
    expect((await readAll(join(folder, 'b.pcapng'))).map(({ type, bus }) => [type, bus])).toEqual([
      ['frame', 'x'],
      ['packet', 'x-ethernet'],
    ]);
  });

  it('of one name and a number each stand in the order of the numbers, others as they come', async () => {
    const channels = async (...names: readonly string[]) => {
      const from = join(folder, 'a.log');
      writeFileSync(from, names.map((name) => `(1.000000) ${name} 123#\n`).join(''));
      await converted(from, join(folder, 'b.asc'));
      const text = readFileSync(join(folder, 'b.asc'), 'utf8');
      return [...text.matchAll(/channel \d+ is (\S+)/g)].map(([, name]) => name);
    };
    expect(await channels('can10', 'can9', 'can0')).toEqual(['can0', 'can9', 'can10']);
    expect(await channels('vcan1', 'can0')).toEqual(['vcan1', 'can0']);
    expect(await channels('body', 'can0')).toEqual(['body', 'can0']);
  });

  it('numbers stand in their order', async () => {
    const from = join(folder, 'a.trc');
    const line = (bus: number) => `      1         1.000 DT ${bus}      0123 Rx -  0\r\n`;
    writeFileSync(
      from,
      `;$FILEVERSION=2.1\r\n;$STARTTIME=46174.5\r\n;$COLUMNS=N,O,T,B,I,d,R,L,D\r\n${line(10)}${line(2)}`,
    );
    await converted(from, join(folder, 'b.asc'));
    expect(readFileSync(join(folder, 'b.asc'), 'utf8')).toMatch(/channel 1 is 2\n\/\/ channel 2 is 10\n/);
  });
});

describe('ecunet convert', { timeout: 60_000 }, () => {
  const log = '(1436509052.249713) vcan0 123#DEADBEEF\n(1436509052.249714) vcan1 20000004#0001000000000000\n';

  it('says what it did, and what was lost, once', async () => {
    const [from, to] = [join(folder, 'a.log'), join(folder, 'b.asc.gz')];
    writeFileSync(from, log);
    const { code, stdout, stderr } = await inProcess('convert', from, to);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+a\.log: 1 frame, 1 error frame of 2 buses written to \S+b\.asc\.gz in \d+\.\d s\n$/);
    expect(stderr).toBe(`ecunet: ${to}: not all that is known of 1 error frame: .log and .pcapng hold it\n`);
    expect(gunzipSync(readFileSync(to)).toString()).toMatch(
      /^date .*\n.*1 {2}123 {13}Rx {3}d 4 DE AD BE EF\n.*2 {2}ErrorFrame\n$/s,
    );
  });

  it('--json', async () => {
    const [from, to] = [join(folder, 'a.log'), join(folder, 'b.trc')];
    writeFileSync(from, log.slice(0, -1));
    const { code, stdout, stderr } = await inProcess('convert', from, to, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      ecunet: expect.any(String),
      input: from,
      output: to,
      frames: 1,
      errors: 1,
      packets: 0,
      packetsLeftOut: 0,
      buses: ['vcan0', 'vcan1'],
      notes: [expect.stringMatching(/line 2: the last line has no end/), expect.stringMatching(/1 error frame/)],
      wallMs: expect.any(Number),
    });
  });

  it('standard output has the capture to itself', async () => {
    const from = join(folder, 'a.log');
    writeFileSync(from, log);
    const { code, stdout, stderr } = await inProcessBytes('convert', from, '-.log');
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: log });
    expect(stderr).toMatch(/1 frame, 1 error frame of 2 buses written to -\.log/);
    const zipped = await inProcessBytes('convert', from, '-.log.gz');
    expect(gunzipSync(zipped.stdout).toString()).toBe(log);
  });

  it('a pipe is read into .log, and no other', async () => {
    const pipe = join(folder, 'pipe.log');
    execFileSync('mkfifo', [pipe]);
    const { code, stderr } = await inProcess('convert', pipe, join(folder, 'b.asc'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/no regular file, and is read twice/);
    const [done] = await Promise.all([
      inProcess('convert', pipe, join(folder, 'b.log')),
      import('node:fs/promises').then(({ writeFile }) => writeFile(pipe, log)),
    ]);
    expect(done.code).toBe(0);
    expect(readFileSync(join(folder, 'b.log'), 'utf8')).toBe(log);
  });

  it('what stands before a fault of the input is kept, as a whole file', async () => {
    const [from, to] = [join(folder, 'a.log'), join(folder, 'b.pcapng')];
    writeFileSync(from, `${log}hello\n`);
    const { code, stdout, stderr } = await inProcess('convert', from, to);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/a\.log: line 3: [^\n]+\n$/);
    expect(await readAll(to)).toHaveLength(2);
    expect(readdirSync(folder).sort()).toEqual(['a.log', 'b.pcapng']);
  });

  it.each<[string, string, string, RegExp]>([
    ['the same file', 'a.log', 'a.log', /this is the input, which is read; name another file/],
    ['the same file by a link', 'a.log', 'link.log', /this is the input/],
    ['no file', 'none.log', 'b.asc', /none\.log: no such file/],
    ['a form that is only read', 'a.log', 'b.txt', /read, not written/],
    ['a name without a form', 'a.log', 'b', /the name of a capture ends with/],
    ['a name without a form, read', 'a', 'b.log', /the name of a capture ends with/],
    ['a file that is no capture', 'a.log', 'mine.asc', /exists and is no such capture, so it is not replaced/],
    ['a folder that is not there', 'a.log', 'none/b.log', /cannot be written/],
    ['nothing to read', 'bad.log', 'b.pcapng', /bad\.log: line 1: neither/],
    ['standard output twice', 'a.log', '-.log --json', /-\.log and --json both go to standard output/],
    ['an option that is none', 'a.log', '--loud', /unknown option '--loud'/],
    ['half of it', 'a.log', '', /missing required argument 'out'/],
  ])('%s: one line, exit code 2, and no file', async (_, from, to, message) => {
    writeFileSync(join(folder, 'a.log'), log);
    writeFileSync(join(folder, 'bad.log'), 'hello\n');
    writeFileSync(join(folder, 'mine.asc'), 'mine');
    symlinkSync(join(folder, 'a.log'), join(folder, 'link.log'));
    const words = to.split(' ').filter((word) => word !== '');
    const args = words.map((word) => (word.startsWith('-') ? word : join(folder, word)));
    const { code, stdout, stderr } = await inProcess('convert', join(folder, from), ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe(log);
    expect(readFileSync(join(folder, 'mine.asc'), 'utf8')).toBe('mine');
    expect(readdirSync(folder).sort()).toEqual(['a.log', 'bad.log', 'link.log', 'mine.asc']);
    expect(existsSync(join(folder, 'b.pcapng'))).toBe(false);
  });

  it('what is stopped keeps what was converted until then', async () => {
    const [from, to] = [join(folder, 'a.log'), join(folder, 'b.log')];
    writeFileSync(from, log.repeat(20_000));
    const controller = new AbortController();
    const progress = () => controller.abort();
    const done = await convertFile({ input: from, output: to, tell: () => {}, progress, signal: controller.signal });
    expect(done.frames).toBeGreaterThan(0);
    expect(done.frames).toBeLessThan(20_000);
    expect(await readAll(to)).toHaveLength(done.frames + done.errors);
  });
});

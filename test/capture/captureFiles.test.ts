// Capture files on disk: written, replaced, cut short, and read again.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { classicFrame, fdFrame } from '../../src/bus/bus.ts';
import { readCaptureFile } from '../../src/capture/readCaptureFile.ts';
import type { CaptureRecord } from '../../src/capture/record/captureRecord.ts';
import { CaptureFile } from '../../src/capture/writeCaptureFile.ts';
import { InputError } from '../../src/core/faults.ts';
import { hostTimer } from '../../src/core/time/hostTime.ts';
import { asText, captured, startS, twoBuses } from './support/records.ts';

const head = { startS, buses: twoBuses };
const root = mkdtempSync(join(tmpdir(), 'ecunet-captures-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'test-'));
});

async function readAll(path: string): Promise<readonly CaptureRecord[]> {
  const all: CaptureRecord[] = [];
  for await (const records of readCaptureFile(path)) all.push(...records);
  return all;
}

/** More than one piece of any format. */
const records = Array.from({ length: 12_000 }, (_, index): CaptureRecord => {
  const data = Uint8Array.of(index & 255, index >> 8);
  const bus = index % 3 === 0 ? 'body' : 'chassis';
  return captured(index % 2 === 0 ? classicFrame(index % 2048, data) : fdFrame(index % 2048, data), index * 1_000_000, {
    bus,
  });
});

function write(path: string, content: readonly CaptureRecord[] = records): void {
  const file = new CaptureFile(path, head);
  for (const record of content) file.put(record);
  file.finish();
}

const formats = ['log', 'asc', 'trc', 'pcapng', 'log.gz', 'trc.gz', 'PCAPNG.GZ'];
/** A last line of these that was cut is read as it stands. */
const endsWithAnyLine = /^(?:log|asc|trc)$/;

describe.each(formats)('a .%s file', (suffix) => {
  it('is read as it was written', async () => {
    const path = join(folder, `a.${suffix}`);
    write(path);
    expect(asText(await readAll(path))).toBe(asText(records));
    expect(readdirSync(folder)).toEqual([`a.${suffix}`]);
  });

  it('that is still being written can be read, under its temporary name', async () => {
    const file = new CaptureFile(join(folder, `a.${suffix}`), head);
    for (const record of records) file.put(record);
    const [name = ''] = readdirSync(folder);
    expect(name).toMatch(new RegExp(`^a\\.${process.pid}-\\d+-[0-9a-f]{8}\\.partial\\.${suffix}$`));
    const read: CaptureRecord[] = [];
    const reading = async () => {
      for await (const some of readCaptureFile(join(folder, name))) read.push(...some);
    };
    await reading();
    expect(read.length).toBeGreaterThan(1000);
    expect(asText(read)).toBe(asText(records.slice(0, read.length)));
    file.finish();
  });

  it('replaces an earlier one as a whole, and nothing else', () => {
    const path = join(folder, `a.${suffix}`);
    write(path, records.slice(0, 3));
    const before = readFileSync(path);
    const file = new CaptureFile(path, head);
    for (const record of records) file.put(record);
    expect(readFileSync(path)).toEqual(before);
    file.finish();
    expect(statSync(path).size).toBeGreaterThan(before.length);
    writeFileSync(path, 'an image of mine');
    expect(() => new CaptureFile(path, head)).toThrow(/it exists and is no such capture/);
    expect(readFileSync(path, 'utf8')).toBe('an image of mine');
  });

  it('that is given up is complete with what there was; where nothing was, none is left', async () => {
    const path = join(folder, `a.${suffix}`);
    const empty = new CaptureFile(path, head);
    empty.close();
    expect(readdirSync(folder)).toEqual([]);
    const file = new CaptureFile(path, head);
    for (const record of records.slice(0, 5)) file.put(record);
    file.close();
    file.close();
    expect(await readAll(path)).toEqual(records.slice(0, 5));
  });

  it('cut short in the middle gives what is whole, then says so', async () => {
    const path = join(folder, `a.${suffix}`);
    write(path);
    truncateSync(path, Math.floor(statSync(path).size / 2) - 7);
    const read: CaptureRecord[] = [];
    const notes: string[] = [];
    const reading = async () => {
      for await (const some of readCaptureFile(path, (note) => notes.push(note))) read.push(...some);
    };
    if (endsWithAnyLine.test(suffix)) {
      await reading();
      expect(notes).toContainEqual(expect.stringMatching(/the last line has no end/));
    } else await expect(reading()).rejects.toThrow(InputError);
    expect(read.length).toBeGreaterThan(1000);
    const whole = read.slice(0, -1);
    expect(asText(whole)).toBe(asText(records.slice(0, whole.length)));
  });
});

describe('what cannot be', () => {
  it.each(['a', 'a.csv', 'a.gz', 'a.log.zip', 'log', 'a.constructor'])('a capture called %s', async (name) => {
    const path = join(folder, name);
    expect(() => new CaptureFile(path, head)).toThrow(/the name of a capture ends with \.log, /);
    await expect(readAll(path)).rejects.toThrow(/the name of a capture ends with \.log, /);
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ['no file', () => {}, /no such file/],
    ['a folder', (path) => mkdirSync(path), /a folder/],
    ['no gzip', (path) => writeFileSync(path, '(1.0) can0 123#\n'), /no gzip file/],
    ['half of a gzip', (path) => writeFileSync(path, gzipSync('(1.0) can0 123#\n').subarray(0, 20)), /ends too early/],
    ['another content', (path) => writeFileSync(path, gzipSync('hello\n')), /a\.log\.gz: line 1: /],
  ])('is said in one line where it is read: %s', async (_, make, message) => {
    const path = join(folder, 'a.log.gz');
    make(path);
    await expect(readAll(path)).rejects.toThrow(InputError);
    await expect(readAll(path)).rejects.toThrow(message);
  });

  it('is said in one line where it is written', () => {
    mkdirSync(join(folder, 'a.log'));
    expect(() => new CaptureFile(join(folder, 'a.log'), head)).toThrow(/folder/);
    expect(() => new CaptureFile(join(folder, 'nowhere', 'a.log'), head)).toThrow(
      /cannot be written \(no such folder\)/,
    );
  });

  it('a full disk: one line, and no half a record is left', async () => {
    const path = join(folder, 'a.log');
    symlinkSync('/dev/full', path);
    const file = new CaptureFile(path, head);
    expect(() => file.put(records[0] ?? captured(classicFrame(1, new Uint8Array(0))))).toThrow(
      /cannot be written \(no space is left\)/,
    );
  });
});

it('gzip is made of members that are whole, which gzip and zlib read as one file', () => {
  const path = join(folder, 'a.log.gz');
  write(path);
  const text = gunzipSync(readFileSync(path)).toString();
  expect(text.split('\n')).toHaveLength(records.length + 1);
  expect(execFileSync('gzip', ['-dc', path], { encoding: 'utf8', maxBuffer: 1e9 })).toBe(text);
});

it('a pipe is written to itself, record by record', async () => {
  const path = join(folder, 'live.pcapng');
  execFileSync('mkfifo', [path]);
  const reading = readAll(path);
  // Opening waits for the other end, which opens on a turn of its own.
  await new Promise<void>((resume) => hostTimer(0, resume));
  const file = new CaptureFile(path, head);
  for (const record of records.slice(0, 5)) file.put(record);
  file.finish();
  expect(await reading).toEqual(records.slice(0, 5));
  expect(existsSync(path)).toBe(true);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { formatFrame } from '../../../src/bus/frame/frameText.ts';
import { readRecordingFile } from '../../../src/capture/recording/readRecordingFile.ts';
import { InputError } from '../../../src/core/faults.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-recording-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(name: string, bytes: string | Uint8Array, { bus, fd = true }: { bus?: string; fd?: boolean } = {}) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const notes: string[] = [];
  try {
    const frames = [...readRecordingFile({ path, bus, fd }, (note) => notes.push(note.replace(`${folder}/`, '')))];
    return { frames: frames.map(({ atNs, frame }) => `${atNs / 1e6} ${formatFrame(frame)}`), notes };
  } catch (error) {
    if (error instanceof InputError) return error.message.replace(`${folder}/`, '');
    throw error;
  }
}

const asc = [
  'date Mon Jan 1 00:00:00.000 2024',
  'base hex timestamps absolute',
  '   0.001000 1  123             Rx   d 2 01 02',
  '   0.003000 2  124             Rx   d 0',
  '   0.002000 1  18FEEF00x       Rx   d 1 FF',
  '',
].join('\n');

describe('the frames of a recording', () => {
  test('are those of the first bus, or of the named one, counted from the first in time', () => {
    const log = '(10.002) a 002#\n(10.001) b 00B#\n(10.000) a 001#AA\n(10.004) a 003#R\n';
    expect(read('x.log', log)).toEqual({ frames: ['0 001#AA', '2 002#', '4 003#R'], notes: [] });
    expect(read('x.log', log, { bus: 'b' })).toEqual({ frames: ['0 00B#'], notes: [] });
  });

  test('come from any format, packed or not', () => {
    const frames = ['0 123#0102', '1 18FEEF00#FF'];
    expect(read('x.asc', asc)).toMatchObject({ frames });
    expect(read('x.asc.gz', gzipSync(asc))).toMatchObject({ frames });
    expect(read('two.asc.gz', Buffer.concat([gzipSync(asc.slice(0, 50)), gzipSync(asc.slice(50))]))).toMatchObject({
      frames,
    });
  });

  test('are read whole, however long', () => {
    const lines = Array.from(
      { length: 30_000 },
      (_, index) => `(${1000 + index}.000000) a 123#${String(index % 100).padStart(2, '0')}\n`,
    );
    const long = read('long.log.gz', gzipSync(lines.join('')));
    expect(long).toMatchObject({ frames: { length: 30_000 } });
    expect(long).toEqual(read('long.log', lines.join('')));
  });
});

describe('what is left out is told once', () => {
  test('frames of CAN FD on a classic bus, error frames, frames far out of order', () => {
    const log = [
      '(10.0) a 001#',
      '(10.1) a 002##100',
      '(10.2) a 003##100',
      '(10.3) a 20000004#0000000000000000',
      '(12.0) a 004#',
      '(10.9) a 005#',
      '',
    ].join('\n');
    const { frames, notes } = read('left.log', log, { fd: false }) as { frames: string[]; notes: string[] };
    expect(frames).toEqual(['0 001#', '2000 004#']);
    expect(notes).toEqual([
      'left.log: frames of CAN FD are left out: the bus is a classic one (2 times, this is the first)',
      'left.log: error frames are left out',
      'left.log: frames that stand more than a second behind later ones are left out',
    ]);
    expect(read('left.log', log)).toMatchObject({ frames: { length: 4 } });
  });
});

test('a last line without its end is read, and told', () => {
  expect(read('cut.log', '(1.0) a 001#\n(1.5) a 001#11')).toEqual({
    frames: ['0 001#', '500 001#11'],
    notes: ['cut.log: line 2: the last line has no end: the file may have been cut short within it'],
  });
});

describe('what is wrong', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['a.csv', '', 'a.csv: the name of a capture ends with'],
    ['bad.log', '(1.0) a 001#\nhello\n', 'bad.log:2: '],
    ['no.log.gz', '(1.0) a 001#\n', 'no.log.gz: not what gzip packed, or not all of it'],
    ['cut.log.gz', gzipSync('(1.0) a 001#\n').subarray(0, -9), 'cut.log.gz: not what gzip packed, or not all of it'],
    ['crc.log.gz', changed(gzipSync('(1.0) a 001#\n'), -8), 'crc.log.gz: not what gzip packed, or not all of it'],
    ['length.log.gz', changed(gzipSync('(1.0) a 001#\n'), -1), 'length.log.gz: not what gzip packed, or not all of it'],
    ['long.log', '(1.0) a 001#\n(8000000.0) a 001#\n', 'long.log: it is longer than 90 days'],
  ])('%s', (name, bytes, words) => {
    expect(read(name, bytes)).toContain(words);
  });

  const log = '(1.0) can0 001#\n(1.0) can1 002##0\n';
  test.each([
    ['vcan0', 'none.log: no frames of vcan0 in it: did you mean can0?'],
    ['lin', 'none.log: no frames of lin in it: it has those of can0, can1'],
    [
      'can1',
      'none.log: no frames of can1 in it that can be sent: frames of CAN FD are left out: the bus is a classic one',
    ],
  ])('is a bus without frames: %s', (bus, words) => {
    expect(read('none.log', log, { bus, fd: false })).toBe(words);
  });

  test('is a file without frames', () => {
    expect(read('none.log', '')).toBe('none.log: no frames in it');
    expect(read('none.log', '', { bus: 'can0' })).toBe('none.log: no frames of can0 in it');
  });

  test('is a file that is not there, or is none', () => {
    expect(() => [...readRecordingFile({ path: join(folder, 'gone.log'), bus: undefined, fd: true })]).toThrow(
      /gone\.log: no such file$/,
    );
  });
});

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length + at] = (copy[copy.length + at] ?? 0) ^ 1;
  return copy;
}

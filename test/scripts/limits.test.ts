// The page of `npm run limits`, and that every limit of the sources has its reason.
import { describe, expect, it } from 'vitest';
import { limitsOf, limitsPage, valueWords } from '../../scripts/limits/page.ts';
import { exportedLimits, limitRooms, roomLimits } from '../../scripts/limits/rooms.ts';

describe('limits of the sources', () => {
  const rooms = limitRooms();

  it('stand in the rooms, those that several share in core', () => {
    expect(rooms[0]).toBe('src/core');
    expect(rooms).toEqual(expect.arrayContaining(['src/bus', 'src/uptane', 'src/sim']));
  });

  it.each(rooms)('in %s have a reason each', async (room) => {
    const { limits } = await roomLimits(room);
    expect(limits.length).toBeGreaterThan(0);
    expect(limits.filter(({ reason }) => reason.length < 10).map(({ name }) => name)).toEqual([]);
  });

  it('are all on the page, below their room', async () => {
    const page = limitsPage(await Promise.all(rooms.map(roomLimits)));
    const shown = page
      .trimEnd()
      .split('\n\n')
      .map((part) => {
        const [room, ...lines] = part.split('\n');
        return [room, lines.map((line) => line.trim().split(' ')[0]).sort()];
      });
    const exported = await Promise.all(
      rooms.map(async (room) => [room, Object.keys(await exportedLimits(room)).sort()]),
    );
    expect(shown).toEqual(exported);
  });
});

describe('the page of limits', () => {
  const source = [
    "import { KIB } from './units.ts';",
    '// A heading is no reason.',
    '/** A file of one key. */',
    'export const keyBytesMax = 4 * KIB;',
    'const inner = 3;',
    '/**',
    ' * Tries, as the standard',
    ' * has them. S2',
    ' */',
    'export const triesMax = inner;',
  ].join('\n');

  it('has a line a limit: name, value, reason', () => {
    const limits = limitsOf(source, { keyBytesMax: 4096, triesMax: 3 });
    expect(limitsPage([{ room: 'src/keys', limits }])).toBe(
      'src/keys\n  keyBytesMax  4 KiB  A file of one key.\n  triesMax         3  Tries, as the standard has them. S2\n',
    );
  });

  it.each(['export const pauseMs = 5;', '// Why.\nexport const pauseMs = 5;', '/** */\nexport const pauseMs = 5;'])(
    'is none where a limit has no reason: %j',
    (text) => {
      const limits = limitsOf(`${source}\n${text}`, { keyBytesMax: 4096, triesMax: 3, pauseMs: 5 });
      expect(() => limitsPage([{ room: 'src/keys', limits }])).toThrow('no reason is given right above pauseMs');
    },
  );

  it('takes no limit that is not a number', () => {
    expect(() => limitsOf('/** Why. */\nexport const a = [1];', { a: [1] })).toThrow('a is no number');
  });

  it.each([
    ['ecusMax', 500, '500'],
    ['targetsMax', 100_000, '100,000'],
    ['stepMax', 2 ** 32, '2^32'],
    ['partBytesMax', 126, '126 B'],
    ['packetBytesMax', 1472, '1,472 B'],
    ['fileBytesMax', 64 * 1024, '64 KiB'],
    ['registrationBytesMax', 500 * 1024, '500 KiB'],
    ['imageBytes', 64 * 1024 * 1024, '64 MiB'],
    ['manifestBytesMax', 4_224_000, '4,125 KiB'],
    ['filesBytesMax', 51_000_001, '48.64 MiB (51,000,001 B)'],
    ['rateBytesPerSecondMin', 8192, '8 KiB/s'],
    ['nameCharsMax', 2048, '2,048 characters'],
    ['modulusBitsMin', 2048, '2,048 bits'],
    ['queueFrames', 64, '64 frames'],
    ['delayNs', 50_000, '50 µs'],
    ['shortNs', 1_001, '1,001 ns'],
    ['latencyUsMax', 10_000, '10 ms'],
    ['pauseMsMax', 2000, '2 s'],
    ['windowMs', 75, '75 ms'],
    ['totalMsMax', 30 * 60_000, '30 min'],
    ['silentMsMax', 24 * 3_600_000, '24 h'],
    ['aheadSecondsMax', 300, '5 min'],
    ['metersMsgMax', 7, '7'],
  ])('says %s = %d as %s', (name, value, words) => {
    expect(valueWords(name, value)).toBe(words);
  });
});

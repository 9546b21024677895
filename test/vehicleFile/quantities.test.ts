import { describe, expect, it } from 'vitest';
import { durationUpTo, microsecondsUpTo, sizeBetween } from '../../src/vehicleFile/quantities.ts';

const size = sizeBetween(0, 64 * 1024 * 1024);
const duration = durationUpTo(3650 * 86_400_000, 'a duration such as 3s');
const microseconds = microsecondsUpTo(10_000_000);
const read = (schema: typeof size, value: unknown) => {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : parsed.error.issues[0]?.message;
};

describe('a quantity', () => {
  it.each([
    ...([5, '5 B', '5B', '5 byte', '5  bytes'] as const).map((text) => [text, 5] as const),
    ...(['2kB', '2 KB'] as const).map((text) => [text, 2000] as const),
    ...(['2 KiB', '2kib', '2 kiB'] as const).map((text) => [text, 2048] as const),
    ['1.5 KiB', 1536],
    ['2 MB', 2_000_000],
    ['2 MiB', 2_097_152],
    ['0.01 GB', 10_000_000],
  ] as const)('of bytes may be %j', (text, bytes) => {
    expect(read(size, text)).toBe(bytes);
  });

  it.each([
    ...([500, '500ms', '500 ms', '500 MS', '0.5s', '500000us', '500 milliseconds', '500000 µs'] as const).map(
      (text) => [text, 500] as const,
    ),
    ...(['2s', '2 sec', '2 Seconds'] as const).map((text) => [text, 2000] as const),
    ...(['2min', '2 Minutes', '2 mins'] as const).map((text) => [text, 120_000] as const),
    ...(['2h', '2 hours', '2 H'] as const).map((text) => [text, 7_200_000] as const),
    ...(['2d', '2 days', '1 day'] as const).map((text) => [text, text === '1 day' ? 86_400_000 : 172_800_000] as const),
  ] as const)('of time may be %j', (text, ms) => {
    expect(read(duration, text)).toBe(ms);
  });

  it('of microseconds has the same units', () => {
    expect(['7', '7us', '7 ms', '7s'].map((text) => read(microseconds, text === '7' ? 7 : text))).toEqual([
      7, 7, 7000, 7_000_000,
    ]);
  });

  it.each([
    ['2 kb', 'from 0 to 64 MiB, is needed, not `2 kb`: did you mean kB?'],
    ['2 Mb', 'not `2 Mb`: did you mean MB?'],
    ['2 m', 'not `2 m`'],
    ['2 furlongs', ': the units are B, kB, KiB, MB, MiB, GB, GiB'],
    ['65 MiB', 'from 0 to 64 MiB, is needed, not `65 MiB`'],
    ['1 GiB', 'from 0 to 64 MiB, is needed, not `1 GiB`'],
    ['0.4 B', ': less than 1 B'],
    [1.5, 'not 1.5'],
    [-1, 'not -1'],
    ['-1 B', 'not `-1 B`'],
    ['1e3 B', 'not `1e3 B`'],
    [`${'9'.repeat(400)} B`, 'not `999'],
    ['', 'not ``'],
  ])('of bytes cannot be %j', (value, words) => {
    expect(read(size, value)).toContain(words);
  });

  it('of time cannot be 5m, of which nobody knows what it is, nor what is lost in whole milliseconds', () => {
    expect(read(duration, '5m')).toContain('from 0 to 3650d, is needed, not `5m`');
    expect(read(duration, '400us')).toContain(': less than 1 ms');
  });
});

import { expect, it } from 'vitest';
import { formatUtc, parseUtc } from '../../src/core/utc.ts';
import { fc, prop } from '../support/property.ts';

const first = parseUtc('0000-01-01T00:00:00Z') ?? expect.fail();
const last = parseUtc('9999-12-31T23:59:59Z') ?? expect.fail();

it.each([
  ['1970-01-01T00:00:00Z', 0],
  ['1969-12-31T23:59:59Z', -1],
  ['2000-02-29T12:34:56Z', 951_827_696],
  ['2017-05-18T16:23:13Z', 1_495_124_593],
  ['2038-01-19T03:14:08Z', 2 ** 31],
  ['2030-01-01T00:00:00Z', 1_893_456_000],
])('%s is %i', (text, seconds) => {
  expect(parseUtc(text)).toBe(seconds);
  expect(formatUtc(seconds)).toBe(text);
});

prop([fc.integer({ min: first, max: last })])(
  'whole seconds of the years 0 to 9999 come back as they went, as the host’s own calendar has them',
  (seconds) => {
    expect(parseUtc(formatUtc(seconds))).toBe(seconds);
    expect(`${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`).toBe(formatUtc(seconds));
  },
);

it.each([
  '2023-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2016-12-31T23:59:60Z',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00z',
  '2026-01-01 00:00:00Z',
  '2026-01-01T00:00:00+00:00',
  '2026-01-01T00:00:00.000Z',
  '+02026-01-01T00:00:00Z',
  '2026-1-1T0:0:0Z',
  ' 2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00Z\n',
  '٢٠٢٦-01-01T00:00:00Z',
  '',
])('%j is no time', (text) => {
  expect(parseUtc(text)).toBeUndefined();
});

prop([fc.string()])('any text gives a time or nothing', (text) => {
  const seconds = parseUtc(text);
  if (seconds !== undefined) expect(formatUtc(seconds)).toBe(text);
});

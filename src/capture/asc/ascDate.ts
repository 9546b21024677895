// Owns: the date that an ASC file begins with, such as `Fri Jul 10 06:17:32.000 am 2015`. It names no time zone: UTC is meant here.
import { formatUtc, parseUtc } from '../../core/utc.ts';

const weekdays = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** As Vector's tools write them in German, where that differs: in UTF-8, or in a code page, of which the umlaut is no UTF-8. */
const germanMonths: Readonly<Record<string, string>> = {
  Mär: 'Mar',
  'M\ufffdr': 'Mar',
  Mrz: 'Mar',
  Mai: 'May',
  Okt: 'Oct',
  Dez: 'Dec',
};
const secondsPerDay = 86_400;

/** The date of whole seconds since 1970. */
export function ascDateText(seconds: number): string {
  const text = formatUtc(seconds);
  const [year, month, day, clock] = [text.slice(0, 4), Number(text.slice(5, 7)), text.slice(8, 10), text.slice(13, 19)];
  const hour = Number(text.slice(11, 13));
  const hour12 = String(hour % 12 === 0 ? 12 : hour % 12).padStart(2, '0');
  const weekday = weekdays[Math.floor(seconds / secondsPerDay) % 7];
  return `${weekday} ${months[month - 1]} ${day} ${hour12}${clock}.000 ${hour < 12 ? 'am' : 'pm'} ${year}`;
}

const dateForm = /^\S+ +(\S{3})\S* +(\d{1,2}) +(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(?: +([ap])m)? +(\d{4})$/i;

/** Nanoseconds since 1970 of a date with English or German month names, by 12 or 24 hours; undefined for anything else. */
export function parseAscDate(text: string): bigint | undefined {
  const [, name = '', day = '', hour = '', minute = '', second = '', fraction = '', half, year = ''] =
    dateForm.exec(text.trim()) ?? [];
  const month = months.indexOf(germanMonths[name] ?? name) + 1;
  const hour24 = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  const pad = (value: number | string) => String(value).padStart(2, '0');
  const seconds = parseUtc(`${year}-${pad(month)}-${pad(day)}T${pad(hour24)}:${minute}:${second}Z`);
  return seconds === undefined ? undefined : BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}

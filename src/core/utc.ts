// Owns: calendar time as text, by arithmetic alone. Seconds since 1970, whole, UTC; the one form that metadata uses.

const form = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})Z$/;

/** Days since 1970-01-01 of a date of the Gregorian calendar. */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Seconds since 1970 of a time such as `2030-01-01T00:00:00Z`; undefined for anything else, impossible dates included. */
export function parseUtc(text: string): number | undefined {
  const seconds = parseUtcOfAnyDate(text);
  return seconds !== undefined && formatUtc(seconds) === text ? seconds : undefined;
}

/** The same, a date that the calendar does not have counted on into the next month. */
export function parseUtcOfAnyDate(text: string): number | undefined {
  const parts = form.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  return daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
}

const isoForm = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(Z|[+-]\d{2}(?::?\d{2})?))?$/;

/** Seconds since 1970 of an ISO 8601 date, or date and time with a zone, as a person may type it; fractions are cut off. */
export function parseIsoTime(text: string): number | undefined {
  const [, date, time = '00:00', second = '00', zone = 'Z'] = isoForm.exec(text) ?? [];
  const local = date === undefined ? undefined : parseUtc(`${date}T${time}:${second}Z`);
  if (local === undefined || zone === 'Z') return local;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))];
  if (hours > 23 || minutes > 59) return undefined;
  return local - (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/** The text of whole seconds since 1970, years 0 to 9999. */
export function formatUtc(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1;
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  const time = `${pad(Math.floor(rest / 3600))}:${pad(Math.floor(rest / 60) % 60)}:${pad(rest % 60)}`;
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${time}Z`;
}

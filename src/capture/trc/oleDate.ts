// Owns: the start time of a TRC file, `$STARTTIME=43008.920986006946`: days since 1899-12-30, which name no time zone: UTC is meant here.
import { NS_PER_S } from '../../core/units.ts';

const secondsPerDay = 86_400;
/** From 1899-12-30 to 1970-01-01. */
const daysBefore1970 = 25_569;
const nsPerDay = BigInt(secondsPerDay) * BigInt(NS_PER_S);
/** A tenth of a microsecond: whole seconds are exact. */
const decimals = 12;
/** A double, as which the number is kept, says no less. */
const stepNsMin = 1000n;
/** More say no more: the last of them is a thousandth of a nanosecond. */
const decimalsMax = 17;

const dateForm = new RegExp(String.raw`^\s*(\d{1,7})(?:[.,](\d{1,${decimalsMax}})\d*)?\s*$`);

/** Nanoseconds since 1970, rounded to what the decimals can say; undefined for anything else, or a date before 1970. */
export function parseOleDate(text: string): bigint | undefined {
  const [, days, fraction = ''] = dateForm.exec(text) ?? [];
  if (days === undefined || Number(days) < daysBefore1970) return undefined;
  const scale = 10n ** BigInt(fraction.length);
  const exactNs = (BigInt(fraction === '' ? '0' : fraction) * nsPerDay) / scale;
  let stepNs = stepNsMin;
  while (stepNs * scale < nsPerDay && stepNs < 1_000_000n) stepNs *= 10n;
  const roundedNs = ((exactNs + stepNs / 2n) / stepNs) * stepNs;
  return BigInt(Number(days) - daysBefore1970) * nsPerDay + roundedNs;
}

/** The date of whole seconds since 1970. */
export function oleDateText(seconds: number): string {
  const days = Math.floor(seconds / secondsPerDay);
  const scale = 10n ** BigInt(decimals);
  const rest = BigInt(seconds - days * secondsPerDay);
  const fraction = (rest * scale + BigInt(secondsPerDay / 2)) / BigInt(secondsPerDay);
  return `${days + daysBefore1970}.${String(fraction).padStart(decimals, '0')}`;
}

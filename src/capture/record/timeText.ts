// Owns: times as captures write them: seconds with a fraction.
import { NS_PER_S } from '../../core/units.ts';

const nsPerS = BigInt(NS_PER_S);

/** `seconds` and the digits of the fraction, as nanoseconds. */
export function nanoseconds(seconds: string, fraction: string): bigint {
  return BigInt(Number(seconds)) * nsPerS + BigInt(Number(fraction.padEnd(9, '0')));
}

/** Seconds and six decimals, cut: microseconds. */
export function secondsText(timeNs: bigint): string {
  const seconds = timeNs / nsPerS;
  const microseconds = Number(timeNs % nsPerS) / 1000;
  return `${seconds}.${String(Math.floor(microseconds)).padStart(6, '0')}`;
}

// Owns: the CRC of AUTOSAR's end-to-end protection, profile 1, over a frame and what both sides know besides. Must not know where in
// the frame the CRC and the counter stand.
import { crc8 } from './crc8.ts';

/** Which bytes of the Data ID go into the CRC. `nibble`: the low one, and the frame itself carries half of the high one. */
export const dataIdModes = ['both', 'alternating', 'low', 'nibble'] as const;
export type DataIdMode = (typeof dataIdModes)[number];

/** The counter goes from 0 to 14: 15 stands for an invalid one. */
export const e2eCounterMax = 14;

/** Over the Data ID and the frame's bytes but the CRC's own. AUTOSAR's CRC-8 starts at 0 here and is not inverted, other than SAE J1850's. */
export function e2eProfile1Crc(
  bytes: Iterable<number>,
  { dataId, mode, counter }: { readonly dataId: number; readonly mode: DataIdMode; readonly counter: number },
): number {
  return crc8(bytes, crc8(idBytes(dataId, mode, counter), 0));
}

function idBytes(dataId: number, mode: DataIdMode, counter: number): readonly number[] {
  const low = dataId & 0xff;
  const high = dataId >> 8;
  switch (mode) {
    case 'both':
      return [low, high];
    case 'low':
      return [low];
    case 'nibble':
      return [low, 0];
    case 'alternating':
      return [counter % 2 === 0 ? low : high];
  }
}

import { expect, test } from 'vitest';
import { type DataIdMode, e2eProfile1Crc } from '../../../../src/bus/restBus/signals/e2eProfile1.ts';

// Data ID 0x123 and eight bytes of zeros but the counter, as in the examples of AUTOSAR's specification; with `nibble` the frame has 0x1.
test.each<[DataIdMode, number, number]>([
  ['both', 0, 0xcc],
  ['both', 1, 0x91],
  ['alternating', 0, 0xce],
  ['alternating', 1, 0x02],
  ['low', 0, 0xce],
  ['low', 1, 0x93],
  ['nibble', 0, 0x2a],
  ['nibble', 1, 0x77],
])('%s, counter %i', (mode, counter, crc) => {
  const nibble = mode === 'nibble' ? 0x10 : 0;
  expect(e2eProfile1Crc([nibble | counter, 0, 0, 0, 0, 0, 0], { dataId: 0x123, mode, counter })).toBe(crc);
});

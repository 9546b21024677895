import { expect, test } from 'vitest';
import { crc8SaeJ1850 } from '../../../../src/bus/restBus/signals/crc8.ts';
import { utf8 } from '../../../../src/core/bytes.ts';

// The check value of CRC-8/SAE-J1850 in the catalogues, and those that AUTOSAR's specification of CRC routines lists.
test.each([
  ['the digits 1 to 9', [...utf8('123456789')], 0x4b],
  ['four zeros', [0, 0, 0, 0], 0x59],
  ['F2 01 83', [0xf2, 0x01, 0x83], 0x37],
  ['0F AA 00 55', [0x0f, 0xaa, 0x00, 0x55], 0x79],
  ['00 FF 55 11', [0x00, 0xff, 0x55, 0x11], 0xb8],
  ['FF FF FF FF', [0xff, 0xff, 0xff, 0xff], 0x74],
])('%s', (_, bytes, crc) => {
  expect(crc8SaeJ1850(bytes)).toBe(crc);
});

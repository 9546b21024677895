// A frame of every kind, and an error frame, for the tests of captures with other programs.
import { classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import type { CapturedError, CapturedFrame } from '../../../src/capture/record/captureRecord.ts';
import { captured, startNs } from './records.ts';

const data = Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 0, 1, 2, 3);
const noData = new Uint8Array(0);
const us = 1000;

/** Every kind of frame, on two buses. */
export const everyKind: readonly CapturedFrame[] = [
  captured(classicFrame(0x123, data), 0),
  captured(classicFrame(0x7ff, noData), 1 * us, { bus: 'chassis' }),
  captured({ ...classicFrame(0x123, data.subarray(0, 3)), extended: true }, 999_999 * us),
  captured({ ...classicFrame(0x321, noData), remote: true, requestedBytes: 4 }, 1_000_000 * us),
  captured({ ...classicFrame(0x1fff_ffff, noData), extended: true, remote: true, requestedBytes: 8 }, 1_000_001 * us),
  captured(fdFrame(0x222, new Uint8Array(64).fill(0x5a)), 2_000_000 * us, { bus: 'chassis' }),
  captured({ ...fdFrame(0x18da_10f1, data), extended: true, brs: false, esi: true }, 2_500_000 * us),
  captured(fdFrame(0x223, noData), 3_000_000 * us),
  captured({ ...fdFrame(0x224, new Uint8Array(12)), brs: false }, 12_345_678 * us),
];
/** An ASC file keeps no more of an error frame than that there was one on the bus. */
export const plainBusError: CapturedError = {
  type: 'error',
  timeNs: startNs + 12_345_679_000n,
  bus: 'body',
  errorClass: 0x80,
  data: new Uint8Array(8),
};

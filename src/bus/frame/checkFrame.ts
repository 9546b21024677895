// Owns: which frames may exist at all (ISO 11898-1). Must not know any bus: each bus calls this before it takes a frame.
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import type { CanFrame } from '../bus.ts';

export const baseIdMax = 0x7ff;
export const extendedIdMax = 0x1fff_ffff;
export const classicDataBytesMax = 8;
export const fdDataBytesMax = 64;

/** The data lengths that a DLC of CAN FD can say. */
export const fdDataLengths: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64];

const fdLengthFor = Array.from({ length: fdDataBytesMax + 1 }, (_, length) =>
  fdDataLengths.find((allowed) => allowed >= length),
);

/** The shortest CAN FD data length that holds `length` bytes; undefined above 64. */
export function fdLengthAtLeast(length: number): number | undefined {
  return fdLengthFor[length];
}

function isClassicLength(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes >= 0 && bytes <= classicDataBytesMax;
}

function problem(frame: CanFrame, fdBus: boolean): string | undefined {
  const { id, data, requestedBytes } = frame;
  const idMax = frame.extended ? extendedIdMax : baseIdMax;
  if (!Number.isInteger(id) || id < 0 || id > idMax) {
    return `the id ${id} is not one of ${frame.extended ? 29 : 11} bits`;
  }
  if (requestedBytes !== undefined && !(frame.remote && isClassicLength(requestedBytes))) {
    return frame.remote
      ? `a remote frame asks for 0 to 8 bytes, not ${requestedBytes}`
      : 'only a remote frame asks for a length';
  }
  if (!frame.fd) {
    if (frame.esi) return 'the error state indicator belongs to CAN FD frames';
    if (frame.brs) return 'the bit rate switch belongs to CAN FD frames';
    if (frame.remote && data.length > 0) return 'a remote frame has no data';
    if (data.length > classicDataBytesMax) return `a classic frame has 0 to 8 bytes, not ${data.length}`;
    return undefined;
  }
  if (!fdBus) return 'this bus carries classic CAN only';
  if (frame.remote) return 'CAN FD has no remote frames';
  if (fdLengthFor[data.length] !== data.length) return `a CAN FD frame cannot have ${data.length} bytes`;
  return undefined;
}

/** What stands against sending `frame`: a `bad-frame` fault, or undefined where nothing does. */
export function checkFrame(frame: CanFrame, fdBus: boolean): EnvironmentFault | undefined {
  const text = problem(frame, fdBus);
  return text === undefined ? undefined : environmentFault('bad-frame', text);
}

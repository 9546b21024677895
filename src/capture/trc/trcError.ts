// Owns: an error frame of a TRC file and the same as SocketCAN tells it.
import { errorClass } from '../../bus/frame/canErrorFrame.ts';
import type { CapturedError } from '../record/captureRecord.ts';

type ErrorContent = Pick<CapturedError, 'errorClass' | 'data'>;

/** What PEAK calls a bit, form or stuff error is one bit each, as in SocketCAN's third byte; 8 is any other. */
const kindsMask = 0x07;
const otherKind = 0x08;
/** Of SocketCAN's third byte: the error came while this controller sent. */
const whileSending = 0x80;
const classes = errorClass.protocol | errorClass.busError | errorClass.counters;
const [violationAt, positionAt, sendCounterAt, receiveCounterAt] = [2, 3, 6, 7];

/** The kind, 0 for sending or 1 for receiving, the position in the frame, the counters of receive and transmit errors. */
export type TrcError = readonly [kind: number, direction: number, position: number, received: number, sent: number];

export function errorOfTrc([kind, direction, position, received, sent]: TrcError): ErrorContent {
  const data = new Uint8Array(8);
  data[violationAt] = (kind & kindsMask) | (direction === 0 ? whileSending : 0);
  data[positionAt] = position;
  data[sendCounterAt] = sent;
  data[receiveCounterAt] = received;
  return { errorClass: classes, data };
}

/** What a TRC file can say of an error. */
export function trcOfError({ data }: ErrorContent): TrcError {
  const violation = data[violationAt] ?? 0;
  const kind = violation & kindsMask;
  return [
    kind === 0 ? otherKind : kind,
    (violation & whileSending) === 0 ? 1 : 0,
    data[positionAt] ?? 0,
    data[receiveCounterAt] ?? 0,
    data[sendCounterAt] ?? 0,
  ];
}

/** Whether a TRC file says all that is known of an error. */
export function isWholeInTrc(error: ErrorContent): boolean {
  const kept = errorOfTrc(trcOfError(error));
  return (
    kept.errorClass === error.errorClass &&
    error.data.length === kept.data.length &&
    kept.data.every((byte, index) => byte === error.data[index])
  );
}

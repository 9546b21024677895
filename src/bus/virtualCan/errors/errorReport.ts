// Owns: an error frame on a virtual bus in the words of linux/can/error.h, as the driver of the node that signalled first would report it.
// Pure. Must not know when it happened.
import type { CanErrorFrame, CanFrame, ControllerState } from '../../bus.ts';
import { errorClass } from '../../frame/canErrorFrame.ts';
import { classicDataBytesMax } from '../../frame/checkFrame.ts';
import type { WireBit } from '../bits/bitSequence.ts';

/** A controller's counters at a moment. */
export interface CounterState {
  readonly transmitErrors: number;
  readonly receiveErrors: number;
  readonly state: ControllerState;
}

export interface ReportedError {
  readonly frame: CanFrame;
  /** From SOF to the end of EOF. */
  readonly bits: readonly WireBit[];
  /** Bits before the first error flag. */
  readonly flagAtBit: number;
  readonly isAckError: boolean;
  /** Whether it was the sender that saw it first, and not a receiver. */
  readonly bySender: boolean;
  /** Of who saw it first: before the error, and after it. */
  readonly before: CounterState;
  readonly after: CounterState;
}

/** `data[1]`: what a controller's counters came to. */
const control = { rxWarning: 0x04, txWarning: 0x08, rxPassive: 0x10, txPassive: 0x20 } as const;
/** `data[2]`: what was wrong. */
const violation = { form: 0x02, stuff: 0x04, bit0: 0x08, bit1: 0x10, whileSending: 0x80 } as const;
/** `data[3]`: where, by SJA1000's codes. */
const place = {
  ...{
    startOfFrame: 0x03,
    id28to21: 0x02,
    id20to18: 0x06,
    srr: 0x04,
    ide: 0x05,
    id17to13: 0x07,
    id12to5: 0x0f,
    id4to0: 0x0e,
  },
  ...{ rtr: 0x0c, reserved1: 0x0d, reserved0: 0x09, dlc: 0x0b, data: 0x0a, crc: 0x08 },
  ...{ crcDelimiter: 0x18, ackSlot: 0x19, ackDelimiter: 0x1b, endOfFrame: 0x1a },
} as const;

const warningFrom = 96;
const passiveFrom = 128;
const counterMax = 255;

export function errorReport(error: ReportedError): CanErrorFrame {
  const { before, after, isAckError } = error;
  const reached = reachedLevels(before, after);
  const wentOff = after.state === 'bus-off' && before.state !== 'bus-off';
  const classes =
    errorClass.protocol |
    errorClass.busError |
    errorClass.counters |
    (isAckError ? errorClass.noAck : 0) |
    (reached === 0 ? 0 : errorClass.controller) |
    (wentOff ? errorClass.busOff : 0);
  const last = error.flagAtBit - 1;
  const data = new Uint8Array(8);
  data[1] = reached;
  data[2] = isAckError ? violation.whileSending : violationOf(error, last);
  data[3] = isAckError ? place.ackSlot : placeOf(error, last);
  data[6] = Math.min(after.transmitErrors, counterMax);
  data[7] = Math.min(after.receiveErrors, counterMax);
  return { errorClass: classes, data };
}

/** Levels that a counter came to by this error: the warning level, or error-passive. */
function reachedLevels(before: CounterState, after: CounterState): number {
  const came = (counter: 'transmitErrors' | 'receiveErrors', level: number) =>
    before[counter] < level && after[counter] >= level;
  return (
    (came('receiveErrors', warningFrom) ? control.rxWarning : 0) |
    (came('transmitErrors', warningFrom) ? control.txWarning : 0) |
    (came('receiveErrors', passiveFrom) ? control.rxPassive : 0) |
    (came('transmitErrors', passiveFrom) ? control.txPassive : 0)
  );
}

/** A sender compares each bit with what it sends; a receiver sees a rule broken. A wrong CRC has no kind of its own: its place tells. */
function violationOf({ bits, bySender }: ReportedError, last: number): number {
  const bit = bits[last];
  if (bit === undefined) return bySender ? violation.whileSending : violation.stuff;
  if (bySender) return (bit.bit === 0 ? violation.bit0 : violation.bit1) | violation.whileSending;
  switch (bit.field) {
    case 'arbitration':
    case 'stuffed':
    case 'fixedStuffed':
      return violation.stuff;
    case 'ackDelimiter':
      return isWrongCrc(bits, last) ? 0 : violation.form;
    default:
      return violation.form;
  }
}

/** A receiver signals a wrong CRC after the ACK delimiter. */
function isWrongCrc(bits: readonly WireBit[], last: number): boolean {
  return bits[last + 1]?.field === 'eof';
}

function placeOf({ frame, bits, bySender }: ReportedError, last: number): number {
  const bit = bits[last];
  switch (bit?.field) {
    case undefined:
    case 'eof':
      return place.endOfFrame;
    case 'ackDelimiter':
      return !bySender && isWrongCrc(bits, last) ? place.crc : place.ackDelimiter;
    case 'ack':
      return place.ackSlot;
    case 'delimiter':
      return place.crcDelimiter;
    case 'fixedStuffed':
      return place.crc;
    default: {
      const number = bits.slice(0, last + 1).filter(({ isStuff }) => !isStuff).length - 1;
      return fieldsOf(frame).find(({ until }) => number < until)?.code ?? place.crc;
    }
  }
}

interface Field {
  readonly code: number;
  /** The first bit after it, counted from SOF without stuff bits. */
  readonly until: number;
}

/** The fields of a frame up to its CRC. FDF stands in the place of a reserved bit, as BRS and ESI do. */
function fieldsOf({ extended, fd, remote, data }: CanFrame): readonly Field[] {
  const bytes = remote ? 0 : fd ? data.length : Math.min(data.length, classicDataBytesMax);
  const lengths: readonly (readonly [code: number, bits: number])[] = [
    ...([
      [place.startOfFrame, 1],
      [place.id28to21, 8],
      [place.id20to18, 3],
    ] as const),
    ...(extended
      ? ([
          [place.srr, 1],
          [place.ide, 1],
          [place.id17to13, 5],
          [place.id12to5, 8],
          [place.id4to0, 5],
          [place.rtr, 1],
          [place.reserved1, 1],
        ] as const)
      : ([[place.rtr, 1], [place.ide, 1], ...(fd ? ([[place.reserved1, 1]] as const) : [])] as const)),
    [place.reserved0, fd ? 3 : 1],
    [place.dlc, 4],
    [place.data, 8 * bytes],
  ];
  let until = 0;
  return lengths.map(([code, bits]) => {
    until += bits;
    return { code, until };
  });
}

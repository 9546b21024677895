// Owns: what SocketCAN's error frames mean (linux/can/error.h): the classes in the id, and the 8 bytes that say more. Must not
// know where they come from.
import type { CanErrorFrame, ControllerState } from '../bus.ts';

/** Classes of error. */
export const errorClass = {
  txTimeout: 0x001,
  lostArbitration: 0x002,
  controller: 0x004,
  protocol: 0x008,
  transceiver: 0x010,
  noAck: 0x020,
  busOff: 0x040,
  busError: 0x080,
  restarted: 0x100,
  counters: 0x200,
} as const;

/** Every class; the bits above are reserved. */
export const errorClassesAll = 0x3ff;
/** Classes of which each frame is one attempt on the bus that an error ended. */
const attemptClasses = errorClass.protocol | errorClass.noAck | errorClass.busError;

type BitWords = readonly (readonly [bit: number, words: string])[];

const controllerWords: BitWords = [
  [0x01, 'receive buffer overflow'],
  [0x02, 'transmit buffer overflow'],
  [0x04, 'receive errors reached the warning level'],
  [0x08, 'transmit errors reached the warning level'],
  [0x10, 'error-passive by receive errors'],
  [0x20, 'error-passive by transmit errors'],
  [0x40, 'error-active again'],
];
const passiveBits = 0x30;
const activeBit = 0x40;

const violationWords: BitWords = [
  [0x01, 'bit error'],
  [0x02, 'form error'],
  [0x04, 'stuff error'],
  [0x08, 'dominant bit could not be sent'],
  [0x10, 'recessive bit could not be sent'],
  [0x20, 'bus overload'],
  [0x40, 'active error announcement'],
  [0x80, 'while sending'],
];

/** Positions in a frame, as SJA1000's error code capture counts them. */
const positions: ReadonlyMap<number, string> = new Map([
  [0x03, 'start of frame'],
  [0x02, 'ID bits 28 to 21'],
  [0x06, 'ID bits 20 to 18'],
  [0x04, 'SRR or RTR'],
  [0x05, 'IDE'],
  [0x07, 'ID bits 17 to 13'],
  [0x0f, 'ID bits 12 to 5'],
  [0x0e, 'ID bits 4 to 0'],
  [0x0c, 'RTR'],
  [0x0d, 'reserved bit 1'],
  [0x09, 'reserved bit 0'],
  [0x0b, 'DLC'],
  [0x0a, 'data'],
  [0x08, 'CRC'],
  [0x18, 'CRC delimiter'],
  [0x19, 'ACK slot'],
  [0x1b, 'ACK delimiter'],
  [0x1a, 'end of frame'],
  [0x12, 'intermission'],
]);

const transceiverWords: ReadonlyMap<number, string> = new Map([
  [0x04, 'CAN high has no wire'],
  [0x05, 'CAN high is shorted to the battery'],
  [0x06, 'CAN high is shorted to the supply'],
  [0x07, 'CAN high is shorted to ground'],
  [0x40, 'CAN low has no wire'],
  [0x50, 'CAN low is shorted to the battery'],
  [0x60, 'CAN low is shorted to the supply'],
  [0x70, 'CAN low is shorted to ground'],
  [0x80, 'CAN low is shorted to CAN high'],
]);

/** What an error frame says. */
export interface CanError {
  /** The controller's state from now on; undefined where it says nothing of it. */
  readonly state: ControllerState | undefined;
  /** TEC and REC; undefined where not given. */
  readonly counters: { readonly transmitErrors: number; readonly receiveErrors: number } | undefined;
  /** Whether the controller came back from bus-off. */
  readonly restarted: boolean;
  /** Whether it stands for an attempt on the bus that an error frame ended. */
  readonly isAttempt: boolean;
  /** All that it says, in words, on one line. */
  readonly text: string;
}

export function decodeErrorFrame({ errorClass: classes, data }: CanErrorFrame): CanError {
  const restarted = (classes & errorClass.restarted) !== 0;
  const isController = (classes & errorClass.controller) !== 0;
  const control = data[1] ?? 0;
  let state: ControllerState | undefined;
  if ((classes & errorClass.busOff) !== 0) state = 'bus-off';
  else if (isController && (control & passiveBits) !== 0) state = 'error-passive';
  else if (restarted || (isController && (control & activeBit) !== 0)) state = 'error-active';
  const [transmitErrors = 0, receiveErrors = 0] = data.subarray(6, 8);
  // Kernels before 6.0 give the counters without a word of it.
  const hasCounters = (classes & errorClass.counters) !== 0 || transmitErrors > 0 || receiveErrors > 0;
  return {
    state,
    counters: hasCounters ? { transmitErrors, receiveErrors } : undefined,
    restarted,
    isAttempt: (classes & attemptClasses) !== 0,
    text: errorText(classes, data) + (hasCounters ? ` (TEC ${transmitErrors}, REC ${receiveErrors})` : ''),
  };
}

function errorText(classes: number, data: Uint8Array): string {
  const [lostAt = 0, control = 0, violation = 0, position = 0, wire = 0] = data;
  const has = (bit: number) => (classes & bit) !== 0;
  const parts: string[] = [];
  if (has(errorClass.busOff)) parts.push('bus-off');
  if (has(errorClass.restarted)) parts.push('restarted after bus-off');
  if (has(errorClass.controller)) parts.push(...words(control, controllerWords, 'controller problem'));
  if (has(errorClass.noAck)) parts.push('no acknowledgement');
  if (has(errorClass.protocol)) parts.push(violationText(violation, position));
  else if (has(errorClass.busError)) parts.push('bus error');
  if (has(errorClass.lostArbitration)) parts.push(`arbitration lost${lostAt > 0 ? ` in bit ${lostAt}` : ''}`);
  if (has(errorClass.transceiver)) parts.push(transceiverWords.get(wire) ?? 'transceiver problem');
  if (has(errorClass.txTimeout)) parts.push('transmit timeout');
  return parts.length > 0 ? parts.join(', ') : 'error counters';
}

function violationText(violation: number, position: number): string {
  const where = positions.get(position);
  const kinds = words(violation, violationWords, 'bus error').join(' ');
  return where === undefined ? kinds : `${kinds} at ${where}`;
}

function words(bits: number, table: BitWords, none: string): readonly string[] {
  const found = table.filter(([bit]) => (bits & bit) !== 0).map(([, text]) => text);
  return found.length > 0 ? found : [none];
}

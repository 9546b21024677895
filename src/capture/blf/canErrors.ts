// Owns: from what Vector's interfaces say of an error to SocketCAN's error frames (linux/can/error.h).
import type { CapturedError } from '../record/captureRecord.ts';

type ErrorContent = Pick<CapturedError, 'errorClass' | 'data'>;

/** CAN_ERR_BUSERROR, CAN_ERR_PROT, CAN_ERR_ACK. */
const classes = { bus: 0x80, protocol: 0x08, acknowledgement: 0x20 } as const;
/** CAN_ERR_PROT_BIT and so on, in the third byte of the data. */
const kinds = { bit: 0x01, form: 0x02, stuff: 0x04, overload: 0x20, sent: 0x80 } as const;
/** CAN_ERR_PROT_LOC_CRC_SEQ, _ACK and _ACK_DEL, in the fourth. */
const places = { crc: 0x08, acknowledgement: 0x19, acknowledgementDelimiter: 0x1b } as const;

/** Which of the following members are valid. */
const validFlags = { sja1000: 1, canCore: 2 } as const;

export interface BlfErrorCodes {
  readonly valid: number;
  /** The register Error Code Capture of an SJA1000. */
  readonly ecc: number;
  /** Of Vector's CAN core: the error code in the bits 6 to 11, the direction in 12, in 13 that it was acknowledged. */
  readonly extended: number;
}

/** By the error code of Vector's CAN core. */
const coreErrors: Readonly<Record<number, { readonly kind?: number; readonly place?: number; readonly ack?: true }>> = {
  0: { kind: kinds.bit },
  1: { kind: kinds.form },
  2: { kind: kinds.stuff },
  4: { place: places.crc },
  5: { kind: kinds.form, place: places.acknowledgementDelimiter },
  7: { place: places.acknowledgement, ack: true },
  8: { kind: kinds.overload },
};
/** By the two highest bits of an SJA1000's register. */
const sja1000Kinds: readonly number[] = [kinds.bit, kinds.form, kinds.stuff, 0];

export function unknownError(): ErrorContent {
  return content(0, 0, 0);
}

export function overloadError(): ErrorContent {
  return content(classes.protocol, kinds.overload, 0);
}

export function codedError({ valid, ecc, extended }: BlfErrorCodes): ErrorContent {
  if ((valid & validFlags.canCore) !== 0) {
    const { kind = 0, place = 0, ack } = coreErrors[(extended >> 6) & 0x3f] ?? {};
    const sent = (extended & 0x1000) !== 0 ? kinds.sent : 0;
    const isUnacknowledged = ack === true || (extended & 0x2000) === 0;
    return isUnacknowledged
      ? content(classes.acknowledgement, sent, places.acknowledgement)
      : content(classes.protocol, kind | sent, place);
  }
  if ((valid & validFlags.sja1000) !== 0) {
    const sent = (ecc & 0x20) === 0 ? kinds.sent : 0;
    return content(classes.protocol, (sja1000Kinds[ecc >> 6] ?? 0) | sent, ecc & 0x1f);
  }
  return unknownError();
}

function content(errorClass: number, kind: number, place: number): ErrorContent {
  const data = new Uint8Array(8);
  data[2] = kind;
  data[3] = place;
  return { errorClass: classes.bus | errorClass, data };
}

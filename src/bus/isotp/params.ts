// Owns: what can be set about one ISO-TP connection. The names are python-can-isotp's, so that a user's settings carry over, or
// like them where it has none; where a default differs from theirs, it says why.
import { linkMessageBytesMax } from '../../core/limits.ts';
import { NS_PER_MS, NS_PER_S } from '../../core/units.ts';
import { fdDataLengths } from '../frame/checkFrame.ts';
import { isReservedStMin, messageLengthMax } from './pdu.ts';

export interface IsoTpParams {
  /** STmin asked of the other side, as its byte in the flow control: 0x00-0x7F ms, 0xF1-0xF9 100-900 us. */
  readonly stmin: number;
  /** BS asked of the other side: consecutive frames between flow controls, 0 to 255; 0 is no further flow control. */
  readonly blocksize: number;
  /** Flow controls with WAIT in a row (N_WFTmax) that the sender accepts, and that the receiver sends; 0: not one. */
  readonly wftmax: number;
  /** N_Bs in ms. */
  readonly rx_flowcontrol_timeout: number;
  /** N_Cr in ms. */
  readonly rx_consecutive_frame_timeout: number;
  /** N_As and N_Ar in ms; python-can-isotp, which is not told when a frame has left, has no such name. Nor for the next two. */
  readonly tx_confirmation_timeout: number;
  /** N_Br in ms: how long a receiver whose sink is not ready leaves the sender without WAIT. Below 0.9 N_Bs - N_Ar of the peer. */
  readonly tx_flowcontrol_time: number;
  /** N_Cs in ms: how long a source may keep the sender from its next frame. Below 0.9 N_Cr - N_As of the peer. */
  readonly tx_consecutive_frame_timeout: number;
  /** The separation time in seconds, whatever STmin the receiver asks for; undefined heeds it. */
  readonly override_receiver_stmin: number | undefined;
  /** TX_DL: the longest frame, 8, 12, 16, 20, 24, 32, 48 or 64 bytes. Above 8 needs `can_fd`. */
  readonly tx_data_length: number;
  /** The shortest frame, 1 to 8, 12, 16, 20, 24, 32, 48 or 64 bytes, `tx_data_length` at most; undefined sets none. */
  readonly tx_data_min_length: number | undefined;
  /** Send CAN FD frames. */
  readonly can_fd: boolean;
  /** Send FD frames with the bit rate switch. */
  readonly bitrate_switch: boolean;
  /** The byte that fills a frame to 8 bytes; undefined leaves it short. What fills a frame further is 0xCC then. */
  readonly tx_padding: number | undefined;
  /** The longest message taken, in bytes; a longer one is answered with overflow. */
  readonly max_frame_size: number;
}

/** The pad byte that causes few stuff bits (ISO 15765-2, 10.4.2.1). */
export const defaultPadding = 0xcc;

/** Theirs are blocksize 8, wftmax 0, no padding and 4095 bytes: here the bus is to be filled and a message carries an image's block. */
const classicParams: IsoTpParams = {
  stmin: 0,
  blocksize: 0,
  wftmax: 8,
  rx_flowcontrol_timeout: 1000,
  rx_consecutive_frame_timeout: 1000,
  tx_confirmation_timeout: 1000,
  tx_flowcontrol_time: 500,
  tx_consecutive_frame_timeout: 500,
  override_receiver_stmin: undefined,
  tx_data_length: 8,
  tx_data_min_length: undefined,
  can_fd: false,
  bitrate_switch: false,
  tx_padding: defaultPadding,
  max_frame_size: linkMessageBytesMax,
};

const fdParams: IsoTpParams = { ...classicParams, tx_data_length: 64, can_fd: true, bitrate_switch: true };

/** Times beyond an hour are a slip of the unit. */
const timeMsMax = 3_600_000;

function checkByte(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError(`${name} is a byte, not ${value}`);
}

function checkTimes(params: IsoTpParams): void {
  for (const name of [
    'rx_flowcontrol_timeout',
    'rx_consecutive_frame_timeout',
    'tx_confirmation_timeout',
    'tx_flowcontrol_time',
    'tx_consecutive_frame_timeout',
  ] as const) {
    const ms = params[name];
    if (!(ms > 0 && ms <= timeMsMax)) throw new RangeError(`${name} is above 0 and up to ${timeMsMax} ms, not ${ms}`);
  }
  const seconds = params.override_receiver_stmin ?? 0;
  if (!(seconds >= 0 && seconds * 1000 <= timeMsMax)) {
    throw new RangeError(`override_receiver_stmin is 0 to ${timeMsMax / 1000} seconds, not ${seconds}`);
  }
}

function checkLengths(params: IsoTpParams): void {
  const { tx_data_length: txDl, tx_data_min_length: least, max_frame_size: bytesMax } = params;
  if (txDl < 8 || !fdDataLengths.includes(txDl) || (txDl > 8 && !params.can_fd)) {
    throw new RangeError(`tx_data_length cannot be ${txDl} ${params.can_fd ? 'with' : 'without'} CAN FD`);
  }
  if (least !== undefined && (least < 1 || least > txDl || !fdDataLengths.includes(least))) {
    throw new RangeError(`tx_data_min_length cannot be ${least} where tx_data_length is ${txDl}`);
  }
  if (!Number.isInteger(bytesMax) || bytesMax < 1 || bytesMax > messageLengthMax) {
    throw new RangeError(`max_frame_size is 1 to ${messageLengthMax} bytes, not ${bytesMax}`);
  }
}

/** The defaults of a classic or an FD bus with `changes`. Throws a RangeError for values that no connection can have. */
export function isoTpParams(fd: boolean, changes: Partial<IsoTpParams> = {}): IsoTpParams {
  const params = { ...(fd ? fdParams : classicParams), ...changes };
  checkByte('stmin', params.stmin);
  if (isReservedStMin(params.stmin)) throw new RangeError(`stmin is 0x00 to 0x7f or 0xf1 to 0xf9, not ${params.stmin}`);
  checkByte('blocksize', params.blocksize);
  checkByte('wftmax', params.wftmax);
  if (params.tx_padding !== undefined) checkByte('tx_padding', params.tx_padding);
  checkTimes(params);
  checkLengths(params);
  return params;
}

/** A parameter in ms, or in seconds, as whole nanoseconds. */
export function msToNs(ms: number): number {
  return Math.round(ms * NS_PER_MS);
}

export function secondsToNs(seconds: number): number {
  return Math.round(seconds * NS_PER_S);
}

// Owns: what can be set about one ISO-TP connection. The names are python-can-isotp's, so that a user's settings carry over;
// where a default differs from theirs, it says why.
import { linkMessageBytesMax } from '../../core/limits.ts';
import { fdDataLengths } from '../checkFrame.ts';

export interface IsoTpParams {
  /** STmin asked of the other side, as its byte in the flow control: 0x00-0x7F ms, 0xF1-0xF9 100-900 us. */
  readonly stmin: number;
  /** BS asked of the other side: consecutive frames between flow controls, 0 to 255; 0 is no further flow control. */
  readonly blocksize: number;
  /** Flow controls with WAIT that the sender bears in a row (N_WFTmax); 0 bears none. */
  readonly wftmax: number;
  /** N_Bs in ms. */
  readonly rx_flowcontrol_timeout: number;
  /** N_Cr in ms. */
  readonly rx_consecutive_frame_timeout: number;
  /** N_As and N_Ar in ms; python-can-isotp, which is not told when a frame has left, has no such name. */
  readonly tx_confirmation_timeout: number;
  /** TX_DL: the longest frame, 8, 12, 16, 20, 24, 32, 48 or 64 bytes. Above 8 needs `can_fd`. */
  readonly tx_data_length: number;
  /** Send CAN FD frames. */
  readonly can_fd: boolean;
  /** Send FD frames with the bit rate switch. */
  readonly bitrate_switch: boolean;
  /** The byte that fills a frame to 8 bytes; undefined leaves it short. What fills an FD length above 8 is 0xCC then. */
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
  tx_data_length: 8,
  can_fd: false,
  bitrate_switch: false,
  tx_padding: defaultPadding,
  max_frame_size: linkMessageBytesMax,
};

const fdParams: IsoTpParams = { ...classicParams, tx_data_length: 64, can_fd: true, bitrate_switch: true };

function checkByte(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError(`${name} is a byte, not ${value}`);
}

/** The defaults of a classic or an FD bus with `changes`. Throws a RangeError for values that no connection can have. */
export function isoTpParams(fd: boolean, changes: Partial<IsoTpParams> = {}): IsoTpParams {
  const params = { ...(fd ? fdParams : classicParams), ...changes };
  checkByte('stmin', params.stmin);
  checkByte('blocksize', params.blocksize);
  if (params.tx_padding !== undefined) checkByte('tx_padding', params.tx_padding);
  const { tx_data_length: txDl, max_frame_size: bytesMax } = params;
  if (txDl < 8 || !fdDataLengths.includes(txDl) || (txDl > 8 && !params.can_fd)) {
    throw new RangeError(`tx_data_length cannot be ${txDl} ${params.can_fd ? 'with' : 'without'} CAN FD`);
  }
  if (!Number.isInteger(bytesMax) || bytesMax < 1 || bytesMax > 0xffff_ffff) {
    throw new RangeError(`max_frame_size is 1 to 4294967295 bytes, not ${bytesMax}`);
  }
  return params;
}

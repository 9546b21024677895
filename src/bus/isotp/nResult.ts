// Owns: the ways in which ISO 15765-2 says a transfer can fail, by its own names (N_Result, 8.3.7), and the fault each one is.
import { type EnvironmentFault, type EnvironmentFaultCode, environmentFault } from '../../core/faults.ts';

export type NResult =
  /** The bus did not take a frame, or did not say that it had left, in N_As or N_Ar. */
  | 'N_TIMEOUT_A'
  /** No flow control from the receiver in N_Bs. */
  | 'N_TIMEOUT_Bs'
  /** No consecutive frame from the sender in N_Cr. */
  | 'N_TIMEOUT_Cr'
  | 'N_WRONG_SN'
  | 'N_INVALID_FS'
  /** A new message began before the present one was complete. */
  | 'N_UNEXP_PDU'
  /** More waits in a row than N_WFTmax: the receiver asked for them, or would have had to. */
  | 'N_WFT_OVRN'
  /** The message is longer than its receiver takes. */
  | 'N_BUFFER_OVFLW'
  /** What has no name of its own: the source of a streamed message was not ready in N_Cs. */
  | 'N_ERROR';

const meaning: Record<NResult, readonly [EnvironmentFaultCode, string]> = {
  N_TIMEOUT_A: ['unreachable', 'the bus did not carry a frame in time'],
  N_TIMEOUT_Bs: ['unreachable', 'no flow control came in time'],
  N_TIMEOUT_Cr: ['unreachable', 'no consecutive frame came in time'],
  N_WRONG_SN: ['connection-failed', 'a consecutive frame is missing'],
  N_INVALID_FS: ['connection-failed', 'the flow control has an invalid status'],
  N_UNEXP_PDU: ['connection-failed', 'a new message began in the middle of this one'],
  N_WFT_OVRN: ['unreachable', 'too many waits in a row'],
  N_BUFFER_OVFLW: ['too-long', 'the message is longer than its receiver takes'],
  N_ERROR: ['connection-failed', 'the source of the message was not ready in time'],
};

/** The fault of a transfer on `link` that ended with `result`. */
export function isoTpFault(link: string, result: NResult): EnvironmentFault {
  const [code, text] = meaning[result];
  return environmentFault(code, `${link}: ${text} (${result})`);
}

// Owns: what real interfaces bring into a run, as data: recorded into the trace as it comes, and played back later in its
// place. Each input comes in when every event before it has been taken, so that the same inputs give the same run.
import type { EnvironmentFault } from '../core/faults.ts';

/** `port` names who is told: `body/door-ecu` for a node of a bus, `tcp/gateway-ecu/primary` for an end of a link. */
export type TapeInput = { readonly type: 'input'; readonly t: number; readonly port: string } & TapeContent;

export type TapeContent =
  /** A frame of another node, in candump's words. */
  | { readonly kind: 'frame'; readonly frame: string }
  /** The oldest frame, or message, given to `send` has left. */
  | { readonly kind: 'sent' }
  | { readonly kind: 'nodeFailed'; readonly fault: EnvironmentFault }
  | { readonly kind: 'message'; readonly base64: string }
  | { readonly kind: 'transferFailed'; readonly direction: 'sending' | 'receiving'; readonly fault: EnvironmentFault }
  /** What call number `call` of `send` on this port was answered with. */
  | { readonly kind: 'refused'; readonly call: number; readonly fault: EnvironmentFault };

/** Takes inputs from real interfaces into the run. */
export interface Recorder {
  /** `deliver` is run, and the input recorded, at the run's next moment between events. */
  input(port: string, content: TapeContent, deliver: () => void): void;
  /** Records what has taken effect already. */
  note(port: string, content: TapeContent): void;
}

/** Gives recorded inputs back. */
export interface Player {
  /** `play` is called with each input of the port. */
  listen(port: string, play: (content: TapeContent) => void): void;
  refusal(port: string, call: number): EnvironmentFault | undefined;
}

// Owns: what real interfaces bring into a run, as data: recorded into the trace as it comes, and played back later in its
// place. Each input comes in when every event before it has been taken, so that the same inputs give the same run.
import * as z from 'zod';
import { type EnvironmentFault, type EnvironmentFaultCode, environmentFaultCodes } from '../../core/faults.ts';

const code = z.enum(environmentFaultCodes) satisfies z.ZodType<EnvironmentFaultCode>;
const fault: z.ZodType<EnvironmentFault> = z.strictObject({
  kind: z.literal('environment'),
  code,
  message: z.string(),
});

const at = {
  type: z.literal('input'),
  t: z.int().min(0),
  /**
   * Who is told: `body/door-ecu/1` for a node's first attachment to a bus, `tcp/gateway-ecu/primary` for an end of a link,
   * `attach/body` for a bus that is open to others, `interface/body` for what carries it, `run` for the run itself.
   */
  port: z.string(),
};

function input<const Kind extends string, Shape extends z.core.$ZodLooseShape>(kind: Kind, shape: Shape) {
  return z.strictObject({ kind: z.literal(kind), ...shape, ...at });
}

/** A line of the trace. */
export const tapeInputSchema = z.discriminatedUnion('kind', [
  /** A frame of another node, in candump's words. */
  input('frame', { frame: z.string() }),
  /** The oldest frame, or message, given to `send` has left. */
  input('sent', {}),
  input('nodeFailed', { fault }),
  input('message', { base64: z.base64() }),
  input('transferFailed', { direction: z.enum(['sending', 'receiving']), fault }),
  /** What call number `call` of `send` on this port was answered with. */
  input('refused', { call: z.int().min(0), fault }),
  /** Somebody outside has a node of his own from now on, sends a frame by it, and takes it away. */
  input('joined', { node: z.string() }),
  input('gave', { node: z.string(), frame: z.string() }),
  /** Several at one moment: the first competes for the bus, the others wait behind it. */
  input('gaveTogether', { node: z.string(), frames: z.array(z.string()) }),
  input('left', { node: z.string() }),
  /** The user lets a held run end. */
  input('released', {}),
  /** What happened to the interface that carries a bus. */
  input('interfaceDown', { message: z.string() }),
  input('interfaceUp', {}),
  /** What others have sent on it since the last time: so many frames, which take so long at the vehicle file's bit rates. */
  input('carried', { frames: z.int().min(1), busyNs: z.int().min(0) }),
  input('errorFrame', { errorClass: z.int().min(0).max(0x1fff_ffff), base64: z.base64() }),
]);

export type TapeInput = z.output<typeof tapeInputSchema>;

type Content<Input> = Input extends unknown ? Omit<Input, keyof typeof at> : never;

/** What an input brings, wherever and whenever it does. */
export type TapeContent = Content<TapeInput>;

/** Takes the lines of a trace, which the tape is a part of. */
export interface TraceSink {
  /** One object, one line. */
  put(entry: object): void;
}

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

// Owns: what real interfaces bring into a run, as data: recorded into the trace as it comes, and played back later in its
// place. Each input comes in when every event before it has been taken, so that the same inputs give the same run.
import { z } from 'zod';
import { type EnvironmentFault, type EnvironmentFaultCode, environmentFaultCodes } from '../../core/faults.ts';

const code = z.enum(environmentFaultCodes) satisfies z.ZodType<EnvironmentFaultCode>;
const fault: z.ZodType<EnvironmentFault> = z.strictObject({
  kind: z.literal('environment'),
  code,
  message: z.string(),
});

const content = [
  /** A frame of another node, in candump's words. */
  z.strictObject({ kind: z.literal('frame'), frame: z.string() }),
  /** The oldest frame, or message, given to `send` has left. */
  z.strictObject({ kind: z.literal('sent') }),
  z.strictObject({ kind: z.literal('nodeFailed'), fault }),
  z.strictObject({ kind: z.literal('message'), base64: z.base64() }),
  z.strictObject({ kind: z.literal('transferFailed'), direction: z.enum(['sending', 'receiving']), fault }),
  /** What call number `call` of `send` on this port was answered with. */
  z.strictObject({ kind: z.literal('refused'), call: z.int().min(0), fault }),
  /** Somebody outside has a node of his own from now on, sends a frame by it, and takes it away. */
  z.strictObject({ kind: z.literal('joined'), node: z.string() }),
  z.strictObject({ kind: z.literal('gave'), node: z.string(), frame: z.string() }),
  z.strictObject({ kind: z.literal('left'), node: z.string() }),
  /** The user lets a held run end. */
  z.strictObject({ kind: z.literal('released') }),
  /** What befell the interface that carries a bus. */
  z.strictObject({ kind: z.literal('interfaceDown'), message: z.string() }),
  z.strictObject({ kind: z.literal('interfaceUp') }),
  z.strictObject({ kind: z.literal('errorFrame'), errorClass: z.int().min(0).max(0x1fff_ffff), base64: z.base64() }),
] as const;

const place = {
  type: z.literal('input'),
  t: z.int().min(0),
  /**
   * Who is told: `body/door-ecu/1` for a node's first attachment to a bus, `tcp/gateway-ecu/primary` for an end of a link,
   * `attach/body` for a bus that is open to others, `interface/body` for what carries it, `run` for the run itself.
   */
  port: z.string(),
};

export type TapeContent = z.output<(typeof content)[number]>;

/** A line of the trace. */
export const tapeInputSchema = z.discriminatedUnion('kind', [
  content[0].extend(place),
  content[1].extend(place),
  content[2].extend(place),
  content[3].extend(place),
  content[4].extend(place),
  content[5].extend(place),
  content[6].extend(place),
  content[7].extend(place),
  content[8].extend(place),
  content[9].extend(place),
  content[10].extend(place),
  content[11].extend(place),
  content[12].extend(place),
]);

export type TapeInput = z.output<typeof tapeInputSchema>;

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

// Owns: TCP segments (RFC 9293, 3.1): what they say, and their flags. Must not know connections, nor what carries them.

/** What fits into a frame of 1500 bytes beside two headers without options. */
export const maximumSegmentBytes = 1460;

const flagBits = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 } as const;

export interface TcpSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  /** Undefined without the ACK flag. */
  readonly acknowledgment: number | undefined;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly psh: boolean;
  readonly window: number;
  /** A view of the packet that brought it, or of what is sent. */
  readonly payload: Uint8Array;
}

/** What the flags say. */
type Flagged = Pick<TcpSegment, 'acknowledgment' | 'syn' | 'fin' | 'rst' | 'psh'>;

/** The byte of flags of a segment. */
export function flagsOf({ fin, syn, rst, psh, acknowledgment }: Flagged): number {
  return (
    (fin ? flagBits.fin : 0) |
    (syn ? flagBits.syn : 0) |
    (rst ? flagBits.rst : 0) |
    (psh ? flagBits.psh : 0) |
    (acknowledgment === undefined ? 0 : flagBits.ack)
  );
}

/** `acknowledgment`: what stands in its field, whether the flags say that it counts or not. */
export function readFlags(flags: number, acknowledgment: number): Flagged {
  return {
    acknowledgment: (flags & flagBits.ack) === 0 ? undefined : acknowledgment,
    syn: (flags & flagBits.syn) !== 0,
    fin: (flags & flagBits.fin) !== 0,
    rst: (flags & flagBits.rst) !== 0,
    psh: (flags & flagBits.psh) !== 0,
  };
}

/** The reset that answers a segment for no connection. RFC 9293, 3.10.7.1 */
export function resetFor({
  sourcePort,
  destinationPort,
  sequence,
  acknowledgment,
  syn,
  fin,
  payload,
}: TcpSegment): TcpSegment {
  const length = payload.length + (syn ? 1 : 0) + (fin ? 1 : 0);
  return {
    sourcePort: destinationPort,
    destinationPort: sourcePort,
    sequence: acknowledgment ?? 0,
    acknowledgment: acknowledgment === undefined ? (sequence + length) >>> 0 : undefined,
    syn: false,
    fin: false,
    rst: true,
    psh: false,
    window: 0,
    payload: payload.subarray(0, 0),
  };
}

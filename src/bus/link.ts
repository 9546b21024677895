// Owns: the contract of everything that carries whole messages between two ECUs: ISO-TP over a bus, or length-prefixed TCP. Some links
// declare that they carry them in pieces as well (`streaming`). `linkSuite` in test/bus shows what each implementation must do.
import { type EnvironmentFault, environmentFault } from '../core/faults.ts';
import type { Result } from '../core/result.ts';

/** What the owner of a link is told. Never called from inside `send` or `listen`. */
export interface LinkListener {
  /** One whole message of the peer, in order, a copy that the listener may keep. */
  messageReceived(message: Uint8Array): void;
  /** The message given to `send` has left as a whole; the link takes the next one. */
  messageSent(): void;
  /** A transfer was lost; `direction` says which. The link stays usable: what to repeat is the owner's matter. */
  transferFailed(direction: 'sending' | 'receiving', fault: EnvironmentFault): void;
}

/** One end of a two-party, message-wise connection. */
export interface Link {
  /** The longest message that this link carries, in bytes. */
  readonly messageBytesMax: number;
  /** Where the link carries messages in pieces too. */
  readonly streaming?: Streaming;
  /** Sets who is told; before this, what arrives is lost. */
  listen(listener: LinkListener): void;
  /** Starts one message of 1 to `messageBytesMax` bytes. Faults: `busy` while one is on its way, `too-long`, `closed`. */
  send(message: Uint8Array): Result<void, EnvironmentFault>;
  close(): void;
}

/** Messages in pieces, for those longer than memory should hold. */
export interface Streaming {
  /**
   * Starts a message whose bytes `source` gives as they are wanted: up to 4294967295, whatever `messageBytesMax` says; the source
   * is asked for the first ones in here. The listener is told its end. Faults: as of `send`.
   */
  sendFrom(source: MessageSource): Result<void, EnvironmentFault>;
  /**
   * From the next message on, each goes to the sink that `open` gives for it, and that sink alone is told its end. A longer message than
   * the receiver's limit is refused without asking. With undefined, whole messages go to the listener again.
   */
  receiveInto(open: OpenSink | undefined): void;
  /** A source or a sink that was not ready is ready now. */
  resume(): void;
}

/** A message of known length that is asked for in order, piece by piece. Nothing here may call the link or endpoint back. */
export interface MessageSource {
  /** 1 to 4294967295 bytes. */
  readonly length: number;
  /**
   * From `least` to `most` bytes of the message, beginning at `offset`, which must not change until the next call or the end of
   * the message; or undefined while there are not so many: the sender pauses, for N_Cs at most. What stands before `offset` is
   * never asked for again.
   */
  read(offset: number, least: number, most: number): Uint8Array | undefined;
}

/** Takes the bytes of one message. Nothing but `ended` may call the link or endpoint back. */
export interface MessageSink {
  /**
   * Whether another block may come: `blocksize` frames, or all the rest where that is 0. Looked at after the first frame and after
   * each block; while false the sender is told to wait, up to N_WFTmax times, every N_Br.
   */
  readonly ready: boolean;
  /** The next bytes: those of `data` from `start` up to `end`. `data` never changes and may be kept. */
  write(data: Uint8Array, start: number, end: number): void;
  /** The message is complete, or, with a fault, will never be. Called by the link that the sink was given to. */
  ended(fault: EnvironmentFault | undefined): void;
}

/** Asked as a message of `length` bytes begins: where to put it, or undefined to refuse it. */
export type OpenSink = (length: number) => MessageSink | undefined;

/** How a link stands as a message is given to it. */
export interface LinkState {
  /** In words a user reads. */
  readonly name: string;
  readonly isClosed: boolean;
  readonly isSending: boolean;
  /** The longest message that it takes now. */
  readonly bytesMax: number;
}

/** Why such a link does not take a message of `length` bytes; undefined where it does. Faults as of `send`, by this order. */
export function sendingRefusal(link: LinkState, length: number): EnvironmentFault | undefined {
  const { name, isClosed, isSending, bytesMax } = link;
  if (isClosed) return environmentFault('closed', `${name}: the link is closed`);
  if (isSending) return environmentFault('busy', `${name}: a message is on its way`);
  if (Number.isInteger(length) && length >= 1 && length <= bytesMax) return undefined;
  return environmentFault('too-long', `${name}: a message has 1 to ${bytesMax} bytes, not ${length}`);
}

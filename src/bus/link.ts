// Owns: the contract of everything that carries whole messages between two ECUs: ISO-TP over a bus, or length-prefixed TCP.
// `linkSuite` in test/bus shows what each implementation must do.
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
  /** Sets who is told; before this, what arrives is lost. */
  listen(listener: LinkListener): void;
  /** Starts one message of 1 to `messageBytesMax` bytes. Faults: `busy` while one is on its way, `too-long`, `closed`. */
  send(message: Uint8Array): Result<void, EnvironmentFault>;
  close(): void;
}

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

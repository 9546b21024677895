// Owns: the contract of everything that carries whole messages between two ECUs: ISO-TP over a bus, or length-prefixed TCP.
// `linkSuite` in test/bus shows what each implementation must do.
import type { EnvironmentFault } from '../core/faults.ts';
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

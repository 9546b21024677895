// Owns: every code by which ecunet names what went wrong. The codes are a published, stable list:
// renaming one breaks scenarios, traces and other people's scripts.

/** What a peer, a repository or an image did wrong. */
export const remoteFaultCodes = [
  // decoding
  'malformed',
  'oversized',
  'missing-file',
  'unreadable-file',
  // metadata
  'wrong-role',
  'zero-threshold',
  'duplicate-signature',
  'bad-signature',
  'threshold-unmet',
  'expired',
  'rollback',
  'wrong-version',
  'hash-mismatch',
  'length-mismatch',
  'same-version-changed',
  'director-delegates',
  'delegations-too-deep',
  'roles-disagree',
  'duplicate-ecu',
  'unknown-ecu',
  'wrong-vehicle',
  // targets and images
  'not-mapped',
  'target-missing',
  'no-image-for-ecu',
  'wrong-hardware',
  'filename-not-allowed',
  'repositories-disagree',
  // time
  'time-token-mismatch',
  'time-not-later',
  'time-stale',
  // version reports and manifests
  'report-missing',
  'report-replayed',
  'wrong-key',
  'implausible-time',
  // what a repository is asked to take in
  'upload-refused',
  'registration-refused',
  'images-conflict',
  // in-vehicle protocol and installation
  'unsupported-protocol',
  'unexpected-message',
  'timeout',
  'image-too-large',
  'slow-transfer',
  'decryption-failed',
  'activation-failed',
] as const;

export type RemoteFaultCode = (typeof remoteFaultCodes)[number];

/** The attacks of the Uptane threat model that a failed check can indicate. */
export type Attack =
  | 'arbitrary-installation'
  | 'endless-data'
  | 'indefinite-freeze'
  | 'mix-and-match'
  | 'rollback'
  | 'wrong-software'
  | 'cross-vehicle-replay'
  | 'director-delegation'
  | 'duplicate-ecu'
  | 'unknown-ecu'
  | 'time-replay'
  | 'time-forgery'
  | 'time-drop'
  | 'manifest-replay'
  | 'report-forgery'
  | 'drop-request'
  | 'slow-retrieval';

/** A peer or repository misbehaved. `clause` is the check that found it, as numbered in docs/clauses.md. */
export interface RemoteFault {
  readonly kind: 'remote';
  readonly code: RemoteFaultCode;
  readonly clause: string;
  readonly message: string;
  readonly attack?: Attack;
  readonly repository?: 'director' | 'image';
  /** The role whose metadata it is about: one of the four, or a delegated one. */
  readonly role?: string;
  readonly file?: string;
  /** Two values that should be one, where the fault is that they differ: what was listed, wanted or trusted before, and what came. */
  readonly expected?: string;
  readonly actual?: string;
}

/** What this machine could not do. */
export const environmentFaultCodes = [
  'interface-missing',
  'interface-down',
  'module-missing',
  'connection-failed',
  'queue-full',
  'busy',
  'closed',
  'bad-frame',
  'too-long',
  'unreachable',
] as const;

export type EnvironmentFaultCode = (typeof environmentFaultCodes)[number];

/** I/O failed. `message` is one line that says what and where, fit to be shown to a user. */
export interface EnvironmentFault {
  readonly kind: 'environment';
  readonly code: EnvironmentFaultCode;
  readonly message: string;
}

export function environmentFault(code: EnvironmentFaultCode, message: string): EnvironmentFault {
  return { kind: 'environment', code, message };
}

/** Bad input from the user: a file, an argument. Ends the command with exit code 2 and this one line. */
export class InputError extends Error {
  override name = 'InputError';
}

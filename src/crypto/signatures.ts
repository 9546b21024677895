// Owns: the port through which signatures are made and checked. Two implementations stand behind it, ed25519Node.ts (fast)
// and ed25519Noble.ts (portable); ed25519Rules.ts makes their verdicts equal.

/** Ed25519 (RFC 8032), synchronous. */
export interface Signatures {
  /** The 32-byte public key of a 32-byte secret seed. */
  publicKey(secret: Uint8Array): Uint8Array;
  /** A 64-byte signature. */
  sign(secret: Uint8Array, message: Uint8Array): Uint8Array;
  /** False for anything but a valid signature, malformed keys and signatures included; never throws. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

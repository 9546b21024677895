// Owns: an ECU's generator and keys, drawn from the run's seed: the ECU holds them, and the Director's inventory knows
// their public halves. For simulation only.
import type { Random } from '../../core/random.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { type SigningKey, signingKey } from '../../uptane/signing/keys.ts';

/** What chance an ECU has of its own; `random`: the run's, here and below. */
export function ecuRandom(random: Random, ecu: string): Random {
  return random.fork(`ecu/${ecu}`);
}

/** Signs the ECU's version reports. */
export function ecuSigningKey(signatures: Signatures, random: Random, ecu: string): SigningKey {
  return signingKey(signatures, ecuRandom(random, ecu).fork('key').bytes(32));
}

/** The X25519 secret of an ECU whose images are encrypted, apart from its signing key. L4 */
export function ecuDecryptionKey(random: Random, ecu: string): Uint8Array {
  return ecuRandom(random, ecu).fork('decryption key').bytes(32);
}

// Owns: who an ECU is, and what it was made for.
import type { SigningKey } from '../uptane/signing/keys.ts';

/** Set at manufacture; the keys are the ECU's own and no other's. L4 */
export interface EcuIdentity {
  readonly vin: string;
  readonly serial: string;
  readonly hardwareId: string;
  /** Signs its reports. */
  readonly key: SigningKey;
  /** X25519 secret that opens images encrypted for it, never the signing key; undefined for an ECU that takes none. P8 L4 */
  readonly decryptionKey?: Uint8Array | undefined;
  /** Patterns of the image names that it may install; undefined for any. P7 */
  readonly filenames?: readonly string[] | undefined;
}

/** What an ECU verifies: `partial` reads the Director's Targets, `partial+root` follows its Root as well (policy 5). K5 */
export type VerificationMode = 'full' | 'partial' | 'partial+root';

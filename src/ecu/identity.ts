// Owns: who an ECU is.
import type { SigningKey } from '../uptane/keys.ts';

/** Set at manufacture; the key is the ECU's own and no other's. L4 */
export interface EcuIdentity {
  readonly vin: string;
  readonly serial: string;
  readonly hardwareId: string;
  readonly key: SigningKey;
}

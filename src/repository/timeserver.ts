// Owns: the timeserver. Y1
import type { SigningKey } from '../uptane/signing/keys.ts';
import { makeTimeAttestation } from '../uptane/statements/timeAttestation.ts';

export class Timeserver {
  private current: readonly SigningKey[];

  constructor(keys: readonly SigningKey[]) {
    this.current = keys;
  }

  get keys(): readonly SigningKey[] {
    return this.current;
  }

  /**
   * Signs with other keys from now on; the Director's `rotate` makes them known (Y5). Given the old and the new ones together, a
   * vehicle believes the time before it has learnt of the new ones and after.
   */
  rotate(keys: readonly SigningKey[]): void {
    this.current = keys;
  }

  /** Signs the time, seconds since 1970, with the tokens that were sent. */
  attest(tokens: readonly string[], now: number): Uint8Array {
    return makeTimeAttestation(now, tokens, this.keys);
  }
}

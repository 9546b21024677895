// Owns: the timeserver. Y1
import type { SigningKey } from '../uptane/keys.ts';
import { makeTimeAttestation } from '../uptane/timeAttestation.ts';

export class Timeserver {
  readonly keys: readonly SigningKey[];

  constructor(keys: readonly SigningKey[]) {
    this.keys = keys;
  }

  /** Signs the time, seconds since 1970, with the tokens that were sent. */
  attest(tokens: readonly string[], now: number): Uint8Array {
    return makeTimeAttestation(now, tokens, this.keys);
  }
}

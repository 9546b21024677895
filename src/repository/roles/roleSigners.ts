// Owns: collecting the signatures of one file from several key holders, as in a ceremony of offline keys, until enough of them
// have signed. Holds no secret: a holder is shown the payload and hands in a signature.
import { toHex } from '../../core/bytes.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { canonicalJson } from '../../uptane/json/canonicalJson.ts';
import type { Signers } from '../../uptane/model/metadata.ts';
import { verifies } from '../../uptane/signing/keys.ts';
import { signedFile } from '../../uptane/signing/sign.ts';
import { countSigners } from '../../uptane/signing/signers.ts';
import { atHand, type KeyHolder } from './roleKeys.ts';

export class RoleSigners {
  /** What every holder signs. */
  readonly payload: Uint8Array;
  private readonly signatures: Signatures;
  private readonly groups: readonly Signers[];
  private readonly collected = new Map<string, Uint8Array>();

  /** Each of `groups` must meet its threshold: for a root, the root keys before and those that it names. S3 */
  constructor(signatures: Signatures, signed: object, groups: readonly Signers[]) {
    this.signatures = signatures;
    this.groups = groups;
    this.payload = canonicalJson(signed);
  }

  /** Takes a holder's signature; false, and nothing happens, unless a key of a group made it over this payload. */
  add(keyId: string, signature: Uint8Array): boolean {
    const key = this.groups.find(({ role }) => role?.keyids.includes(keyId))?.keys.get(keyId);
    if (key === undefined || !verifies(this.signatures, key, this.payload, signature)) return false;
    this.collected.set(keyId, signature);
    return true;
  }

  /** Has every holder sign that is at hand. */
  addAtHand(holders: readonly KeyHolder[]): void {
    for (const holder of atHand(holders)) this.add(holder.keyId, holder.sign(this.payload));
  }

  /** How many signatures the group that lacks most still needs. */
  missing(): number {
    const signatures = [...this.collected].map(([keyid, signature]) => ({ keyid, signature }));
    const file = { signedForms: [this.payload], signatures };
    return Math.max(0, ...this.groups.map((group) => countSigners(this.signatures, file, group).lacking));
  }

  /** The signed file; undefined while signatures are missing. */
  file(): Uint8Array | undefined {
    if (this.missing() > 0) return undefined;
    const signatures = [...this.collected].map(([keyid, signature]) => ({ keyid, sig: toHex(signature) }));
    return signedFile(this.payload, signatures);
  }
}

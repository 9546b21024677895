// Owns: an image on its way into the inactive bank, in plain or encrypted for this ECU: what arrives is opened block by block, and
// only plain bytes are written. Does not know where the bytes come from. P6 P8
import { concatBytes, fromHex } from '../core/bytes.ts';
import type { RemoteFault } from '../core/faults.ts';
import { encryptedBlockPlainBytes } from '../core/limits.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { createOpener, type Opener, plainLength, sealedBlockBytes } from '../crypto/encryption/imageEncryption.ts';
import { unwrapKey } from '../crypto/encryption/keyWrap.ts';
import { imageOf } from '../uptane/checks/describedImage.ts';
import { remoteFault } from '../uptane/model/faults.ts';
import type { EncryptedImage, Target } from '../uptane/model/metadata.ts';
import type { FlashBanks } from './flashBanks.ts';
import type { EcuIdentity } from './identity.ts';

export interface IncomingImage {
  /** Bytes in all, as they arrive. */
  readonly length: number;
  /** The byte that is wanted next. */
  readonly nextOffset: number;
  /** Takes the bytes at `nextOffset`, no more than are left. Returns how many bytes of the image that wrote to flash. */
  take(data: Uint8Array): Result<number, RemoteFault>;
}

/** Readies the bank for the image that the Director names for this ECU, or goes on with it where it was left. */
export function beginImage(
  banks: FlashBanks,
  identity: EcuIdentity,
  target: Target,
): Result<IncomingImage, RemoteFault> {
  const encrypted = target.ecus.get(identity.serial)?.encrypted;
  if (encrypted === undefined) {
    banks.begin(imageOf(target));
    return ok(plainImage(banks, target.length));
  }
  // P8: its content key opens with the key of this ECU
  const contentKey = unwrap(encrypted, identity.decryptionKey);
  if (contentKey === undefined) return fail(undecipherable(target, 'its key is not wrapped for this ECU'));
  if (plainLength(encrypted.length) !== target.length) {
    return fail(undecipherable(target, `${encrypted.length} encrypted bytes hold no image of ${target.length}`));
  }
  return ok(new SealedImage(banks, target, encrypted, contentKey));
}

function unwrap({ wrappedKey }: EncryptedImage, secret: Uint8Array | undefined): Uint8Array | undefined {
  const ephemeralPublic = fromHex(wrappedKey.ephemeralPublic);
  const sealed = fromHex(wrappedKey.sealed);
  if (secret === undefined || ephemeralPublic === undefined || sealed === undefined) return undefined;
  return unwrapKey({ ephemeralPublic, sealed }, secret);
}

function undecipherable({ filename }: Target, message: string): RemoteFault {
  const code = 'decryption-failed';
  return remoteFault({ clause: 'P8', code, indicates: 'arbitrary-installation', message, file: filename });
}

function plainImage(banks: FlashBanks, length: number): IncomingImage {
  return {
    length,
    get nextOffset() {
      return banks.written;
    },
    take(data) {
      banks.append(data);
      return ok(data.length);
    },
  };
}

/** What an interruption leaves is whole blocks in flash: it goes on at the border after the last of them. */
class SealedImage implements IncomingImage {
  readonly length: number;
  private readonly banks: FlashBanks;
  private readonly target: Target;
  private readonly opener: Opener;
  private readonly start: number;
  /** The beginning of the next block. */
  private held: Uint8Array = new Uint8Array();
  private opened = 0;

  constructor(banks: FlashBanks, target: Target, encrypted: EncryptedImage, contentKey: Uint8Array) {
    this.banks = banks;
    this.target = target;
    this.length = encrypted.length;
    const written = banks.begin(imageOf(target));
    const blocks = Math.ceil(written / encryptedBlockPlainBytes);
    // Bytes of the same image that came in plain end anywhere.
    const isAtBorder = written === target.length || written % encryptedBlockPlainBytes === 0;
    if (!isAtBorder) {
      banks.discard();
      banks.begin(imageOf(target));
    }
    const fromBlock = isAtBorder ? blocks : 0;
    this.start = Math.min(fromBlock * sealedBlockBytes, this.length);
    this.opener = createOpener(contentKey, { fromBlock });
  }

  get nextOffset(): number {
    return this.start + this.opened + this.held.length;
  }

  take(data: Uint8Array): Result<number, RemoteFault> {
    this.held = concatBytes(this.held, data);
    let written = 0;
    for (let block = this.nextBlock(); block !== undefined; block = this.nextBlock()) {
      const plain = this.opener.open(block, this.start + this.opened + block.length === this.length);
      if (plain === undefined) return fail(undecipherable(this.target, 'a block does not open'));
      this.opened += block.length;
      this.held = this.held.slice(block.length);
      this.banks.append(plain);
      written += plain.length;
    }
    return ok(written);
  }

  /** The next block, once the whole of it is there. */
  private nextBlock(): Uint8Array | undefined {
    const blockBytes = Math.min(sealedBlockBytes, this.length - this.start - this.opened);
    return blockBytes > 0 && this.held.length >= blockBytes ? this.held.slice(0, blockBytes) : undefined;
  }
}

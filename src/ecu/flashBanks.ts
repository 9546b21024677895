// Owns: which image is in which bank, which one runs, and how a new one takes over: written to the inactive bank, checked,
// put on trial at the next boot, and kept only if it comes up. A power cut at any point leaves a bank that boots. P12
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { createHasher } from '../crypto/hashes.ts';
import { type DescribedImage, isSameImage } from '../uptane/checks/describedImage.ts';
import type { BankIndex, Flash } from './flash.ts';
import { activationsMax, flashReadBytesMax } from './limits.ts';
import type { EcuStorage } from './storage.ts';

/** What is, or is to be, in a bank. */
export type BankImage = DescribedImage & { readonly releaseCounter: number };

/** The stored state; one small file, written as a whole. */
interface BankRecord {
  readonly active: BankIndex;
  readonly images: readonly [BankImage | undefined, BankImage | undefined];
  /** Bytes written of the inactive bank's image. */
  readonly written: number;
  /** The inactive bank is to be tried at the next boot. */
  readonly trial: boolean;
  /** The image that was tried last and has not come up, and how often. */
  readonly tries: { readonly image: BankImage; readonly count: number } | undefined;
}

/** What a bank's first bytes hash to, as long as it does not change. */
interface Hashed {
  readonly bank: BankIndex;
  readonly revision: number;
  readonly length: number;
  readonly sha256: string;
}

const file = 'flash-banks.json';

export interface Boot {
  readonly bank: BankIndex;
  readonly image: BankImage;
  /** The image that was on trial and did not come up. */
  readonly failed: BankImage | undefined;
}

export class FlashBanks {
  private readonly flash: Flash;
  private readonly storage: EcuStorage;
  private record: BankRecord;
  /** The running image's hash as it was found last. */
  private hashed: Hashed | undefined;

  /** Storage and flash must have been provisioned. */
  constructor(flash: Flash, storage: EcuStorage) {
    this.flash = flash;
    this.storage = storage;
    const stored = fromUtf8(storage.read(file) ?? new Uint8Array());
    this.record = JSON.parse(stored ?? '');
  }

  /** At manufacture: the first image, running in bank 0. */
  static provision(flash: Flash, storage: EcuStorage, image: BankImage, bytes: Uint8Array): void {
    flash.write(0, 0, bytes);
    const record: BankRecord = { active: 0, images: [image, undefined], written: 0, trial: false, tries: undefined };
    storage.write(new Map([[file, utf8(JSON.stringify(record))]]));
  }

  /** The image that runs. */
  get running(): BankImage {
    const image = this.record.images[this.record.active];
    if (image === undefined) throw new Error('the active bank holds no image');
    return image;
  }

  get bankBytes(): number {
    return this.flash.bankBytes;
  }

  /** Whether this image was tried as often as an image is, and never came up. It is tried again once another one was begun. P12 */
  hasGivenUp(image: BankImage): boolean {
    return this.triesOf(image) >= activationsMax;
  }

  /** Bytes written so far of the image in the inactive bank. */
  get written(): number {
    return this.record.written;
  }

  /**
   * Makes the inactive bank ready for an image, or goes on with that very image where it was left.
   * Gives the offset to write next. The image fits the bank: the caller has compared it with `bankBytes`.
   */
  begin(image: BankImage): number {
    const pending = this.record.images[this.inactive];
    if (pending === undefined || this.record.written === 0 || !isSameImage(pending, image)) {
      this.discard();
      this.store({ ...this.withInactive(image), tries: this.triesOf(image) > 0 ? this.record.tries : undefined });
    }
    return this.record.written;
  }

  /** Writes the next bytes of the image that was begun. */
  append(bytes: Uint8Array): void {
    this.flash.write(this.inactive, this.record.written, bytes);
    this.store({ ...this.record, written: this.record.written + bytes.length });
  }

  /** What was written, in blocks, as read back from flash. */
  *writtenBlocks(): Generator<Uint8Array> {
    yield* this.blocks(this.inactive, this.record.written);
  }

  /**
   * Forgets the image in the inactive bank: it failed its check, or another one follows. Forgotten first and erased then: a
   * power cut in between leaves no record of bytes that are no longer there.
   */
  discard(): void {
    this.store({ ...this.withInactive(undefined), written: 0, trial: false });
    this.flash.erase(this.inactive);
  }

  /** Puts the inactive bank on trial at the next boot. */
  activate(): void {
    this.store({ ...this.record, trial: true });
  }

  /**
   * Boots: the bank on trial if `comesUp` says that its image runs, else the one that ran before. A try is counted before it
   * is made: an image that takes the ECU down with it is not tried for ever.
   */
  boot(comesUp: (image: BankImage) => boolean): Boot {
    const candidate = this.record.trial ? this.record.images[this.inactive] : undefined;
    if (candidate === undefined) return { bank: this.record.active, image: this.running, failed: undefined };
    if (!this.hasGivenUp(candidate)) {
      this.store({ ...this.record, tries: { image: candidate, count: this.triesOf(candidate) + 1 } });
      if (comesUp(candidate)) {
        this.store({ ...this.record, active: this.inactive, written: 0, trial: false, tries: undefined });
        return { bank: this.record.active, image: this.running, failed: undefined };
      }
    }
    this.discard();
    return { bank: this.record.active, image: this.running, failed: candidate };
  }

  /** SHA-256 of the running image as it stands in flash. */
  runningSha256(): string {
    const { active } = this.record;
    const { length } = this.running;
    const revision = this.flash.revision(active);
    const { hashed } = this;
    if (hashed?.bank === active && hashed.revision === revision && hashed.length === length) return hashed.sha256;
    const hasher = createHasher('sha256');
    for (const block of this.blocks(active, length)) hasher.update(block);
    const sha256 = hasher.hex();
    this.hashed = { bank: active, revision, length, sha256 };
    return sha256;
  }

  private triesOf(image: BankImage): number {
    const { tries } = this.record;
    return tries !== undefined && isSameImage(tries.image, image) ? tries.count : 0;
  }

  private get inactive(): BankIndex {
    return this.record.active === 0 ? 1 : 0;
  }

  private withInactive(image: BankImage | undefined): BankRecord {
    const [first, second] = this.record.images;
    return { ...this.record, images: this.record.active === 0 ? [first, image] : [image, second] };
  }

  private *blocks(bank: BankIndex, length: number): Generator<Uint8Array> {
    for (let offset = 0; offset < length; offset += flashReadBytesMax) {
      yield this.flash.read(bank, offset, Math.min(flashReadBytesMax, length - offset));
    }
  }

  private store(record: BankRecord): void {
    this.record = record;
    this.storage.write(new Map([[file, utf8(JSON.stringify(record))]]));
  }
}

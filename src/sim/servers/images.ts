// Owns: the bytes of every image in a run: those of the makers, and an attacker's.
import type { Random } from '../../core/random.ts';
import { hashHex } from '../../crypto/hashes.ts';
import type { MadeImage, PublishedImage } from '../../vehicleFile/image.ts';
import type { ImageMaker, InstalledImage } from '../events/events.ts';

/** A file given on the command line as an ECU's new image. */
export interface GivenImage {
  readonly filename: string;
  readonly bytes: Uint8Array;
}

export class Images {
  /** By file name, of the makers. */
  readonly genuine = new Map<string, Uint8Array>();
  /** By file name, of the attacker. */
  readonly attackers = new Map<string, Uint8Array>();
  private readonly random: Random;

  /** `given`: files that are images of the makers. */
  constructor(random: Random, given: Iterable<GivenImage>) {
    this.random = random;
    for (const { filename, bytes } of given) this.genuine.set(filename, bytes);
  }

  /** The given bytes, or those of an earlier image, or bytes drawn from the seed, the same for the same name. */
  make({ filename, sizeBytes, bytesOf = filename }: MadeImage & Pick<PublishedImage, 'bytesOf'>): Uint8Array {
    const known = this.genuine.get(filename) ?? this.genuine.get(bytesOf);
    const bytes = known ?? this.random.fork(`genuine/${filename}`).bytes(sizeBytes);
    this.genuine.set(filename, bytes);
    return bytes;
  }

  makeAttackers({ filename, sizeBytes }: MadeImage): Uint8Array {
    const bytes = this.random.fork(`attacker/${filename}`).bytes(sizeBytes);
    this.attackers.set(filename, bytes);
    return bytes;
  }

  /** Whose bytes these are, by their hash. */
  makerOf({ filename, sha256 }: InstalledImage): ImageMaker {
    const bytes = this.attackers.get(filename);
    return bytes !== undefined && hashHex('sha256', bytes) === sha256 ? 'attacker' : 'genuine';
  }
}

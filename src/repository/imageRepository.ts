// Owns: the Image repository: which images are genuine, and their bytes. I
import { type MustMatch, storedImageName } from '../uptane/metadata.ts';
import { type ListedImage, listImage, writeImageTargets, writeRoot } from './metadataFiles.ts';
import { type CurrentFiles, Publication, type Validity } from './publication.ts';
import type { RoleKeySet } from './roleKeys.ts';

export class ImageRepository {
  readonly root: Uint8Array;
  private readonly publication: Publication;
  private readonly listed = new Map<string, ListedImage>();
  private readonly images = new Map<string, Uint8Array>();

  /** `now`: seconds since 1970. */
  constructor(keys: RoleKeySet, validity: Validity, now: number) {
    this.root = writeRoot({ version: 1, expires: now + validity.root }, keys, keys.root);
    this.publication = new Publication(keys, this.root, validity, (edition) =>
      writeImageTargets(edition, [...this.listed.values()], keys.targets),
    );
  }

  /** Lists an image; `publish` makes it public. */
  add(filename: string, bytes: Uint8Array, mustMatch: MustMatch): ListedImage {
    const listed = listImage(filename, bytes, mustMatch);
    this.listed.set(filename, listed);
    for (const value of Object.values(listed.hashes)) this.images.set(storedImageName(filename, value), bytes);
    return listed;
  }

  publish(now: number): void {
    this.publication.publish(now);
  }

  file(name: string, now: number): Uint8Array | undefined {
    return this.publication.file(name, now);
  }

  current(): CurrentFiles | undefined {
    return this.publication.current();
  }

  /** A range of an image by its stored name; undefined where there is no such image. */
  image(name: string, offset: number, length: number): Uint8Array | undefined {
    return this.images.get(name)?.subarray(offset, offset + length);
  }
}

// Owns: what an image declares of itself and of the images that other ECUs must, or must not, run beside it. J7
// The Image repository lists it as `custom.release`, under the signatures of the role that answers for the image.
// One file a function: the whole of semver is three times as many, and every run loads them.
import rcompare from 'semver/functions/rcompare.js';
import satisfies from 'semver/functions/satisfies.js';
import valid from 'semver/functions/valid.js';
import validRange from 'semver/ranges/valid.js';
import { fromUtf8 } from '../../core/bytes.ts';
import { releaseDependenciesMax, versionRangeCharsMax } from '../../core/limits.ts';
import { fail, type Result } from '../../core/result.ts';
import { readIdentifier } from '../../uptane/decode/fields.ts';
import { decodeMetadata } from '../../uptane/decode/metadata.ts';
import { notAsExpected, readArray, reading, readObject, readString } from '../../uptane/json/jsonReader.ts';
import type { JsonValue } from '../../uptane/json/strictJson.ts';
import { uptaneProfile } from '../../uptane/model/profile.ts';
import type { ListedImage } from '../roles/writeMetadata.ts';

/** Versions of a product that another ECU runs. */
export interface Dependency {
  readonly product: string;
  /** A range in npm's terms, such as `^2.1.0`. */
  readonly range: string;
}

export interface ReleaseDeclaration {
  readonly product: string;
  /** By semver. */
  readonly version: string;
  readonly requires: readonly Dependency[];
  readonly conflicts: readonly Dependency[];
}

/** An image that is part of a product. */
export interface Release extends ReleaseDeclaration {
  readonly image: ListedImage;
}

/** The images of a Targets file of the Image repository that declare something, or in one line what is wrong with it. */
export function readReleases(bytes: Uint8Array): Result<readonly Release[], string> {
  const file = decodeMetadata({ profile: uptaneProfile, repository: 'image', role: 'targets' }, bytes);
  if (!file.ok) return fail(file.fault.message);
  // The decoder has judged the form; it skips what vehicles need not know.
  const { targets } = JSON.parse(fromUtf8(bytes) ?? '').signed;
  return reading(() =>
    [...file.value.body.targets.values()].flatMap(({ filename, length, hashes, mustMatch }) => {
      const { release } = targets[filename].custom;
      return release === undefined
        ? []
        : { ...readDeclaration(release), image: { filename, length, hashes, mustMatch } };
    }),
  );
}

/** The declaration as it may be listed, or one line on what is wrong with it. */
export function checkDeclaration(declaration: ReleaseDeclaration): Result<ReleaseDeclaration, string> {
  return reading(() => readDeclaration(JSON.parse(JSON.stringify(declaration))));
}

function readDeclaration(value: JsonValue): ReleaseDeclaration {
  const object = readObject(value, 'release');
  const version = readString(object.version, 'release.version', versionRangeCharsMax);
  if (!isVersion(version)) notAsExpected('release.version', 'a version such as 2.1.0 is needed');
  return {
    product: readIdentifier(object.product, 'release.product'),
    version,
    requires: readDependencies(object.requires, 'release.requires'),
    conflicts: readDependencies(object.conflicts, 'release.conflicts'),
  };
}

function readDependencies(value: JsonValue | undefined, path: string): readonly Dependency[] {
  if (value === undefined) return [];
  return readArray(value, path, releaseDependenciesMax).map((entry, index) => {
    const object = readObject(entry, `${path}[${index}]`);
    const range = readString(object.range, `${path}[${index}].range`, versionRangeCharsMax);
    if (!isRange(range)) notAsExpected(`${path}[${index}].range`, 'a range such as ^2.1.0 is needed');
    return { product: readIdentifier(object.product, `${path}[${index}].product`), range };
  });
}

export function isVersion(text: string): boolean {
  return text.length <= versionRangeCharsMax && valid(text) === text;
}

export function isRange(text: string): boolean {
  return text.length <= versionRangeCharsMax && validRange(text) !== null;
}

/** Whether a release is one of those that a dependency names. */
export function isOneOf({ product, version }: ReleaseDeclaration, dependency: Dependency): boolean {
  return product === dependency.product && satisfies(version, dependency.range);
}

/** The newest first. */
export function newestFirst(a: ReleaseDeclaration, b: ReleaseDeclaration): number {
  return rcompare(a.version, b.version);
}

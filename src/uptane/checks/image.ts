// Owns: P4 to P9, whether an image is the one that this ECU may install.
import type { RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import { createHasher, hashFunctions } from '../../crypto/hashes.ts';
import type { Target, Targets } from '../model/metadata.ts';
import { matchesPath } from '../model/pathPattern.ts';
import { refuse } from './context.ts';
import { hashesDiffer } from './hashes.ts';
import { targetOf } from './match.ts';

/** Who installs, and what it runs now. */
export interface InstallingEcu {
  readonly serial: string;
  readonly hardwareId: string;
  readonly installedReleaseCounter: number;
  /** Patterns of the file names that it may install; undefined for any. */
  readonly filenames?: readonly string[];
}

const directorTargets = { repository: 'director', role: 'targets' } as const;

/** What must hold before a byte is downloaded: P4 P5, then P7's hardware id and release counter. */
export function checkTarget(director: Targets, ecu: InstallingEcu): Result<Target, RemoteFault> {
  // P4 P5: the Director lists an image for this ECU
  const target = targetOf(director, ecu.serial);
  if (target === undefined) {
    const message = `no image is listed for ${ecu.serial}`;
    return refuse({ ...directorTargets, file: 'targets.json' }, { clause: 'P5', code: 'no-image-for-ecu', message });
  }
  const at = { ...directorTargets, file: target.filename };
  // P7, hardware id: the image, and the Director's word on this ECU, are for the hardware that it is
  const assigned = target.ecus.get(ecu.serial)?.hardwareId;
  const { hardwareIds = [ecu.hardwareId], releaseCounter = 0 } = target.mustMatch;
  if (!hardwareIds.includes(ecu.hardwareId) || assigned !== ecu.hardwareId) {
    const made = hardwareIds.includes(ecu.hardwareId) ? [assigned] : hardwareIds;
    const message = `made for ${made.join(', ')}, this ECU is ${ecu.hardwareId}`;
    return refuse(at, { clause: 'P7', code: 'wrong-hardware', indicates: 'wrong-software', message });
  }
  // P7, file name: it is of a kind that this ECU installs
  if (ecu.filenames?.some((pattern) => matchesPath(pattern, target.filename)) === false) {
    const message = `an image of this name is not for ${ecu.serial}`;
    return refuse(at, { clause: 'P7', code: 'filename-not-allowed', indicates: 'wrong-software', message });
  }
  // P7, release counter: not lower than that of the image that runs
  if (releaseCounter < ecu.installedReleaseCounter) {
    const message = `release counter ${releaseCounter}, installed is ${ecu.installedReleaseCounter}`;
    return refuse(at, { clause: 'P7', code: 'rollback', indicates: 'rollback', message });
  }
  return ok(target);
}

/** What a file must be: an image, or the encrypted form of one. D2 D7 */
export type ImageBytes = Pick<Target, 'filename' | 'length' | 'hashes'>;

/** The image is the Image repository's, even where the Primary brought it. */
function imageFile({ filename }: ImageBytes) {
  return { repository: 'image', role: 'targets', file: filename } as const;
}

/** A check of image bytes that come in blocks. */
export interface ImageCheck {
  update(block: Uint8Array): void;
  /** The verdict on all that came; call once. */
  finish(): Result<void, RemoteFault>;
}

/** Length and every listed hash. P6 P7 P9 */
export function createImageCheck(target: ImageBytes): ImageCheck {
  const at = imageFile(target);
  let length = 0;
  const hashers = hashFunctions.flatMap((name) => {
    const listed = target.hashes[name];
    return listed === undefined ? [] : [{ name, listed, hasher: createHasher(name) }];
  });
  return {
    update(block) {
      length += block.length;
      for (const { hasher } of hashers) hasher.update(block);
    },
    finish() {
      // P6 P9: it is as long as listed
      if (length > target.length) {
        const message = `longer than the ${target.length} bytes that are listed`;
        return refuse(at, { clause: 'P6', code: 'length-mismatch', indicates: 'endless-data', message });
      }
      if (length < target.length) {
        const message = `${length} bytes where ${target.length} are listed`;
        return refuse(at, { clause: 'P9', code: 'length-mismatch', indicates: 'arbitrary-installation', message });
      }
      // P7: it has every hash that is listed
      const came = hashers.map(({ name, hasher, listed }) => ({ name, expected: listed, actual: hasher.hex() }));
      const wrong = came.find(({ expected, actual }) => actual !== expected);
      if (wrong === undefined) return ok();
      const words = hashesDiffer(wrong, 'of the image is not the listed one');
      return refuse(at, { clause: 'P7', code: 'hash-mismatch', indicates: 'arbitrary-installation', ...words });
    },
  };
}

/** The same of an image of `length` bytes that is stored somewhere, read in blocks. */
export function checkImage(
  target: ImageBytes,
  length: number,
  blocks: Iterable<Uint8Array>,
): Result<void, RemoteFault> {
  // P9: it is as long as listed, before it is read
  if (length !== target.length) {
    const message = `${length} bytes where ${target.length} are listed`;
    return refuse(imageFile(target), {
      clause: 'P9',
      code: 'length-mismatch',
      indicates: 'arbitrary-installation',
      message,
    });
  }
  const check = createImageCheck(target);
  for (const block of blocks) check.update(block);
  return check.finish();
}

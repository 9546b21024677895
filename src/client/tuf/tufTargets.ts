// Owns: where a target lies in a repository and in the folder of downloads, and getting it from the one into the other. Must not
// know who listed it.
import { join } from 'node:path';
import { type EnvironmentFault, environmentFault, type RemoteFault } from '../../core/faults.ts';
import { filenameCharsMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { shortened } from '../../core/text.ts';
import { readRegular } from '../../files/regularFile.ts';
import { createImageCheck } from '../../uptane/checks/image.ts';
import { storedImageName, type Target } from '../../uptane/model/metadata.ts';
import { encodeRoleName } from '../../uptane/model/profile.ts';
import { DownloadFolder, isSafeName } from '../downloadFolder.ts';
import type { Source } from '../sources/source.ts';

/** Where targets come from and go to. */
export interface TufTargets {
  readonly source: Source;
  readonly folder: string;
}

/**
 * Downloads a target unless it is in the folder already; gives its path there. `prefixed`: whether the repository puts a hash before
 * the last part of its name (TUF 7). Throws an InputError for what the file system does not allow.
 */
export async function obtainTarget(
  { source, folder }: TufTargets,
  target: Target,
  prefixed: boolean,
): Promise<Result<string, RemoteFault | EnvironmentFault>> {
  const name = encodeRoleName(target.filename);
  // A dot or two, or too long for a file system.
  if (!isSafeName(name)) {
    return fail(
      environmentFault(
        'too-long',
        `${shortened(target.filename, filenameCharsMax)}: a target of this name cannot be kept`,
      ),
    );
  }
  const downloads = new DownloadFolder(folder);
  const path = join(folder, name);
  if (isKept(path, target)) return ok(path);
  const download = downloads.begin(name, target.length);
  const check = createImageCheck(target);
  try {
    const streamed = await source.stream(targetPath(target, prefixed), target.length, (piece) => {
      check.update(piece);
      download.write(piece);
    });
    if (streamed.status === 'failed') return fail(environmentFault('unreachable', streamed.message));
    if (streamed.status === 'absent') {
      return fail(
        environmentFault(
          'unreachable',
          `${shortened(target.filename, filenameCharsMax)}: the repository does not have this target`,
        ),
      );
    }
    const right = check.finish();
    if (!right.ok) return right;
    download.commit();
    return ok(path);
  } finally {
    download.discard();
  }
}

/** Whether the target was downloaded before, and is what is listed now. */
function isKept(path: string, target: Target): boolean {
  const check = createImageCheck(target);
  try {
    readRegular(path, target.length, (piece) => check.update(piece));
    return check.finish().ok;
  } catch {
    return false; // no such file, or none that can be read: what is in the way is found when it is written
  }
}

/** What a URL's path may hold, percent-encodings included. RFC 3986 */
const plain = /%[0-9A-Fa-f]{2}|[A-Za-z0-9\-._~!$&'()*+,;=:@/]/u;

/** A target's name is part of a URL already (TUF 4.5): only what no URL can hold is encoded. */
function targetPath({ filename, hashes }: Target, prefixed: boolean): string {
  const hash = hashes.sha256 ?? hashes.sha512;
  const name = prefixed && hash !== undefined ? storedImageName(filename, hash) : filename;
  return name.replace(/%[0-9A-Fa-f]{2}|./gsu, (part) => (plain.test(part) ? part : encodeURIComponent(part)));
}

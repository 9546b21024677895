// Owns: fetching images that verified metadata lists, each checked while it comes, none kept that fails. K4 M6 P6
import type { RemoteFault } from '../core/faults.ts';
import { ok, type Result } from '../core/result.ts';
import { hashFunctions } from '../crypto/hashes.ts';
import { refuse } from '../uptane/checks/context.ts';
import { createImageCheck } from '../uptane/checks/image.ts';
import { storedImageName, type Target } from '../uptane/model/metadata.ts';
import { type DownloadFolder, isSafeName } from './downloadFolder.ts';
import type { Source } from './sources/source.ts';

/** Downloads and checks all of them; stops at the first that fails. Throws an InputError where the folder cannot be written. */
export async function downloadImages(
  source: Source,
  folder: DownloadFolder,
  targets: readonly Target[],
): Promise<Result<void, RemoteFault>> {
  for (const target of targets) {
    const downloaded = await downloadImage(source, folder, target);
    if (!downloaded.ok) return downloaded;
  }
  return ok();
}

async function downloadImage(
  source: Source,
  folder: DownloadFolder,
  target: Target,
): Promise<Result<void, RemoteFault>> {
  const { filename } = target;
  const at = { repository: 'image', role: 'targets', file: filename } as const;
  if (!isSafeName(filename)) {
    const message = 'not a name that a file in a folder can have';
    return refuse(at, { clause: 'H3', code: 'malformed', indicates: 'arbitrary-installation', message });
  }
  for (const path of imagePaths(target)) {
    const download = folder.begin(filename, target.length);
    const check = createImageCheck(target);
    try {
      const streamed = await source.stream(path, target.length, (piece) => {
        check.update(piece);
        download.write(piece);
      });
      if (streamed.status === 'absent') continue;
      if (streamed.status === 'failed') {
        const message = streamed.message;
        return refuse(at, { clause: 'P6', code: 'unreadable-file', indicates: 'drop-request', message });
      }
      const checked = check.finish();
      if (!checked.ok) return checked;
      download.commit();
      return ok();
    } finally {
      download.discard();
    }
  }
  return refuse(at, { clause: 'P6', code: 'missing-file', indicates: 'drop-request', message: 'the image is missing' });
}

/** Where repositories keep an image: in `targets/` or beside the metadata, with a hash before its name or without. H2 */
function imagePaths({ filename, hashes }: Target): readonly string[] {
  const prefixed = hashFunctions.flatMap((name) => {
    const hash = hashes[name];
    return hash === undefined ? [] : [storedImageName(filename, hash)];
  });
  const names = [...prefixed, filename].map((name) => name.split('/').map(encodeURIComponent).join('/'));
  return ['targets/', ''].flatMap((folder) => names.map((name) => folder + name));
}

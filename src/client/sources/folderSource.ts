// Owns: files of a repository in a folder. No path and no symbolic link leads out of it.
import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { existingFolder } from '../../files/folder.ts';
import { ioCode, ioReason } from '../../files/ioReason.ts';
import { readRegular } from '../../files/regularFile.ts';
import { decodedPart, type Fetched, fetchWhole, pathParts, type Source, type Streamed } from './source.ts';

const absentCodes: readonly string[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'];

/** What `take` threw: the caller's, not the file's. */
class TakeError extends Error {}

export class FolderSource implements Source {
  readonly describe: string;
  private readonly root: string;

  /** Throws an InputError for what is no folder. */
  constructor(folder: string) {
    this.describe = folder;
    this.root = existingFolder(folder);
  }

  fetch(path: string, bytesMax: number): Promise<Fetched> {
    return fetchWhole(this, path, bytesMax);
  }

  async stream(path: string, bytesMax: number, take: (piece: Uint8Array) => void): Promise<Streamed> {
    const parts = pathParts(path);
    if (parts === undefined) return { status: 'failed', message: `${join(this.describe, path)}: not a path of a file` };
    // Some repositories write names to disk as they are, others percent-encoded.
    const encoded = this.read(parts, bytesMax, take);
    if (encoded.status !== 'absent' || !path.includes('%')) return encoded;
    return this.read(
      parts.map((part) => decodedPart(part) ?? part),
      bytesMax,
      take,
    );
  }

  close(): void {}

  private read(parts: readonly string[], bytesMax: number, take: (piece: Uint8Array) => void): Streamed {
    const failed = (reason: string): Streamed => ({
      status: 'failed',
      message: `${join(this.describe, ...parts)}: ${reason}`,
    });
    try {
      const real = realpathSync(join(this.root, ...parts));
      if (!this.holds(real)) return failed('a symbolic link that leads out of the folder');
      const length = readRegular(real, bytesMax, (piece) => {
        try {
          take(piece);
        } catch (cause) {
          throw new TakeError('the piece was not taken', { cause });
        }
      });
      return { status: 'found', length };
    } catch (error) {
      if (error instanceof TakeError) throw error.cause;
      return absentCodes.includes(ioCode(error)) ? { status: 'absent' } : failed(ioReason(error));
    }
  }

  private holds(real: string): boolean {
    const inside = relative(this.root, real);
    return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
  }
}

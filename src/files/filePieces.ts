// Owns: reading a file of any length piece by piece, in memory that does not grow with it: a pipe as well, and what gzip packed.
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { InputError } from '../core/faults.ts';
import { ioReason } from './ioReason.ts';
import { fileReadBytesMax } from './limits.ts';

/** The pieces of a file, unpacked where `gzip` says so. Faults of the file are InputErrors that name it. */
export async function* filePieces(path: string, gzip: boolean): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: fileReadBytesMax });
  const gunzip = gzip ? createGunzip({ chunkSize: fileReadBytesMax }) : undefined;
  if (gunzip !== undefined) {
    file.on('error', (error) => gunzip.destroy(error));
    file.pipe(gunzip);
  }
  try {
    yield* gunzip ?? file;
  } catch (error) {
    throw new InputError(`${path}: ${ioReason(error)}`);
  } finally {
    file.destroy();
    gunzip?.destroy();
  }
}

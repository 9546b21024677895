// Owns: reading a file of any length piece by piece, in memory that does not grow with it: a pipe as well, and what gzip packed. Those who
// cannot wait get each piece when they ask for it. And unpacking what zlib packed within a file.
import { createReadStream } from 'node:fs';
import { constants, crc32, createGunzip, inflateSync } from 'node:zlib';
// Its form without Node's workers: they are not used, and what loads them does not go into a bundle.
import { Gunzip } from 'fflate/browser';
import { InputError } from '../core/faults.ts';
import { ioReason } from './ioReason.ts';
import { fileReadBytesMax } from './limits.ts';
import { regularPieces } from './regularFile.ts';

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

/** The same of a regular file, each piece read when it is asked for: nothing awaits. */
export function* filePiecesAtOnce(path: string, gzip: boolean): Generator<Uint8Array> {
  yield* gzip ? unpacked(path) : regularPieces(path);
}

/** What gzip's check of the whole is: its CRC-32 and its length modulo 2^32, least significant byte first. */
const trailerBytes = 8;

function* unpacked(path: string): Generator<Uint8Array> {
  const ready: Uint8Array[] = [];
  let isOneMember = true;
  let crc = 0;
  let length = 0;
  const gunzip = new Gunzip((piece) => ready.push(piece));
  // Called for a second member: files that were packed one behind the other. Their checks are not told apart here.
  gunzip.onmember = () => {
    isOneMember = false;
  };
  let last = new Uint8Array(0);
  let isEmpty = true;
  const push = (piece: Uint8Array, isLast: boolean) => {
    try {
      gunzip.push(piece, isLast);
    } catch {
      throw new InputError(`${path}: not what gzip packed, or not all of it`);
    }
  };
  for (const packed of regularPieces(path)) {
    isEmpty = false;
    push(packed, false);
    last = Uint8Array.from(Buffer.concat([last, packed]).subarray(-trailerBytes));
    for (const piece of ready.splice(0)) {
      crc = crc32(piece, crc);
      length += piece.length;
      yield piece;
    }
  }
  if (!isEmpty) push(new Uint8Array(0), true);
  for (const piece of ready.splice(0)) {
    crc = crc32(piece, crc);
    length += piece.length;
    yield piece;
  }
  const trailer = new DataView(last.buffer);
  const isWhole =
    !isOneMember ||
    (last.length === trailerBytes &&
      trailer.getUint32(0, true) === crc &&
      trailer.getUint32(4, true) === length % 2 ** 32);
  if (!isWhole) throw new InputError(`${path}: not what gzip packed, or not all of it`);
}

/**
 * The bytes that `packed`, a zlib stream, holds; undefined where it is none, or holds more than `bytesMax`. A stream that ends too early
 * is none, but with `isCut`: then what its beginning holds.
 */
export function inflate(packed: Uint8Array, bytesMax: number, isCut = false): Uint8Array | undefined {
  const finishFlush = isCut ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
  try {
    return inflateSync(packed, { maxOutputLength: bytesMax, finishFlush });
  } catch {
    return undefined;
  }
}

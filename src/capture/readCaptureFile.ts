// Owns: reading a capture file of any format piece by piece, in memory that does not grow with the file.
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { InputError } from '../core/faults.ts';
import { captureFormatOf, captureSuffixes } from './captureFormats.ts';
import { type CaptureRecord, captureFaultText } from './captureRecord.ts';

const pieceBytes = 64 * 1024;

/** The records of a file, some thousand at a time; the end of `path` says the format. Faults of the file are InputErrors. */
export async function* readCaptureFile(path: string): AsyncGenerator<readonly CaptureRecord[]> {
  const format = captureFormatOf(path);
  if (format === undefined) throw new InputError(`${path}: the name of a capture ends with ${captureSuffixes}`);
  const decoder = format.createDecoder();
  let records: CaptureRecord[] = [];
  const put = (record: CaptureRecord) => {
    records.push(record);
  };
  for await (const piece of piecesOf(path, format.gzip)) {
    const fault = decoder.push(piece, put);
    // What stands before the fault was recorded all the same.
    if (records.length > 0) yield records;
    records = [];
    if (fault !== undefined) throw new InputError(`${path}: ${captureFaultText(fault)}`);
  }
  const fault = decoder.end();
  if (fault !== undefined) throw new InputError(`${path}: ${captureFaultText(fault)}`);
}

async function* piecesOf(path: string, gzip: boolean): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: pieceBytes });
  const gunzip = gzip ? createGunzip({ chunkSize: pieceBytes }) : undefined;
  if (gunzip !== undefined) {
    file.on('error', (error) => gunzip.destroy(error));
    file.pipe(gunzip);
  }
  try {
    yield* gunzip ?? file;
  } catch (error) {
    throw new InputError(`${path}: ${reasonOf(error)}`);
  } finally {
    file.destroy();
    gunzip?.destroy();
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'a folder stands where a file should be';
  if (code === 'Z_BUF_ERROR') return 'the gzip file ends too early';
  if (code?.startsWith('Z_') === true) return 'this is no gzip file, or it is damaged';
  return `it cannot be read (${code ?? String(error)})`;
}

// Owns: reading a capture file of any format piece by piece, in memory that does not grow with the file.

import { InputError } from '../core/faults.ts';
import { filePieces } from '../files/filePieces.ts';
import { captureFormatOf, captureSuffixes, partsToPush } from './captureFormats.ts';
import { captureFaultText } from './record/captureFault.ts';
import type { CaptureDecoder, CaptureRecord } from './record/captureRecord.ts';

/**
 * The records of a file, some thousand at a time; the end of `path` says the format. What was left out of it is told once, after its
 * last record. Faults of the file are InputErrors.
 */
export async function* readCaptureFile(
  path: string,
  tell: (note: string) => void = () => {},
): AsyncGenerator<readonly CaptureRecord[]> {
  const format = captureFormatOf(path);
  if (format === undefined) throw new InputError(`${path}: the name of a capture ends with ${captureSuffixes}`);
  const decoder = format.createDecoder();
  let records: CaptureRecord[] = [];
  const put = (record: CaptureRecord) => {
    records.push(record);
  };
  for await (const piece of filePieces(path, format.gzip)) {
    for (const part of partsToPush(piece, format)) {
      const fault = decoder.push(part, put);
      // What stands before the fault was recorded all the same.
      if (records.length > 0) yield records;
      records = [];
      if (fault !== undefined) {
        tellOf(path, decoder, tell);
        throw new InputError(`${path}: ${captureFaultText(fault)}`);
      }
    }
  }
  const fault = decoder.end(put);
  if (records.length > 0) yield records;
  tellOf(path, decoder, tell);
  if (fault !== undefined) throw new InputError(`${path}: ${captureFaultText(fault)}`);
}

function tellOf(path: string, { notes }: CaptureDecoder, tell: (note: string) => void): void {
  for (const text of notes.texts) tell(`${path}: ${text}`);
}

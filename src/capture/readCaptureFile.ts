// Owns: reading a capture file of any format piece by piece, in memory that does not grow with the file.
import { InputError } from '../core/faults.ts';
import { filePieces } from '../files/filePieces.ts';
import { captureFormatOf, captureSuffixes } from './captureFormats.ts';
import { type CaptureRecord, captureFaultText } from './record/captureRecord.ts';

/** The records of a file, some thousand at a time; the end of `path` says the format. Faults of the file are InputErrors. */
export async function* readCaptureFile(path: string): AsyncGenerator<readonly CaptureRecord[]> {
  const format = captureFormatOf(path);
  if (format === undefined) throw new InputError(`${path}: the name of a capture ends with ${captureSuffixes}`);
  const decoder = format.createDecoder();
  let records: CaptureRecord[] = [];
  const put = (record: CaptureRecord) => {
    records.push(record);
  };
  for await (const piece of filePieces(path, format.gzip)) {
    const fault = decoder.push(piece, put);
    // What stands before the fault was recorded all the same.
    if (records.length > 0) yield records;
    records = [];
    if (fault !== undefined) throw new InputError(`${path}: ${captureFaultText(fault)}`);
  }
  const fault = decoder.end();
  if (fault !== undefined) throw new InputError(`${path}: ${captureFaultText(fault)}`);
}

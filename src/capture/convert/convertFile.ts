// Owns: a capture written once more in another format, piece by piece: the input is read twice where the output begins with what only its
// records show. Must not know the command.
import { statSync } from 'node:fs';
import { InputError } from '../../core/faults.ts';
import { readCaptureFile } from '../readCaptureFile.ts';
import type { CaptureRecord } from '../record/captureRecord.ts';
import { CaptureFile, writtenFormatOf } from '../writeCaptureFile.ts';
import { CaptureSurvey } from './captureSurvey.ts';
import { ConversionLosses } from './conversionLosses.ts';

export interface ConvertOptions {
  readonly input: string;
  readonly output: string;
  /** Where the bytes go instead of the file. */
  readonly out?: ((bytes: Uint8Array) => void) | undefined;
  /** What was left out of the input, or has no place in the output. */
  readonly tell: (note: string) => void;
  /** After each piece: records read so far, of both readings. */
  readonly progress: (records: number) => void;
  /** Ends it early: what was converted until then is kept. */
  readonly signal: AbortSignal;
}

export interface Conversion {
  readonly frames: number;
  readonly errors: number;
  readonly packets: number;
  readonly packetsLeftOut: number;
  readonly buses: readonly string[];
}

/**
 * Converts the file to its end. What stands before a fault of the input is converted, and kept as a whole file; then the InputError is
 * thrown. Where nothing could be read no file is left.
 */
export async function convertFile(options: ConvertOptions): Promise<Conversion> {
  const { input, output, out, tell, signal } = options;
  const format = writtenFormatOf(output);
  const counts = { frame: 0, error: 0, packet: 0 };
  const survey = new CaptureSurvey();
  let read = 0;
  const progressed = (records: number) => {
    read += records;
    options.progress(read);
  };
  // A format without a head may be read from a pipe.
  if (!format.isHeadless) await surveyFile(options, survey, progressed);
  const losses = new ConversionLosses(format);
  const file = new CaptureFile(output, survey.head, out, 'whole');
  try {
    for await (const records of readCaptureFile(input, tell)) {
      if (signal.aborted) break;
      for (const record of records) {
        if (format.isHeadless) survey.add(record);
        if (!losses.add(record)) continue;
        counts[record.type] += 1;
        file.put(record.type === 'packet' ? { ...record, bus: survey.ethernetName(record.bus) } : record);
      }
      progressed(records.length);
    }
    file.finish();
  } finally {
    file.close();
    for (const text of losses.texts(survey.head)) tell(`${output}: ${text}`);
  }
  const buses = survey.head.buses.map(({ name }) => name);
  return { frames: counts.frame, errors: counts.error, packets: counts.packet, packetsLeftOut: losses.packets, buses };
}

async function surveyFile(
  { input, output, signal }: ConvertOptions,
  survey: CaptureSurvey,
  progressed: (records: number) => void,
): Promise<void> {
  if (statSync(input, { throwIfNoEntry: false })?.isFile() === false) {
    throw new InputError(
      `${input}: it is no regular file, and is read twice for ${output}; one pass is enough for .log and .pcap`,
    );
  }
  try {
    for await (const records of readCaptureFile(input)) {
      if (signal.aborted) return;
      addAll(input, survey, records);
      progressed(records.length);
    }
  } catch (error) {
    // The second reading meets the same fault once it has what stands before it.
    if (!(error instanceof InputError) || survey.isEmpty) throw error;
  }
}

function addAll(input: string, survey: CaptureSurvey, records: readonly CaptureRecord[]): void {
  try {
    for (const record of records) survey.add(record);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${input}: ${error.message}`) : error;
  }
}

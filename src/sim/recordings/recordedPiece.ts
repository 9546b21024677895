// Owns: a line of the trace that holds the next frames of a recording: one that is too long for the head comes with the run, so that a
// trace has all that its run took, and no more. Must not know where the frames come from.
import * as z from 'zod';
import { InputError } from '../../core/faults.ts';
import { checkForm } from '../../vehicleFile/source/checkForm.ts';
import { pathText } from '../../vehicleFile/source/finding.ts';
import { recordedFrame } from '../../vehicleFile/traffic/recordedTraffic.ts';
import { recordedPieceFramesMax } from '../limits.ts';

const piece = z.strictObject({
  type: z.literal('recorded'),
  t: z.int().min(0),
  bus: z.string(),
  frames: z.array(recordedFrame).min(1).max(recordedPieceFramesMax),
});

export type RecordedPiece = z.output<typeof piece>;

/** With which such a line begins. */
export const recordedPieceStart = '{"type":"recorded",';

/** Reads one. Throws an InputError that names the trace and the line. */
export function parseRecordedPiece(path: string, line: number, text: string): RecordedPiece {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    throw new InputError(`${path}:${line}: not a JSON object, so this is no trace`);
  }
  const judged = checkForm(piece, entry);
  // as it stands, not as parsed: it is held against what comes out, members in their order
  if (judged.ok) return entry as RecordedPiece;
  const [told] = judged.fault;
  throw new InputError(`${path}:${line}: ${pathText(told?.path ?? []) || 'recorded'}: ${told?.text ?? 'not frames'}`);
}

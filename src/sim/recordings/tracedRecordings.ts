// Owns: recordings that are too long to be held, taken from the trace of a run in the place of their files.
import { parseFrame } from '../../bus/frame/frameText.ts';
import type { RecordedFrame } from '../../bus/restBus/recording.ts';
import { readLines } from '../../files/regularFile.ts';
import { traceLineBytesMax } from '../limits.ts';
import type { TraceSink } from '../tape/tape.ts';
import type { OpenRecording } from '../vehicle/backgroundTraffic.ts';
import { parseRecordedPiece, type RecordedPiece, recordedPieceStart } from './recordedPiece.ts';

/** Each piece is put to `comparison` when its first frame is taken, as it was in the run. */
export function tracedRecordings(path: string, comparison: TraceSink): OpenRecording {
  return (bus, { frames, lastNs, pauseNs }) => {
    const pieces = piecesOf(path, bus);
    let waiting: RecordedFrame[] = [];
    const fill = () => {
      const { value, done } = pieces.next();
      if (done) return;
      comparison.put(value);
      waiting = value.frames.flatMap(([atNs, text]) => {
        const frame = parseFrame(text);
        return frame === undefined ? [] : [{ atNs, frame }];
      });
      waiting.reverse();
    };
    return {
      ...{ frames, lastNs, pauseNs },
      next() {
        if (waiting.length === 0) fill();
        return waiting.pop();
      },
      close: () => pieces.return(undefined),
    };
  };
}

function* piecesOf(path: string, bus: string): Generator<RecordedPiece> {
  let line = 0;
  for (const text of readLines(path, traceLineBytesMax)) {
    line += 1;
    if (!text.startsWith(recordedPieceStart)) continue;
    const piece = parseRecordedPiece(path, line, text);
    if (piece.bus === bus) yield piece;
  }
}

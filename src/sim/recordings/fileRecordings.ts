// Owns: recordings that are too long to be held, read from their files as the run goes on, and put into its trace piece by piece.
import { formatFrame } from '../../bus/frame/frameText.ts';
import type { RecordedFrame } from '../../bus/restBus/recording.ts';
import { readRecordingFile } from '../../capture/recording/readRecordingFile.ts';
import { InputError } from '../../core/faults.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { RunInputs } from '../inputs/inputs.ts';
import { recordedPieceFramesMax } from '../limits.ts';
import type { TraceSink } from '../tape/tape.ts';
import type { OpenRecording } from '../vehicle/backgroundTraffic.ts';
import type { RecordedPiece } from './recordedPiece.ts';

/** A piece goes into the trace when its first frame is taken. A file that is another one by now is an InputError. */
export function fileRecordings({ scenario, recordings }: RunInputs, clock: Clock, trace: TraceSink): OpenRecording {
  return (bus, recording) => {
    const path = recordings?.get(bus);
    if (path === undefined) throw new Error(`nobody says where the recording of ${bus} is`);
    const { frames: count, lastNs, pauseNs, interface: named } = recording;
    const fd = scenario.vehicle.buses[bus]?.kind === 'can-fd';
    const open = () => readRecordingFile({ path, bus: named, fd });
    const changed = () => new InputError(`${path}: the file has changed since it was read: ${count} frames were in it`);
    let frames = open();
    let read = 0;
    let waiting: RecordedFrame[] = [];
    const fill = () => {
      while (waiting.length < recordedPieceFramesMax && read < count) {
        const { value, done } = frames.next();
        if (done) throw changed();
        waiting.push(value);
        read += 1;
      }
      const piece: RecordedPiece = {
        ...{ type: 'recorded', t: clock.nowNs(), bus },
        frames: waiting.map(({ atNs, frame }) => [atNs, formatFrame(frame)]),
      };
      trace.put(piece);
      waiting.reverse();
      if (read < count) return;
      if (!frames.next().done || piece.frames.at(-1)?.[0] !== lastNs) throw changed();
      read = 0;
      frames = open();
    };
    return {
      ...{ frames: count, lastNs, pauseNs },
      next() {
        if (waiting.length === 0) {
          waiting = [];
          fill();
        }
        return waiting.pop();
      },
      close: () => frames.return(undefined),
    };
  };
}

// Owns: the CAN frames of one bus of a capture file, in the order of time and counted from the first, read as they are asked for: so that
// a simulation, which never waits, can send a recording of any length.
import type { CanFrame } from '../../bus/bus.ts';
import { InputError } from '../../core/faults.ts';
import { didYouMean } from '../../core/nearest.ts';
import { filePiecesAtOnce } from '../../files/filePieces.ts';
import { captureFormatOf, captureSuffixes, partsToPush } from '../captureFormats.ts';
import { recordingDisorderNsMax, recordingNsMax, recordingWaitingMax } from '../limits.ts';
import { captureFaultText } from '../record/captureFault.ts';
import { CaptureNotes } from '../record/captureNotes.ts';
import type { CaptureDecoder, CaptureRecord } from '../record/captureRecord.ts';
import { TimeOrder } from './timeOrder.ts';

export interface RecordingRead {
  readonly path: string;
  /** The bus or interface; that of the first frame when omitted. */
  readonly bus: string | undefined;
  /** Whether frames of CAN FD are wanted. */
  readonly fd: boolean;
}

interface TimedFrame {
  readonly atNs: number;
  readonly frame: CanFrame;
}

/** Takes what was left out, a line for each kind, when all is read. Equal files give equal frames. Throws an InputError that names the file. */
export function* readRecordingFile(
  { path, bus, fd }: RecordingRead,
  tell: (note: string) => void = () => {},
): Generator<TimedFrame> {
  const format = captureFormatOf(path);
  if (format === undefined) throw new InputError(`${path}: the name of a capture ends with ${captureSuffixes}`);
  const decoder = format.createDecoder();
  const picked = new Picked(bus, fd);
  let firstNs: number | undefined;
  const inTime = function* (frames: readonly TimedFrame[]): Generator<TimedFrame> {
    for (const { atNs, frame } of frames) {
      firstNs ??= atNs;
      if (atNs - firstNs > recordingNsMax) throw new InputError(`${path}: it is longer than 90 days`);
      yield { atNs: atNs - firstNs, frame };
    }
  };
  const put = (record: CaptureRecord) => picked.take(record);
  for (const piece of filePiecesAtOnce(path, format.gzip)) {
    for (const part of partsToPush(piece, format)) {
      const fault = decoder.push(part, put);
      yield* inTime(picked.order.ready());
      if (fault !== undefined) throw new InputError(placed(path, captureFaultText(fault)));
    }
  }
  const fault = decoder.end(put);
  if (fault !== undefined) throw new InputError(placed(path, captureFaultText(fault)));
  yield* inTime(picked.order.rest());
  if (firstNs === undefined) throw new InputError(`${path}: ${picked.nothing()}`);
  for (const text of notesOf(decoder, picked)) tell(`${path}: ${text}`);
}

/** `FILE:LINE: ` where a line is wrong, as of all files of text. */
function placed(path: string, text: string): string {
  const [, line, rest] = /^line (\d+): ([\s\S]*)$/.exec(text) ?? [];
  return line === undefined ? `${path}: ${text}` : `${path}:${line}: ${rest}`;
}

function notesOf(decoder: CaptureDecoder, { notes }: Picked): readonly string[] {
  return [...decoder.notes.texts, ...notes.texts];
}

/** Buses named where the wanted one is not there. */
const busesToldMax = 10;

/** The frames of one bus among the records of a file. */
class Picked {
  readonly order = new TimeOrder<TimedFrame>({
    disorderNsMax: recordingDisorderNsMax,
    waitingMax: recordingWaitingMax,
  });
  readonly notes = new CaptureNotes();
  private bus: string | undefined;
  private readonly fd: boolean;
  private baseNs: bigint | undefined;
  /** The names of those that were seen. */
  private readonly buses = new Set<string>();

  constructor(bus: string | undefined, fd: boolean) {
    this.bus = bus;
    this.fd = fd;
  }

  take(record: CaptureRecord): void {
    if (record.type === 'frame') {
      this.bus ??= record.bus;
      if (this.buses.size < busesToldMax) this.buses.add(record.bus);
    }
    if (record.type === 'packet') this.notes.add('Ethernet packets are left out');
    else if (this.bus !== undefined && record.bus !== this.bus) return;
    else if (record.type === 'error') this.notes.add('error frames are left out');
    else if (record.frame.fd && !this.fd) this.notes.add('frames of CAN FD are left out: the bus is a classic one');
    else {
      this.baseNs ??= record.timeNs;
      const isIn = this.order.add({ atNs: Number(record.timeNs - this.baseNs), frame: record.frame });
      if (!isIn) this.notes.add('frames that stand more than a second behind later ones are left out');
    }
  }

  /** Why there is no frame. */
  nothing(): string {
    const { bus } = this;
    if (bus === undefined) return 'no frames in it';
    if (this.buses.has(bus)) return `no frames of ${bus} in it that can be sent: ${this.notes.texts.join('; ')}`;
    const names = [...this.buses];
    const others = names.length === 0 ? '' : `: it has those of ${names.join(', ')}`;
    return `no frames of ${bus} in it${didYouMean(bus, names) || others}`;
  }
}

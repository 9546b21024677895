// Owns: which formats there are, and which one a file's name stands for.
import { inflate } from '../files/filePieces.ts';
import { createAscDecoder } from './asc/ascDecoder.ts';
import { ascName, createAscEncoder, isWholeInAsc } from './asc/ascEncoder.ts';
import { createBlfDecoder } from './blf/blfDecoder.ts';
import { createCandumpDecoder, createCandumpEncoder } from './candump/candumpLog.ts';
import { packedPushBytesMax } from './limits.ts';
import { createAnyPcapDecoder } from './pcap/anyPcapDecoder.ts';
import { createPcapEncoder } from './pcap/pcapEncoder.ts';
import { beginsAsPcap } from './pcap/pcapHeader.ts';
import { createPcapngEncoder } from './pcapng/pcapngEncoder.ts';
import { oneWord } from './record/busNames.ts';
import type { CaptureDecoder, CaptureEncoder, CaptureHead } from './record/captureRecord.ts';
import type { FormatLacks } from './record/formatLacks.ts';
import { createTrcDecoder } from './trc/trcDecoder.ts';
import { createTrcEncoder } from './trc/trcEncoder.ts';
import { isWholeInTrc } from './trc/trcError.ts';

export interface CaptureFormat {
  /** None for a format that is only read. */
  readonly createEncoder?: (head: CaptureHead) => CaptureEncoder;
  readonly createDecoder: () => CaptureDecoder;
  /** Whether a file that begins with these 16 bytes, or fewer, is likely to be of this format. */
  readonly beginsAs: (bytes: Uint8Array) => boolean;
  /** Whether it has a place for packets of Ethernet. */
  readonly holdsEthernet: boolean;
  /** What else it has no place for; nothing where omitted. */
  readonly lacks?: FormatLacks;
  /** The encoder's head says nothing: no need to know the buses and the start before the first record. */
  readonly isHeadless?: true;
  /** So many bytes may hold very many records: a decoder is given no more at once, that its caller can take those. Any where omitted. */
  readonly pushBytesMax?: number;
}

function beginsWith(...start: readonly number[]): (bytes: Uint8Array) => boolean {
  return (bytes) => start.every((byte, index) => bytes[index] === byte);
}

function beginsWithText(text: string): (bytes: Uint8Array) => boolean {
  return beginsWith(...Array.from(text, (character) => character.charCodeAt(0)));
}

const formats: Readonly<Record<string, CaptureFormat>> = {
  log: {
    createEncoder: createCandumpEncoder,
    createDecoder: createCandumpDecoder,
    beginsAs: beginsWithText('('),
    holdsEthernet: false,
    lacks: { nanoseconds: true, nameOf: oneWord },
    isHeadless: true,
  },
  txt: { createDecoder: createCandumpDecoder, beginsAs: () => false, holdsEthernet: false },
  asc: {
    createEncoder: createAscEncoder,
    createDecoder: createAscDecoder,
    beginsAs: beginsWithText('date '),
    holdsEthernet: false,
    lacks: { nanoseconds: true, nameOf: ascName, isWholeError: isWholeInAsc },
  },
  trc: {
    createEncoder: createTrcEncoder,
    createDecoder: createTrcDecoder,
    beginsAs: beginsWithText(';$FILEVERSION='),
    holdsEthernet: false,
    lacks: { nanoseconds: true, nameOf: oneWord, isWholeError: isWholeInTrc },
  },
  pcapng: {
    createEncoder: createPcapngEncoder,
    createDecoder: () => createAnyPcapDecoder(false),
    beginsAs: beginsWith(0x0a, 0x0d, 0x0d, 0x0a),
    holdsEthernet: true,
  },
  pcap: {
    createEncoder: createPcapEncoder,
    createDecoder: () => createAnyPcapDecoder(true),
    beginsAs: beginsAsPcap,
    holdsEthernet: false,
    lacks: { nameOf: () => undefined },
    isHeadless: true,
  },
  blf: {
    createDecoder: () => createBlfDecoder(inflate),
    beginsAs: beginsWithText('LOGG'),
    holdsEthernet: true,
    pushBytesMax: packedPushBytesMax,
  },
};

/** The bytes in parts that a decoder of the format may be given at once. */
export function* partsToPush(bytes: Uint8Array, { pushBytesMax }: CaptureFormat): Generator<Uint8Array> {
  const length = pushBytesMax ?? bytes.length;
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** By which gzip is known. */
const beginsAsGzip = beginsWith(0x1f, 0x8b);

export interface NamedFormat extends CaptureFormat {
  readonly gzip: boolean;
}

/** For messages. */
export const captureSuffixes = '.log, .txt (candump), .asc, .trc, .pcap, .pcapng or .blf, with .gz after it or without';

/** The format that a file's name ends with; undefined where it ends with none. */
export function captureFormatOf(path: string): NamedFormat | undefined {
  const [, suffix = '', gz] = /\.([a-z]+)(\.gz)?$/i.exec(path) ?? [];
  const format = Object.hasOwn(formats, suffix.toLowerCase()) ? formats[suffix.toLowerCase()] : undefined;
  if (format === undefined) return undefined;
  const gzip = gz !== undefined;
  return gzip ? { ...format, gzip, beginsAs: beginsAsGzip } : { ...format, gzip };
}

// Owns: what a source of files is (a repository's folder or URL), and which paths one may be asked for. Must not know what
// the files mean.
import { concatBytes } from '../../core/bytes.ts';

/** `message` is one line that names the file and what stood in the way. */
export interface Failed {
  readonly status: 'failed';
  readonly message: string;
}

export type Fetched = { readonly status: 'found'; readonly bytes: Uint8Array } | { readonly status: 'absent' } | Failed;

export type Streamed = { readonly status: 'found'; readonly length: number } | { readonly status: 'absent' } | Failed;

/**
 * Files by path. A path is relative, its parts separated by `/` and percent-encoded as in a URL: `delegations/a%2Fb.json`.
 * At most `bytesMax + 1` bytes of a file are read and given: the check that follows calls the file oversized.
 */
export interface Source {
  /** The folder or URL, as the user knows it. */
  readonly describe: string;
  /** One whole file. Never rejects. */
  fetch(path: string, bytesMax: number): Promise<Fetched>;
  /** One file, piece by piece; `take` keeps the pieces. Rejects only with what `take` throws. */
  stream(path: string, bytesMax: number, take: (piece: Uint8Array) => void): Promise<Streamed>;
  /** Ends every connection, so that the process can end at once. */
  close(): void;
}

/** `fetch` by means of `stream`. */
export async function fetchWhole(source: Pick<Source, 'stream'>, path: string, bytesMax: number): Promise<Fetched> {
  const pieces: Uint8Array[] = [];
  const streamed = await source.stream(path, bytesMax, (piece) => pieces.push(piece));
  return streamed.status === 'found' ? { status: 'found', bytes: concatBytes(...pieces) } : streamed;
}

/** RFC 3986: what a part of a path is made of. */
const encodedPart = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+$/;
const dots = /^(?:\.|%2e){1,2}$/i;

/** One character of a name; the first group is what stands in a path as it is, an escape included. */
const ofName = /(%[0-9A-Fa-f]{2}|[A-Za-z0-9\-._~!$&'()*+,;=:@/])|./gsu;

/**
 * The path of a name that is sent as it is, as aktualizr sends a delegated role's: what is an escape in it is one, a slash is one, and
 * only what no path can hold is encoded.
 */
export function pathOfName(name: string): string {
  return name.replace(ofName, (part, kept?: string) => kept ?? encodeURIComponent(part));
}

/** The parts of a path, still encoded; undefined where one is empty, badly encoded, or climbs out of the source. */
export function pathParts(path: string): readonly string[] | undefined {
  const parts = path.split('/');
  return parts.every((part) => encodedPart.test(part) && !dots.test(part)) ? parts : undefined;
}

/** What a part of `pathParts` means, where that is the name of one file or folder and well-formed; else undefined. */
export function decodedPart(part: string): string | undefined {
  try {
    const name = decodeURIComponent(part);
    return /[/\\\p{Cc}]/u.test(name) ? undefined : name;
  } catch {
    return undefined;
  }
}

// Owns: the folder that keeps trusted metadata from one call to the next, as one file that is replaced as a whole: a power
// cut between two files would mix two states. Must not know what the files mean.
import { join } from 'node:path';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { InputError } from '../core/faults.ts';
import { writeAtomic } from '../files/atomicFile.ts';
import { claimFolder } from '../files/claimedFolder.ts';
import { readBoundedFileIfAny } from '../files/regularFile.ts';
import { trustStoreBytesMax } from './limits.ts';

const storeFormat = 1;
/** The owner's alone. */
const folderMode = 0o700;
const fileMode = 0o600;

/** `identity` says for whom it is trusted; `files` by names such as `director/root.json`. */
export interface StoredTrust {
  readonly identity: Readonly<Record<string, string>>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Throws an InputError for what the file system does not allow. */
export interface TrustStore {
  /** Undefined for a new store. A damaged file is an InputError: to start afresh would forget what rollback is judged by. */
  read(): StoredTrust | undefined;
  /** Replaces everything, unless nothing changed. The files are metadata that was trusted, therefore text. */
  write(trust: StoredTrust): void;
  /** Lets another process in. */
  close(): void;
}

/** Opens the store for this process alone, and makes its folder where there is none, until it closes with nothing to keep. Throws an InputError. */
export function openTrustStore(folder: string): TrustStore {
  const { release } = claimFolder(folder, 'trusted.lock', folderMode);
  return new FileTrustStore(join(folder, 'trusted.json'), release);
}

class FileTrustStore implements TrustStore {
  private readonly path: string;
  private readonly release: () => void;
  /** What the file holds, as far as is known. */
  private text: string | undefined;

  constructor(path: string, release: () => void) {
    this.path = path;
    this.release = release;
  }

  read(): StoredTrust | undefined {
    const bytes = readBoundedFileIfAny(this.path, trustStoreBytesMax);
    if (bytes === undefined) return undefined;
    const text = fromUtf8(bytes);
    const trust = text === undefined ? undefined : decode(text);
    if (trust === undefined) {
      throw new InputError(`${this.path}: damaged, or of another version: what was trusted cannot be known`);
    }
    this.text = text;
    return trust;
  }

  write(trust: StoredTrust): void {
    const text = encode(trust);
    if (text === this.text) return;
    const bytes = utf8(text);
    if (bytes.length > trustStoreBytesMax) {
      throw new InputError(`${this.path}: the trusted metadata exceeds the ${trustStoreBytesMax} bytes that are kept`);
    }
    writeAtomic(this.path, bytes, { mode: fileMode });
    this.text = text;
  }

  close(): void {
    this.release();
  }
}

function encode({ identity, files }: StoredTrust): string {
  const texts = [...files].map(([name, bytes]) => {
    const text = fromUtf8(bytes);
    if (text === undefined) throw new TypeError(`${name} is not text, so it cannot have been trusted`);
    return [name, text] as const;
  });
  const stored = { format: storeFormat, identity: sorted(Object.entries(identity)), files: sorted(texts) };
  return `${JSON.stringify(stored)}\n`;
}

/** In one order, so that equal contents are equal bytes. */
function sorted(entries: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function decode(text: string): StoredTrust | undefined {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(stored) || stored.format !== storeFormat) return undefined;
  const { identity, files } = stored;
  if (!isTextRecord(identity) || !isTextRecord(files)) return undefined;
  return { identity, files: new Map(Object.entries(files).map(([name, content]) => [name, utf8(content)])) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((member) => typeof member === 'string');
}

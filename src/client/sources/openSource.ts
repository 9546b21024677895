// Owns: which source an argument of the user means.
import { FolderSource } from './folderSource.ts';
import { HttpSource } from './httpSource.ts';
import type { Source } from './source.ts';

/** A URL of http or https, or else a folder. Throws an InputError for a bad URL and for what is no folder. */
export function openSource(argument: string): Source {
  return /^https?:/i.test(argument) ? new HttpSource(argument) : new FolderSource(argument);
}

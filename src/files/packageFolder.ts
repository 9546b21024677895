// Owns: where ecunet itself stands: its package.json and what comes with it.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this package, above the source as above what is built of it, however deep that lies. */
export function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

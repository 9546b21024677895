// Owns: where limits stand: every `limits.ts` below src, those that rooms share first. Must not know how they are shown.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { limitsOf, type RoomLimits } from './page.ts';

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const shared = 'src/core';

/** The folders below src that have a `limits.ts`. */
export function limitRooms(): readonly string[] {
  const folders = readdirSync(join(project, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.split(sep).at(-1) === 'limits.ts')
    .map((path) => `src/${dirname(path).split(sep).join('/')}`);
  return [shared, ...folders.filter((folder) => folder !== shared).sort()];
}

/** What the `limits.ts` of a folder exports. */
export async function exportedLimits(room: string): Promise<Readonly<Record<string, unknown>>> {
  return await import(pathToFileURL(join(project, room, 'limits.ts')).href);
}

export async function roomLimits(room: string): Promise<RoomLimits> {
  const source = readFileSync(join(project, room, 'limits.ts'), 'utf8');
  return { room, limits: limitsOf(source, await exportedLimits(room)) };
}

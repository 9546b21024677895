// Owns: the version of ecunet, from its package.json.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../files/packageFolder.ts';

export function ecunetVersion(): string {
  return JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')).version;
}

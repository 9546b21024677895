// Owns: the version of ecunet, from its package.json.
import { readFileSync } from 'node:fs';

export function ecunetVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}

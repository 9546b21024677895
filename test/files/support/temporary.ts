// Owns: folders for the tests of one file, taken away at its end; what a call throws; why a test of permissions is skipped.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Gives a new, empty folder each time. Call it at the top of a test file. */
export function temporaryFolders(): () => string {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'ecunet-client-'));
  afterAll(() => rmSync(root, { recursive: true }));
  return () => mkdtempSync(join(root, 'case-'));
}

/** root reads and writes whatever the permissions say. */
export const permissionsIgnored = process.getuid?.() === 0 ? 'run as root, whom no permission stops' : undefined;

/** A file of this size takes no space, and far too long to be read whole. */
export const hugeBytes = 300 * 1024 * 1024;

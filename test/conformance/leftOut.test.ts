// Every edit that leaves a check out fits the source of today: `npm run conformance` makes them all, and takes minutes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leftOut } from './leftOut.ts';

const project = join(import.meta.dirname, '../..');
const edits = leftOut.flatMap(({ clause, edits }) => edits.map((edit) => [clause, edit.file, edit.find] as const));

describe('a check that is left out', () => {
  it.each(edits)('%s: it stands once in %s: %s', (_clause, file, find) => {
    expect(readFileSync(join(project, file), 'utf8').split(find)).toHaveLength(2);
  });
});

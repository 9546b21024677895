// Test files within a time each: one that stands still is ended, counted and named, and the others run.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { limitsAfter } from '../../scripts/socketcan/limits.ts';
import { runWatched } from '../../scripts/socketcan/watchedRun.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-watched-'));
afterAll(() => rmSync(folder, { recursive: true }));

function testFile(name: string, body: string): string {
  writeFileSync(join(folder, name), body);
  return name;
}

async function watched(files: readonly string[], fileMs: number) {
  const lines: string[] = [];
  const tell = (line: string) => lines.push(line);
  // Nothing is to be found from there: vitest's functions are global.
  const sums = await runWatched(files, {
    folder,
    arguments: ['--globals'],
    environment: process.env,
    fileMs,
    output: 'ignore',
    tell,
  });
  return { sums, lines };
}

describe('the limits', () => {
  it.each([
    ['without a boot', undefined, 240, 60],
    ['of a machine at rest', 5, 300, 60],
    ['of a busy one', 8, 480, 96],
    ['of one that hardly moves', 60, 900, 180],
  ])('%s', (_, bootS, fileS, testS) => {
    expect(limitsAfter(bootS)).toEqual({ fileMs: fileS * 1000, testMs: testS * 1000 });
  });
});

describe('files', () => {
  it('of which one stands still: it is ended and counted, and those after it run', async () => {
    const files = [
      testFile('a.test.ts', "it('passes', () => expect(1).toBe(1));\nit('fails', () => expect(1).toBe(2));"),
      testFile('b.test.ts', "it('stands still', () => new Promise(() => {}), 600_000);"),
      testFile('c.test.ts', "it('passes', () => expect(1).toBe(1));"),
    ];
    expect(await watched(files, 8000)).toEqual({
      sums: { passed: 2, failed: 2 },
      lines: [
        '1 passed, 1 failed',
        'b.test.ts: ended after 8 s, the most that a file may take here',
        '1 passed, 2 failed',
        '2 passed, 2 failed',
      ],
    });
  });

  it('that cannot be loaded count as failed', async () => {
    const files = [testFile('d.test.ts', "throw new Error('not today');")];
    expect((await watched(files, 60_000)).sums).toEqual({ passed: 0, failed: 1 });
  });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { InputError } from '../../src/core/faults.ts';
import { TemporaryFile, writeAtomic } from '../../src/files/atomicFile.ts';
import { readBoundedFile } from '../../src/files/regularFile.ts';
import { ended, processTest, startScript } from './support/ownProcess.ts';
import { hugeBytes, temporaryFolders } from './support/temporary.ts';

const temporaryFolder = temporaryFolders();

describe('a file written as a whole', () => {
  it('is made or replaced, with the mode asked for, and nothing is left beside it', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'x.json');
    writeAtomic(path, utf8('one'), { mode: 0o600 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeAtomic(path, utf8('two'));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o644 & ~process.umask());
    expect(readdirSync(folder)).toEqual(['x.json']);
  });

  it('may have a name as long as names can be', () => {
    const path = join(temporaryFolder(), 'x'.repeat(255));
    writeAtomic(path, utf8('one'));
    expect(readFileSync(path, 'utf8')).toBe('one');
  });

  it('does not write through a symbolic link', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'other'), 'precious');
    symlinkSync('other', join(folder, 'link'));
    writeAtomic(join(folder, 'link'), utf8('new'));
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('precious');
    expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('new');
  });

  it('leaves what was there, and nothing else, when it fails', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'x.json'));
    expect(() => writeAtomic(join(folder, 'x.json'), utf8('one'))).toThrow(InputError);
    expect(readdirSync(folder)).toEqual(['x.json']);
    expect(() => writeAtomic(join(folder, 'missing', 'x.json'), utf8('one'))).toThrow(
      /missing\/x\.json: it cannot be written \(no such folder\)$/,
    );
  });

  it('leaves nothing where the process ends before it is complete', processTest, async () => {
    const folder = temporaryFolder();
    const child = startScript(`
      const { TemporaryFile } = await import(rooms + '/files/atomicFile.js');
      new TemporaryFile(${JSON.stringify(folder)}, 0o600).write(new Uint8Array(10));
      process.exit(7);`);
    await ended(child);
    expect(child.exitCode).toBe(7);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is thrown away, once', () => {
    const folder = temporaryFolder();
    const file = new TemporaryFile(folder, 0o600);
    file.write(utf8('one'));
    expect(readdirSync(folder)).toHaveLength(1);
    file.discard();
    file.discard();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a file read within a bound', () => {
  it.each([0, 9, 10])('of %i bytes, where 10 are allowed', (count) => {
    const path = join(temporaryFolder(), 'x');
    writeFileSync(path, 'x'.repeat(count));
    expect(readBoundedFile(path, 10)).toEqual(utf8('x'.repeat(count)));
  });

  it('is an InputError where it is too long, missing, or no file', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'x'), '');
    truncateSync(join(folder, 'x'), hugeBytes);
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    const refusal = (name: string) => {
      try {
        readBoundedFile(join(folder, name), 10);
      } catch (error) {
        return error;
      }
      return undefined;
    };
    expect(refusal('x')).toEqual(new InputError(`${folder}/x: more than the 10 bytes that are allowed`));
    expect(refusal('y')).toEqual(new InputError(`${folder}/y: no such file`));
    expect(refusal('fifo')).toEqual(new InputError(`${folder}/fifo: not a regular file`));
    expect(refusal('')).toEqual(new InputError(`${folder}: a folder stands where a file should be`));
  });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DownloadFolder, isSafeName } from '../../src/client/downloadFolder.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { InputError } from '../../src/core/faults.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { fc, prop } from '../support/property.ts';

const temporaryFolder = temporaryFolders();

function download(folder: DownloadFolder, name: string, text = 'image'): void {
  const image = folder.begin(name, utf8(text).length);
  image.write(utf8(text));
  image.commit();
}

describe('the name of a download', () => {
  it.each(['a', 'a/b.bin', '...', '.hidden', 'a b', 'é/€', '..%2f', 'a:b', 'x'.repeat(255), '-rf', '~', '__proto__'])(
    '%j is safe',
    (name) => {
      expect(isSafeName(name)).toBe(true);
      const folder = temporaryFolder();
      download(new DownloadFolder(folder), name);
      expect(readFileSync(join(folder, name), 'utf8')).toBe('image');
    },
  );

  it.each([
    '',
    '.',
    '..',
    '/',
    '/etc/passwd',
    'a/',
    'a//b',
    '../a',
    'a/../b',
    'a/..',
    './a',
    'a\\b',
    '..\\a',
    'a\0b',
    'a\nb',
    'a\x7f',
    '\x1b[2J',
    '\ud800',
    'x'.repeat(256),
    'é'.repeat(128),
    `${'x/'.repeat(600)}x`,
  ])('%j is not', (name) => {
    expect(isSafeName(name)).toBe(false);
    const folder = temporaryFolder();
    expect(() => new DownloadFolder(folder).begin(name, 10)).toThrow(RangeError);
    expect(readdirSync(folder)).toEqual([]);
  });

  prop([
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom('.', '..', '/', '\\', 'a', '\0')).map((parts) => parts.join('')),
    ),
  ])('is safe only where it leads to a place below the folder', (name) => {
    if (isSafeName(name)) expect(join('/downloads', name)).toBe(`/downloads/${name}`);
  });
});

describe('a download', () => {
  it('stands under its name only once its check passed, in folders made for it', () => {
    const path = join(temporaryFolder(), 'new', 'folder');
    const folder = new DownloadFolder(path);
    const image = folder.begin('a/b/c.bin', 6);
    image.write(utf8('abc'));
    image.write(utf8('def'));
    expect(readdirSync(path)).toEqual([expect.stringMatching(/^\.ecunet-.*\.partial$/)]);
    image.commit();
    image.discard();
    expect(readdirSync(path)).toEqual(['a']);
    expect(readdirSync(join(path, 'a', 'b'))).toEqual(['c.bin']);
    expect(readFileSync(join(path, 'a', 'b', 'c.bin'), 'utf8')).toBe('abcdef');
  });

  it('that failed its check leaves nothing, and an earlier one as it was', () => {
    const path = temporaryFolder();
    const folder = new DownloadFolder(path);
    download(folder, 'c.bin', 'earlier');
    for (const name of ['c.bin', 'a/c.bin']) {
      const image = folder.begin(name, 6);
      image.write(utf8('abc'));
      image.discard();
    }
    expect(readdirSync(path)).toEqual(['c.bin']);
    expect(readFileSync(join(path, 'c.bin'), 'utf8')).toBe('earlier');
    download(folder, 'c.bin', 'later');
    expect(readFileSync(join(path, 'c.bin'), 'utf8')).toBe('later');
  });

  it('takes no more room than was listed, and cannot be committed when longer', () => {
    const path = temporaryFolder();
    const image = new DownloadFolder(path).begin('c.bin', 6);
    for (let count = 0; count < 100; count += 1) image.write(new Uint8Array(1000));
    const [partial = ''] = readdirSync(path);
    expect(statSync(join(path, partial)).size).toBe(6);
    expect(() => image.commit()).toThrow(RangeError);
    image.discard();
    expect(readdirSync(path)).toEqual([]);
  });

  it.each<[string, string, (path: string, outside: string) => void]>([
    ['a symbolic link to a folder elsewhere', 'a/c.bin', (path, outside) => symlinkSync(outside, join(path, 'a'))],
    ['a symbolic link to the folder itself', 'a/c.bin', (path) => symlinkSync('.', join(path, 'a'))],
    ['a file where a folder is needed', 'a/c.bin', (path) => writeFileSync(join(path, 'a'), '')],
    [
      'a symbolic link in the file’s place',
      'c.bin',
      (path, outside) => symlinkSync(join(outside, 'x'), join(path, 'c.bin')),
    ],
    [
      'a dangling link in the file’s place',
      'c.bin',
      (path, outside) => symlinkSync(join(outside, 'y'), join(path, 'c.bin')),
    ],
    ['a folder in the file’s place', 'c.bin', (path) => mkdirSync(join(path, 'c.bin'))],
    ['a FIFO in the file’s place', 'c.bin', (path) => execFileSync('mkfifo', [join(path, 'c.bin')])],
  ])('does not get past %s, put there before it or meanwhile', (_, name, obstruct) => {
    for (const meanwhile of [false, true]) {
      const path = temporaryFolder();
      const outside = temporaryFolder();
      writeFileSync(join(outside, 'x'), 'precious');
      const folder = new DownloadFolder(path);
      if (meanwhile) {
        const image = folder.begin(name, 10);
        obstruct(path, outside);
        expect(() => image.commit()).toThrow(InputError);
      } else {
        obstruct(path, outside);
        expect(() => folder.begin(name, 10)).toThrow(InputError);
      }
      expect(readdirSync(path)).toHaveLength(1);
      expect(readdirSync(outside)).toEqual(['x']);
      expect(readFileSync(join(outside, 'x'), 'utf8')).toBe('precious');
    }
  });

  it('goes to a folder that the user names by a symbolic link', () => {
    const outer = temporaryFolder();
    mkdirSync(join(outer, 'real'));
    symlinkSync('real', join(outer, 'link'));
    download(new DownloadFolder(join(outer, 'link')), 'c.bin');
    expect(readdirSync(join(outer, 'real'))).toEqual(['c.bin']);
  });

  it('needs a folder', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(() => new DownloadFolder(file)).toThrow(InputError);
    expect(() => new DownloadFolder(join(file, 'x'))).toThrow(InputError);
  });
});

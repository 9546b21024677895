// A repository's files in a folder: replaced as a whole, in order, and never outside of it.
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { InputError } from '../../src/core/faults.ts';
import { saveRepository } from '../../src/library/repositoryFolder.ts';
import { temporaryFolders } from '../files/support/temporary.ts';

const temporaryFolder = temporaryFolders();
const files = (entries: Readonly<Record<string, string>>) =>
  new Map(Object.entries(entries).map(([name, text]) => [name, utf8(text)]));

describe('a repository in a folder', () => {
  it('is made with the folders that it needs, and read by everybody', () => {
    const folder = join(temporaryFolder(), 'public/image');
    saveRepository(folder, files({ 'targets/door/HASH.a.bin': 'a', '1.root.json': '{}' }));
    expect(readFileSync(join(folder, 'targets/door/HASH.a.bin'), 'utf8')).toBe('a');
    expect(statSync(join(folder, '1.root.json')).mode & 0o444).toBe(0o444);
  });

  it('leaves alone what is there already, replaces what is not the same, and takes nothing away', () => {
    const folder = temporaryFolder();
    for (const name of ['same', 'shorter', 'longer', 'stays']) {
      writeFileSync(join(folder, name), 'abc');
      utimesSync(join(folder, name), 1, 1);
    }
    saveRepository(folder, files({ same: 'abc', shorter: 'ab', longer: 'abcd' }));
    const times = ['same', 'shorter', 'longer'].map((name) => statSync(join(folder, name)).mtimeMs === 1000);
    expect(times).toEqual([true, false, false]);
    expect(readFileSync(join(folder, 'shorter'), 'utf8')).toBe('ab');
    expect(readFileSync(join(folder, 'longer'), 'utf8')).toBe('abcd');
    expect(readdirSync(folder).toSorted()).toEqual(['longer', 'same', 'shorter', 'stays']);
  });

  it('puts a file in the place of a symbolic link', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'elsewhere'), 'mine');
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'timestamp.json'));
    saveRepository(folder, files({ 'timestamp.json': '{}' }));
    expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('mine');
    expect(lstatSync(join(folder, 'timestamp.json')).isFile()).toBe(true);
  });

  it('keeps the order: a file that cannot be written stops those that name it', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '2.snapshot.json'));
    const all = files({ '2.targets.json': 't', '2.snapshot.json': 's', 'timestamp.json': 'ts' });
    expect(() => saveRepository(folder, all)).toThrow(InputError);
    expect(readdirSync(folder).toSorted()).toEqual(['2.snapshot.json', '2.targets.json']);
  });

  it.each(['../a', 'a/../b', '/a', 'a//b', '', '.', 'a\\b', 'a\0b'])('has no file %j', (name) => {
    const folder = temporaryFolder();
    expect(() => saveRepository(folder, files({ [name]: 'a' }))).toThrow(InputError);
    expect(readdirSync(folder)).toEqual([]);
  });
});

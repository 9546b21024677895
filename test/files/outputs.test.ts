import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/faults.ts';
import { assertOwnFiles } from '../../src/files/outputs.ts';
import { temporaryFolders } from './support/temporary.ts';

const temporaryFolder = temporaryFolders();
let folder: string;
let at: (name: string) => string;
beforeEach(() => {
  folder = temporaryFolder();
  at = (name) => join(folder, name);
  writeFileSync(at('read'), '');
  mkdirSync(at('deep'));
  symlinkSync('deep', at('shallow'));
});

const input = () => [{ what: 'the vehicle', path: at('read') }];

describe('an output', () => {
  it.each<[string, () => string]>([
    ['by its path', () => at('read')],
    ['by another path', () => join(folder, 'deep', '..', 'read')],
    ['by a path from here', () => relative(process.cwd(), at('read'))],
    [
      'by a symbolic link',
      () => {
        symlinkSync('read', at('link'));
        return at('link');
      },
    ],
    [
      'by a second name',
      () => {
        linkSync(at('read'), at('second'));
        return at('second');
      },
    ],
  ])('that is an input is refused, %s', (_, make) => {
    const path = make();
    expect(() => assertOwnFiles([{ what: '--trace', path }], input())).toThrow(
      new InputError(`--trace ${path}: this is the vehicle, which is read; name another file`),
    );
  });

  it.each([
    ['new', 'new'],
    ['new', './deep/../new'],
    ['deep/new', 'shallow/new'],
    ['deep', 'shallow'],
    ['none/new', 'none/new'],
  ])('that is another one is refused: %s and %s', (one, other) => {
    const [trace, capture] = [`${folder}/${one}`, `${folder}/${other}`];
    const outputs = [
      { what: '--trace', path: trace },
      { what: '--capture', path: capture },
    ];
    expect(() => assertOwnFiles(outputs, input())).toThrow(
      new InputError(`--capture ${capture}: --trace is written there; name another file`),
    );
  });

  it('of its own is taken, and two of its inputs may be one file', () => {
    writeFileSync(at('old'), '');
    const outputs = ['new', 'old', 'deep/new'].map((name) => ({ what: '--trace', path: at(name) }));
    expect(() => assertOwnFiles(outputs, [...input(), ...input()])).not.toThrow();
  });
});

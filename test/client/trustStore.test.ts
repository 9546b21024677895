import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trustedMetadataBytesMax, trustStoreBytesMax } from '../../src/client/limits.ts';
import { openTrustStore, type StoredTrust } from '../../src/client/trustStore.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { InputError } from '../../src/core/faults.ts';
import { ended, processTest, startScript } from '../files/support/ownProcess.ts';
import { hugeBytes, temporaryFolders } from '../files/support/temporary.ts';
import { isHeavy, leftToHeavy } from '../support/heavy.ts';
import { fc, prop } from '../support/property.ts';
import { withReason } from '../support/skips.ts';

const temporaryFolder = temporaryFolders();
const newFolder = () => join(temporaryFolder(), 'a', 'store');
const trust: StoredTrust = {
  identity: { ecu: 'serial', hardware: 'hw' },
  files: new Map([
    ['image/root.json', utf8('{"a": "\u{1f697}\\n"}\r\n')],
    ['director/root.json', utf8('\ufeff{}')],
  ]),
};

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error instanceof InputError ? error.message : '';
  }
  return expect.fail('not refused');
}

describe('a store of trusted metadata', () => {
  it('is made with its folders, for its owner only, and is empty', () => {
    const folder = newFolder();
    const store = openTrustStore(folder);
    expect(store.read()).toBeUndefined();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    store.close();
    // Nothing was kept: neither the store nor the folder above it stays.
    expect(existsSync(dirname(folder))).toBe(false);
  });

  it('gives the next call what this one wrote, byte for byte', () => {
    const folder = newFolder();
    const first = openTrustStore(folder);
    first.write(trust);
    first.close();
    expect(statSync(join(folder, 'trusted.json')).mode & 0o777).toBe(0o600);
    const second = openTrustStore(folder);
    const read = second.read();
    expect(read?.identity).toEqual(trust.identity);
    expect(new Map(read?.files)).toEqual(trust.files);
    second.close();
    expect(readdirSync(folder)).toEqual(['trusted.json']);
  });

  const eachIsOnDisk = { numRuns: 25 };
  prop(
    [
      fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })),
      fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })),
    ],
    eachIsOnDisk,
  )('gives back any names and any text', (identity, texts) => {
    const folder = newFolder();
    const store = openTrustStore(folder);
    const files = new Map(Object.entries(texts).map(([name, text]) => [name, utf8(text)]));
    store.write({ identity, files });
    const read = store.read();
    expect(new Map(read?.files)).toEqual(files);
    expect(Object.entries(read?.identity ?? {}).toSorted()).toEqual(Object.entries(identity).toSorted());
    store.close();
  });

  it('is not written again where nothing changed', () => {
    const folder = newFolder();
    const store = openTrustStore(folder);
    store.write(trust);
    store.close();
    const inode = () => statSync(join(folder, 'trusted.json')).ino;
    const before = inode();
    const next = openTrustStore(folder);
    next.read();
    next.write({ identity: { hardware: 'hw', ecu: 'serial' }, files: new Map([...trust.files].reverse()) });
    expect(inode()).toBe(before);
    next.write({ ...trust, files: new Map([['director/root.json', utf8('{}')]]) });
    expect(inode()).not.toBe(before);
    expect([...(next.read()?.files.keys() ?? [])]).toEqual(['director/root.json']);
    next.close();
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"format":1,"identity":{},"files":{"director/root.json":"{'],
    ['no object', '[]'],
    ['null', 'null'],
    ['another format', '{"format":2,"identity":{},"files":{}}'],
    ['no identity', '{"format":1,"files":{}}'],
    ['no files', '{"format":1,"identity":{}}'],
    ['a list of files', '{"format":1,"identity":{},"files":[]}'],
    ['a file that is no text', '{"format":1,"identity":{},"files":{"a":1}}'],
    ['an identity that is no text', '{"format":1,"identity":{"a":null},"files":{}}'],
    ['bytes that are no text', Buffer.from('{"format":1,"identity":{},"files":{"a":"\xff"}}', 'latin1')],
  ])('that holds %s is not silently begun afresh', (_, content) => {
    const folder = temporaryFolder();
    const path = join(folder, 'trusted.json');
    writeFileSync(path, content);
    const store = openTrustStore(folder);
    expect(refusal(() => store.read())).toMatch(`${path}: damaged`);
    store.close();
    expect(readFileSync(path)).toEqual(Buffer.from(content));
  });

  it('that is too large, a folder, or a symbolic link in a circle is an InputError', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'trusted.json');
    const store = openTrustStore(folder);
    symlinkSync('trusted.json', path);
    expect(refusal(() => store.read())).toMatch(/trusted\.json: symbolic links/);
    execFileSync('rm', [path]);
    writeFileSync(path, '');
    truncateSync(path, hugeBytes);
    expect(refusal(() => store.read())).toMatch(`${path}: more than the ${trustStoreBytesMax} bytes`);
    execFileSync('rm', [path]);
    mkdirSync(path);
    expect(refusal(() => store.read())).toMatch(/trusted\.json: a folder/);
    expect(refusal(() => store.write(trust))).toMatch(/trusted\.json: it cannot be written/);
    store.close();
    expect(readdirSync(folder)).toEqual(['trusted.json']);
  });

  it.skipIf(!isHeavy)(
    withReason(
      'takes the largest set that an ECU can trust, each character of it escaped, and reads it back',
      leftToHeavy,
    ),
    () => {
      const folder = temporaryFolder();
      const store = openTrustStore(folder);
      const names = Array.from({ length: 512 }, (_, index) => `image/delegated/${index}.json`);
      const filling = utf8('"'.repeat(trustedMetadataBytesMax / names.length));
      store.write({ identity: {}, files: new Map(names.map((name) => [name, filling])) });
      const again = store.read();
      expect(again?.files.size).toBe(names.length);
      expect(again?.files.get(names[511] ?? '')).toEqual(filling);
      store.close();
    },
  );

  it('takes no bytes that cannot have been trusted', () => {
    const store = openTrustStore(newFolder());
    expect(() => store.write({ identity: {}, files: new Map([['a', Uint8Array.of(0xff)]]) })).toThrow(TypeError);
    store.close();
  });

  it('that is a file, or below one, is an InputError', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(refusal(() => openTrustStore(file))).toMatch(`${file}: `);
    expect(refusal(() => openTrustStore(join(file, 'store')))).toMatch(`${file}/store: `);
    expect(refusal(() => openTrustStore(''))).toBe('the name of a folder is empty');
    // Node's own recursive mkdir never returns here.
    expect(refusal(() => openTrustStore('/proc/self/a/store'))).toMatch(
      '/proc/self/a/store: the folder cannot be made',
    );
  });
});

describe('one store and two calls at a time', () => {
  it('in one process', () => {
    const folder = newFolder();
    const store = openTrustStore(folder);
    symlinkSync(folder, `${folder}-link`);
    for (const name of [folder, `${folder}-link`]) {
      expect(refusal(() => openTrustStore(name))).toMatch(`trusted.lock: in use by process ${process.pid}`);
    }
    store.close();
    const next = openTrustStore(folder);
    store.close(); // again: the lock is not its own any more
    expect(refusal(() => openTrustStore(folder))).toMatch('in use');
    next.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('in two processes, the second being told; when the first ends it gives way', processTest, async () => {
    const folder = newFolder();
    const holder = async (after: string) => {
      const child = startScript(`
        const { openTrustStore } = await import(rooms + '/client/trustStore.js');
        openTrustStore(${JSON.stringify(folder)});
        process.stdout.write('open');
        ${after}`);
      await once(child.stdout, 'data');
      return child;
    };
    const killed = await holder('setInterval(() => {}, 1000);');
    expect(refusal(() => openTrustStore(folder))).toMatch(`in use by process ${killed.pid}`);
    killed.kill('SIGKILL');
    await ended(killed);
    expect(existsSync(join(folder, 'trusted.lock'))).toBe(true);
    openTrustStore(folder).close();
    await ended(await holder('process.exit(0);'));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not kept out by a lock that a kill left (test/files/lockFile.test.ts has each kind)', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'trusted.lock'), '');
    openTrustStore(folder).close();
    expect(readdirSync(folder)).toEqual([]);
  });
});

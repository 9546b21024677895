import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DownloadFolder } from '../../src/client/downloadFolder.ts';
import { downloadImages } from '../../src/client/downloadImages.ts';
import { HttpSource } from '../../src/client/sources/httpSource.ts';
import type { Source, Streamed } from '../../src/client/sources/source.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { InputError } from '../../src/core/faults.ts';
import { hostTimer } from '../../src/core/time/hostTime.ts';
import { hashHex } from '../../src/crypto/hashes.ts';
import type { Target } from '../../src/uptane/model/metadata.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { rawServer } from './support/servers.ts';

const temporaryFolder = temporaryFolders();
const image = utf8('the image');
const sha256 = hashHex('sha256', image);
const sha512 = hashHex('sha512', image);

function target(filename: string, changes: Partial<Target> = {}): Target {
  const mustMatch = { hardwareIds: undefined, releaseCounter: undefined };
  return { filename, length: image.length, hashes: { sha256, sha512 }, mustMatch, ecus: new Map(), ...changes };
}

/** Gives what stands under a path, byte by byte, and notes what it is asked for. */
function source(files: Readonly<Record<string, Uint8Array | Streamed>>) {
  const asked: string[] = [];
  const memory: Source = {
    describe: 'memory',
    fetch: () => expect.fail('images come in pieces'),
    stream: async (path, bytesMax, take) => {
      asked.push(path);
      const content = files[path] ?? { status: 'absent' };
      if (!(content instanceof Uint8Array)) return content;
      const sent = content.subarray(0, bytesMax + 1);
      for (let at = 0; at < sent.length; at += 1) take(sent.subarray(at, at + 1));
      return { status: 'found', length: sent.length };
    },
    close: () => {},
  };
  return { memory, asked };
}

let path: string;
let folder: DownloadFolder;
beforeEach(() => {
  path = temporaryFolder();
  folder = new DownloadFolder(path);
});

describe('downloading images', () => {
  it('looks where repositories keep them, those with a hash in their name first [H2]', async () => {
    const { memory, asked } = source({ 'a%20b/c.bin': image });
    expect(await downloadImages(memory, folder, [target('a b/c.bin')])).toEqual({ ok: true, value: undefined });
    expect(asked).toEqual([
      `targets/a%20b/${sha256}.c.bin`,
      `targets/a%20b/${sha512}.c.bin`,
      'targets/a%20b/c.bin',
      `a%20b/${sha256}.c.bin`,
      `a%20b/${sha512}.c.bin`,
      'a%20b/c.bin',
    ]);
    expect(readFileSync(join(path, 'a b', 'c.bin'))).toEqual(Buffer.from(image));
  });

  it('stops at the first that fails, and keeps those before it whole [K4 M6 P6]', async () => {
    const { memory, asked } = source({
      'targets/good': image,
      'targets/bad': utf8('the omage'),
      'targets/last': image,
    });
    const targets = ['good', 'bad', 'last'].map((name) => target(name));
    const omage = hashHex('sha256', utf8('the omage'));
    expect(await downloadImages(memory, folder, targets)).toEqual({
      ok: false,
      fault: {
        ...{ kind: 'remote', code: 'hash-mismatch', clause: 'P7' },
        ...{ repository: 'image', role: 'targets', file: 'bad' },
        attack: 'arbitrary-installation',
        message: `sha256 of the image is not the listed one: ${omage.slice(0, 29)}…, listed is ${sha256.slice(0, 29)}…`,
        ...{ expected: `sha256:${sha256}`, actual: `sha256:${omage}` },
      },
    });
    expect(asked).not.toContain('targets/last');
    expect(readdirSync(path)).toEqual(['good']);
  });

  it.each<[string, Partial<Target>, Uint8Array, object]>([
    ['too long', {}, utf8('the image!'), { code: 'length-mismatch', clause: 'P6', attack: 'endless-data' }],
    ['too short', {}, utf8('the imag'), { code: 'length-mismatch', clause: 'P9', attack: 'arbitrary-installation' }],
    ['empty', {}, new Uint8Array(), { code: 'length-mismatch', clause: 'P9' }],
    ['of another SHA-512', { hashes: { sha256, sha512: sha512.replace(/^./, 'x') } }, image, { clause: 'P7' }],
  ])('refuses one that is %s [P6 P7 P9 M6]', async (_, changes, bytes, fault) => {
    const downloaded = await downloadImages(source({ 'targets/i': bytes }).memory, folder, [target('i', changes)]);
    expect(downloaded).toMatchObject({ ok: false, fault: { ...fault, repository: 'image', file: 'i' } });
    expect(readdirSync(path)).toEqual([]);
  });

  it('of which SHA-512 alone is listed, looks for it by that and holds it to that [H2 P7 M6]', async () => {
    const listed = target('i', { hashes: { sha512 } });
    const { memory, asked } = source({ [`targets/${sha512}.i`]: image });
    expect(await downloadImages(memory, folder, [listed])).toEqual({ ok: true, value: undefined });
    expect(asked).toEqual([`targets/${sha512}.i`]);
    const forged = await downloadImages(source({ 'targets/i': utf8('the omage') }).memory, folder, [listed]);
    expect(forged).toMatchObject({
      ok: false,
      fault: { code: 'hash-mismatch', clause: 'P7', expected: `sha512:${sha512}` },
    });
    expect(readFileSync(join(path, 'i'))).toEqual(Buffer.from(image));
  });

  it('gives up a server that drips the last bytes of an image, and keeps none of it [K3 K4 M6]', async () => {
    const large = new Uint8Array(100_000);
    const dripped = 2000;
    const server = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${large.length}\r\n\r\n`);
      socket.write(large.subarray(dripped));
      let left = dripped;
      const drip = () => {
        if (socket.destroyed || left === 0) return;
        left -= 1;
        socket.write(large.subarray(0, 1));
        hostTimer(2, drip);
      };
      drip();
    });
    const http = new HttpSource(server.url, {
      ...{ answerMs: 5_000, totalMs: 60_000 },
      ...{ rateWindowMs: 100, bytesPerSecondMin: 10_000 },
    });
    const listed = target('i', { length: large.length, hashes: { sha256: hashHex('sha256', large) } });
    const downloaded = await downloadImages(http, folder, [listed]);
    http.close();
    expect(downloaded).toMatchObject({
      ok: false,
      fault: { code: 'unreadable-file', clause: 'P6', repository: 'image', file: 'i', attack: 'drop-request' },
    });
    expect(downloaded).toMatchObject({
      fault: { message: expect.stringMatching(/slower than 10000 bytes a second$/) },
    });
    expect(readdirSync(path)).toEqual([]);
  });

  it('takes an image of no bytes, if that is what is listed', async () => {
    const empty = new Uint8Array();
    const listed = target('i', { length: 0, hashes: { sha256: hashHex('sha256', empty) } });
    expect((await downloadImages(source({ 'targets/i': empty }).memory, folder, [listed])).ok).toBe(true);
    expect(readFileSync(join(path, 'i'))).toHaveLength(0);
  });

  it('names the image that cannot be read, and looks no further for it', async () => {
    const { memory, asked } = source({
      [`targets/${sha256}.i`]: { status: 'failed', message: 'away' },
      'targets/i': image,
    });
    expect(await downloadImages(memory, folder, [target('i')])).toMatchObject({
      ok: false,
      fault: { code: 'unreadable-file', clause: 'P6', repository: 'image', file: 'i', message: 'away' },
    });
    expect(asked).toEqual([`targets/${sha256}.i`]);
    expect(readdirSync(path)).toEqual([]);
  });

  it('writes nothing outside the folder [H3]', async () => {
    const { memory, asked } = source({});
    for (const name of ['../x', 'a/../../x', '/x', 'a//x', '.', '']) {
      expect(await downloadImages(memory, folder, [target(name)])).toMatchObject({
        ok: false,
        fault: { code: 'malformed', clause: 'H3', file: name, attack: 'arbitrary-installation' },
      });
    }
    expect(asked).toEqual([]);
  });

  it('says in one line where the folder does not take an image', async () => {
    const { memory } = source({ 'targets/a': image, 'targets/a/b': image });
    const both = downloadImages(memory, folder, [target('a'), target('a/b')]);
    await expect(both).rejects.toThrow(InputError);
    await expect(both).rejects.toThrow(/a: what is in the way is no folder$/);
    expect(readdirSync(path)).toEqual(['a']);
  });
});

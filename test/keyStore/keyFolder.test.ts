// Keys on disk: their owner's alone, and never in print. Z1
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { InputError } from '../../src/core/faults.ts';
import { createRandom } from '../../src/core/random.ts';
import { ed25519Node } from '../../src/crypto/ed25519Node.ts';
import { loadKeys, saveKeys } from '../../src/keyStore/keyFolder.ts';
import { generateKey, readStoredKey, StoredKey } from '../../src/keyStore/storedKey.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { withReason } from '../support/skips.ts';

const signatures = ed25519Node();
const temporary = temporaryFolders();
const secret = createRandom('key store').bytes(32);
const notRoot = process.getuid?.() === 0 ? undefined : 'not run as root, who alone can give files away';

/** A folder with two keys of the role `targets`. */
function stored() {
  const folder = join(temporary(), 'keys');
  const keys = [generateKey(signatures), generateKey(signatures)];
  saveKeys(folder, 'targets', keys);
  return { folder, keys, file: join(folder, 'targets-0.json') };
}

const load = (folder: string) => loadKeys(signatures, folder, 'targets');
const ids = (keys: readonly StoredKey[]) => keys.map(({ keyId }) => keyId);

/** The one line of the refusal. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('a refusal was expected');
}

describe('keys on disk', () => {
  it('are for their owner alone, each in a file [Z1]', () => {
    const { folder, file } = stored();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(['targets-0.json', 'targets-1.json']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('come back as they were, and sign [Z1]', () => {
    const { folder, keys } = stored();
    const loaded = load(folder);
    expect(ids(loaded)).toEqual(ids(keys));
    const message = utf8('message');
    expect(loaded.map((key) => toHex(key.sign(message)))).toEqual(keys.map((key) => toHex(key.sign(message))));
  });

  it('are replaced by others when a role’s keys rotate, however many there were', () => {
    const { folder } = stored();
    const next = [generateKey(signatures)];
    saveKeys(folder, 'targets', next);
    expect(ids(load(folder))).toEqual(ids(next));
    expect(readdirSync(folder)).toEqual(['targets-0.json']);
  });

  it('of a role with a slash in its name stay in the folder [H3]', () => {
    const { folder } = stored();
    saveKeys(folder, '../brakes', [generateKey(signatures)]);
    expect(readdirSync(folder)).toContain('..%2Fbrakes-0.json');
    expect(loadKeys(signatures, folder, '../brakes')).toHaveLength(1);
  });

  const rows: readonly [string, (paths: ReturnType<typeof stored>) => void, RegExp][] = [
    ['that the group may read', ({ file }) => chmodSync(file, 0o640), /mode 0640/],
    ['that others may read', ({ file }) => chmodSync(file, 0o604), /mode 0604/],
    ['that others may write', ({ file }) => chmodSync(file, 0o602), /mode 0602/],
    ['in a folder that others may enter', ({ folder }) => chmodSync(folder, 0o701), /keys: others than its owner/],
    [
      'behind a symbolic link',
      ({ file, folder }) => {
        renameSync(file, join(folder, 'elsewhere'));
        symlinkSync(join(folder, 'elsewhere'), file);
      },
      /a symbolic link/,
    ],
    [
      'in a folder behind a symbolic link',
      ({ folder }) => {
        renameSync(folder, `${folder}-elsewhere`);
        symlinkSync(`${folder}-elsewhere`, folder);
      },
      /not a folder/,
    ],
    [
      'that are a folder',
      ({ file, folder }) => {
        renameSync(file, join(folder, 'elsewhere'));
        mkdirSync(file, 0o700);
      },
      /a folder stands where a file should be/,
    ],
    ['that are no JSON', ({ file }) => writeFileSync(file, 'secret'), /targets-0.json: it is no JSON/],
    ['of endless length', ({ file }) => truncateSync(file, 1e9), /more than the 4096 bytes/],
    [
      'whose public part is another key’s',
      ({ file, keys }) => {
        const [mine, other] = keys.map(({ key }) => key.keyval.public);
        writeFileSync(file, readFileSync(file, 'utf8').replace(mine ?? '', other ?? ''));
      },
      /not of one key/,
    ],
    [
      'of another kind',
      ({ file }) => writeFileSync(file, readFileSync(file, 'utf8').replaceAll('ed25519', 'rsa')),
      /ed25519 is needed/,
    ],
    ['that are not there', ({ folder }) => saveKeys(folder, 'targets', []), /no such file/],
    ['in a folder that is not there', ({ folder }) => renameSync(folder, `${folder}-elsewhere`), /no such folder/],
  ];
  it.each(rows)('%s are refused in one line [Z1]', (_, spoil, line) => {
    const paths = stored();
    spoil(paths);
    const message = refusal(() => load(paths.folder));
    expect(message).toMatch(line);
    expect(message).not.toContain('\n');
  });

  it.skipIf(notRoot !== undefined)(withReason('of another user are refused [Z1]', notRoot), () => {
    const { folder, file } = stored();
    chownSync(file, 12345, 12345);
    expect(refusal(() => load(folder))).toContain('it belongs to another user');
  });

  it('are not written into a folder that others may enter', () => {
    const { folder } = stored();
    chmodSync(folder, 0o755);
    expect(refusal(() => saveKeys(folder, 'root', [generateKey(signatures)]))).toContain('mode 0755');
    expect(readdirSync(folder)).not.toContain('root-0.json');
  });

  it('take the place of a symbolic link, and leave alone what it leads to', () => {
    const { folder } = stored();
    const elsewhere = join(temporary(), 'elsewhere');
    writeFileSync(elsewhere, 'mine');
    symlinkSync(elsewhere, join(folder, 'root-0.json'));
    saveKeys(folder, 'root', [generateKey(signatures)]);
    expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
    expect(lstatSync(join(folder, 'root-0.json')).isFile()).toBe(true);
  });
});

describe('a key', () => {
  it('of a simulation is marked as such in its file, and refused unless it is asked for', () => {
    const { folder } = stored();
    saveKeys(folder, 'targets', [new StoredKey(signatures, secret, { simulated: true })]);
    expect(JSON.parse(readFileSync(join(folder, 'targets-0.json'), 'utf8')).simulated).toBe(true);
    expect(refusal(() => load(folder))).toContain('a key of a simulation');
    expect(loadKeys(signatures, folder, 'targets', { simulatedToo: true })[0]?.simulated).toBe(true);
  });

  it('that is real has no such mark, and is another one each time', () => {
    const [one, two] = [generateKey(signatures), generateKey(signatures)];
    expect(one.simulated).toBeUndefined();
    expect(new TextDecoder().decode(one.toFile())).not.toContain('simulated');
    expect(one.keyId).not.toBe(two.keyId);
  });

  it('shows its secret to nobody who prints it', () => {
    const key = new StoredKey(signatures, secret, { simulated: false });
    const printed = [
      JSON.stringify(key),
      String(key),
      inspect(key, { showHidden: true, depth: 9 }),
      inspect({ key: [key] }, { getters: true }),
      JSON.stringify({ ...key }),
    ].join('\n');
    expect(printed).toContain(key.keyId);
    expect(printed).not.toContain(toHex(secret));
    expect(printed).not.toContain([...secret].slice(0, 4).join(', '));
    expect(Object.values(key)).not.toContainEqual(secret);
  });

  it('in a damaged file is not quoted', () => {
    const file = utf8(
      `{"keytype":"ed25519","scheme":"ed25519","keyval":{"public":"00","private":"${toHex(secret)}0"}}`,
    );
    const read = readStoredKey(signatures, file);
    expect(read.ok ? '' : read.fault).toContain('keyval.private');
    expect(read.ok ? '' : read.fault).not.toContain(toHex(secret).slice(0, 8));
  });
});

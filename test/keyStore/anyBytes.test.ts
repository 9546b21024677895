// Any bytes for a stored key give a key or one line that quotes nothing of them, never a throw.
import { describe, expect, it } from 'vitest';
import { fromHex, fromUtf8, toHex, utf8 } from '../../src/core/bytes.ts';
import { createRandom } from '../../src/core/random.ts';
import { ed25519Node } from '../../src/crypto/ed25519Node.ts';
import { readStoredKey, StoredKey } from '../../src/keyStore/storedKey.ts';
import { brokenFiles } from '../mutations/brokenFiles.ts';
import { prop } from '../support/property.ts';

const signatures = ed25519Node();
const secret = createRandom('any stored key').bytes(32);
const files = [true, false].map((simulated) => new StoredKey(signatures, secret, { simulated }).toFile());

describe('any bytes for a stored key', () => {
  prop([brokenFiles(files)], { numRuns: 500 })(
    'give a key that is whole, or one line without its secret [Z1]',
    (bytes) => {
      const read = readStoredKey(signatures, bytes);
      if (read.ok) {
        const { keyval } = JSON.parse(fromUtf8(bytes) ?? '');
        const publicKey = signatures.publicKey(fromHex(keyval.private) ?? secret);
        expect([keyval.public, read.value.key.keyval.public]).toEqual(Array(2).fill(toHex(publicKey)));
        expect(signatures.verify(publicKey, utf8('x'), read.value.sign(utf8('x')))).toBe(true);
      } else {
        expect(read.fault).toMatch(/^.+$/);
        expect(read.fault).not.toContain(toHex(secret).slice(0, 12));
      }
    },
  );

  it('are no empty word: a sound file is taken', () => {
    for (const file of files) expect(readStoredKey(signatures, file)).toMatchObject({ ok: true });
  });
});

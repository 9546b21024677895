// RSA-PSS of foreign repositories: what is accepted and refused, in tables. Wherever OpenSSL by itself is more lenient, a row shows it.
import { constants, createPrivateKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../src/core/bytes.ts';
import { pemCharsMax } from '../../src/crypto/limits.ts';
import { canonicalRsaKey, rsaPssVerifies } from '../../src/crypto/rsaPss.ts';
import { fc, prop } from '../support/property.ts';
import { pemOf, pkcs1, pkcs1Pem, pssSign, type RsaTestKey, rsaTestKey } from './support/rsaKeys.ts';

const message = utf8('message');
const padding = constants.RSA_PKCS1_PSS_PADDING;
const signed = (key: KeyObject, saltLength: number, text = message, digest = 'sha256') =>
  new Uint8Array(sign(digest, text, { key, padding, saltLength }));
const opensslVerifies = (key: string, signature: Uint8Array) =>
  verify('sha256', message, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_AUTO }, signature);
const bytesOf = (key: KeyObject, type: 'spki' | 'pkcs1') => new Uint8Array(key.export({ format: 'der', type }));
const spki = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }).toString();

const [pair2048, pair4096] = [2048, 4096].map((modulusLength) => generateKeyPairSync('rsa', { modulusLength }));
if (pair2048 === undefined || pair4096 === undefined) throw new Error('two pairs were made');
const { privateKey, publicKey } = pair2048;
const pem = spki(publicKey);
const signature = signed(privateKey, 32);
const made = rsaTestKey(2048);
const ofMade = pssSign(made, message);

describe('a signature is accepted', () => {
  it.each([
    ['2048', pair2048],
    ['4096', pair4096],
  ])('by a key of %s bits, as SPKI and as PKCS#1, with any length of salt', (_, pair) => {
    const bytesMax = (pair.publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8 - 34;
    for (const type of ['spki', 'pkcs1'] as const) {
      const key = pair.publicKey.export({ format: 'pem', type }).toString();
      for (const salt of [0, 1, 20, 32, 64, bytesMax]) {
        const valid = signed(pair.privateKey, salt);
        expect(rsaPssVerifies(key, message, valid)).toBe(true);
        expect(rsaPssVerifies(key, utf8('massage'), valid)).toBe(false);
      }
    }
  });

  it.each([
    ['the shortest modulus', 2048, 65_537n],
    ['a modulus whose length is no multiple of 8', 2050, 65_537n],
    ['a modulus of one bit over a byte, whose signature is a byte longer than what it hides', 2049, 65_537n],
    ['the longest modulus', 8192, 65_537n],
    ['the least exponent', 2048, 3n],
    ['an exponent just below 2^32', 2048, 2n ** 32n - 5n],
  ])('by a key of %s', (_, bits, e) => {
    const key = rsaTestKey(bits, e);
    const valid = pssSign(key, message);
    expect(rsaPssVerifies(pkcs1Pem(key), message, valid)).toBe(true);
    expect(rsaPssVerifies(pkcs1Pem(key), utf8('massage'), valid)).toBe(false);
  });

  it('over an empty message and a long one', () => {
    for (const text of [new Uint8Array(), new Uint8Array(100_000).fill(7)]) {
      expect(rsaPssVerifies(pem, text, signed(privateKey, 32, text))).toBe(true);
    }
  });

  it('by a key in PEM without a last line feed, or with CR LF', () => {
    expect(rsaPssVerifies(pem.trimEnd(), message, signature)).toBe(true);
    expect(rsaPssVerifies(pem.replaceAll('\n', '\r\n'), message, signature)).toBe(true);
  });
});

describe('OpenSSL accepts the signature, and it is refused for', () => {
  const row = (name: string, key: RsaTestKey) => [name, pkcs1Pem(key), pssSign(key, message)] as const;
  const one: RsaTestKey = { ...made, e: 1n };
  const spkiBytes = bytesOf(publicKey, 'spki');
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
  const rows: readonly (readonly [string, string, Uint8Array])[] = [
    row('a modulus of 2047 bits', rsaTestKey(2047)),
    row('a modulus of 1024 bits', rsaTestKey(1024)),
    row('a modulus of 8193 bits', rsaTestKey(8193)),
    row('an exponent just above 2^32', rsaTestKey(2048, 2n ** 32n + 15n)),
    row('an exponent of 1, by which anybody signs', one),
    ['a key bound to RSA-PSS, rsassaPss', spki(pss.publicKey), signed(pss.privateKey, 32)],
    ['a private key, PKCS#8', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), signature],
    ['a private key, PKCS#1', privateKey.export({ format: 'pem', type: 'pkcs1' }).toString(), signature],
    ['a byte after the key', pemOf('PUBLIC KEY', concatBytes(spkiBytes, Uint8Array.of(0))), signature],
    ['text before the block', `A key:\n${pem}`, signature],
    ['two blocks', `${pem}${pem}`, signature],
    ['a PEM too long', `${pem}${'\n'.repeat(pemCharsMax)}`, signature],
  ];
  it.each(rows)('%s', (_, key, valid) => {
    expect(opensslVerifies(key, valid)).toBe(true);
    expect(rsaPssVerifies(key, message, valid)).toBe(false);
  });

  it('an even exponent', () => {
    const key = rsaTestKey(2048, 65_538n);
    let [salt, valid] = [0, pssSign(key, message)];
    for (; !opensslVerifies(pkcs1Pem(key), valid) && salt < 256; salt += 1) {
      valid = pssSign(key, message, { salt: new Uint8Array(32).fill(salt) });
    }
    expect(opensslVerifies(pkcs1Pem(key), valid)).toBe(true);
    expect(rsaPssVerifies(pkcs1Pem(key), message, valid)).toBe(false);
  });

  it('a private key under the label of a public one', () => {
    const key = privateKey.export({ format: 'der', type: 'pkcs1' });
    expect(createPrivateKey({ key, format: 'der', type: 'pkcs1' }).type).toBe('private');
    expect(rsaPssVerifies(pemOf('RSA PUBLIC KEY', key), message, signature)).toBe(false);
  });

  it('a leading zero byte left out of the signature', () => {
    // In every second signature by a modulus that begins with a byte of 1, the first byte is 0.
    const key = rsaTestKey(2049);
    let [salt, whole] = [0, pssSign(key, message)];
    for (; whole[0] !== 0; salt += 1) whole = pssSign(key, message, { salt: new Uint8Array(32).fill(salt) });
    expect(rsaPssVerifies(pkcs1Pem(key), message, whole)).toBe(true);
    expect(opensslVerifies(pkcs1Pem(key), whole.subarray(1))).toBe(true);
    expect(rsaPssVerifies(pkcs1Pem(key), message, whole.subarray(1))).toBe(false);
  });
});

describe('refused are', () => {
  const keys: readonly (readonly [string, string])[] = [
    ['no key', ''],
    ['text', 'ecunet'],
    ['an EC key', spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)],
    ['an ed25519 key', spki(generateKeyPairSync('ed25519').publicKey)],
    ['a DSA-like label', pem.replaceAll('PUBLIC KEY', 'DSA PUBLIC KEY')],
    ['SPKI labelled as PKCS#1', pemOf('RSA PUBLIC KEY', bytesOf(publicKey, 'spki'))],
    ['PKCS#1 labelled as SPKI', pemOf('PUBLIC KEY', bytesOf(publicKey, 'pkcs1'))],
    ['the key under the label of a certificate', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE')],
    ['an even exponent', pkcs1Pem({ ...made, e: 65_536n })],
    ['an exponent of 0', pkcs1Pem({ ...made, e: 0n })],
    ['an even modulus', pkcs1Pem({ ...made, n: made.n - 1n })],
    ['a modulus of 0', pkcs1Pem({ ...made, n: 0n })],
    ['half a key', pemOf('RSA PUBLIC KEY', pkcs1(made).subarray(0, 128))],
    ['another key', spki(pair4096.publicKey)],
    ['another key of that length', pkcs1Pem(made)],
  ];
  it.each(keys)('key: %s', (_, key) => {
    expect(rsaPssVerifies(key, message, signature)).toBe(false);
  });

  const modulus = new Uint8Array(Buffer.from(made.n.toString(16), 'hex'));
  const signatures: readonly (readonly [string, Uint8Array])[] = [
    ['none', new Uint8Array()],
    ['noughts', new Uint8Array(256)],
    ['one', new Uint8Array(256).with(255, 1)],
    ['ones alone', new Uint8Array(256).fill(255)],
    ['the modulus', modulus],
    ['the modulus less one', modulus.with(255, (modulus[255] ?? 0) - 1)],
    ['a byte short', ofMade.subarray(1)],
    ['a zero byte before', concatBytes(Uint8Array.of(0), ofMade)],
    ['a zero byte after', concatBytes(ofMade, Uint8Array.of(0))],
    ['the bytes reversed', ofMade.toReversed()],
    ['MGF1 of SHA-512', pssSign(made, message, { mgfHash: 'sha512' })],
  ];
  it.each(signatures)('signature: %s', (_, wrong) => {
    expect(rsaPssVerifies(pkcs1Pem(made), message, ofMade)).toBe(true);
    expect(rsaPssVerifies(pkcs1Pem(made), message, wrong)).toBe(false);
  });

  it('signatures over another hash, and by PKCS#1 v1.5', () => {
    expect(rsaPssVerifies(pem, message, signed(privateKey, 32, message, 'sha512'))).toBe(false);
    expect(rsaPssVerifies(pem, message, signed(privateKey, 20, message, 'sha1'))).toBe(false);
    expect(rsaPssVerifies(pem, message, new Uint8Array(sign('sha256', message, privateKey)))).toBe(false);
  });

  it('a signature with any one bit flipped', () => {
    for (let index = 0; index < 2048; index += 29) {
      const wrong = signature.map((byte, at) => (at === index >> 3 ? byte ^ (1 << (index & 7)) : byte));
      expect(rsaPssVerifies(pem, message, wrong)).toBe(false);
    }
  });
});

describe('never throws', () => {
  const anyBytes = fc.uint8Array({ maxLength: 600 });
  prop([fc.string({ unit: 'binary' }), anyBytes, anyBytes])('for any text and bytes', (key, text, wrong) => {
    expect(rsaPssVerifies(key, text, wrong)).toBe(false);
    expect(rsaPssVerifies(pem, text, wrong)).toBe(false);
  });
  prop([fc.constantFrom('PUBLIC KEY', 'RSA PUBLIC KEY'), anyBytes])('for any bytes in PEM', (label, der) => {
    expect(rsaPssVerifies(pemOf(label, der), message, signature)).toBe(false);
  });
  const place = fc.nat(pkcs1(made).length - 1);
  prop([place, fc.integer({ min: 1, max: 255 })])('for a key with any one byte changed', (at, change) => {
    const der = pkcs1(made);
    der[at] = (der[at] ?? 0) ^ change;
    expect(rsaPssVerifies(pemOf('RSA PUBLIC KEY', der), message, ofMade)).toBe(false);
  });
});

it('a key has one canonical text, from SPKI and PKCS#1, whatever its line ends; what is no key has none', () => {
  const canonical = Buffer.from(bytesOf(publicKey, 'spki')).toString('hex');
  const other = publicKey.export({ format: 'pem', type: 'pkcs1' }).toString();
  for (const text of [pem, pem.trim(), pem.replaceAll('\n', '\r\n'), other, other.trim()]) {
    expect(canonicalRsaKey(text)).toBe(canonical);
  }
  expect(canonicalRsaKey(spki(pair4096.publicKey))).not.toBe(canonical);
  for (const text of ['', 'x', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()]) {
    expect(canonicalRsaKey(text)).toBeUndefined();
  }
});

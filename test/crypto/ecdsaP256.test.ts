// ECDSA P-256 of foreign repositories: what is accepted and refused, in tables. Wherever OpenSSL by itself is more lenient, a row shows it.
import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '../../src/core/bytes.ts';
import { canonicalP256Key, ecdsaP256Verifies } from '../../src/crypto/ecdsaP256.ts';
import { pemCharsMax } from '../../src/crypto/limits.ts';
import { fc, prop } from '../support/property.ts';
import { pemOf } from './support/rsaKeys.ts';

const hex = (text: string) => fromHex(text) ?? expect.fail('not hexadecimal');
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

const message = utf8('message');
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = spki(pair.publicKey);
const signature = new Uint8Array(sign('sha256', message, pair.privateKey));
const point = toHex(der(pair.publicKey).subarray(-65));
const [x, y] = [point.slice(2, 66), point.slice(66)];
const isOdd = (digits: string) => Number.parseInt(digits.slice(-1), 16) % 2 === 1;
const compressed = (isOdd(y) ? '03' : '02') + x;

function spki(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'spki' }).toString();
}
function der(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }));
}
const uncompressedPrefix = toHex(der(pair.publicKey).subarray(0, -65));
const compressedPrefix = '3039301306072a8648ce3d020106082a8648ce3d030107032200';
const compressedPem = pemOf('PUBLIC KEY', hex(compressedPrefix + compressed));

/** An INTEGER in its shortest form. */
function integer(value: bigint): Uint8Array {
  const text = value.toString(16);
  const bytes = hex(text.padStart(text.length + (text.length % 2), '0'));
  const content = (bytes[0] ?? 0) >= 0x80 ? concatBytes(Uint8Array.of(0), bytes) : bytes;
  return concatBytes(Uint8Array.of(2, content.length), content);
}
const sequence = (...parts: readonly Uint8Array[]) => {
  const content = concatBytes(...parts);
  return concatBytes(Uint8Array.of(0x30, content.length), content);
};
const signatureOf = (r: bigint, s: bigint) => sequence(integer(r), integer(s));

/** r and s, below 2^255 both, so that neither needs a zero byte before it; [r, order - s] is as valid. */
const [r, s] = (() => {
  for (;;) {
    const made = sign('sha256', message, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }).toString('hex');
    const [madeR, madeS] = [BigInt(`0x${made.slice(0, 64)}`), BigInt(`0x${made.slice(64)}`)];
    if (madeR < 2n ** 255n && madeR >= 2n ** 248n) return [madeR, madeS > order / 2n ? order - madeS : madeS];
  }
})();
const digits = (value: bigint) => value.toString(16).padStart(64, '0');
const opensslVerifies = (key: KeyObject | string, made: Uint8Array) => verify('sha256', message, key, made);

describe('a signature is accepted', () => {
  it.each([
    ['SPKI in PEM', pem],
    ['SPKI in PEM, with CR LF', pem.replaceAll('\n', '\r\n')],
    ['SPKI in PEM, its point compressed', compressedPem],
    ['the point in hexadecimal', point],
    ['the compressed point in hexadecimal', compressed],
  ])('by a key as %s', (_, key) => {
    expect(ecdsaP256Verifies(key, message, signature)).toBe(true);
    expect(ecdsaP256Verifies(key, utf8('massage'), signature)).toBe(false);
  });

  // RFC 6979, A.2.5: SHA-256 and the message "sample", then "test"
  it.each([
    [
      'sample',
      0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716n,
      0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n,
    ],
    [
      'test',
      0xf1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367n,
      0x019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083n,
    ],
  ])('RFC 6979 "%s"', (text, vectorR, vectorS) => {
    const key =
      '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299';
    expect(ecdsaP256Verifies(key, utf8(text), signatureOf(vectorR, vectorS))).toBe(true);
    expect(ecdsaP256Verifies(key, utf8(`${text}.`), signatureOf(vectorR, vectorS))).toBe(false);
  });

  it('with a high s and with a low one: metadata is not told apart by its signature', () => {
    expect(ecdsaP256Verifies(point, message, signatureOf(r, s))).toBe(true);
    expect(ecdsaP256Verifies(point, message, signatureOf(r, order - s))).toBe(true);
  });

  it('whatever the lengths of r and s: a hundred signatures', () => {
    for (let index = 0; index < 100; index += 1) {
      const text = utf8(`message ${index}`);
      expect(ecdsaP256Verifies(pem, text, new Uint8Array(sign('sha256', text, pair.privateKey)))).toBe(true);
    }
  });
});

describe('OpenSSL accepts the key, and it is refused for', () => {
  const explicit = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' });
  const hybrid = `${isOdd(y) ? '07' : '06'}${x}${y}`;
  const own = (key: string) => [key, signature] as const;
  const rows: readonly (readonly [string, readonly [string, Uint8Array]])[] = [
    ['the curve written out', [spki(explicit.publicKey), new Uint8Array(sign('sha256', message, explicit.privateKey))]],
    ['a hybrid point', own(pemOf('PUBLIC KEY', hex(uncompressedPrefix + hybrid)))],
    ['a byte after the key', own(pemOf('PUBLIC KEY', hex(`${uncompressedPrefix}${point}00`)))],
    ['a private key', own(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())],
    ['a private key, SEC 1', own(pair.privateKey.export({ format: 'pem', type: 'sec1' }).toString())],
    ['two blocks', own(`${pem}${pem}`)],
    ['a PEM too long', own(`${pem}${'\n'.repeat(pemCharsMax)}`)],
    ...['P-384', 'P-521', 'secp256k1'].map((namedCurve) => {
      const other = generateKeyPairSync('ec', { namedCurve });
      const made = new Uint8Array(sign('sha256', message, other.privateKey));
      return [`another curve, ${namedCurve}`, [spki(other.publicKey), made]] as const;
    }),
    ...['secp256k1', 'prime192v1'].map((namedCurve) => {
      const other = generateKeyPairSync('ec', { namedCurve });
      return [
        `another curve: ${namedCurve}`,
        [spki(other.publicKey), new Uint8Array(sign('sha256', message, other.privateKey))],
      ] as const;
    }),
  ];
  it.each(rows)('%s', (_, [key, made]) => {
    expect(opensslVerifies(key, made)).toBe(true);
    expect(ecdsaP256Verifies(key, message, made)).toBe(false);
  });
});

describe('refused is the key', () => {
  it.each([
    ['none', ''],
    ['text', 'ecunet'],
    ['the point at infinity', '00'],
    ['of noughts', `04${'00'.repeat(64)}`],
    ['off the curve', `04${x}${digits(BigInt(`0x${y}`) ^ 1n)}`],
    ['with x and y swapped', `04${y}${x}`],
    ['with an x that is not reduced', `02${digits(p + 5n)}`],
    ['with an x of p', `04${digits(p)}${y}`],
    ['compressed with an x no point has', `02${digits(noPointX())}`],
    ['the other point of that x', (isOdd(y) ? '02' : '03') + x],
    ['hybrid', `${isOdd(y) ? '07' : '06'}${x}${y}`],
    ['without its form', x + y],
    ['x alone', x],
    ['compressed, with y', compressed + y],
    ['uncompressed, without y', `04${x}`],
    ['a digit short', point.slice(0, -1)],
    ['a byte long', `${point}00`],
    ['in upper-case hexadecimal', point.toUpperCase()],
    ['in hexadecimal with white space', `${point}\n`],
    ['SPKI in hexadecimal', uncompressedPrefix + point],
    ['a point in PEM', pemOf('PUBLIC KEY', hex(point))],
    ['a compressed point in the SPKI of another length', pemOf('PUBLIC KEY', hex(uncompressedPrefix + compressed))],
    ['an uncompressed point in the SPKI of another length', pemOf('PUBLIC KEY', hex(compressedPrefix + point))],
    ['SPKI labelled as PKCS#1', pem.replaceAll('PUBLIC KEY', 'RSA PUBLIC KEY')],
    ['SPKI labelled as a certificate', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE')],
    ['RSA', spki(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)],
    ['ed25519', spki(generateKeyPairSync('ed25519').publicKey)],
    ['another one', spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)],
  ])('%s', (_, key) => {
    expect(ecdsaP256Verifies(key, message, signature)).toBe(false);
  });
});

/** An x for which x^3 - 3x + b is no square: the first that OpenSSL refuses. */
function noPointX(): bigint {
  for (let tried = 1n; ; tried += 1n) {
    const spkiHex = `${compressedPrefix}02${digits(tried)}`;
    try {
      createPublicKey({ key: Buffer.from(spkiHex, 'hex'), format: 'der', type: 'spki' });
    } catch {
      return tried;
    }
  }
}

describe('refused is the signature', () => {
  const [ri, si] = [integer(r), integer(s)];
  const content = concatBytes(ri, si);
  const padded = (scalar: Uint8Array) => concatBytes(Uint8Array.of(2, (scalar[1] ?? 0) + 1, 0), scalar.subarray(2));
  /** The same bits, read as a negative number if the first is set. */
  const bare = (value: bigint) => {
    const bytes = hex(digits(value));
    return concatBytes(Uint8Array.of(2, 32), bytes);
  };
  const rows: readonly (readonly [string, Uint8Array])[] = [
    ['none', new Uint8Array()],
    ['one byte', Uint8Array.of(0x30)],
    ['an empty sequence', sequence()],
    ['r alone', sequence(ri)],
    ['three integers', sequence(ri, si, integer(1n))],
    ['empty integers', sequence(Uint8Array.of(2, 0), Uint8Array.of(2, 0))],
    ['r || s without DER', hex(digits(r) + digits(s))],
    ['s before r', sequence(si, ri)],
    ['a trailing byte', concatBytes(signature, Uint8Array.of(0))],
    ['a trailing byte within the sequence', sequence(ri, si, Uint8Array.of(0))],
    ['a missing byte', signature.subarray(0, -1)],
    ['a sequence that is too long', concatBytes(Uint8Array.of(0x30, content.length + 1), content)],
    ['a sequence that is too short', concatBytes(Uint8Array.of(0x30, content.length - 1), content)],
    ['BER: the length in two bytes', concatBytes(Uint8Array.of(0x30, 0x81, content.length), content)],
    ['BER: the length in three bytes', concatBytes(Uint8Array.of(0x30, 0x82, 0, content.length), content)],
    ['BER: no length', concatBytes(Uint8Array.of(0x30, 0x80), content, Uint8Array.of(0, 0))],
    ['BER: the length of r in two bytes', sequence(Uint8Array.of(2, 0x81, ri[1] ?? 0), ri.subarray(2), si)],
    ['a zero byte before r', sequence(padded(ri), si)],
    ['a zero byte before s', sequence(ri, padded(si))],
    ['a negative s', sequence(ri, bare(order - s))],
    ['a negative s of -1', sequence(ri, Uint8Array.of(2, 1, 255))],
    ['a set in place of the sequence', signature.with(0, 0x31)],
    ['a bit string in place of r', signature.with(2, 0x03)],
    ['r + order', signatureOf(r + order, s)],
    ['s + order', signatureOf(r, s + order)],
    ['r + 2^256', signatureOf(r + 2n ** 256n, s)],
    ['order - r', signatureOf(order - r, s)],
    ['s with its last bit flipped', signatureOf(r, s ^ 1n)],
    ['a huge r', sequence(concatBytes(Uint8Array.of(2, 100), new Uint8Array(100).fill(1)), integer(1n))],
    ['a length beyond the end', sequence(Uint8Array.of(2, 33, 1), Uint8Array.of(2, 1, 1))],
  ];
  it.each(rows)('%s', (_, made) => {
    expect(ecdsaP256Verifies(point, message, signatureOf(r, s))).toBe(true);
    expect(ecdsaP256Verifies(point, message, made)).toBe(false);
  });

  it('for all of r and s at the edges of their range', () => {
    const edges = [0n, 1n, 2n, order - 1n, order, order + 1n, p - 1n, p, p + 1n, 2n ** 256n - 1n, 2n ** 256n];
    for (const edgeR of [...edges, r]) {
      for (const edgeS of [...edges, s]) {
        if (edgeR === r && edgeS === s) continue;
        expect(ecdsaP256Verifies(point, message, signatureOf(edgeR, edgeS))).toBe(false);
      }
    }
  });

  it('over another hash', () => {
    expect(ecdsaP256Verifies(point, message, new Uint8Array(sign('sha512', message, pair.privateKey)))).toBe(false);
  });

  it('with any one bit flipped', () => {
    for (let index = 0; index < 8 * signature.length; index += 1) {
      const wrong = signature.map((byte, at) => (at === index >> 3 ? byte ^ (1 << (index & 7)) : byte));
      expect(ecdsaP256Verifies(point, message, wrong)).toBe(false);
    }
  });
});

describe('never throws', () => {
  const anyBytes = fc.uint8Array({ maxLength: 150 });
  prop([fc.string({ unit: 'binary' }), anyBytes, anyBytes])('for any text and bytes', (key, text, wrong) => {
    expect(ecdsaP256Verifies(key, text, wrong)).toBe(false);
    expect(ecdsaP256Verifies(key, text, signature)).toBe(false);
    expect(ecdsaP256Verifies(pem, text, wrong)).toBe(false);
  });
  const coordinate = fc.uint8Array({ minLength: 32, maxLength: 32 });
  prop([fc.constantFrom('02', '03', '04'), coordinate, coordinate])('for any point', (form, anyX, anyY) => {
    const key = form + toHex(anyX) + (form === '04' ? toHex(anyY) : '');
    expect(ecdsaP256Verifies(key, message, signature)).toBe(false);
  });
  prop([fc.bigInt(0n, 2n ** 257n), fc.bigInt(0n, 2n ** 257n)])('for any r and s', (anyR, anyS) => {
    expect(ecdsaP256Verifies(point, message, signatureOf(anyR, anyS))).toBe(false);
  });
  prop([anyBytes])('for any bytes in PEM', (bytes) => {
    expect(ecdsaP256Verifies(pemOf('PUBLIC KEY', bytes), message, signature)).toBe(false);
  });
});

it('a key has one canonical text, from each of the forms it is taken in; what is no key has none', () => {
  const canonical = canonicalP256Key(pem);
  expect(canonical).toMatch(/./);
  for (const text of [pem.trim(), pem.replaceAll('\n', '\r\n'), compressedPem, point, compressed]) {
    expect(canonicalP256Key(text)).toBe(canonical);
  }
  const mirrored = `${isOdd(y) ? '02' : '03'}${x}`;
  expect(canonicalP256Key(mirrored)).toMatch(/./);
  expect(canonicalP256Key(mirrored)).not.toBe(canonical);
  for (const text of ['', '04', `04${x}${x}`, point.toUpperCase().replace('04', '05')]) {
    expect(canonicalP256Key(text)).toBeUndefined();
  }
});

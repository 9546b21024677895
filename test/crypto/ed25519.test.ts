// Both implementations of the Signatures port give the same verdict on everything, most of all on what libraries differ on.

import { verify as libraryVerify, Point } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '../../src/core/bytes.ts';
import { createRandom } from '../../src/core/random.ts';
import { ed25519Noble } from '../../src/crypto/ed25519Noble.ts';
import { ed25519Node } from '../../src/crypto/ed25519Node.ts';
import { isWellFormedPublicKey, isWellFormedSignature } from '../../src/crypto/ed25519Rules.ts';
import { fc, prop } from '../support/property.ts';

const node = ed25519Node();
const noble = ed25519Noble();
const p = 2n ** 255n - 19n;
const { n: order } = Point.CURVE();
const hex = (text: string) => fromHex(text) ?? expect.fail('not hexadecimal');

/** The verdict of both, which must be one. */
function verdict(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const verdicts = [node, noble].map((signatures) => signatures.verify(publicKey, message, signature));
  expect(verdicts[0], `node and noble on ${toHex(publicKey)} ${toHex(message)} ${toHex(signature)}`).toBe(verdicts[1]);
  return verdicts[0] === true;
}

function encoded(value: bigint, length = 32): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number((value >> BigInt(8 * index)) & 255n));
}
const littleEndian = (bytes: Uint8Array) => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
const challenge = (r: Uint8Array, a: Uint8Array, message: Uint8Array) =>
  littleEndian(sha512(concatBytes(r, a, message))) % order;
const times = (point: Point, n: bigint) => (n === 0n ? Point.ZERO : point.multiply(n, false));

/** The eight points whose order divides the cofactor, computed: multiples of [L]P for a P of the whole group. */
const torsion: readonly Point[] = (() => {
  for (let y = 2n; ; y += 1n) {
    let point: Point;
    try {
      point = Point.fromBytes(encoded(y));
    } catch {
      continue; // no point of the curve has this y
    }
    const generator = point.multiply(order - 1n, false).add(point);
    const multiples = Array.from({ length: 8 }, (_, index) => times(generator, BigInt(index)));
    if (new Set(multiples.map((multiple) => multiple.toHex())).size === 8) return multiples;
  }
})();
const smallOrder = torsion.map((point) => point.toBytes());
/** Other encodings of the same points: y + p where it fits, and the sign of x = 0. */
const disguised = [encoded(p), encoded(p + 1n), encoded(1n), encoded(p - 1n), encoded(p), encoded(p + 1n)].map(
  (bytes, index) => {
    if (index >= 2) bytes[31] = (bytes[31] ?? 0) | 0x80;
    return bytes;
  },
);

const secret = createRandom('ed25519').bytes(32);
const publicKey = node.publicKey(secret);
const message = utf8('message');
const signature = node.sign(secret, message);
const scalar = 123_456_789n;
const scalarKey = times(Point.BASE, scalar);

// RFC 8032, 7.1
const vectors: readonly [string, string, string, string, string][] = [
  [
    'test 1',
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    'test 2',
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'test 3',
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    'test SHA(abc)',
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
];

// "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020): the signatures on which libraries differ, and our verdict
const tamed: readonly [string, boolean, string, string, string][] = [
  [
    'a key and an R of small order, S = 0',
    false,
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000',
  ],
  [
    'a key of small order, an R of mixed order',
    false,
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
  ],
  [
    'a key of mixed order, an R of small order, and the equation holds without the cofactor',
    false,
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    'aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e',
  ],
  [
    'a key and an R of mixed order, and the equation holds without the cofactor',
    true,
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    '9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009',
  ],
  [
    'a key and an R of mixed order, and the equation holds with the cofactor only',
    false,
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    '160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09',
  ],
  [
    'a key of mixed order, and the equation holds with the cofactor multiplied last only',
    false,
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    '21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405',
  ],
  [
    'S above the order',
    false,
    '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
    '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    'e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514',
  ],
  [
    'S far above the order',
    false,
    '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
    '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    '8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22',
  ],
  [
    'a small-order R that is not reduced',
    false,
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    'fdaebc429f4a735932a160da1301080c13280eea8bc280d1b392c6b9e6ba3a5a',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f454d370c8d9fc323a41450f8d513eafeb5b0697390c1e505a0d4ddc71f566607',
  ],
  [
    'a small-order R that is not reduced, hashed as it would be reduced',
    false,
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    '84b698d39be126ff55fe45079e6c8bf64a0d7db6994560b4e96b7021eb39c1a1',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f084d5b99c2a9463d9c8bd5026916996984eeec87ddf1d3be329006ace1b37b09',
  ],
];

describe.each([
  ['node:crypto', node],
  ['@noble/ed25519', noble],
] as const)('%s', (_, signatures) => {
  it.each(vectors)('makes and accepts RFC 8032 %s', (_name, secretHex, publicHex, messageHex, signatureHex) => {
    expect(toHex(signatures.publicKey(hex(secretHex)))).toBe(publicHex);
    expect(toHex(signatures.sign(hex(secretHex), hex(messageHex)))).toBe(signatureHex);
    expect(signatures.verify(hex(publicHex), hex(messageHex), hex(signatureHex))).toBe(true);
  });

  it('gives plain Uint8Arrays', () => {
    expect(Object.getPrototypeOf(signatures.sign(secret, message))).toBe(Uint8Array.prototype);
    expect(Object.getPrototypeOf(signatures.publicKey(secret))).toBe(Uint8Array.prototype);
  });

  it('keeps right over more keys than are cached', () => {
    const keys = Array.from({ length: signatures === node ? 1100 : 5 }, (_value, index) =>
      createRandom(`cache ${index}`).bytes(32),
    );
    const last = keys.at(-1) ?? expect.fail();
    for (const key of keys) signatures.publicKey(key);
    for (const key of [keys[0] ?? expect.fail(), last]) {
      const made = signatures.sign(key, message);
      expect(signatures.verify(signatures.publicKey(key), message, made)).toBe(true);
      expect(signatures.verify(publicKey, message, made)).toBe(false);
    }
  });
});

describe('both refuse', () => {
  const s = littleEndian(signature.subarray(32));
  const r = signature.subarray(0, 32);
  const bit = (bytes: Uint8Array, index: number) =>
    bytes.map((byte, at) => (at === index >> 3 ? byte ^ (1 << (index & 7)) : byte));
  const rows: readonly [string, Uint8Array, Uint8Array, Uint8Array][] = [
    ['another message', publicKey, utf8('massage'), signature],
    ['an empty message', publicKey, new Uint8Array(), signature],
    ['another key', noble.publicKey(createRandom('other').bytes(32)), message, signature],
    ['the key with the sign of x flipped', bit(publicKey, 255), message, signature],
    ['R with the sign of x flipped', publicKey, message, bit(signature, 255)],
    ['S + L: malleable', publicKey, message, concatBytes(r, encoded(s + order))],
    ['S + 2 L', publicKey, message, concatBytes(r, encoded(s + 2n * order))],
    ['S = L', publicKey, message, concatBytes(r, encoded(order))],
    ['S = 0', publicKey, message, concatBytes(r, encoded(0n))],
    ['S = 2^256 - 1', publicKey, message, concatBytes(r, new Uint8Array(32).fill(255))],
    ['a signature of noughts', publicKey, message, new Uint8Array(64)],
    ['a key of noughts', new Uint8Array(32), message, signature],
    ['noughts alone', new Uint8Array(32), new Uint8Array(), new Uint8Array(64)],
    ['ones alone', new Uint8Array(32).fill(255), message, new Uint8Array(64).fill(255)],
    ['a key that is no point of the curve', encoded(2n), message, signature],
    ['a short key', publicKey.subarray(1), message, signature],
    ['a long key', concatBytes(publicKey, Uint8Array.of(0)), message, signature],
    ['no key', new Uint8Array(), message, signature],
    ['a short signature', publicKey, message, signature.subarray(1)],
    ['a long signature', publicKey, message, concatBytes(signature, Uint8Array.of(0))],
    ['no signature', publicKey, message, new Uint8Array()],
  ];
  it.each(rows)('%s', (_, key, text, made) => {
    expect(verdict(publicKey, message, signature)).toBe(true);
    expect(verdict(key, text, made)).toBe(false);
  });

  it('a signature with any one bit flipped', () => {
    for (let index = 0; index < 512; index += 7) expect(verdict(publicKey, message, bit(signature, index))).toBe(false);
  });

  it('a key with any one bit flipped', () => {
    for (let index = 0; index < 256; index += 5) expect(verdict(bit(publicKey, index), message, signature)).toBe(false);
  });

  it('each of the eight points of small order as a key, though the bare equation holds', () => {
    expect(smallOrder).toHaveLength(8);
    for (const [index, key] of smallOrder.entries()) {
      const made = forgedFor(key, torsion[index] ?? expect.fail());
      expect(libraryVerify(made.signature, made.message, key, { zip215: true })).toBe(true);
      expect(isWellFormedPublicKey(key)).toBe(false);
      expect(verdict(key, made.message, made.signature)).toBe(false);
    }
  });

  it('the same points in other encodings', () => {
    expect(new Set(disguised.map(toHex)).size).toBe(6);
    for (const key of disguised) {
      const made = forgedFor(key, Point.fromBytes(key, true));
      expect(libraryVerify(made.signature, made.message, key, { zip215: true })).toBe(true);
      expect(isWellFormedPublicKey(key)).toBe(false);
      expect(verdict(key, made.message, made.signature)).toBe(false);
    }
  });

  it('every key whose y is not reduced', () => {
    for (let y = p; y < 2n ** 255n; y += 1n) {
      expect(isWellFormedPublicKey(encoded(y))).toBe(false);
      expect(verdict(encoded(y), message, signature)).toBe(false);
    }
  });
});

/** A signature that fulfils the bare equation for a key of small order, found by trying messages. */
function forgedFor(key: Uint8Array, point: Point): { message: Uint8Array; signature: Uint8Array } {
  const r = times(Point.BASE, 5n).toBytes();
  for (let attempt = 0; ; attempt += 1) {
    const text = utf8(`attempt ${attempt}`);
    if (!times(point, challenge(r, key, text) % 8n).equals(Point.ZERO)) continue;
    return { message: text, signature: concatBytes(r, encoded(5n)) };
  }
}

describe('both agree', () => {
  it.each(tamed)('on %s: %s', (_, expected, keyHex, messageHex, signatureHex) => {
    expect(verdict(hex(keyHex), hex(messageHex), hex(signatureHex))).toBe(expected);
  });

  it('on a message of a whole metadata file', () => {
    const file = createRandom('file').bytes(64 * 1024);
    const made = node.sign(secret, file);
    expect(noble.sign(secret, file)).toEqual(made);
    expect(verdict(publicKey, file, made)).toBe(true);
    expect(verdict(publicKey, file.with(-1, (file.at(-1) ?? 0) ^ 1), made)).toBe(false);
  });

  it('on keys with a part of small order: the equation without the cofactor holds for one challenge in eight at the least', () => {
    for (const part of torsion.slice(1)) {
      const key = scalarKey.add(part).toBytes();
      expect(isWellFormedPublicKey(key)).toBe(true);
      const r = times(Point.BASE, 7n).toBytes();
      const seen = new Set<boolean>();
      for (let attempt = 0; attempt < 30; attempt += 1) {
        const text = utf8(`mixed ${attempt}`);
        const k = challenge(r, key, text);
        const made = concatBytes(r, encoded((7n + k * scalar) % order));
        expect(libraryVerify(made, text, key, { zip215: true })).toBe(true);
        const holds = times(part, k % 8n).equals(Point.ZERO);
        expect(verdict(key, text, made)).toBe(holds);
        seen.add(holds);
      }
      expect(seen.size).toBe(2);
    }
  });

  it('on R of small order, and on R with a part of small order', () => {
    const key = scalarKey.toBytes();
    for (const part of torsion) {
      for (const nonce of [0n, 11n]) {
        const r = times(Point.BASE, nonce).add(part).toBytes();
        const made = concatBytes(r, encoded((nonce + challenge(r, key, message) * scalar) % order));
        expect(verdict(key, message, made)).toBe(nonce !== 0n && part.equals(Point.ZERO));
      }
    }
  });

  it('on R in another encoding, which no recomputed R has', () => {
    const key = scalarKey.toBytes();
    for (const r of disguised) {
      const made = concatBytes(r, encoded((challenge(r, key, message) * scalar) % order));
      expect(verdict(key, message, made)).toBe(false);
    }
  });

  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  prop([bytes(32), fc.uint8Array({ maxLength: 40 }), bytes(64)], { numRuns: 100 })('on garbage', (key, text, made) => {
    const reduced = made.with(63, (made[63] ?? 0) & 0x0f);
    expect(verdict(key, text, made)).toBe(false);
    expect(verdict(key, text, reduced)).toBe(false);
  });

  prop([bytes(32), fc.uint8Array({ maxLength: 40 })], { numRuns: 50 })('on what each other signed', (key, text) => {
    expect(noble.publicKey(key)).toEqual(node.publicKey(key));
    expect(noble.sign(key, text)).toEqual(node.sign(key, text));
    expect(verdict(node.publicKey(key), text, node.sign(key, text))).toBe(true);
  });
});

it('a well-formed signature has S below the order of the base point', () => {
  const withS = (s: bigint) => concatBytes(signature.subarray(0, 32), encoded(s));
  expect([0n, 1n, order - 1n, order, order + 1n, 2n ** 255n].map((s) => isWellFormedSignature(withS(s)))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

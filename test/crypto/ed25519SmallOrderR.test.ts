// A signature whose R is of small order: node:crypto accepts it up to Node 22 and refuses it from Node 24 on, noble accepts it.
// The project's own rule refuses it everywhere. The vectors are explicit, so that no Node computes what it is judged by.
import { verify as libraryVerify, Point } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../src/core/bytes.ts';
import { ed25519Noble } from '../../src/crypto/ed25519Noble.ts';
import { ed25519Node } from '../../src/crypto/ed25519Node.ts';
import { isWellFormedPublicKey, isWellFormedSignature } from '../../src/crypto/ed25519Rules.ts';

const hex = (text: string) => fromHex(text) ?? expect.fail('not hexadecimal');
/** A multiple of the base point plus a point of order 8: its part of small order can be made to cancel R. */
const key = hex('e250d1599ec83ba94d6ba3d47eea795e4a67b10a17e5ef794d1b65ebc89e0685');

// [what R is, message, R, S]: S B = R + k A, with the cofactor and without, for k of these bytes of R.
const canonical = [
  [
    'order 1: the neutral point',
    '0f',
    '0100000000000000000000000000000000000000000000000000000000000000',
    '48d60648c32627f98dbf01555773b4dd3b72f4fceb1be3eddaa56d79f480280b',
  ],
  [
    'order 2',
    '00',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0570fb0763c981b92509dc4eb71237f709c6eb4c5ad55a25096a7e47c37d7b03',
  ],
  [
    'order 4, x even',
    '05',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '300404cbc5010aad118bf6d1b160dc96a9c6e6816cf39cf5723204874434d406',
  ],
  [
    'order 4, x odd',
    '04',
    '0000000000000000000000000000000000000000000000000000000000000080',
    '56fe3bddf6b86d1a58750192b9e5f6444681073f7797152d0f8f0195b2f10c01',
  ],
  [
    'order 8, first y, x even',
    '09',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '19946dd5c95a2d86b44a9a80dca1bef704c8d3e81ffff30d08308df2f78ef704',
  ],
  [
    'order 8, first y, x odd',
    '0e',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    '04e2141301cb43b6c97840438f96716fda4e3fe9c9596a40951a3ca016b3be04',
  ],
  [
    'order 8, second y, x even',
    '1a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'ee0f1bc7df7a8a9182694db0fcefc8889bf9cf55d74b32cef6793b18932d5a0f',
  ],
  [
    'order 8, second y, x odd',
    '04',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    'b5c42977ba7113da852c6703156e883eecbcbf6aedc0646af4a8eeb1b228ed06',
  ],
] as const;

const notCanonical = [
  [
    'order 1, y + p',
    '01',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '1ddd4e754ff971c5fd8cef3b81f8570e1b0d6bb95200e4526328c32c8a73210a',
  ],
  [
    'order 1, the sign of x = 0',
    '00',
    '0100000000000000000000000000000000000000000000000000000000000080',
    '2791f175a67aefd7a4d41f1af2bf0fc75946dfe99630fb4611781871c7f0b909',
  ],
  [
    'order 1, y + p and the sign of x = 0',
    '07',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '35154a703292922703d8ab8b1d4315a37af7ff3ce15f621da4da64bb75ce630e',
  ],
  [
    'order 2, the sign of x = 0',
    '00',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '0a8f705144426a5a729e87ef04af8ab5a63d2d52bfe9d4ae99117bf8d2e7fe07',
  ],
  [
    'order 4, y + p, x even',
    '0b',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '32c04f64c41ef3f0907be995b9163d1b3db65266915a17ce27b4a66b5aa3c409',
  ],
  [
    'order 4, y + p, x odd',
    '09',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '1397e23a24526cb7db87f6b0c162efbdc67fa16a1f9c4eb9a3e6281464465b01',
  ],
] as const;

const littleEndian = (bytes: Uint8Array) => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

/** R as the equation without the cofactor gives it. */
function recomputedR(message: Uint8Array, r: Uint8Array, s: Uint8Array): string {
  const k = littleEndian(sha512(concatBytes(r, key, message))) % Point.CURVE().n;
  return Point.BASE.multiply(littleEndian(s), false).subtract(Point.fromBytes(key).multiply(k, false)).toHex();
}

describe('an R of small order is refused, though the equation holds', () => {
  it('all eight points, and the six other encodings that four of them have', () => {
    expect(isWellFormedPublicKey(key)).toBe(true);
    const points = canonical.map(([, , r]) => Point.fromBytes(hex(r)));
    for (const point of points) expect(point.isSmallOrder()).toBe(true);
    expect(new Set(points.map((point) => point.toHex())).size).toBe(8);
    expect(new Set([...canonical, ...notCanonical].map(([, , r]) => r)).size).toBe(14);
  });

  describe.each([
    ['node:crypto', ed25519Node()],
    ['@noble/ed25519', ed25519Noble()],
  ])('%s', (_, signatures) => {
    it.each([...canonical, ...notCanonical])('%s', (_name, messageHex, r, s) => {
      const [message, signature] = [hex(messageHex), hex(r + s)];
      expect(libraryVerify(signature, message, key, { zip215: true })).toBe(true);
      expect(recomputedR(message, hex(r), hex(s))).toBe(Point.fromBytes(hex(r), true).toHex());
      expect(isWellFormedSignature(signature)).toBe(false);
      expect(signatures.verify(key, message, signature)).toBe(false);
    });
  });

  it('and an R of a large order with the same part of small order is not', () => {
    for (const [, , r] of canonical) {
      const mixed = Point.BASE.multiply(7n, false)
        .add(Point.fromBytes(hex(r)))
        .toBytes();
      expect(isWellFormedSignature(concatBytes(mixed, new Uint8Array(32))), toHex(mixed)).toBe(true);
    }
  });
});

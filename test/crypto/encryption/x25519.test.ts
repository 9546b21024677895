import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../src/core/bytes.ts';
import { createRandom } from '../../../src/core/random.ts';
import { x25519PublicKey, x25519SharedSecret } from '../../../src/crypto/encryption/x25519.ts';
import { fc, prop } from '../../support/property.ts';

const hex = (text: string) => fromHex(text) ?? expect.fail('not hexadecimal');
const shared = (secret: Uint8Array, publicKey: Uint8Array) => x25519SharedSecret(secret, publicKey) ?? expect.fail();

describe('RFC 7748', () => {
  it.each([
    [
      'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
      'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
      'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
    ],
    [
      '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
      'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
      '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
    ],
  ])('5.2: %s', (secret, publicKey, result) => {
    expect(toHex(shared(hex(secret), hex(publicKey)))).toBe(result);
  });

  it('5.2, a thousand times over', () => {
    let [k, u] = [hex(`09${'00'.repeat(31)}`), hex(`09${'00'.repeat(31)}`)];
    for (let round = 1; round <= 1000; round += 1) {
      [k, u] = [shared(k, u), k];
      if (round === 1) expect(toHex(k)).toBe('422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079');
    }
    expect(toHex(k)).toBe('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51');
  });

  it('6.1: two sides share one secret', () => {
    const alice = hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
    const bob = hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
    const [alicePublic, bobPublic] = [x25519PublicKey(alice), x25519PublicKey(bob)];
    expect(toHex(alicePublic)).toBe('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(toHex(bobPublic)).toBe('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
    const secret = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    expect(toHex(shared(alice, bobPublic))).toBe(secret);
    expect(toHex(shared(bob, alicePublic))).toBe(secret);
    for (const bytes of [alicePublic, shared(alice, bobPublic)]) {
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    }
  });
});

const secret = createRandom('x25519').bytes(32);
const p = 2n ** 255n - 19n;
const encoded = (value: bigint) =>
  Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 255n));
/** u of the points of order 8 */
const order8 = [
  325_606_250_916_557_431_795_983_626_356_110_631_294_008_115_727_848_805_560_023_387_167_927_233_504n,
  39_382_357_235_489_614_581_723_060_781_553_021_112_529_911_719_440_698_176_882_885_853_963_445_705_823n,
];

describe('no secret is shared with a public key of small order', () => {
  const points = [0n, 1n, p - 1n, ...order8];
  const rows = [...points, p, p + 1n].flatMap((u) => [u, u + 2n ** 255n]).map((u) => [toHex(encoded(u))] as const);
  it.each(rows)('%s', (publicKey) => {
    expect(x25519SharedSecret(secret, hex(publicKey))).toBeUndefined();
  });
});

describe('of another length', () => {
  const key = x25519PublicKey(secret);
  const lengths = (bytes: Uint8Array) => [
    new Uint8Array(),
    bytes.subarray(1),
    concatBytes(bytes, Uint8Array.of(0)),
    concatBytes(bytes, bytes),
  ];
  it('a public key shares nothing', () => {
    for (const wrong of lengths(key)) expect(x25519SharedSecret(secret, wrong)).toBeUndefined();
  });
  it('a secret is a bug', () => {
    for (const wrong of lengths(secret)) {
      expect(() => x25519PublicKey(wrong)).toThrow(RangeError);
      expect(() => x25519SharedSecret(wrong, key)).toThrow(RangeError);
    }
  });
});

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
prop([bytes32, bytes32])('any two secrets agree', (one, other) => {
  expect(shared(one, x25519PublicKey(other))).toEqual(shared(other, x25519PublicKey(one)));
});
prop([bytes32, fc.uint8Array({ maxLength: 40 })])(
  'any bytes as a public key give a secret or undefined',
  (one, key) => {
    expect([32, undefined]).toContain(x25519SharedSecret(one, key)?.length);
  },
);

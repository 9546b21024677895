// The key of an encrypted image on its way to one ECU.
import { createDecipheriv, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes, toHex, utf8 } from '../../../src/core/bytes.ts';
import { createRandom } from '../../../src/core/random.ts';
import { ed25519Node } from '../../../src/crypto/ed25519Node.ts';
import { gcmSeal } from '../../../src/crypto/encryption/aesGcm.ts';
import { unwrapKey, type WrappedKey, wrapKey } from '../../../src/crypto/encryption/keyWrap.ts';
import { x25519PublicKey, x25519SharedSecret } from '../../../src/crypto/encryption/x25519.ts';
import { fc, prop } from '../../support/property.ts';

const random = createRandom('key wrap');
const [secret, otherSecret, ephemeralSecret, contentKey] = [1, 2, 3, 4].map(() => random.bytes(32)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const recipient = x25519PublicKey(secret);
const wrap = (...args: Parameters<typeof wrapKey>) => wrapKey(...args) ?? expect.fail('not wrapped');
const wrapped = wrap(contentKey, recipient, ephemeralSecret);
const bit = (bytes: Uint8Array, index: number) =>
  bytes.map((byte, at) => (at === index >> 3 ? byte ^ (1 << (index & 7)) : byte));

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
prop([bytes32, bytes32, bytes32], { numRuns: 30 })(
  'what is wrapped for an ECU it unwraps [D8] [P8]',
  (key, ecu, ephemeral) => {
    const made = wrap(key, x25519PublicKey(ecu), ephemeral);
    expect([made.ephemeralPublic.length, made.sealed.length]).toEqual([32, 48]);
    expect(unwrapKey(made, ecu)).toEqual(key);
  },
);

/** The key that seals the content key, computed step by step. */
function wrappingKey(): Uint8Array {
  const hmac = (key: Uint8Array, data: Uint8Array) => new Uint8Array(createHmac('sha256', key).update(data).digest());
  const shared = x25519SharedSecret(secret, wrapped.ephemeralPublic) ?? expect.fail();
  const extracted = hmac(concatBytes(wrapped.ephemeralPublic, recipient), shared);
  const info = utf8('ecunet image key: X25519, HKDF-SHA-256, AES-256-GCM');
  return hmac(extracted, concatBytes(info, Uint8Array.of(1)));
}

it('the form is X25519, HKDF-SHA-256 and AES-256-GCM [D8]', () => {
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey(), new Uint8Array(12));
  decipher.setAuthTag(wrapped.sealed.subarray(32));
  expect(toHex(concatBytes(decipher.update(wrapped.sealed.subarray(0, 32)), decipher.final()))).toBe(toHex(contentKey));
});

it('a content key of another length is none, though well sealed [P8]', () => {
  for (const length of [0, 16, 31, 32, 33, 64]) {
    const sealed = gcmSeal(wrappingKey(), new Uint8Array(12), new Uint8Array(length));
    const unwrapped = unwrapKey({ ephemeralPublic: wrapped.ephemeralPublic, sealed }, secret);
    expect(unwrapped?.length).toBe(length === 32 ? 32 : undefined);
  }
});

it('does not show the key, and differs with each ephemeral secret [D8]', () => {
  const again = wrap(contentKey, recipient, random.bytes(32));
  expect(toHex(wrapped.sealed)).not.toContain(toHex(contentKey).slice(0, 8));
  expect(again.sealed).not.toEqual(wrapped.sealed);
  expect(unwrapKey(again, secret)).toEqual(contentKey);
});

describe('not unwrapped is [P8]', () => {
  const { ephemeralPublic, sealed } = wrapped;
  const forOther = wrap(contentKey, x25519PublicKey(otherSecret), ephemeralSecret);
  const zero = new Uint8Array(32);
  const rows: readonly (readonly [string, WrappedKey])[] = [
    ['a key wrapped for another ECU', forOther],
    ['the sealed part of another ECU', { ephemeralPublic, sealed: forOther.sealed }],
    ['another ephemeral key', { ephemeralPublic: x25519PublicKey(otherSecret), sealed }],
    ['an ephemeral key of noughts', { ephemeralPublic: zero, sealed }],
    ['an ephemeral key of small order', { ephemeralPublic: zero.with(0, 1), sealed }],
    ['the same ephemeral key in another encoding', { ephemeralPublic: bit(ephemeralPublic, 255), sealed }],
    ['no ephemeral key', { ephemeralPublic: new Uint8Array(), sealed }],
    ['a short ephemeral key', { ephemeralPublic: ephemeralPublic.subarray(1), sealed }],
    ['a long ephemeral key', { ephemeralPublic: concatBytes(ephemeralPublic, zero), sealed }],
    ['nothing sealed', { ephemeralPublic, sealed: new Uint8Array() }],
    ['a tag alone', { ephemeralPublic, sealed: sealed.subarray(32) }],
    ['a byte short', { ephemeralPublic, sealed: sealed.subarray(1) }],
    ['a byte long', { ephemeralPublic, sealed: concatBytes(sealed, Uint8Array.of(0)) }],
    ['noughts', { ephemeralPublic, sealed: new Uint8Array(48) }],
  ];
  it.each(rows)('%s', (_, wrong) => {
    expect(unwrapKey(wrapped, secret)).toEqual(contentKey);
    expect(unwrapKey(wrong, secret)).toBeUndefined();
  });

  it('one with any bit flipped', () => {
    for (let index = 0; index < 8 * 48; index += 5) {
      expect(unwrapKey({ ephemeralPublic, sealed: bit(sealed, index) }, secret)).toBeUndefined();
      if (index >= 256) continue;
      expect(unwrapKey({ ephemeralPublic: bit(ephemeralPublic, index), sealed }, secret)).toBeUndefined();
    }
  });

  prop([fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 60 })])('any bytes', (anyPublic, anySealed) => {
    expect(unwrapKey({ ephemeralPublic: anyPublic, sealed: anySealed }, secret)).toBeUndefined();
    expect(unwrapKey({ ephemeralPublic, sealed: anySealed }, secret)).toBeUndefined();
  });
});

it("an ECU's signing key does not decrypt: the keys are separate [D8] [P8]", () => {
  const forSigningKey = wrapKey(contentKey, ed25519Node().publicKey(secret), ephemeralSecret);
  expect(forSigningKey && unwrapKey(forSigningKey, secret)).toBeUndefined();
});

it('no key is wrapped for a public key of small order or another length [D8]', () => {
  for (const wrong of [new Uint8Array(32), new Uint8Array(32).with(0, 1), new Uint8Array(), recipient.subarray(1)]) {
    expect(wrapKey(contentKey, wrong, ephemeralSecret)).toBeUndefined();
  }
});

it('secrets of another length are a bug', () => {
  const short = secret.subarray(1);
  expect(() => wrapKey(short, recipient, ephemeralSecret)).toThrow(RangeError);
  expect(() => wrapKey(contentKey, recipient, short)).toThrow(RangeError);
  expect(() => unwrapKey(wrapped, short)).toThrow(RangeError);
});

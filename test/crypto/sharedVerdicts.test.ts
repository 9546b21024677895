// One check of a signature for all who ask for the very same one, and a check of its own for whatever differs in a byte.
import { expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { createRandom } from '../../src/core/random.ts';
import { ed25519Node } from '../../src/crypto/ed25519Node.ts';
import { sharedVerdictsMax } from '../../src/crypto/limits.ts';
import { sharedVerdicts } from '../../src/crypto/sharedVerdicts.ts';

function counted() {
  const inner = ed25519Node();
  const counts = { checks: 0 };
  const signatures = sharedVerdicts({
    ...inner,
    verify(...question) {
      counts.checks += 1;
      return inner.verify(...question);
    },
  });
  return { signatures, counts };
}

const random = createRandom('shared verdicts');
const [secret, other] = [random.bytes(32), random.bytes(32)];
const message = utf8('message');

it('checks a signature once, a good one and a bad one', () => {
  const { signatures, counts } = counted();
  const publicKey = signatures.publicKey(secret);
  const good = signatures.sign(secret, message);
  const bad = signatures.sign(other, message);
  const ask = (signature: Uint8Array) => signatures.verify(publicKey.slice(), message.slice(), signature.slice());
  expect([good, good, bad, bad].map(ask)).toEqual([true, true, false, false]);
  expect(counts.checks).toBe(2);
});

it('judges anew whatever differs in one byte of key, message or signature, or in where one ends', () => {
  const { signatures, counts } = counted();
  const publicKey = signatures.publicKey(secret);
  const signature = signatures.sign(secret, message);
  expect(signatures.verify(publicKey, message, signature)).toBe(true);
  const parts = [publicKey, message, signature] as const;
  let asked = 1;
  for (const [which, part] of parts.entries()) {
    for (const at of part.keys()) {
      const changed = part.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      const [key, text, signed] = parts.map((same, index) => (index === which ? changed : same));
      expect(signatures.verify(key ?? publicKey, text ?? message, signed ?? signature)).toBe(false);
      asked += 1;
    }
  }
  const moved = new Uint8Array([...publicKey, ...signature]);
  expect(signatures.verify(moved.subarray(0, 33), message, moved.subarray(33))).toBe(false);
  expect(counts.checks).toBe(asked + 1);
});

it('keeps a bounded number of verdicts', () => {
  const { signatures, counts } = counted();
  const [key, signature] = [new Uint8Array(32), new Uint8Array(64)];
  for (let index = 0; index <= sharedVerdictsMax; index += 1) signatures.verify(key, utf8(`${index}`), signature);
  signatures.verify(key, utf8('0'), signature);
  expect(counts.checks).toBe(sharedVerdictsMax + 2);
});

it('shares nothing with another run', () => {
  const [first, second] = [counted(), counted()];
  for (const { signatures } of [first, second]) signatures.verify(new Uint8Array(32), message, new Uint8Array(64));
  expect([first.counts.checks, second.counts.checks]).toEqual([1, 1]);
});

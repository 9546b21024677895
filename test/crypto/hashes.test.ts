import { expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../../src/core/bytes.ts';
import { createHasher, hash, hashFunctions, hashHex } from '../../src/crypto/hashes.ts';
import { fc, prop } from '../support/property.ts';

// FIPS 180-4, the example "abc"
const abc = {
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  sha512:
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
};

it.each(hashFunctions)('%s of "abc" is that of FIPS 180-4', (name) => {
  expect(hashHex(name, utf8('abc'))).toBe(abc[name]);
  expect(hash(name, utf8('abc'))).toEqual(fromHex(abc[name]));
  expect(Object.getPrototypeOf(hash(name, utf8('')))).toBe(Uint8Array.prototype);
});

prop([fc.constantFrom(...hashFunctions), fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 })])(
  'a hash does not depend on how the bytes are cut into blocks',
  (name, blocks) => {
    const hasher = createHasher(name);
    for (const block of blocks) hasher.update(block);
    expect(hasher.hex()).toBe(toHex(hash(name, Uint8Array.from(blocks.flatMap((block) => [...block])))));
  },
);

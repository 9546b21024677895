// Encrypted images: any change of the sealed bytes, and of their order, is found at the block where it is.
import { createDecipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes } from '../../../src/core/bytes.ts';
import { encryptedBlockPlainBytes as blockBytes } from '../../../src/core/limits.ts';
import { createRandom } from '../../../src/core/random.ts';
import {
  createOpener,
  createSealer,
  openImage,
  plainLength,
  sealedBlockBytes,
  sealedLength,
  sealImage,
} from '../../../src/crypto/encryption/imageEncryption.ts';
import { fc, prop } from '../../support/property.ts';

const random = createRandom('image encryption');
const contentKey = random.bytes(32);
const image = random.bytes(3 * blockBytes + 100);
const sealed = sealImage(contentKey, image);
const blocksOf = (bytes: Uint8Array) =>
  Array.from({ length: Math.ceil(bytes.length / sealedBlockBytes) }, (_, index) =>
    bytes.subarray(index * sealedBlockBytes, (index + 1) * sealedBlockBytes),
  );
const blocks = blocksOf(sealed);
const bit = (bytes: Uint8Array, index: number) => {
  const changed = bytes.slice();
  changed[index >> 3] = (changed[index >> 3] ?? 0) ^ (1 << (index & 7));
  return changed;
};
/** Fast, where `toEqual` compares byte by byte with care for messages. */
const expectSame = (bytes: Uint8Array | undefined, expected: Uint8Array) =>
  expect(bytes !== undefined && equalBytes(bytes, expected)).toBe(true);

/** Lengths at and around block borders. */
const lengths = [0, 1, 2, 15, 16, 17, 1, 2, 3].flatMap((count, index) =>
  index < 6 ? [count] : [-17, -16, -15, -1, 0, 1, 15, 16, 17].map((more) => count * blockBytes + more),
);

describe('an image comes back as it was', () => {
  it.each(lengths)('of %i bytes [D7] [P8]', (length) => {
    const plain = random.bytes(length);
    const made = sealImage(contentKey, plain);
    expect(made.length).toBe(sealedLength(length));
    expect(plainLength(made.length)).toBe(length);
    expectSame(openImage(contentKey, made), plain);
  });

  prop([fc.uint8Array({ maxLength: 4 * blockBytes, size: 'max' }), fc.uint8Array({ minLength: 32, maxLength: 32 })])(
    'whatever it is [D7] [P8]',
    (plain, key) => {
      expectSame(openImage(key, sealImage(key, plain)), plain);
    },
  );

  it('block by block, in either direction the same as whole [D7] [P8]', () => {
    const sealer = createSealer(contentKey);
    const opener = createOpener(contentKey);
    for (const [index, block] of blocks.entries()) {
      const plain = image.subarray(index * blockBytes, (index + 1) * blockBytes);
      expectSame(sealer.seal(plain, index === 3), block);
      expectSame(opener.open(block, index === 3), plain);
    }
  });
});

it('lengths of encrypted images are those with a tag a block, and no others [D7]', () => {
  const expected = new Map<number, number>();
  for (let plain = 0; plain <= 3 * blockBytes; plain += 1) {
    expected.set(plain + 16 * Math.max(1, Math.ceil(plain / blockBytes)), plain);
  }
  expect(sealedBlockBytes).toBe(4112);
  for (let length = 0; length <= 3 * sealedBlockBytes; length += 1) {
    if (plainLength(length) !== expected.get(length)) expect.fail(`plainLength(${length})`);
  }
  for (const plain of expected.values()) if (plainLength(sealedLength(plain)) !== plain) expect.fail(`${plain}`);
  expect([-1, -4112, 0.5, 16.5, Number.NaN, Number.POSITIVE_INFINITY].map(plainLength)).toEqual(
    Array.from({ length: 6 }, () => undefined),
  );
});

it('a block is AES-256-GCM, its nonce the number in 11 bytes and the mark of the last in one [D7]', () => {
  for (const [index, block] of blocks.entries()) {
    const nonce = new Uint8Array(12).with(10, index).with(11, index === 3 ? 1 : 0);
    const decipher = createDecipheriv('aes-256-gcm', contentKey, nonce).setAuthTag(block.subarray(-16));
    const plain = concatBytes(decipher.update(block.subarray(0, -16)), decipher.final());
    expectSame(plain, image.subarray(index * blockBytes, (index + 1) * blockBytes));
  }
});

describe('no image opens from [D7] [P8]', () => {
  const [b0, b1, b2, b3] = blocks as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const other = blocksOf(sealImage(random.bytes(32), image));
  const sibling = blocksOf(sealImage(contentKey, image.subarray(0, 2 * blockBytes)));
  const rows: readonly (readonly [string, readonly Uint8Array[]])[] = [
    ['nothing', []],
    ['the first block dropped', [b1, b2, b3]],
    ['a middle block dropped', [b0, b2, b3]],
    ['the last block dropped', [b0, b1, b2]],
    ['the first block alone', [b0]],
    ['the last block alone', [b3]],
    ['two blocks swapped', [b0, b2, b1, b3]],
    ['the last block moved', [b0, b1, b3, b2]],
    ['a block twice', [b0, b1, b1, b2, b3]],
    ['the last block twice', [b0, b1, b2, b3, b3]],
    ['a block in place of another', [b0, b0, b2, b3]],
    ['a block added', [b0, b1, b2, b2, b3]],
    ['an empty block added', [b0, b1, b2, b3, createSealer(contentKey).seal(new Uint8Array(), true)]],
    ['a block of an image with another key', [b0, other[1] ?? b0, b2, b3]],
    ['blocks after the last, of an image of whole blocks', [...sibling, b2, b3]],
    ['the end of a shorter image', [b0, ...sibling.slice(1), b3]],
    ['the last byte cut off', [b0, b1, b2, b3.subarray(0, -1)]],
    ['the first byte cut off', [b0.subarray(1), b1, b2, b3]],
    ['the last block cut to its tag', [b0, b1, b2, b3.subarray(-16)]],
    ['a byte added', [b0, b1, b2, b3, Uint8Array.of(0)]],
    ['noughts added to a whole block', [b0, b1, b2, b3, new Uint8Array(sealedBlockBytes - b3.length)]],
    ['noughts alone', [new Uint8Array(sealed.length)]],
    ['the plain image', [image]],
  ];
  it.each(rows)('%s', (_, parts) => {
    expectSame(openImage(contentKey, sealed), image);
    expect(openImage(contentKey, concatBytes(...parts))).toBeUndefined();
  });

  it('every shorter piece of it', () => {
    for (let length = 0; length < sealed.length; length += length % sealedBlockBytes === 0 ? 1 : 97) {
      expect(openImage(contentKey, sealed.subarray(0, length))).toBeUndefined();
    }
    for (let count = 0; count < 4; count += 1) {
      for (const less of [0, 1, 15, 16, 17]) {
        const length = Math.max(0, count * sealedBlockBytes - less);
        expect(openImage(contentKey, sealed.subarray(0, length))).toBeUndefined();
      }
    }
  });

  it('one with any bit flipped: each byte of a small image, and many of this one', () => {
    const small = sealImage(contentKey, image.subarray(0, 40));
    for (let index = 0; index < 8 * small.length; index += 1) {
      expect(openImage(contentKey, bit(small, index))).toBeUndefined();
    }
    for (let index = 0; index < 8 * sealed.length; index += 997) {
      expect(openImage(contentKey, bit(sealed, index))).toBeUndefined();
    }
  });

  it('another key, and one with any bit flipped', () => {
    expect(openImage(random.bytes(32), sealed)).toBeUndefined();
    for (let index = 0; index < 256; index += 1) expect(openImage(bit(contentKey, index), sealed)).toBeUndefined();
  });

  prop([fc.uint8Array({ maxLength: 9000, size: 'max' })])('any bytes', (bytes) => {
    expect(openImage(contentKey, bytes)).toBeUndefined();
    expect(createOpener(contentKey).open(bytes, true)).toBeUndefined();
  });
});

describe('an ECU that was interrupted', () => {
  it.each([0, 1, 2, 3])('goes on at block %i [P8]', (fromBlock) => {
    const opener = createOpener(contentKey, { fromBlock });
    const rest = blocks.slice(fromBlock).map((block, index) => opener.open(block, fromBlock + index === 3));
    expectSame(
      concatBytes(...rest.map((plain) => plain ?? expect.fail('a block did not open'))),
      image.subarray(fromBlock * blockBytes),
    );
  });

  it('is given no block but the one it asked for [P8]', () => {
    for (let fromBlock = 0; fromBlock < 5; fromBlock += 1) {
      for (const [index, block] of blocks.entries()) {
        const opened = createOpener(contentKey, { fromBlock }).open(block, index === 3);
        expect(opened !== undefined).toBe(fromBlock === index);
      }
    }
  });

  it('asks again for a block that came damaged [P8]', () => {
    const opener = createOpener(contentKey);
    for (const [index, block] of blocks.entries()) {
      const isLast = index === 3;
      expect(opener.open(bit(block, 5), isLast)).toBeUndefined();
      expect(opener.open(block, !isLast)).toBeUndefined();
      expect(opener.open(block.subarray(1), isLast)).toBeUndefined();
      expectSame(opener.open(block, isLast), image.subarray(index * blockBytes, (index + 1) * blockBytes));
    }
  });

  it('opens nothing after the last block [P8]', () => {
    const opener = createOpener(contentKey, { fromBlock: 3 });
    expect(opener.open(blocks[3] ?? expect.fail(), true)).toBeDefined();
    for (const block of blocks) {
      expect([opener.open(block, true), opener.open(block, false)]).toEqual([undefined, undefined]);
    }
    const ended = createOpener(contentKey);
    expect(ended.open(sealImage(contentKey, image.subarray(0, 5)), true)).toBeDefined();
    expect(ended.open(blocks[1] ?? expect.fail(), false)).toBeUndefined(); // the next block of another image with that key
  });

  it('numbers blocks beyond 2^32 apart [D7]', () => {
    const far = createOpener(contentKey, { fromBlock: 2 ** 32 });
    expect(far.open(blocks[0] ?? expect.fail(), false)).toBeUndefined();
  });
});

describe('a bug is', () => {
  const full = new Uint8Array(blockBytes);
  const one = Uint8Array.of(1);
  it.each<[string, () => unknown]>([
    ['a short content key for sealing', () => createSealer(contentKey.subarray(1))],
    ['a short content key for opening', () => createOpener(contentKey.subarray(1))],
    ['a long content key', () => openImage(concatBytes(contentKey, one), sealed)],
    ['a negative block number', () => createOpener(contentKey, { fromBlock: -1 })],
    ['half a block number', () => createOpener(contentKey, { fromBlock: 0.5 })],
    ['no block number', () => createOpener(contentKey, { fromBlock: Number.NaN })],
    ['a short block that is not the last', () => createSealer(contentKey).seal(one, false)],
    ['a long block', () => createSealer(contentKey).seal(concatBytes(full, one), true)],
    ['an empty block after another', () => sealAll([full, false], [new Uint8Array(), true])],
    ['a block after the last', () => sealAll([full, true], [one, true])],
  ])('%s', (_, make) => {
    expect(make).toThrow(RangeError);
  });

  function sealAll(...parts: readonly (readonly [Uint8Array, boolean])[]): void {
    const sealer = createSealer(contentKey);
    for (const [plain, isLast] of parts) sealer.seal(plain, isLast);
  }
});

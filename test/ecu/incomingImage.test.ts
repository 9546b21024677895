import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/bytes.ts';
import { encryptedBlockPlainBytes } from '../../src/core/limits.ts';
import { createRandom } from '../../src/core/random.ts';
import { KIB } from '../../src/core/units.ts';
import { sealedBlockBytes, sealedLength, sealImage } from '../../src/crypto/encryption/imageEncryption.ts';
import { wrapKey } from '../../src/crypto/encryption/keyWrap.ts';
import { x25519PublicKey } from '../../src/crypto/encryption/x25519.ts';
import { memoryFlash } from '../../src/ecu/flash.ts';
import { FlashBanks } from '../../src/ecu/flashBanks.ts';
import { beginImage, type IncomingImage } from '../../src/ecu/incomingImage.ts';
import { memoryStorage } from '../../src/ecu/storage.ts';
import { listImage } from '../../src/repository/roles/writeMetadata.ts';
import { imageOf } from '../../src/uptane/checks/describedImage.ts';
import { checkImage } from '../../src/uptane/checks/image.ts';
import type { EncryptedImage, Target } from '../../src/uptane/model/metadata.ts';
import { bankImage, ecuKey, present, succeeded, vin } from './support/bench.ts';

const random = createRandom('incoming image');
const decryptionKey = random.bytes(32);
const contentKey = random.bytes(32);
const identity = { vin, serial: 'partial', hardwareId: 'hw-partial', key: ecuKey('partial'), decryptionKey };

/** A bank of its own, as it leaves the factory. */
function bank() {
  const [flash, storage] = [memoryFlash(64 * KIB), memoryStorage()];
  FlashBanks.provision(flash, storage, bankImage('old.img', new Uint8Array(10), 1), new Uint8Array(10));
  const boot = () => new FlashBanks(flash, storage);
  return { boot, banks: boot(), flash };
}

function encryptedWith(sealed: Uint8Array, recipient = decryptionKey): EncryptedImage {
  const wrapped = present(wrapKey(contentKey, x25519PublicKey(recipient), random.bytes(32)));
  const { length, hashes } = listImage('x', sealed, { hardwareIds: [], releaseCounter: 1 });
  const wrappedKey = { ephemeralPublic: toHex(wrapped.ephemeralPublic), sealed: toHex(wrapped.sealed) };
  return { filename: 'ab', length, hashes, method: 'x25519-aes-256-gcm', wrappedKey };
}

function targetOf(image: Uint8Array, encrypted?: EncryptedImage): Target {
  const listed = listImage('new.img', image, { hardwareIds: ['hw-partial'], releaseCounter: 2 });
  return { ...listed, ecus: new Map([['partial', { hardwareId: 'hw-partial', ...(encrypted && { encrypted }) }]]) };
}

/** In pieces of `pieceBytes`, from where it is wanted; gives the fault, or the bytes that went to flash. */
function send(incoming: IncomingImage, bytes: Uint8Array, pieceBytes: number, until = bytes.length): string | number {
  let written = 0;
  while (incoming.nextOffset < until) {
    const taken = incoming.take(bytes.subarray(incoming.nextOffset, incoming.nextOffset + pieceBytes));
    if (!taken.ok) return taken.fault.code;
    written += taken.value;
  }
  return written;
}

describe('an encrypted image on its way into flash', () => {
  const plain = random.bytes(3 * encryptedBlockPlainBytes + 100);
  const sealed = sealImage(contentKey, plain);
  const target = targetOf(plain, encryptedWith(sealed));

  it.each([1000, 4000, sealedBlockBytes, 32 * KIB])(
    'is opened block by block in pieces of %i bytes: only plain bytes are written [P8 P9]',
    (pieceBytes) => {
      const { banks, flash } = bank();
      const incoming = succeeded(beginImage(banks, identity, target));
      expect(incoming.length).toBe(sealedLength(plain.length));
      expect(send(incoming, sealed, pieceBytes)).toBe(plain.length);
      expect(flash.read(1, 0, plain.length)).toEqual(plain);
      expect(checkImage(target, banks.written, banks.writtenBlocks()).ok).toBe(true);
    },
  );

  it('goes on after an interruption at the border of the last block that was written [P12]', () => {
    const { boot, banks } = bank();
    const pieceBytes = 1000;
    send(succeeded(beginImage(banks, identity, target)), sealed, pieceBytes, sealedBlockBytes + 2 * pieceBytes);
    const again = succeeded(beginImage(boot(), identity, target));
    expect(again.nextOffset).toBe(sealedBlockBytes);
    const resumed = boot();
    expect(send(succeeded(beginImage(resumed, identity, target)), sealed, pieceBytes)).toBe(
      plain.length - encryptedBlockPlainBytes,
    );
    expect(checkImage(target, resumed.written, resumed.writtenBlocks()).ok).toBe(true);
    const complete = succeeded(beginImage(boot(), identity, target));
    expect(complete.nextOffset).toBe(sealed.length);
  });

  it('begins anew after bytes of the same image that came in plain and end within a block [P12]', () => {
    const { banks } = bank();
    banks.begin(imageOf(target));
    banks.append(plain.subarray(0, 100));
    const incoming = succeeded(beginImage(banks, identity, target));
    expect(incoming.nextOffset).toBe(0);
    expect(send(incoming, sealed, 4000)).toBe(plain.length);
    expect(checkImage(target, banks.written, banks.writtenBlocks()).ok).toBe(true);
  });

  it.each([
    ['of whole blocks', 2 * encryptedBlockPlainBytes],
    ['of one byte', 1],
    ['of no bytes', 0],
  ])('%s is opened to its last byte [P8]', (_what, length) => {
    const { banks } = bank();
    const image = random.bytes(length);
    const one = targetOf(image, encryptedWith(sealImage(contentKey, image)));
    expect(send(succeeded(beginImage(banks, identity, one)), sealImage(contentKey, image), 4000)).toBe(length);
    expect(checkImage(one, banks.written, banks.writtenBlocks()).ok).toBe(true);
  });

  it.each([
    ['a changed bit', (bytes: Uint8Array) => bytes.with(5000, (bytes[5000] ?? 0) ^ 1)],
    [
      'two blocks that changed places',
      (bytes: Uint8Array) =>
        Uint8Array.of(
          ...bytes.subarray(sealedBlockBytes, 2 * sealedBlockBytes),
          ...bytes.subarray(0, sealedBlockBytes),
        ),
    ],
    ['plain bytes in its place', () => new Uint8Array(sealed.length)],
  ])('with %s does not open [P8]', (_what, change) => {
    const incoming = succeeded(beginImage(bank().banks, identity, target));
    expect(send(incoming, change(sealed), 4000)).toBe('decryption-failed');
  });

  it.each([
    ['for another ECU', { ...identity }, targetOf(plain, encryptedWith(sealed, random.bytes(32)))],
    ['for an ECU that has no decryption key', { ...identity, decryptionKey: undefined }, target],
    ['of a length that no such image has', identity, targetOf(plain.subarray(1), encryptedWith(sealed))],
  ])('%s is refused before a byte of it comes [P8 L4]', (_what, who, what) => {
    const { banks } = bank();
    expect(beginImage(banks, who, what)).toMatchObject({
      ok: false,
      fault: { code: 'decryption-failed', clause: 'P8', attack: 'arbitrary-installation' },
    });
    expect(banks.written).toBe(0);
  });
});

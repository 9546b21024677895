// Images encrypted by the Director for one ECU: D7 D8.
import { beforeEach, describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../../../src/core/bytes.ts';
import { InputError } from '../../../src/core/faults.ts';
import { createRandom } from '../../../src/core/random.ts';
import { openImage } from '../../../src/crypto/encryption/imageEncryption.ts';
import { unwrapKey } from '../../../src/crypto/encryption/keyWrap.ts';
import { x25519PublicKey } from '../../../src/crypto/encryption/x25519.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import { Director } from '../../../src/repository/director/director.ts';
import { inventoryVehicle } from '../../../src/repository/director/inventory.ts';
import { usualValidity } from '../../../src/repository/roles/publication.ts';
import { answerRequest } from '../../../src/repository/servers.ts';
import type { EncryptedImage } from '../../../src/uptane/model/metadata.ts';
import { begin, primary, signatures, succeeded, vin, World } from '../../uptane/support/fixtures.ts';

const secretOf = (serial: string) => createRandom(`decrypts ${serial}`).bytes(32);
const bytes = createRandom('image').bytes(10_000);
const mustMatch = { hardwareIds: ['hw-full-1', 'hw-partial-2'], releaseCounter: 2 };

let world: World;
let director: Director;
beforeEach(() => {
  world = new World();
  const ecus = [...world.director.vehicle.ecus.values()].map((ecu) => ({
    ...ecu,
    ...(ecu.serial !== 'primary-0' && { encryptionKey: toHex(x25519PublicKey(secretOf(ecu.serial))) }),
  }));
  const vehicle = inventoryVehicle(vin, ecus);
  director = new Director({
    signatures,
    keys: world.keys.director,
    timeserver: world.timeserver.keys,
    vehicle,
    validity: usualValidity,
    now: begin,
  });
});

const random = createRandom('keys');
function assign(...serials: string[]): void {
  const listed = world.images.add('image.bin', bytes, mustMatch);
  world.images.publish(begin);
  for (const serial of serials) director.assign(serial, listed, { bytes, random });
  director.publish(begin);
}

function verified() {
  for (const name of ['1.targets.json', '1.snapshot.json', 'timestamp.json']) {
    world.serve(`director/${name}`, director.file(name, begin) ?? expect.fail());
  }
  const { result } = primary.verify(world, world.provisioned());
  return succeeded(result).director;
}

function encryptedFor(serial: string): EncryptedImage {
  return verified().targets.get('image.bin')?.ecus.get(serial)?.encrypted ?? expect.fail();
}

/** What the ECU makes of it. */
function opened(serial: string, encrypted: EncryptedImage, sealed: Uint8Array): Uint8Array | undefined {
  const { ephemeralPublic, sealed: wrapped } = encrypted.wrappedKey;
  const [first, second] = [fromHex(ephemeralPublic), fromHex(wrapped)];
  if (first === undefined || second === undefined) return expect.fail();
  const contentKey = unwrapKey({ ephemeralPublic: first, sealed: second }, secretOf(serial));
  return contentKey && openImage(contentKey, sealed);
}

describe('an image for an ECU with an encryption key', () => {
  it('is listed in plain for the match, and encrypted by name, length, hashes, method and wrapped key [D7 D8 D9]', () => {
    assign('full-1', 'primary-0');
    const target = verified().targets.get('image.bin') ?? expect.fail();
    expect([target.length, target.hashes.sha256]).toEqual([bytes.length, hashHex('sha256', bytes)]);
    expect(target.ecus.get('primary-0')).toEqual({ hardwareId: 'hw-primary-0' });
    const encrypted = target.ecus.get('full-1')?.encrypted ?? expect.fail();
    const sealed = director.image(encrypted.filename, 0, 1e9) ?? expect.fail();
    expect(encrypted).toMatchObject({
      filename: hashHex('sha256', sealed),
      length: sealed.length,
      hashes: { sha256: hashHex('sha256', sealed), sha512: hashHex('sha512', sealed) },
      method: 'x25519-aes-256-gcm',
    });
    expect(director.files(begin).get(`targets/${encrypted.filename}`)).toEqual(sealed);
  });

  it('opens on that ECU, and on no other [D8 P8]', () => {
    assign('full-1', 'partial-2');
    const [one, two] = [encryptedFor('full-1'), encryptedFor('partial-2')];
    const sealed = director.image(one.filename, 0, 1e9) ?? expect.fail();
    expect(opened('full-1', one, sealed)).toEqual(bytes);
    expect(opened('partial-2', one, sealed)).toBeUndefined();
    expect(one.filename).not.toBe(two.filename);
    expect(opened('partial-2', two, director.image(two.filename, 0, 1e9) ?? expect.fail())).toEqual(bytes);
  });

  it('shows nothing of itself on the way [D7]', () => {
    const plain = utf8('secret of the maker '.repeat(500));
    const listed = world.images.add('image.bin', plain, mustMatch);
    director.assign('full-1', listed, { bytes: plain, random });
    director.publish(begin);
    world.images.publish(begin);
    const sealed = director.image(encryptedFor('full-1').filename, 0, 1e9) ?? expect.fail();
    expect(new TextDecoder('latin1').decode(sealed)).not.toContain('maker');
  });

  it('is sealed under other keys each time it is assigned [D7]', () => {
    assign('full-1');
    const { filename } = encryptedFor('full-1');
    const listed = world.images.add('image.bin', bytes, mustMatch);
    director.assign('full-1', listed, { bytes, random });
    director.publish(begin);
    const { targets } = JSON.parse(new TextDecoder().decode(director.file('2.targets.json', begin))).signed;
    expect(targets['image.bin'].custom.ecuIdentifiers['full-1'].encrypted.filename).not.toBe(filename);
  });

  it('stays on offer with the bundle before, and no longer [I5]', () => {
    assign('full-1');
    const { filename } = encryptedFor('full-1');
    director.publish(begin);
    const offered = () => director.image(filename, 0, 1) !== undefined;
    director.withdraw('full-1');
    director.publish(begin);
    expect(offered()).toBe(true);
    director.publish(begin + 1);
    expect(offered()).toBe(true);
    director.assign('primary-0', world.images.add('p', bytes, mustMatch));
    director.publish(begin);
    expect(offered()).toBe(false);
  });

  it('is served where images are asked for, in ranges [I2 H2]', () => {
    assign('full-1');
    const { filename: file, length } = encryptedFor('full-1');
    const servers = { director, imageRepository: world.images, timeserver: world.timeserver };
    const ask = (offset: number) =>
      answerRequest(servers, { type: 'image', file, offset, length: 100 }, begin, () => {});
    const whole = director.image(file, 0, length) ?? expect.fail();
    expect(ask(50)).toEqual({ status: 'ok', bytes: whole.slice(50, 150) });
    expect(ask(length)).toEqual({ status: 'ok', bytes: new Uint8Array() });
  });

  it('that is not the listed one, or a key that is none, is the operator’s mistake [D7]', () => {
    const listed = world.images.add('image.bin', bytes, mustMatch);
    expect(() => director.assign('full-1', listed, { bytes: utf8('x'), random })).toThrow(InputError);
    expect(() => director.assign('stranger', listed)).toThrow(InputError);
    const ecus = [...director.vehicle.ecus.values()].map((ecu) => ({ ...ecu, encryptionKey: '00'.repeat(32) }));
    const weak = director.forVehicle(inventoryVehicle(vin, ecus), begin);
    expect(() => weak.assign('full-1', listed, { bytes, random })).toThrow(InputError);
  });
});

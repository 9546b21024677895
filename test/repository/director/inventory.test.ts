// The Director's inventory: who gets into it. J9 J10 J11, L4
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { ecusMax } from '../../../src/core/limits.ts';
import { Inventory } from '../../../src/repository/director/inventory.ts';
import { registrationBytesMax } from '../../../src/repository/limits.ts';
import { keyNamed, succeeded } from '../../uptane/support/fixtures.ts';

let inventory: Inventory;
beforeEach(() => {
  inventory = new Inventory();
});

const encryptionKey = 'e1'.repeat(32);
const ecu = (serial: string, changes: object = {}) => ({
  serial,
  hardwareId: `hw-${serial}`,
  role: 'secondary',
  key: keyNamed(serial).key,
  ...changes,
});
const primary = (changes: object = {}) => ecu('p', { role: 'primary', ...changes });
const register = (ecus: readonly object[], vin: unknown = 'VIN-1') =>
  inventory.register(utf8(JSON.stringify({ vin, ecus })));

describe('a vehicle that is registered', () => {
  it('is kept with its ECUs, their hardware, role and public keys [J9 J10 J11]', () => {
    const vehicle = succeeded(register([primary(), ecu('s', { encryptionKey })]));
    expect(inventory.vehicle('VIN-1')).toBe(vehicle);
    expect(vehicle.vin).toBe('VIN-1');
    expect([...vehicle.ecus.values()]).toEqual([primary(), ecu('s', { encryptionKey })]);
    expect(inventory.vehicle('VIN-2')).toBeUndefined();
  });

  const bad = (changes: object) => () => [primary(), ecu('s', changes)];
  const secret = keyNamed('s').key;
  const rows: readonly [string, () => readonly object[], 'J10' | 'J11', RegExp][] = [
    ['without a Primary [J10]', () => [ecu('s')], 'J10', /one Primary/],
    ['with two Primaries [J10]', bad({ role: 'primary' }), 'J10', /one Primary/],
    ['with an ECU that is neither [J10]', bad({ role: 'gateway' }), 'J10', /primary or secondary/],
    ['with a serial twice [J10]', () => [primary(), ecu('s'), ecu('s', { key: keyNamed('t').key })], 'J10', /serial/],
    ['with one key in two ECUs [L4]', () => [primary(), ecu('s', { key: keyNamed('p').key })], 'J10', /another one/],
    [
      'whose decryption key is its signing key [L4]',
      bad({ encryptionKey: keyNamed('s').key.keyval.public }),
      'J10',
      /another one/,
    ],
    [
      'with the private part of a key [J11]',
      bad({ key: { ...secret, keyval: { ...secret.keyval, private: '00' } } }),
      'J11',
      /keyval.private/,
    ],
    ['with a secret in some other place [J11]', bad({ secret: '00' }), 'J11', /ecus.1.secret/],
    [
      'with a symmetric key [J11]',
      bad({ key: { keytype: 'aes', scheme: 'aes', keyval: { public: '00' } } }),
      'J10',
      /32 bytes/,
    ],
    [
      'with a key that anybody can sign for [J11]',
      bad({ key: { ...secret, keyval: { public: `01${'00'.repeat(31)}` } } }),
      'J10',
      /ed25519/,
    ],
    ['with an encryption key that is none', bad({ encryptionKey: 'e1' }), 'J10', /32 bytes/],
    ['with a serial that would move a cursor [B1]', bad({ serial: '\u001b[2J' }), 'J10', /identifier/],
    [
      `with more than ${ecusMax} ECUs`,
      () => [primary(), ...Array.from({ length: ecusMax }, (_, n) => ecu(`${n}`))],
      'J10',
      /at most/,
    ],
  ];
  it.each(rows)('%s is refused', (_, ecus, clause, message) => {
    const refused = register(ecus());
    expect(refused).toMatchObject({ ok: false, fault: { code: 'registration-refused', clause } });
    expect(refused.ok ? '' : refused.fault.message).toMatch(message);
    expect(inventory.vehicle('VIN-1')).toBeUndefined();
    succeeded(register([primary()]));
  });

  it.each([
    ['nothing', utf8('')],
    ['endless bytes', new Uint8Array(registrationBytesMax + 1)],
    ['a list', utf8('[]')],
    ['a name twice', utf8('{"vin":"a","vin":"b","ecus":[]}')],
  ])('by %s is refused [J10]', (_, bytes) => {
    expect(inventory.register(bytes)).toMatchObject({ fault: { code: 'registration-refused', clause: 'J10' } });
  });

  it('is refused a second time, whoever is in it [J10]', () => {
    succeeded(register([primary()]));
    const spoofed = register([ecu('x', { role: 'primary' })]);
    expect(spoofed).toMatchObject({ fault: { clause: 'J10', message: expect.stringContaining('already') } });
    expect([...(inventory.vehicle('VIN-1')?.ecus.keys() ?? [])]).toEqual(['p']);
  });

  it.each([
    ['an ECU', ecu('s', { key: keyNamed('other').key, encryptionKey: undefined }), /belongs to vehicle VIN-1/],
    ['the key of an ECU', ecu('x', { key: keyNamed('s').key }), /used in vehicle VIN-1/],
    ['the encryption key of an ECU', ecu('x', { encryptionKey }), /used in vehicle VIN-1/],
  ])('with %s of another vehicle is refused [J10 L4]', (_, foreign, message) => {
    succeeded(register([primary(), ecu('s', { encryptionKey })]));
    const refused = register([ecu('q', { role: 'primary' }), foreign], 'VIN-2');
    expect(refused.ok ? '' : refused.fault.message).toMatch(message);
    expect(inventory.vehicle('VIN-2')).toBeUndefined();
  });
});

// What servers and ECUs say of a vehicle of as many ECUs as there may be stays below the bounds of its files.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { directorTargetsBytesMax, ecusMax, versionReportBytesMax } from '../../src/core/limits.ts';
import { Inventory } from '../../src/repository/director/inventory.ts';
import { registrationBytesMax } from '../../src/repository/limits.ts';
import { writeDirectorTargets } from '../../src/repository/roles/writeMetadata.ts';
import { decodeMetadata } from '../../src/uptane/decode/metadata.ts';
import { timeAttestationBytesMax, timeTokensMax, vehicleManifestBytesMax } from '../../src/uptane/limits.ts';
import { uptaneProfile } from '../../src/uptane/model/profile.ts';
import { makeTimeAttestation } from '../../src/uptane/statements/timeAttestation.ts';
import { makeVehicleManifest } from '../../src/uptane/statements/vehicleManifest.ts';
import { begin, keyNamed, succeeded, vin } from '../uptane/support/fixtures.ts';

const serials = Array.from({ length: ecusMax }, (_, index) => `supplier-door-module-${index}`);
const hex = (index: number, bytes: number) => index.toString(16).padStart(2 * bytes, '0');
const key = keyNamed('large');

describe(`of a vehicle of ${ecusMax} ECUs`, () => {
  it('the Director’s Targets hold an encrypted image for each [V1 D7]', () => {
    const images = serials.map((serial, index) => {
      const hashes = { sha256: hex(index, 32), sha512: hex(index, 64) };
      const wrappedKey = { ephemeralPublic: hex(index, 32), sealed: hex(index, 48) };
      const encrypted = {
        filename: hex(index, 16),
        length: 1e6,
        hashes,
        method: 'x25519-aes-256-gcm',
        wrappedKey,
      } as const;
      const mustMatch = { hardwareIds: [`hardware-of-${serial}`], releaseCounter: index };
      const ecus = new Map([[serial, { hardwareId: `hardware-of-${serial}`, encrypted }]]);
      return { filename: `${serial}/application-${index}.img`, length: 1e6, hashes, mustMatch, ecus };
    });
    const bytes = writeDirectorTargets({ version: 1, expires: begin }, vin, images, [key]);
    expect(bytes.length).toBeLessThanOrEqual(directorTargetsBytesMax);
    const read = decodeMetadata({ profile: uptaneProfile, repository: 'director', role: 'targets' }, bytes);
    expect(succeeded(read).body).toMatchObject({ targets: { size: ecusMax } });
  });

  it('a registration holds two keys of each [J10]', () => {
    const ecus = serials.map((serial, index) => ({
      serial,
      hardwareId: `hardware-of-${serial}`,
      role: index === 0 ? 'primary' : 'secondary',
      key: { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: keyNamed(serial).key.keyval.public } },
      encryptionKey: hex(index + 1, 32),
    }));
    const bytes = utf8(JSON.stringify({ vin, ecus }));
    expect(bytes.length).toBeLessThanOrEqual(registrationBytesMax);
    expect(succeeded(new Inventory().register(bytes)).ecus.size).toBe(ecusMax);
  });

  it('a time attestation holds the token of each [Y1]', () => {
    expect(timeTokensMax).toBeGreaterThanOrEqual(ecusMax);
    const tokens = serials.map((_serial, index) => hex(index, 16));
    expect(makeTimeAttestation(begin, tokens, [key]).length).toBeLessThanOrEqual(timeAttestationBytesMax);
  });

  it('a manifest holds a report of each, as long as it may be [N2]', () => {
    const reports = new Map(serials.map((serial) => [serial, { filler: 'x'.repeat(versionReportBytesMax - 20) }]));
    const manifest = makeVehicleManifest({ vin, primarySerial: 'p', reports }, key);
    expect(manifest.length).toBeLessThanOrEqual(vehicleManifestBytesMax);
  });
});

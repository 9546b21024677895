// N: the vehicle version manifest as the Primary signs it, and what the Director believes of it before it looks at the reports.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { ecusMax } from '../../../src/core/limits.ts';
import { canonicalJson } from '../../../src/uptane/json/canonicalJson.ts';
import { vehicleManifestBytesMax } from '../../../src/uptane/limits.ts';
import { signPayload } from '../../../src/uptane/signing/sign.ts';
import { checkVehicleManifest, makeVehicleManifest } from '../../../src/uptane/statements/vehicleManifest.ts';
import { attacker, impostor, padded } from '../support/attacks.ts';
import { keyNamed, signatures, succeeded } from '../support/fixtures.ts';

const key = keyNamed('primary');
const reports = new Map<string, object>([
  ['ecu-1', { signed: 1 }],
  ['ecu-2', { signed: 2 }],
]);
const manifest = { vin: 'V', primarySerial: 'ecu-1', reports };
const genuine = makeVehicleManifest(manifest, key);
const check = (bytes: Uint8Array) => checkVehicleManifest(signatures, key.key, bytes);
const signed = (changes: object) => {
  const payload = { vin: 'V', primary_ecu_serial: 'ecu-1', ecu_version_manifests: {} };
  return canonicalJson(signPayload({ ...payload, ...changes }, key));
};

describe('a manifest', () => {
  it('names vehicle and Primary, and holds the reports as they are [N1 N2 N3]', () => {
    const read = succeeded(check(genuine));
    expect({ ...read, reports: Object.fromEntries(read.reports) }).toEqual({
      ...manifest,
      reports: Object.fromEntries(reports),
    });
    expect(JSON.parse(new TextDecoder().decode(genuine)).signed).toEqual({
      vin: 'V',
      primary_ecu_serial: 'ecu-1',
      ecu_version_manifests: Object.fromEntries(reports),
    });
  });

  it('may have as many bytes and reports as are allowed [J5]', () => {
    const many = (count: number) =>
      signed({
        ecu_version_manifests: Object.fromEntries(Array.from({ length: count }, (_, n) => [`ecu-${n}`, null])),
      });
    expect(succeeded(check(padded(many(ecusMax), vehicleManifestBytesMax))).reports.get('ecu-7')).toBeNull();
    expect(check(many(ecusMax + 1))).toMatchObject({
      fault: { message: `manifest: ecu_version_manifests: at most ${ecusMax} reports are allowed` },
    });
  });

  const identifier = 'an identifier without control characters is needed';
  const malformed = (words: string) => ({ code: 'malformed', message: words, attack: 'report-forgery' });
  const rows: readonly [string, Uint8Array, object][] = [
    [
      'longer than its cap [J5]',
      padded(genuine, vehicleManifestBytesMax + 1),
      {
        code: 'oversized',
        message: `the manifest is longer than ${vehicleManifestBytesMax} bytes`,
        attack: 'endless-data',
      },
    ],
    ['that is no JSON [J5]', utf8('x'), malformed('manifest: a value is needed at character 0')],
    ['that is a list [J5]', utf8('[]'), malformed('the manifest: an object is needed')],
    [
      'signed by another key [J5]',
      makeVehicleManifest(manifest, attacker),
      {
        code: 'wrong-key',
        message: `the manifest is signed by key ${attacker.keyId.slice(0, 8)}, not by its own`,
        attack: 'report-forgery',
      },
    ],
    [
      'signed in the Primary’s name [J5]',
      makeVehicleManifest(manifest, impostor(key)),
      { code: 'bad-signature', message: 'the signature of the manifest is bad', attack: 'report-forgery' },
    ],
    ['without vehicle [N2]', signed({ vin: undefined }), malformed('manifest: vin: a text is needed')],
    ['with an invisible vehicle [N2]', signed({ vin: '\u200b' }), malformed(`manifest: vin: ${identifier}`)],
    [
      'without Primary [N2]',
      signed({ primary_ecu_serial: 1 }),
      malformed('manifest: primary_ecu_serial: a text is needed'),
    ],
    [
      'without reports [N2]',
      signed({ ecu_version_manifests: [] }),
      malformed('manifest: ecu_version_manifests: an object is needed'),
    ],
  ];
  it.each(rows)('is not believed %s', (_, bytes, words) => {
    expect(check(bytes)).toEqual({ ok: false, fault: { kind: 'remote', clause: 'J5', ...words } });
  });
});

// Owns: the vehicle version manifest: every ECU's report in one payload, signed by the Primary. N
import type { RemoteFault } from '../../core/faults.ts';
import { ecusMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { readIdentifier } from '../decode/fields.ts';
import { canonicalJson } from '../json/canonicalJson.ts';
import { notAsExpected, reading, readObject } from '../json/jsonReader.ts';
import { type JsonValue, parseStrictJson } from '../json/strictJson.ts';
import { vehicleManifestBytesMax } from '../limits.ts';
import { remoteFault } from '../model/faults.ts';
import type { PublicKey } from '../model/metadata.ts';
import type { SigningKey } from '../signing/keys.ts';
import { checkPayload } from '../signing/payload.ts';
import { signPayload } from '../signing/sign.ts';

/** The reports are kept as JSON: each is signed by its own ECU, and judged by who knows that ECU's key. N2 N3 */
export interface VehicleManifest {
  readonly vin: string;
  readonly primarySerial: string;
  readonly reports: ReadonlyMap<string, JsonValue | object>;
}

/** The manifest's bytes, signed by the Primary's key. */
export function makeVehicleManifest(manifest: VehicleManifest, key: SigningKey): Uint8Array {
  const reports = [...manifest.reports].sort(([a], [b]) => (a < b ? -1 : 1));
  const signed = {
    ecu_version_manifests: Object.fromEntries(reports),
    primary_ecu_serial: manifest.primarySerial,
    vin: manifest.vin,
  };
  return canonicalJson(signPayload(signed, key));
}

/** The manifest of the vehicle whose Primary owns `key`. The reports in it are not judged here. J5 */
export function checkVehicleManifest(
  signatures: Signatures,
  key: PublicKey,
  bytes: Uint8Array,
): Result<
  { readonly vin: string; readonly primarySerial: string; readonly reports: ReadonlyMap<string, JsonValue> },
  RemoteFault
> {
  const malformed = (message: string) =>
    fail(
      remoteFault({ clause: 'J5', code: 'malformed', indicates: 'report-forgery', message: `manifest: ${message}` }),
    );
  if (bytes.length > vehicleManifestBytesMax) {
    const message = `the manifest is longer than ${vehicleManifestBytesMax} bytes`;
    return fail(remoteFault({ clause: 'J5', code: 'oversized', indicates: 'endless-data', message }));
  }
  const json = parseStrictJson(bytes);
  if (!json.ok) return malformed(json.fault);
  const payload = checkPayload(signatures, key, json.value, 'J5', 'the manifest');
  if (!payload.ok) return payload;
  const manifest = reading(() => {
    const reports = Object.entries(readObject(payload.value.ecu_version_manifests, 'ecu_version_manifests'));
    if (reports.length > ecusMax) notAsExpected('ecu_version_manifests', `at most ${ecusMax} reports are allowed`);
    return {
      vin: readIdentifier(payload.value.vin, 'vin'),
      primarySerial: readIdentifier(payload.value.primary_ecu_serial, 'primary_ecu_serial'),
      reports: new Map(reports.map(([serial, report]): [string, JsonValue] => [serial, report ?? null])),
    };
  });
  return manifest.ok ? ok(manifest.value) : malformed(manifest.fault);
}

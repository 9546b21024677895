// Owns: the Director's judgement of a vehicle version manifest against its inventory. J4 J5 J6
import type { Attack, RemoteFault } from '../../core/faults.ts';
import { versionReportBytesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { formatUtc } from '../../core/utc.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { canonicalJson } from '../../uptane/json/canonicalJson.ts';
import type { JsonValue } from '../../uptane/json/strictJson.ts';
import { remoteFault } from '../../uptane/model/faults.ts';
import { checkVehicleManifest } from '../../uptane/statements/vehicleManifest.ts';
import { checkVersionReport, type VersionReport } from '../../uptane/statements/versionReport.ts';
import { reportTimeAheadSecondsMax } from '../limits.ts';
import type { InventoriedVehicle } from './inventory.ts';
import type { InventoriedEcu } from './registration.ts';

/** Every ECU's report, or why the whole manifest is dropped. The inventory is not changed here. `now`: seconds since 1970. */
export function checkManifest(
  signatures: Signatures,
  vehicle: InventoriedVehicle,
  bytes: Uint8Array,
  now: number,
): Result<ReadonlyMap<string, VersionReport>, RemoteFault> {
  const drop = (code: 'unknown-ecu' | 'wrong-vehicle' | 'report-missing', indicates: Attack, message: string) =>
    fail(remoteFault({ clause: 'J5', code, indicates, message }));
  const primary = [...vehicle.ecus.values()].find(({ role }) => role === 'primary');
  if (primary === undefined) {
    return drop('unknown-ecu', 'unknown-ecu', `vehicle ${vehicle.vin} has no Primary in the inventory`);
  }
  // J5, the Primary's key
  const manifest = checkVehicleManifest(signatures, primary.key, bytes);
  if (!manifest.ok) return manifest;
  const { vin, primarySerial, reports } = manifest.value;
  if (vin !== vehicle.vin) return drop('wrong-vehicle', 'cross-vehicle-replay', `the manifest is of vehicle ${vin}`);
  if (primarySerial !== primary.serial) {
    return drop('unknown-ecu', 'unknown-ecu', `the manifest names ${primarySerial} as its Primary`);
  }
  const stranger = [...reports.keys()].find((serial) => !vehicle.ecus.has(serial));
  if (stranger !== undefined) return drop('unknown-ecu', 'unknown-ecu', `ECU ${stranger} is not in the inventory`);

  const judged = new Map<string, VersionReport>();
  for (const ecu of vehicle.ecus.values()) {
    // J5, every ECU present
    const report = reports.get(ecu.serial);
    if (report === undefined) {
      return drop('report-missing', 'drop-request', `the report of ${ecu.serial} is missing`);
    }
    const checked = checkReport(signatures, ecu, report, vehicle.reports.get(ecu.serial), now);
    if (!checked.ok) return checked;
    judged.set(ecu.serial, checked.value);
  }
  return ok(judged);
}

function checkReport(
  signatures: Signatures,
  ecu: InventoriedEcu,
  value: JsonValue,
  before: VersionReport | undefined,
  now: number,
): Result<VersionReport, RemoteFault> {
  const dropped = (code: 'oversized' | 'report-replayed' | 'implausible-time', clause: string, indicates: Attack) => {
    return (message: string) => fail(remoteFault({ clause, code, indicates, message }));
  };
  if (canonicalJson(value).length > versionReportBytesMax) {
    const message = `the report of ${ecu.serial} is longer than ${versionReportBytesMax} bytes`;
    return dropped('oversized', 'J5', 'endless-data')(message);
  }
  // J5: it is signed by its own key
  const report = checkVersionReport(signatures, ecu.key, ecu.serial, value);
  if (!report.ok) return report;
  // J6: its counter is higher than that of the report before
  const { counter, time } = report.value;
  if (before !== undefined && counter <= before.counter) {
    const message = `report ${counter} of ${ecu.serial} after ${before.counter}`;
    return dropped('report-replayed', 'J6', 'manifest-replay')(message);
  }
  // J5, the reported time. An ECU whose clock was set back (Y5) reports none until it is attested again.
  if (time !== undefined && time > now + reportTimeAheadSecondsMax) {
    const message = `${ecu.serial} reports ${formatUtc(time)}, it is ${formatUtc(now)}`;
    return dropped('implausible-time', 'J5', 'time-forgery')(message);
  }
  if (time !== undefined && before?.time !== undefined && time < before.time) {
    const message = `${ecu.serial} reports ${formatUtc(time)} after ${formatUtc(before.time)}`;
    return dropped('implausible-time', 'J5', 'time-replay')(message);
  }
  return report;
}

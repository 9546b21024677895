// Owns: the Director's judgement of a vehicle version manifest against its inventory. J4 J5 J6
import type { RemoteFault } from '../core/faults.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Signatures } from '../crypto/signatures.ts';
import { remoteFault } from '../uptane/faults.ts';
import { checkVehicleManifest } from '../uptane/vehicleManifest.ts';
import { checkVersionReport, type VersionReport } from '../uptane/versionReport.ts';
import type { InventoriedVehicle } from './inventory.ts';

/** Every ECU's report, or why the whole manifest is dropped. The inventory is not changed here. */
export function checkManifest(
  signatures: Signatures,
  vehicle: InventoriedVehicle,
  bytes: Uint8Array,
): Result<ReadonlyMap<string, VersionReport>, RemoteFault> {
  const drop = (code: 'unknown-ecu' | 'wrong-vehicle' | 'report-missing', message: string) =>
    fail(remoteFault({ code, clause: 'J5', message }));
  const primary = [...vehicle.ecus.values()].find(({ role }) => role === 'primary');
  if (primary === undefined) return drop('unknown-ecu', `vehicle ${vehicle.vin} has no Primary in the inventory`);
  // J5, the Primary's key
  const manifest = checkVehicleManifest(signatures, primary.key, bytes);
  if (!manifest.ok) return manifest;
  const { vin, primarySerial, reports } = manifest.value;
  if (vin !== vehicle.vin) return drop('wrong-vehicle', `the manifest is of vehicle ${vin}`);
  if (primarySerial !== primary.serial)
    return drop('unknown-ecu', `the manifest names ${primarySerial} as its Primary`);
  const stranger = [...reports.keys()].find((serial) => !vehicle.ecus.has(serial));
  if (stranger !== undefined) return drop('unknown-ecu', `ECU ${stranger} is not in the inventory`);

  const judged = new Map<string, VersionReport>();
  for (const ecu of vehicle.ecus.values()) {
    // J5, every ECU present, each report signed by its own key
    const report = reports.get(ecu.serial);
    if (report === undefined) return drop('report-missing', `the report of ${ecu.serial} is missing`);
    const checked = checkVersionReport(signatures, ecu.key, ecu.serial, report);
    if (!checked.ok) return checked;
    // J6
    const { counter } = checked.value;
    const before = vehicle.reports.get(ecu.serial)?.counter;
    if (before !== undefined && counter <= before) {
      const message = `report ${counter} of ${ecu.serial} after ${before}`;
      return fail(remoteFault({ code: 'report-replayed', clause: 'J6', message, attack: 'manifest-replay' }));
    }
    judged.set(ecu.serial, checked.value);
  }
  return ok(judged);
}

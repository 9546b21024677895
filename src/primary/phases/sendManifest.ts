// Owns: the vehicle version manifest, with the Primary's own report in it. M3 N O4
import type { Task } from '../../core/task.ts';
import type { JsonValue } from '../../uptane/json/strictJson.ts';
import { makeVehicleManifest } from '../../uptane/statements/vehicleManifest.ts';
import type { PrimaryUnit } from '../unit.ts';

export function* sendManifest(unit: PrimaryUnit): Task<void> {
  const { vin, serial, key } = unit.parts.identity;
  const reports = new Map<string, JsonValue | object>([...unit.cycle.reports, [serial, unit.ecu.report()]]);
  const bytes = makeVehicleManifest({ vin, primarySerial: serial, reports }, key);
  const response = yield* unit.request({ type: 'manifest', bytes });
  unit.cycle.manifestAccepted = response?.status === 'ok';
  if (unit.cycle.manifestAccepted) unit.ecu.forgetReportedFaults();
}

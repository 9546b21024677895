// Owns: the vehicle version manifest, with the Primary's own report in it. M3 N O4
import type { Task } from '../../core/task.ts';
import type { JsonValue } from '../../uptane/json/strictJson.ts';
import { makeVehicleManifest } from '../../uptane/statements/vehicleManifest.ts';
import type { PrimaryBehaviour } from '../cycle/behaviour.ts';

export function* sendManifest(behaviour: PrimaryBehaviour): Task<void> {
  const { vin, serial, key } = behaviour.ports.identity;
  const reports = new Map<string, JsonValue | object>([...behaviour.cycle.reports, [serial, behaviour.ecu.report()]]);
  const bytes = makeVehicleManifest({ vin, primarySerial: serial, reports }, key);
  const response = yield* behaviour.request({ type: 'manifest', bytes });
  behaviour.cycle.manifestAccepted = response?.status === 'ok';
  if (behaviour.cycle.manifestAccepted) behaviour.ecu.forgetReportedFaults();
}

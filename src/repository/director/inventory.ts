// Owns: the Director's private database of vehicles: who is in them, with which keys, and what they last reported. J9 J10 J11
import type { RemoteFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DetectedAttack, VersionReport } from '../../uptane/statements/versionReport.ts';
import { attacksKeptMax, vehiclesMax } from '../limits.ts';
import { decodeRegistration, type InventoriedEcu, registrationRefused } from './registration.ts';

/** An attack that an ECU met, and when the Director learnt of it, seconds since 1970. O4 */
export interface ReportedAttack extends DetectedAttack {
  readonly receivedAt: number;
}

export interface InventoriedVehicle {
  readonly vin: string;
  readonly ecus: ReadonlyMap<string, InventoriedEcu>;
  /** The latest accepted report of each ECU. */
  readonly reports: Map<string, VersionReport>;
  /** What each ECU reported of attacks and failures, the oldest first. */
  readonly attacks: Map<string, readonly ReportedAttack[]>;
}

export function inventoryVehicle(vin: string, ecus: readonly InventoriedEcu[]): InventoriedVehicle {
  return { vin, ecus: new Map(ecus.map((ecu) => [ecu.serial, ecu])), reports: new Map(), attacks: new Map() };
}

/** Keeps what was accepted of a vehicle. `now`: seconds since 1970. */
export function recordReports(
  vehicle: InventoriedVehicle,
  reports: ReadonlyMap<string, VersionReport>,
  now: number,
): void {
  for (const [serial, report] of reports) {
    vehicle.reports.set(serial, report);
    const found = report.attacksDetected.map((attack) => ({ ...attack, receivedAt: now }));
    const kept = [...(vehicle.attacks.get(serial) ?? []), ...found].slice(-attacksKeptMax);
    if (kept.length > 0) vehicle.attacks.set(serial, kept);
  }
}

/** All vehicles of one Director. Its callers have been authorised. */
export class Inventory {
  private readonly vehicles = new Map<string, InventoriedVehicle>();
  /** Which vehicle an ECU is in, and by which vehicle a key is used. */
  private readonly serials = new Map<string, string>();
  private readonly keys = new Map<string, string>();

  vehicle(vin: string): InventoriedVehicle | undefined {
    return this.vehicles.get(vin);
  }

  /** J10 J11: takes in a vehicle with all its ECUs; or else nothing has happened. */
  register(bytes: Uint8Array): Result<InventoriedVehicle, RemoteFault> {
    const decoded = decodeRegistration(bytes);
    if (!decoded.ok) return decoded;
    const { vin, ecus } = decoded.value;
    const refused = (message: string) => fail(registrationRefused('J10', message));
    if (this.vehicles.size >= vehiclesMax) return refused(`there are ${vehiclesMax} vehicles already`);
    if (this.vehicles.has(vin)) return refused(`vehicle ${vin} is registered already`);
    for (const { serial, key, encryptionKey } of ecus) {
      const elsewhere = this.serials.get(serial);
      if (elsewhere !== undefined) return refused(`ECU ${serial} belongs to vehicle ${elsewhere}`);
      const keyElsewhere = this.keys.get(key.keyval.public) ?? this.keys.get(encryptionKey ?? '');
      if (keyElsewhere !== undefined) return refused(`a key of ECU ${serial} is used in vehicle ${keyElsewhere}`);
    }
    const vehicle = inventoryVehicle(vin, ecus);
    this.vehicles.set(vin, vehicle);
    for (const { serial, key, encryptionKey } of ecus) {
      this.serials.set(serial, vin);
      this.keys.set(key.keyval.public, vin);
      if (encryptionKey !== undefined) this.keys.set(encryptionKey, vin);
    }
    return ok(vehicle);
  }
}

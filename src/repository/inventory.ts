// Owns: the Director's private database of vehicles: who is in them, with which key, and what they last reported. J9 J10 J11
import type { PublicKey } from '../uptane/metadata.ts';
import type { VersionReport } from '../uptane/versionReport.ts';

export interface InventoriedEcu {
  readonly serial: string;
  readonly hardwareId: string;
  readonly key: PublicKey;
  readonly role: 'primary' | 'secondary';
}

export interface InventoriedVehicle {
  readonly vin: string;
  readonly ecus: ReadonlyMap<string, InventoriedEcu>;
  /** The latest accepted report of each ECU. */
  readonly reports: Map<string, VersionReport>;
}

export function inventoryVehicle(vin: string, ecus: readonly InventoriedEcu[]): InventoriedVehicle {
  return { vin, ecus: new Map(ecus.map((ecu) => [ecu.serial, ecu])), reports: new Map() };
}

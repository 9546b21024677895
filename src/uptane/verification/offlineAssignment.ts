// Owns: which ECU of a vehicle an offline image is for. Offline Targets are made for a fleet (PURE-2), so the policy is: an image
// that names ECUs is for those, and a vehicle skips the ones it does not have; an image that names none is for every ECU
// whose hardware id it lists. An ECU that two images are for installs neither: the update is refused, not guessed at.
import type { RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import { refuse } from '../checks/context.ts';
import type { FaultPlace } from '../model/faults.ts';
import type { EcuAssignment, Target, Targets } from '../model/metadata.ts';

/** The hardware ids of the ECUs that a verification is for, by ECU identifier. */
export type EcuHardware = ReadonlyMap<string, string>;

/** The offline Targets with the ECUs of this vehicle that are to install each image, and no others. */
export function assignToVehicle(at: FaultPlace, offline: Targets, ecus: EcuHardware): Result<Targets, RemoteFault> {
  const assigned = new Map<string, string>();
  const targets = new Map<string, Target>();
  for (const [filename, target] of offline.targets) {
    const own = assignmentsOf(target, ecus);
    for (const ecu of own.keys()) {
      const other = assigned.get(ecu);
      if (other !== undefined) {
        const message = `both ${other} and ${filename} are for ECU ${ecu}`;
        return refuse(at, { clause: 'OU4', code: 'duplicate-ecu', indicates: 'duplicate-ecu', message });
      }
      assigned.set(ecu, filename);
    }
    targets.set(filename, { ...target, ecus: own });
  }
  return ok({ ...offline, targets });
}

function assignmentsOf({ ecus: named, mustMatch }: Target, ecus: EcuHardware): ReadonlyMap<string, EcuAssignment> {
  if (named.size > 0) return new Map([...named].filter(([ecu]) => ecus.has(ecu)));
  const fitting = [...ecus].filter(([, hardwareId]) => mustMatch.hardwareIds?.includes(hardwareId));
  return new Map(fitting.map(([ecu, hardwareId]) => [ecu, { hardwareId }]));
}

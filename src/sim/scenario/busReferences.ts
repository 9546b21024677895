// Owns: whether what a scenario does to buses fits the vehicle: the bus is there, the nodes are on it, and the bus can have such faults.
import type { Problem } from '../../vehicleFile/problem.ts';
import type { Vehicle } from '../../vehicleFile/vehicle.ts';
import type { BusDeed } from './schema.ts';

/** The deeds of a step, or of an interruption, that are there. */
export function busDeedsOf({ partition, disturb, babble, repair }: BusDeed): readonly BusDeed[] {
  return [
    ...(partition === undefined ? [] : [{ partition }]),
    ...(disturb === undefined ? [] : [{ disturb }]),
    ...(babble === undefined ? [] : [{ babble }]),
    ...(repair === undefined ? [] : [{ repair }]),
  ];
}

/** The bus that it is done to. */
export function busOf({ partition, disturb, babble, repair }: BusDeed): string {
  return (partition ?? disturb ?? babble ?? repair)?.bus ?? '';
}

/** The nodes that a deed names. */
export function nodesOf({ partition, disturb, babble }: BusDeed): readonly string[] {
  const one = disturb?.node ?? babble?.node;
  return [...(partition?.nodes ?? []), ...(one === undefined ? [] : [one])];
}

export function* busDeedProblems(vehicle: Vehicle, deeds: BusDeed, path: readonly PropertyKey[]): Generator<Problem> {
  for (const deed of busDeedsOf(deeds)) {
    const at = [...path, ...Object.keys(deed)];
    const name = busOf(deed);
    const bus = vehicle.buses[name];
    const isEthernet = vehicle.ethernets[name] !== undefined;
    if (bus === undefined && !isEthernet) {
      yield { path: at, message: `there is no bus ${name}` };
      continue;
    }
    if (isEthernet && (deed.disturb ?? deed.babble) !== undefined) {
      yield {
        path: at,
        message: `${name} is Ethernet: it can be cut and repaired; its losses are those of the vehicle file`,
      };
    }
    for (const node of nodesOf(deed)) {
      const ecu = vehicle.ecus[node] ?? vehicle.gateways[node];
      const on = ecu !== undefined && 'buses' in ecu ? ecu.buses : [ecu?.bus];
      if (ecu !== undefined && !on.includes(name)) yield { path: at, message: `${node} is not on bus ${name}` };
    }
    const needsTiming = deed.babble !== undefined || deed.disturb?.bitErrors !== undefined;
    if (needsTiming && bus?.behaviour === 'trivial') {
      yield { path: at, message: `bus ${name} has no timing: bit errors and babbling need behaviour: detailed` };
    }
  }
}

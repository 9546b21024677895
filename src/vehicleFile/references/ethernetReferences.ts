// Owns: who is on an Ethernet network of the vehicle, and by which link; and whether what the vehicle says of that makes sense.
import type { EthernetLinkOptions } from '../../bus/ethernet/ethernetNetwork.ts';
import { linkSpeeds } from '../../bus/ethernet/wire.ts';
import { didYouMean } from '../../core/nearest.ts';
import { NS_PER_US } from '../../core/units.ts';
import type { GatewayDescription } from '../gateways.ts';
import { type EcuDescription, hasIds, type Vehicle } from '../vehicle.ts';
import type { Problem } from './problem.ts';

/** Each ECU and gateway on the network, with its link, in the order of the vehicle file, gateways last. */
export function ethernetLinks(vehicle: Vehicle, network: string): ReadonlyMap<string, EthernetLinkOptions> {
  const described = vehicle.ethernets[network];
  if (described === undefined) return new Map();
  return new Map(
    [...Object.entries(vehicle.ecus), ...Object.entries(vehicle.gateways)]
      .filter(([, ecu]) => busesOf(ecu).includes(network))
      .map(([id]) => {
        const own = described.links[id];
        const latencyUs = own?.latencyUs ?? described.latencyUs;
        const link: EthernetLinkOptions = {
          bitsPerSecond: linkSpeeds[own?.speed ?? described.speed],
          latencyNs: latencyUs * NS_PER_US,
          loss: own?.loss ?? described.loss,
        };
        return [id, link];
      }),
  );
}

function busesOf(ecu: EcuDescription | GatewayDescription): readonly string[] {
  return ecu.role === 'secondary' ? [ecu.bus] : ecu.buses;
}

export function* ethernetProblems(vehicle: Vehicle): Generator<Problem> {
  for (const [network, { links }] of Object.entries(vehicle.ethernets)) {
    const on = ethernetLinks(vehicle, network);
    for (const id of Object.keys(links)) {
      const path = ['vehicle', 'buses', network, 'links', id];
      if (!on.has(id)) yield { path, message: `${id} is not on ${network}${didYouMean(id, on.keys())}` };
    }
  }
  const primaryBuses = Object.values(vehicle.ecus).flatMap((ecu) => (ecu.role === 'primary' ? ecu.buses : []));
  for (const [id, ecu] of Object.entries(vehicle.ecus)) {
    if (ecu.role === 'primary') continue;
    const path = ['vehicle', 'ecus', id];
    const isBehindGateway = !primaryBuses.includes(ecu.bus);
    if (vehicle.ethernets[ecu.bus] === undefined) {
      if (!hasIds(ecu)) yield { path, message: 'on a CAN bus, requestId and responseId are needed' };
      continue;
    }
    if (ecu.isotp !== undefined) yield { path: [...path, 'isotp'], message: 'an ECU on Ethernet has none' };
    if (isBehindGateway && !hasIds(ecu)) {
      const message = `the Primary is not on ${ecu.bus}: requestId and responseId are needed, by which gateways know it`;
      yield { path, message };
    }
    for (const field of isBehindGateway ? [] : (['requestId', 'responseId'] as const)) {
      const message = "an ECU on the Primary's Ethernet has none";
      if (ecu[field] !== undefined) yield { path: [...path, field], message };
    }
  }
}

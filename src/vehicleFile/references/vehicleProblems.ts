// Owns: whether a vehicle makes sense as a whole.
import { didYouMean } from '../../core/nearest.ts';
import { dataBitrateMax, type Vehicle } from '../vehicle.ts';
import { ethernetProblems } from './ethernetReferences.ts';
import { gatewayProblems, routeProblems } from './gatewayReferences.ts';
import type { Problem } from './problem.ts';
import { trafficProblems } from './trafficReferences.ts';

export function* vehicleProblems(vehicle: Vehicle): Generator<Problem> {
  for (const [name, { kind, bitrate, dataBitrate }] of Object.entries(vehicle.buses)) {
    const path = ['vehicle', 'buses', name, 'dataBitrate'];
    if (kind === 'can' && dataBitrate !== undefined) yield { path, message: 'only a can-fd bus has one' };
    if (kind === 'can-fd' && (dataBitrate ?? 0) < bitrate) {
      yield { path, message: `a can-fd bus needs one, from ${bitrate} (its bitrate) to ${dataBitrateMax}` };
    }
  }
  const primaries = Object.entries(vehicle.ecus).filter(([, ecu]) => ecu.role === 'primary');
  if (primaries.length !== 1)
    yield { path: ['vehicle', 'ecus'], message: `one Primary is needed, not ${primaries.length}` };
  const primaryBuses = primaries.flatMap(([, ecu]) => (ecu.role === 'primary' ? ecu.buses : []));
  if (new Set(primaryBuses).size !== primaryBuses.length) {
    yield { path: ['vehicle', 'ecus', primaries[0]?.[0] ?? '', 'buses'], message: 'a bus is named twice' };
  }
  for (const [name, ecu] of Object.entries(vehicle.ecus)) {
    const path = ['vehicle', 'ecus', name];
    for (const bus of ecu.role === 'primary' ? ecu.buses : [ecu.bus]) {
      if (vehicle.buses[bus] === undefined && vehicle.ethernets[bus] === undefined) {
        const at = ecu.role === 'primary' ? ['buses', ecu.buses.indexOf(bus)] : ['bus'];
        const names = [...Object.keys(vehicle.buses), ...Object.keys(vehicle.ethernets)];
        yield { path: [...path, ...at], message: `there is no bus ${bus}${didYouMean(bus, names)}` };
      }
    }
    if (ecu.image.sizeBytes > ecu.flash.bankBytes)
      yield {
        path: [...path, 'image', 'size'],
        message: `${ecu.image.sizeBytes} bytes are more than the flash bank of ${ecu.flash.bankBytes} holds`,
      };
  }
  yield* ethernetProblems(vehicle);
  yield* gatewayProblems(vehicle);
  yield* routeProblems(vehicle);
  yield* trafficProblems(vehicle);
}

// Owns: the background traffic of a run: on each bus what its vehicle file says, from the first step to the last.

import type { VehicleBus } from '../../bus/faults/vehicleBus.ts';
import { type RestBus, startCyclicTraffic, startRecordedTraffic } from '../../bus/restBus/restBus.ts';
import type { Clock } from '../../core/time/clock.ts';
import { recordedFrames } from '../../vehicleFile/traffic.ts';
import type { Vehicle } from '../../vehicleFile/vehicle.ts';
import type { Emit } from '../events/events.ts';
import { busRandom } from '../transports/transports.ts';

/** Starts the traffic of every bus. Returns a function that ends it and emits what each bus carried of it. */
export function startTraffic(
  vehicle: Vehicle,
  buses: ReadonlyMap<string, VehicleBus>,
  clock: Clock,
  seed: number,
  emit: Emit,
): () => void {
  const running: [string, RestBus][] = [];
  for (const [name, { traffic }] of Object.entries(vehicle.buses)) {
    const bus = buses.get(name);
    if (bus === undefined || traffic === undefined) continue;
    if ('messages' in traffic) {
      running.push([name, startCyclicTraffic(bus, traffic.messages, clock, busRandom(seed, name).fork('traffic'))]);
    } else if ('frames' in traffic) {
      running.push([name, startRecordedTraffic(bus, recordedFrames(traffic.frames), clock)]);
    }
  }
  return () => {
    for (const [bus, traffic] of running) {
      traffic.stop();
      emit({ type: 'bus.traffic', bus, ...traffic.totals() });
    }
  };
}

// Owns: the background traffic of a run: on each bus what its vehicle file says, from the first step to the last.

import type { VehicleBus } from '../../bus/faults/vehicleBus.ts';
import { heldRecording, type Recording } from '../../bus/restBus/recording.ts';
import { type RestBus, startCyclicTraffic, startRecordedTraffic } from '../../bus/restBus/restBus.ts';
import type { Clock } from '../../core/time/clock.ts';
import { type LongRecording, recordedFrames } from '../../vehicleFile/traffic/recordedTraffic.ts';
import type { Vehicle } from '../../vehicleFile/vehicle.ts';
import type { Emit } from '../events/events.ts';
import { busRandom } from '../transports/transports.ts';

/** Gives the frames of a bus's recording that is too long to be held. */
export type OpenRecording = (bus: string, recording: LongRecording) => Recording;

/** Starts the traffic of every bus. Returns a function that ends it and emits what each bus carried of it. */
export function startTraffic(
  vehicle: Vehicle,
  buses: ReadonlyMap<string, VehicleBus>,
  clock: Clock,
  seed: number,
  emit: Emit,
  openRecording: OpenRecording,
): () => void {
  const running: [string, RestBus][] = [];
  for (const [name, { traffic }] of Object.entries(vehicle.buses)) {
    const bus = buses.get(name);
    if (bus === undefined || traffic === undefined || 'dbc' in traffic) continue;
    if ('messages' in traffic) {
      running.push([name, startCyclicTraffic(bus, traffic.messages, clock, busRandom(seed, name).fork('traffic'))]);
    } else if ('frames' in traffic) {
      running.push([name, startRecordedTraffic(bus, heldRecording(recordedFrames(traffic.frames)), clock)]);
    } else if ('recording' in traffic && traffic.recording !== undefined) {
      const recording = openRecording(name, { ...traffic.recording, interface: traffic.interface });
      running.push([name, startRecordedTraffic(bus, recording, clock)]);
    }
  }
  return () => {
    for (const [bus, traffic] of running) {
      traffic.stop();
      emit({ type: 'bus.traffic', bus, ...traffic.totals() });
    }
  };
}

// Owns: whether a bus's background traffic fits the vehicle: frames that the bus can carry, with ids that none of its ECUs sends.
import type { CanFrame } from '../../bus/bus.ts';
import { checkFrame } from '../../bus/frame/checkFrame.ts';
import { idText } from '../../bus/gateway/frameRoutes.ts';
import { cyclicFrame } from '../../bus/restBus/restBus.ts';
import { routeTo } from '../routes.ts';
import { recordedFrames } from '../traffic/recordedTraffic.ts';
import type { Traffic } from '../traffic/traffic.ts';
import { hasIds, type Vehicle } from '../vehicle.ts';
import type { Problem } from './problem.ts';

export function* trafficProblems(vehicle: Vehicle): Generator<Problem> {
  for (const [bus, { kind, traffic }] of Object.entries(vehicle.buses)) {
    if (traffic === undefined) continue;
    const own = ownIds(vehicle, bus);
    for (const [what, frame] of framesOf(traffic)) {
      const path = ['vehicle', 'buses', bus, 'traffic'];
      const fault = checkFrame(frame, kind === 'can-fd');
      if (fault !== undefined) yield { path, message: `${what}: ${fault.message}` };
      const ecu = frame.extended ? undefined : own.get(frame.id);
      if (ecu !== undefined) {
        yield {
          path,
          message: `${what}: ${idText(frame.id)} is ${ecu}’s: traffic is what the vehicle’s own ECUs do not send`,
        };
      }
    }
  }
}

/** The ids by which ECUs are asked and answer on a bus, and whose they are. */
function ownIds(vehicle: Vehicle, bus: string): ReadonlyMap<number, string> {
  const ids = new Map<number, string>();
  for (const [name, ecu] of Object.entries(vehicle.ecus)) {
    if (ecu.role !== 'secondary' || !hasIds(ecu)) continue;
    const route = routeTo(vehicle, ecu);
    if (typeof route === 'string') continue;
    for (const hop of route) {
      if (hop.bus === bus) for (const { id, extended } of [hop.request, hop.response]) if (!extended) ids.set(id, name);
    }
  }
  return ids;
}

function* framesOf(traffic: Traffic): Generator<readonly [what: string, frame: CanFrame]> {
  if ('dbc' in traffic) return;
  if ('messages' in traffic) {
    for (const message of traffic.messages) {
      yield [`message ${message.name}`, cyclicFrame(message, new Uint8Array(message.bytes))];
    }
  } else if ('frames' in traffic) {
    for (const [index, { frame }] of recordedFrames(traffic.frames).entries()) yield [`frame ${index + 1}`, frame];
  } else if ('log' in traffic) {
    for (const id of traffic.recording?.ids ?? []) {
      const form = { extended: false, remote: false, fd: false, brs: false, data: new Uint8Array(0) };
      yield [`a frame of ${traffic.log}`, { id, ...form }];
    }
  }
}

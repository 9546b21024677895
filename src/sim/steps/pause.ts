// Owns: simulated time that passes while nothing is done.

import type { Task } from '../../core/task.ts';
import { sleep } from '../../core/time/sleep.ts';
import { NS_PER_MS } from '../../core/units.ts';
import type { World } from '../world/world.ts';

/** Until the slowest ECU is up. */
export function bootMs(world: World): number {
  return Math.max(...Object.values(world.scenario.vehicle.ecus).map((ecu) => ecu.bootMs)) + 1;
}

export function* pause(world: World, durationMs: number): Task<void> {
  yield* sleep(world.clock, durationMs * NS_PER_MS);
}

/** In the largest unit of which there is one. */
export function durationText(durationMs: number): string {
  const [unitMs, unit] = durationMs >= 86_400_000 ? [86_400_000, 'days'] : durationMs >= 1000 ? [1000, 's'] : [1, 'ms'];
  return `${Number((durationMs / unitMs).toFixed(1))} ${unit}`;
}

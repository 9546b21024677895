// Owns: whose bytes are in the bank that an ECU booted.
import type { World } from '../world/world.ts';

export interface RunningImage {
  readonly filename: string;
  readonly maker: 'genuine' | 'attacker' | 'unknown';
}

export function runningImage(world: World, ecu: string): RunningImage {
  const simulated = world.vehicle.ecus.get(ecu);
  if (simulated === undefined) return { filename: '', maker: 'unknown' };
  const bytes = simulated.runningBytes();
  const { filename } = simulated.ecu.banks.running;
  const isIn = (images: ReadonlyMap<string, Uint8Array>) => {
    const made = images.get(filename);
    return made !== undefined && Buffer.compare(made, bytes) === 0;
  };
  if (isIn(world.images.attackers)) return { filename, maker: 'attacker' };
  return { filename, maker: isIn(world.images.genuine) ? 'genuine' : 'unknown' };
}

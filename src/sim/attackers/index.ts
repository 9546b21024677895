// Owns: which attack is which file.
import type { Attack } from '../scenario/schema.ts';
import type { World } from '../world.ts';
import type { RunningAttack } from './attacker.ts';
import { replayedMetadata } from './replayedMetadata.ts';
import { replayedTime } from './replayedTime.ts';
import { stolenDirectorKeys } from './stolenDirectorKeys.ts';
import { tamperedImage } from './tamperedImage.ts';

export function startAttack(world: World, attack: Attack): RunningAttack {
  switch (attack.kind) {
    case 'tampered-image':
      return tamperedImage(world, attack);
    case 'replayed-metadata':
      return replayedMetadata(world, attack);
    case 'replayed-time':
      return replayedTime(world, attack);
    case 'stolen-director-keys':
      return stolenDirectorKeys(world, attack);
  }
}

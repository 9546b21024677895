// Owns: which attack is which file.
import type { Attack } from '../scenario/schema.ts';
import type { World } from '../world.ts';
import type { RunningAttack } from './attacker.ts';
import { droppedTime } from './droppedTime.ts';
import { eavesdropper } from './eavesdropper.ts';
import { fastForward } from './fastForward.ts';
import { replayedMetadata } from './replayedMetadata.ts';
import { replayedTime } from './replayedTime.ts';
import { resignedTimestamp } from './resignedTimestamp.ts';
import { slowRetrieval } from './slowRetrieval.ts';
import { stolenBothRepositories } from './stolenBothRepositories.ts';
import { stolenDirectorKeys } from './stolenDirectorKeys.ts';
import { stolenSupplierKey } from './stolenSupplierKey.ts';
import { stolenTimeKey } from './stolenTimeKey.ts';
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
    case 'stolen-both-repositories':
      return stolenBothRepositories(world, attack);
    case 'stolen-supplier-key':
      return stolenSupplierKey(world, attack);
    case 'stolen-time-key':
      return stolenTimeKey(world, attack);
    case 'fast-forward':
      return fastForward(world);
    case 'resigned-timestamp':
      return resignedTimestamp(world);
    case 'dropped-time':
      return droppedTime(world, attack);
    case 'slow-retrieval':
      return slowRetrieval(world);
    case 'eavesdropper':
      return eavesdropper(world, attack.id);
  }
}

// Owns: the implementation of a Primary's statechart: each phase as a task, each guard and action by name. Remembers nothing: what
// a cycle must remember stands in `Cycle`.
import { runTask, type Task } from '../core/task.ts';
import type { PrimaryBehaviour } from './cycle/behaviour.ts';
import { newCycle } from './cycle/cycle.ts';
import type { PrimaryImplementation } from './machine.ts';
import { attestTime } from './phases/attestTime.ts';
import { collectReports } from './phases/collectReports.ts';
import { distributeImages, distributeMetadata, distributeTime } from './phases/distribute.ts';
import { downloadImages } from './phases/downloadImages.ts';
import { installOwn } from './phases/installOwn.ts';
import { sendManifest } from './phases/sendManifest.ts';
import { verifyMetadata } from './phases/verifyMetadata.ts';

/** Of one boot. */
export function primaryImplementation(behaviour: PrimaryBehaviour): PrimaryImplementation {
  const phase = (task: (behaviour: PrimaryBehaviour) => Task<void>) => (completed: () => void) =>
    runTask(task(behaviour), completed);
  return {
    phases: {
      collectReports: phase(collectReports),
      sendManifest: phase(sendManifest),
      attestTime: phase(attestTime),
      verifyMetadata: phase(verifyMetadata),
      downloadImages: phase(downloadImages),
      distributeTime: phase(distributeTime),
      distributeMetadata: phase(distributeMetadata),
      distributeImages: phase(distributeImages),
      installOwn: phase(installOwn),
    },
    actions: {
      beginCycle: () => {
        behaviour.cycle = newCycle();
      },
      beginClosing: () => {
        behaviour.cycle = newCycle();
        behaviour.storeClosingOwed(true);
      },
      completeCycle: () => {
        behaviour.storeClosingOwed(false);
        behaviour.ports.clock.after(0, behaviour.ports.cycleCompleted);
      },
    },
    guards: {
      closingOwed: () => behaviour.isClosingOwed(),
      metadataVerified: () => behaviour.cycle.director !== undefined,
      newImageActivated: () => behaviour.cycle.ownActivated,
    },
  };
}

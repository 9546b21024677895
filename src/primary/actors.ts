// Owns: the implementation of a Primary's statechart: each phase as a task, each guard and action by name.
import { runTask, type Task } from '../core/task.ts';
import type { PrimaryBehaviour } from './cycle/behaviour.ts';
import { newCycle } from './cycle/cycle.ts';
import type { PrimaryImplementation } from './machine.ts';
import { attestTime } from './phases/attestTime.ts';
import { collectReports } from './phases/collectReports.ts';
import { distributeImages, distributeMetadata, distributeTime, type WantedImages } from './phases/distribute.ts';
import { downloadImages } from './phases/downloadImages.ts';
import { installOwn } from './phases/installOwn.ts';
import { sendManifest } from './phases/sendManifest.ts';
import { verifyMetadata } from './phases/verifyMetadata.ts';

/** Of one boot. */
export function primaryImplementation(behaviour: PrimaryBehaviour): PrimaryImplementation {
  let wanted: WantedImages = new Map();
  let activated = false;

  const phase =
    <T>(task: () => Task<T>, note: (value: T) => void = () => {}) =>
    (completed: () => void) =>
      runTask(task(), (value) => {
        note(value);
        completed();
      });

  return {
    phases: {
      collectReports: phase(() => collectReports(behaviour)),
      sendManifest: phase(() => sendManifest(behaviour)),
      attestTime: phase(() => attestTime(behaviour)),
      verifyMetadata: phase(() => verifyMetadata(behaviour)),
      downloadImages: phase(() => downloadImages(behaviour)),
      distributeTime: phase(() => distributeTime(behaviour)),
      distributeMetadata: phase(() => distributeMetadata(behaviour, wanted)),
      distributeImages: phase(() => distributeImages(behaviour, wanted)),
      installOwn: phase(
        () => installOwn(behaviour),
        (value) => {
          activated = value;
        },
      ),
    },
    actions: {
      beginCycle: () => {
        behaviour.cycle = newCycle();
        wanted = new Map();
        activated = false;
      },
      beginClosing: () => {
        behaviour.cycle = newCycle();
        behaviour.closing = true;
      },
      completeCycle: () => {
        behaviour.closing = false;
        behaviour.ports.clock.after(0, behaviour.ports.cycleCompleted);
      },
    },
    guards: {
      closingOwed: () => behaviour.closing,
      metadataVerified: () => behaviour.cycle.director !== undefined,
      newImageActivated: () => activated,
    },
  };
}

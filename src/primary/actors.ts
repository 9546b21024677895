// Owns: the behaviour of a Primary's statechart: each phase as a task, each guard and action by name.
import { runTask, type Task } from '../core/task.ts';
import { newCycle } from './cycle.ts';
import type { PrimaryBehaviour } from './machine.ts';
import { attestTime } from './phases/attestTime.ts';
import { collectReports } from './phases/collectReports.ts';
import { distributeImages, distributeMetadata, distributeTime, type WantedImages } from './phases/distribute.ts';
import { downloadImages } from './phases/downloadImages.ts';
import { installOwn } from './phases/installOwn.ts';
import { sendManifest } from './phases/sendManifest.ts';
import { verifyMetadata } from './phases/verifyMetadata.ts';
import type { PrimaryUnit } from './unit.ts';

/** Of one boot. */
export function primaryBehaviour(unit: PrimaryUnit): PrimaryBehaviour {
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
      collectReports: phase(() => collectReports(unit)),
      sendManifest: phase(() => sendManifest(unit)),
      attestTime: phase(() => attestTime(unit)),
      verifyMetadata: phase(() => verifyMetadata(unit)),
      downloadImages: phase(() => downloadImages(unit)),
      distributeTime: phase(() => distributeTime(unit)),
      distributeMetadata: phase(() => distributeMetadata(unit, wanted)),
      distributeImages: phase(() => distributeImages(unit, wanted)),
      installOwn: phase(
        () => installOwn(unit),
        (value) => {
          activated = value;
        },
      ),
    },
    actions: {
      beginCycle: () => {
        unit.cycle = newCycle();
        wanted = new Map();
        activated = false;
      },
      beginClosing: () => {
        unit.cycle = newCycle();
        unit.closing = true;
      },
      completeCycle: () => {
        unit.closing = false;
        unit.parts.clock.after(0, unit.parts.cycleCompleted);
      },
    },
    guards: {
      closingOwed: () => unit.closing,
      metadataVerified: () => unit.cycle.director !== undefined,
      newImageActivated: () => activated,
    },
  };
}

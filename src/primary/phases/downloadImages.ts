// Owns: fetching the images that the vehicle lacks, in ranges, and checking each before it goes any further. M6 K4 P6
import { downloadRangeBytesMax, imageBytesMax } from '../../core/limits.ts';
import type { Task } from '../../core/task.ts';
import { checkImage } from '../../uptane/checks/image.ts';
import { remoteFault } from '../../uptane/faults.ts';
import { storedImageName, type Target } from '../../uptane/metadata.ts';
import { imageKey, type PrimaryUnit } from '../unit.ts';

const attemptsMax = 3;

export function* downloadImages(unit: PrimaryUnit): Task<void> {
  const targets = [...(unit.cycle.director?.targets.values() ?? [])];
  const { imageStore } = unit.parts;
  const current = new Set(targets.map(imageKey));
  for (const key of imageStore.keys()) if (!current.has(key)) imageStore.delete(key);
  for (const target of targets) {
    if ([...target.ecus.keys()].some((serial) => !reportsInstalled(unit, serial, target))) {
      yield* downloadImage(unit, target);
    }
  }
}

/** Whether the ECU says that it runs this image already. Its word is enough to save a download: it decides for itself later. */
function reportsInstalled(unit: PrimaryUnit, serial: string, target: Target): boolean {
  if (serial === unit.parts.identity.serial) return unit.ecu.banks.running.hashes.sha256 === target.hashes.sha256;
  const report = unit.cycle.reports.get(serial) as
    | {
        readonly signed?: {
          readonly installed_image?: { readonly fileinfo?: { readonly hashes?: { sha256?: string } } };
        };
      }
    | undefined;
  return report?.signed?.installed_image?.fileinfo?.hashes?.sha256 === target.hashes.sha256;
}

/** Goes on where an earlier download of the same image stopped. */
function* downloadImage(unit: PrimaryUnit, target: Target): Task<void> {
  const { imageStore, observer } = unit.parts;
  const key = imageKey(target);
  const file = storedImageName(target.filename, target.hashes.sha256 ?? target.hashes.sha512 ?? '');
  if (target.length > imageBytesMax) {
    const message = `${target.filename} has ${target.length} bytes, ${imageBytesMax} are allowed`;
    return unit.note(remoteFault({ code: 'image-too-large', clause: 'P6', message, attack: 'endless-data' }));
  }
  if (imageStore.received(key) === undefined) imageStore.create(key, target.length);
  for (let failures = 0; failures < attemptsMax; ) {
    const offset = imageStore.received(key) ?? 0;
    if (offset >= target.length) return checkDownloaded(unit, target, key);
    const length = Math.min(downloadRangeBytesMax, target.length - offset);
    const response = yield* unit.request({ type: 'image', file, offset, length });
    if (response?.status === 'ok' && response.bytes.length > 0) {
      imageStore.append(key, response.bytes.subarray(0, length));
      observer.imageProgressed(target.filename, imageStore.received(key) ?? 0, target.length);
    } else {
      failures += 1;
    }
  }
  const message = `${target.filename} could not be downloaded`;
  unit.note(remoteFault({ code: 'missing-file', clause: 'P6', message, attack: 'drop-request' }));
}

function checkDownloaded(unit: PrimaryUnit, target: Target, key: string): void {
  const { imageStore } = unit.parts;
  const image = imageStore.read(key) ?? new Uint8Array();
  const checked = checkImage(target, image.length, [image]);
  if (checked.ok) return;
  imageStore.delete(key);
  unit.note(checked.fault);
}

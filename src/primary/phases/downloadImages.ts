// Owns: fetching the images that the vehicle lacks, in ranges, and checking each before it goes any further. M6 K3 K4 P6
import { downloadRangeBytesMax, imageBytesMax } from '../../core/limits.ts';
import type { Task } from '../../core/task.ts';
import { checkImage } from '../../uptane/checks/image.ts';
import { remoteFault } from '../../uptane/faults.ts';
import type { Target } from '../../uptane/metadata.ts';
import { type ImageFile, imageFileFor } from '../imageFile.ts';
import { slowTransfer, watchRate } from '../rateWatch.ts';
import type { PrimaryUnit } from '../unit.ts';

const attemptsMax = 3;

export function* downloadImages(unit: PrimaryUnit): Task<void> {
  const targets = [...(unit.cycle.director?.targets.values() ?? [])];
  const { imageStore } = unit.parts;
  const current = new Set<string>();
  const lacking = new Map<string, ImageFile>();
  for (const target of targets) {
    for (const serial of target.ecus.keys()) {
      const file = imageFileFor(target, serial);
      current.add(file.key);
      if (!reportsInstalled(unit, serial, target)) lacking.set(file.key, file);
    }
  }
  for (const key of imageStore.keys()) if (!current.has(key)) imageStore.delete(key);
  for (const file of lacking.values()) yield* downloadImage(unit, file);
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
function* downloadImage(unit: PrimaryUnit, file: ImageFile): Task<void> {
  const { imageStore, clock, observer } = unit.parts;
  const { filename, key } = file;
  if (file.length > imageBytesMax) {
    const message = `${filename} has ${file.length} bytes, ${imageBytesMax} are allowed`;
    return unit.note(remoteFault({ code: 'image-too-large', clause: 'P6', message, attack: 'endless-data' }));
  }
  if (imageStore.received(key) === undefined) imageStore.create(key, file.length);
  const rate = watchRate(clock.nowNs());
  for (let failures = 0; failures < attemptsMax; ) {
    const offset = imageStore.received(key) ?? 0;
    if (offset >= file.length) return checkDownloaded(unit, file);
    const length = Math.min(downloadRangeBytesMax, file.length - offset);
    const response = yield* unit.request({ type: 'image', file: file.storedName, offset, length });
    const bytes = response?.status === 'ok' ? response.bytes.subarray(0, length) : new Uint8Array();
    if (bytes.length > 0) {
      imageStore.append(key, bytes);
      observer.imageProgressed(filename, imageStore.received(key) ?? 0, file.length);
    } else {
      failures += 1;
    }
    if (!rate.passed(bytes.length, clock.nowNs())) return unit.note(slowTransfer(filename));
  }
  const message = `${filename} could not be downloaded`;
  unit.note(remoteFault({ code: 'missing-file', clause: 'P6', message, attack: 'drop-request' }));
}

function checkDownloaded(unit: PrimaryUnit, file: ImageFile): void {
  const { imageStore } = unit.parts;
  const image = imageStore.read(file.key) ?? new Uint8Array();
  const checked = checkImage(file, image.length, [image]);
  if (checked.ok) return;
  imageStore.delete(file.key);
  unit.note(checked.fault);
}

// Owns: fetching the images that the vehicle lacks, in ranges, and checking each before it goes any further. M6 K3 K4 P6
import {
  downloadFailuresMax,
  downloadRangeBytesMax,
  downloadsMsMax,
  imageBytesMax,
  transferMsMax,
} from '../../core/limits.ts';
import type { Task } from '../../core/task.ts';
import { NS_PER_MS } from '../../core/units.ts';
import { checkImage } from '../../uptane/checks/image.ts';
import { imageOf, isSameImage } from '../../uptane/describedImage.ts';
import { remoteFault } from '../../uptane/faults.ts';
import type { Target } from '../../uptane/metadata.ts';
import { claimedImage } from '../../uptane/statements/versionReport.ts';
import { type ImageFile, imageFileFor } from '../imageFile.ts';
import { slowTransfer, watchRate } from '../rateWatch.ts';
import type { PrimaryUnit } from '../unit.ts';

/** What there is no time for is left to the next cycle, but for what comes at once: it does not hold back the images that came. K3 */
export function* downloadImages(unit: PrimaryUnit): Task<void> {
  const targets = [...(unit.cycle.director?.targets.values() ?? [])];
  const { imageStore, clock } = unit.parts;
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
  const untilNs = clock.nowNs() + downloadsMsMax * NS_PER_MS;
  for (const file of lacking.values()) {
    const isThere = yield* downloadImage(unit, file, untilNs);
    if (!isThere) unit.cycle.undownloaded.add(file.key);
  }
}

/** Whether the ECU says that it runs this image already. Its word is enough to save a download: it decides for itself later. */
function reportsInstalled(unit: PrimaryUnit, serial: string, target: Target): boolean {
  const wanted = imageOf(target);
  if (serial === unit.parts.identity.serial) return isSameImage(unit.ecu.banks.running, wanted);
  const claimed = claimedImage(unit.cycle.reports.get(serial) ?? null);
  return claimed.ok && isSameImage(claimed.value, wanted);
}

/** From one address of the Image repository after the other, until one gives the image. False where none did, and a fault says why. G2 */
function* downloadImage(unit: PrimaryUnit, file: ImageFile, allUntilNs: number): Task<boolean> {
  const { filename, length } = file;
  if (length > imageBytesMax) {
    const message = `${length} bytes, ${imageBytesMax} are allowed`;
    const fault = {
      clause: 'P6',
      code: 'image-too-large',
      indicates: 'endless-data',
      message,
      file: filename,
    } as const;
    unit.note(remoteFault(fault));
    return false;
  }
  const { clock } = unit.parts;
  const untilNs = Math.min(allUntilNs, clock.nowNs() + transferMsMax * NS_PER_MS);
  for (let mirror = 0; mirror < unit.mirrors; mirror += 1) {
    // Those that follow have as much of the time that is left.
    const shareNs = (untilNs - clock.nowNs()) / (unit.mirrors - mirror);
    if (yield* downloadFrom(unit, file, mirror, clock.nowNs() + shareNs)) return true;
    // What one mirror began may be wrong from its first byte: the next one begins anew.
    if (mirror + 1 < unit.mirrors) unit.parts.imageStore.delete(file.key);
  }
  return false;
}

/** Goes on where an earlier download of the same image stopped. False where it came to nothing, and the fault is noted. */
function* downloadFrom(unit: PrimaryUnit, file: ImageFile, mirror: number, untilNs: number): Task<boolean> {
  const { imageStore, clock, observer } = unit.parts;
  const { filename, key } = file;
  if (imageStore.received(key) === undefined) imageStore.create(key, file.length);
  const rate = watchRate(clock.nowNs(), untilNs);
  for (let failures = 0; failures < downloadFailuresMax; ) {
    const offset = imageStore.received(key) ?? 0;
    if (offset >= file.length) return checkDownloaded(unit, file);
    const length = Math.min(downloadRangeBytesMax, file.length - offset);
    const response = yield* unit.request({ type: 'image', file: file.storedName, offset, length, mirror });
    const bytes = response?.status === 'ok' ? response.bytes.subarray(0, length) : new Uint8Array();
    if (bytes.length > 0) {
      imageStore.append(key, bytes);
      observer.imageProgressed(filename, imageStore.received(key) ?? 0, file.length);
    } else {
      failures += 1;
    }
    const isWhole = (imageStore.received(key) ?? 0) >= file.length;
    if (!isWhole && !rate.passed(bytes.length, clock.nowNs())) {
      unit.note(slowTransfer(filename));
      return false;
    }
  }
  const message = 'the image could not be downloaded';
  unit.note(remoteFault({ clause: 'P6', code: 'missing-file', indicates: 'drop-request', message, file: filename }));
  return false;
}

function checkDownloaded(unit: PrimaryUnit, file: ImageFile): boolean {
  const { imageStore } = unit.parts;
  const image = imageStore.read(file.key) ?? new Uint8Array();
  const checked = checkImage(file, image.length, [image]);
  if (checked.ok) return true;
  imageStore.delete(file.key);
  unit.note(checked.fault);
  return false;
}

// Owns: fetching the images that the vehicle lacks, in ranges, and checking each before it goes any further. M6 K3 K4 P6
import { downloadRangeBytesMax, imageBytesMax } from '../../core/limits.ts';
import type { Task } from '../../core/task.ts';
import { NS_PER_MS } from '../../core/units.ts';
import { imageOf, isSameImage } from '../../uptane/checks/describedImage.ts';
import { checkImage } from '../../uptane/checks/image.ts';
import { remoteFault } from '../../uptane/model/faults.ts';
import type { Target } from '../../uptane/model/metadata.ts';
import { claimedImage } from '../../uptane/statements/versionReport.ts';
import type { PrimaryBehaviour } from '../cycle/behaviour.ts';
import { type ImageFile, imageFileFor } from '../cycle/imageFile.ts';
import { downloadFailuresMax, downloadsMsMax, transferMsMax } from '../limits.ts';
import { slowTransfer, watchRate } from '../transfer/rateWatch.ts';

/** What there is no time for is left to the next cycle, but for what comes at once: it does not hold back the images that came. K3 */
export function* downloadImages(behaviour: PrimaryBehaviour): Task<void> {
  const targets = [...(behaviour.cycle.director?.targets.values() ?? [])];
  const { imageStore, clock } = behaviour.ports;
  const current = new Set<string>();
  const lacking = new Map<string, ImageFile>();
  for (const target of targets) {
    for (const serial of target.ecus.keys()) {
      const file = imageFileFor(target, serial);
      current.add(file.key);
      if (!reportsInstalled(behaviour, serial, target)) lacking.set(file.key, file);
    }
  }
  for (const key of imageStore.keys()) if (!current.has(key)) imageStore.delete(key);
  const untilNs = clock.nowNs() + downloadsMsMax * NS_PER_MS;
  for (const file of lacking.values()) {
    const isThere = yield* downloadImage(behaviour, file, untilNs);
    if (!isThere) behaviour.cycle.undownloaded.add(file.key);
  }
}

/** Whether the ECU says that it runs this image already. Its word is enough to save a download: it decides for itself later. */
function reportsInstalled(behaviour: PrimaryBehaviour, serial: string, target: Target): boolean {
  const wanted = imageOf(target);
  if (serial === behaviour.ports.identity.serial) return isSameImage(behaviour.ecu.banks.running, wanted);
  const claimed = claimedImage(behaviour.cycle.reports.get(serial) ?? null);
  return claimed.ok && isSameImage(claimed.value, wanted);
}

/** From one address of the Image repository after the other, until one gives the image. False where none did, and a fault says why. G2 */
function* downloadImage(behaviour: PrimaryBehaviour, file: ImageFile, allUntilNs: number): Task<boolean> {
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
    behaviour.note(remoteFault(fault));
    return false;
  }
  const { clock } = behaviour.ports;
  const untilNs = Math.min(allUntilNs, clock.nowNs() + transferMsMax * NS_PER_MS);
  for (let mirror = 0; mirror < behaviour.mirrors; mirror += 1) {
    // Those that follow have as much of the time that is left.
    const shareNs = (untilNs - clock.nowNs()) / (behaviour.mirrors - mirror);
    if (yield* downloadFrom(behaviour, file, mirror, clock.nowNs() + shareNs)) return true;
    // What one mirror began may be wrong from its first byte: the next one begins anew.
    if (mirror + 1 < behaviour.mirrors) behaviour.ports.imageStore.delete(file.key);
  }
  return false;
}

/** Goes on where an earlier download of the same image stopped. False where it came to nothing, and the fault is noted. */
function* downloadFrom(behaviour: PrimaryBehaviour, file: ImageFile, mirror: number, untilNs: number): Task<boolean> {
  const { imageStore, clock, observer } = behaviour.ports;
  const { filename, key } = file;
  if (imageStore.received(key) === undefined) imageStore.create(key, file.length);
  const rate = watchRate(clock.nowNs(), untilNs);
  for (let failures = 0; failures < downloadFailuresMax; ) {
    const offset = imageStore.received(key) ?? 0;
    if (offset >= file.length) return checkDownloaded(behaviour, file);
    const length = Math.min(downloadRangeBytesMax, file.length - offset);
    const response = yield* behaviour.request({ type: 'image', file: file.storedName, offset, length, mirror });
    const bytes = response?.status === 'ok' ? response.bytes.subarray(0, length) : new Uint8Array();
    if (bytes.length > 0) {
      imageStore.append(key, bytes);
      observer.imageProgressed(filename, imageStore.received(key) ?? 0, file.length);
    } else {
      failures += 1;
    }
    const isWhole = (imageStore.received(key) ?? 0) >= file.length;
    if (!isWhole && !rate.passed(bytes.length, clock.nowNs())) {
      behaviour.note(slowTransfer(filename));
      return false;
    }
  }
  const message = 'the image could not be downloaded';
  behaviour.note(
    remoteFault({ clause: 'P6', code: 'missing-file', indicates: 'drop-request', message, file: filename }),
  );
  return false;
}

function checkDownloaded(behaviour: PrimaryBehaviour, file: ImageFile): boolean {
  const { imageStore } = behaviour.ports;
  const image = imageStore.read(file.key) ?? new Uint8Array();
  const checked = checkImage(file, image.length, [image]);
  if (checked.ok) return true;
  imageStore.delete(file.key);
  behaviour.note(checked.fault);
  return false;
}

// Owns: the Primary's own image, from the image store into its inactive bank. P
import { type Task, wait } from '../../core/task.ts';
import { KIB, NS_PER_S } from '../../core/units.ts';
import { imageOf, sameImage } from '../../ecu/flashBanks.ts';
import { checkImage, checkTarget } from '../../uptane/checks/image.ts';
import { remoteFault } from '../../uptane/faults.ts';
import { imageKey, type PrimaryUnit } from '../unit.ts';

const blockBytes = 32 * KIB;

/** True when a new image was activated, so that the Primary is to reboot. */
export function* installOwn(unit: PrimaryUnit): Task<boolean> {
  const { director } = unit.cycle;
  const { identity, imageStore, flashBytesPerSecond, observer } = unit.parts;
  const { banks } = unit.ecu;
  if (director === undefined) return false;
  const { serial, hardwareId } = identity;
  const installedReleaseCounter = banks.running.releaseCounter;
  const target = checkTarget(director, { serial, hardwareId, installedReleaseCounter });
  if (!target.ok) {
    if (target.fault.code !== 'no-image-for-ecu') unit.note(target.fault);
    return false;
  }
  const image = imageStore.read(imageKey(target.value));
  if (sameImage(imageOf(target.value), banks.running) || image === undefined) return false;
  if (image.length > banks.bankBytes) {
    const message = `${image.length} bytes, a bank holds ${banks.bankBytes}`;
    unit.note(remoteFault({ code: 'image-too-large', clause: 'P6', message, attack: 'endless-data' }));
    return false;
  }
  for (let offset = banks.begin(imageOf(target.value)); offset < image.length; offset = banks.written) {
    const block = image.subarray(offset, offset + blockBytes);
    banks.append(block);
    observer.imageProgressed(target.value.filename, banks.written, image.length);
    const writingNs = Math.round((NS_PER_S * block.length) / flashBytesPerSecond);
    yield* wait<void>((done) => {
      const timer = unit.parts.clock.after(writingNs, done);
      return () => timer.cancel();
    });
  }
  const checked = checkImage(target.value, banks.written, banks.writtenBlocks());
  if (!checked.ok) {
    banks.discard();
    unit.note(checked.fault);
    return false;
  }
  banks.activate();
  return true;
}

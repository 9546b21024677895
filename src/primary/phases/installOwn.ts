// Owns: the Primary's own image, from the image store into its inactive bank. P
import type { RemoteFault } from '../../core/faults.ts';
import { imageBlockBytesMax } from '../../core/limits.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Task } from '../../core/task.ts';
import { sleep } from '../../core/time/sleep.ts';
import { NS_PER_S } from '../../core/units.ts';
import { beginImage } from '../../ecu/incomingImage.ts';
import { givenUp, ownTarget } from '../../ecu/ownTarget.ts';
import { imageOf, isSameImage } from '../../uptane/checks/describedImage.ts';
import { checkImage } from '../../uptane/checks/image.ts';
import type { Target } from '../../uptane/model/metadata.ts';
import type { PrimaryBehaviour } from '../cycle/behaviour.ts';
import { imageAtHand } from '../cycle/imageAtHand.ts';

/** Activates the image that the Director means for this Primary, if any; then `Cycle.ownActivated` says so. */
export function* installOwn(behaviour: PrimaryBehaviour): Task<void> {
  const { director } = behaviour.cycle;
  const { banks } = behaviour.ecu;
  if (director === undefined) return;
  const target = ownTarget(behaviour.ecu, director);
  const fault = target.ok ? givenUp(behaviour.ecu, target.value) : target.fault;
  if (fault !== undefined && fault.code !== 'no-image-for-ecu') behaviour.note(fault);
  if (!target.ok || fault !== undefined) return;
  if (isSameImage(imageOf(target.value), banks.running)) return;
  const image = imageAtHand(behaviour, target.value, behaviour.ports.identity.serial);
  if (image === undefined) return;
  const written = yield* writeImage(behaviour, target.value, image);
  const checked = written.ok ? checkImage(target.value, banks.written, banks.writtenBlocks()) : written;
  if (!checked.ok) {
    banks.discard();
    return behaviour.note(checked.fault);
  }
  banks.activate();
  behaviour.cycle.ownActivated = true;
}

/** In plain, from where an earlier try left off, in the time that the flash takes. P8 */
function* writeImage(behaviour: PrimaryBehaviour, target: Target, image: Uint8Array): Task<Result<void, RemoteFault>> {
  const { banks } = behaviour.ecu;
  const { identity, clock, flashBytesPerSecond, observer } = behaviour.ports;
  const incoming = beginImage(banks, identity, target);
  if (!incoming.ok) return incoming;
  while (incoming.value.nextOffset < image.length) {
    const offset = incoming.value.nextOffset;
    const taken = incoming.value.take(image.subarray(offset, offset + imageBlockBytesMax));
    if (!taken.ok) return taken;
    observer.imageProgressed(target.filename, banks.written, target.length);
    yield* sleep(clock, (NS_PER_S * taken.value) / flashBytesPerSecond);
  }
  return ok();
}

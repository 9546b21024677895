// Owns: the image that one of the vehicle's ECUs is to be given, out of the store; and saying so where it is not there. M11
import { remoteFault } from '../../uptane/model/faults.ts';
import type { Target } from '../../uptane/model/metadata.ts';
import type { PrimaryBehaviour } from './behaviour.ts';
import { imageFileFor } from './imageFile.ts';

/** Undefined where it is not there: a fault says so, unless that of its download has said why. */
export function imageAtHand(behaviour: PrimaryBehaviour, target: Target, serial: string): Uint8Array | undefined {
  const { key } = imageFileFor(target, serial);
  const image = behaviour.ports.imageStore.read(key);
  if (image === undefined && !behaviour.cycle.undownloaded.has(key)) {
    const message = `${serial} is to install it, and the Primary does not have it`;
    behaviour.note(
      remoteFault({ code: 'missing-file', clause: 'M11', message, file: `${target.filename} to ${serial}` }),
    );
  }
  return image;
}

/** A Secondary asks for an image that the Director does not name for it: it has seen other metadata, or it lies. */
export function noteUnmeant(behaviour: PrimaryBehaviour, serial: string, filename: string): void {
  const message = `${serial} asks for ${filename}, which the Director does not name for it`;
  const file = `an image to ${serial}`;
  behaviour.note(remoteFault({ code: 'unexpected-message', clause: 'M11', message, file }));
}

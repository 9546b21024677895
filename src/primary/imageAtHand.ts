// Owns: the image that one of the vehicle's ECUs is to be given, out of the store; and saying so where it is not there. M11
import { remoteFault } from '../uptane/faults.ts';
import type { Target } from '../uptane/metadata.ts';
import { imageFileFor } from './imageFile.ts';
import type { PrimaryUnit } from './unit.ts';

/** Undefined where it is not there: a fault says so, unless that of its download has said why. */
export function imageAtHand(unit: PrimaryUnit, target: Target, serial: string): Uint8Array | undefined {
  const { key } = imageFileFor(target, serial);
  const image = unit.parts.imageStore.read(key);
  if (image === undefined && !unit.cycle.undownloaded.has(key)) {
    const message = `${serial} is to install it, and the Primary does not have it`;
    unit.note(remoteFault({ code: 'missing-file', clause: 'M11', message, file: `${target.filename} to ${serial}` }));
  }
  return image;
}

/** A Secondary asks for an image that the Director does not name for it: it has seen other metadata, or it lies. */
export function noteUnmeant(unit: PrimaryUnit, serial: string, filename: string): void {
  const message = `${serial} asks for ${filename}, which the Director does not name for it`;
  const file = `an image to ${serial}`;
  unit.note(remoteFault({ code: 'unexpected-message', clause: 'M11', message, file }));
}

// Owns: the image that the Director names for this very ECU, and whether it can take it. P4 to P7, P12
import type { RemoteFault } from '../core/faults.ts';
import { fail, type Result } from '../core/result.ts';
import { imageOf } from '../uptane/checks/describedImage.ts';
import { checkTarget } from '../uptane/checks/image.ts';
import { remoteFault } from '../uptane/model/faults.ts';
import type { Target, Targets } from '../uptane/model/metadata.ts';
import type { Ecu } from './ecu.ts';

/** P4 P5 P7, and P6 by the size of its banks. */
export function ownTarget({ ports, banks }: Ecu, director: Targets): Result<Target, RemoteFault> {
  const { serial, hardwareId, filenames } = ports.identity;
  const installedReleaseCounter = banks.running.releaseCounter;
  const self = { serial, hardwareId, installedReleaseCounter, ...(filenames !== undefined && { filenames }) };
  const target = checkTarget(director, self);
  if (!target.ok || target.value.length <= banks.bankBytes) return target;
  const { length, filename: file } = target.value;
  const message = `${length} bytes, a bank holds ${banks.bankBytes}`;
  return fail(remoteFault({ clause: 'P6', code: 'image-too-large', indicates: 'endless-data', message, file }));
}

/** P12: the fault of an image that never came up and is left alone, to be reported for as long as the Director names it. */
export function givenUp({ banks }: Ecu, target: Target): RemoteFault | undefined {
  if (!banks.hasGivenUp(imageOf(target))) return undefined;
  const message = 'the image did not come up in all its tries: it is left';
  return remoteFault({ clause: 'P12', code: 'activation-failed', message, file: target.filename });
}

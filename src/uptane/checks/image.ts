// Owns: P4 to P9, whether an image is the one that this ECU may install.
import type { RemoteFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { createHasher, hashFunctions } from '../../crypto/hashes.ts';
import type { Target, Targets } from '../metadata.ts';
import { faultAt } from './context.ts';
import { targetOf } from './match.ts';

/** Who installs, and what it runs now. */
export interface InstallingEcu {
  readonly serial: string;
  readonly hardwareId: string;
  readonly installedReleaseCounter: number;
}

/** What must hold before a byte is downloaded: P4 P5, then P7's hardware id and release counter. */
export function checkTarget(director: Targets, ecu: InstallingEcu): Result<Target, RemoteFault> {
  // P4 P5
  const target = targetOf(director, ecu.serial);
  if (target === undefined) {
    const message = `no image is listed for ${ecu.serial}`;
    return fail(faultAt({ repository: 'director', file: 'targets.json' }, 'no-image-for-ecu', 'P5', message));
  }
  const at = { repository: 'director', file: target.filename } as const;
  // P7, hardware id
  if (!target.mustMatch.hardwareIds.includes(ecu.hardwareId) || target.ecus.get(ecu.serial) !== ecu.hardwareId) {
    const message = `made for ${target.mustMatch.hardwareIds.join(', ')}, this ECU is ${ecu.hardwareId}`;
    return fail(faultAt(at, 'wrong-hardware', 'P7', message, 'wrong-software'));
  }
  // P7, release counter
  if (target.mustMatch.releaseCounter < ecu.installedReleaseCounter) {
    const message = `release counter ${target.mustMatch.releaseCounter}, installed is ${ecu.installedReleaseCounter}`;
    return fail(faultAt(at, 'rollback', 'P7', message, 'rollback'));
  }
  return ok(target);
}

/** Length and every listed hash of image bytes that are read in blocks, from wherever they are stored. P7 P9 */
export function checkImage(target: Target, length: number, blocks: Iterable<Uint8Array>): Result<void, RemoteFault> {
  const at = { file: target.filename };
  if (length !== target.length) {
    const message = `${length} bytes where ${target.length} are listed`;
    return fail(faultAt(at, 'length-mismatch', 'P9', message, 'arbitrary-installation'));
  }
  const hashers = hashFunctions
    .filter((name) => target.hashes[name] !== undefined)
    .map((name) => ({ name, hasher: createHasher(name) }));
  for (const block of blocks) for (const { hasher } of hashers) hasher.update(block);
  for (const { name, hasher } of hashers) {
    if (hasher.hex() === target.hashes[name]) continue;
    return fail(
      faultAt(at, 'hash-mismatch', 'P7', `${name} of the image is not the listed one`, 'arbitrary-installation'),
    );
  }
  return ok();
}

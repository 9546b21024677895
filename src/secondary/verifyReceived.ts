// Owns: the verification of what a Secondary was sent, by its mode, down to the image that is meant for it. K5 Q R P4 P5 P7
import { ok } from '../core/result.ts';
import type { Ecu } from '../ecu/ecu.ts';
import { ownTarget } from '../ecu/ownTarget.ts';
import { imageOf, isSameImage } from '../uptane/checks/describedImage.ts';
import { targetOf } from '../uptane/checks/match.ts';
import type { Target } from '../uptane/model/metadata.ts';
import { fileName, uptaneProfile } from '../uptane/model/profile.ts';
import { type FullTrust, type VerifiedTargets, verifyFull } from '../uptane/verification/full.ts';
import { rootsOnly, setAside } from '../uptane/verification/keptTrust.ts';
import { verifyPartial } from '../uptane/verification/partial.ts';
import { type EcuContext, type Outcome, runProcedure } from '../uptane/verification/procedure.ts';
import type { ReceivedFiles } from './receivedFiles.ts';

/** What to trust from now on, and the image to install: undefined where the ECU runs it, or is named none. */
export function verifyReceived(ecu: Ecu, files: ReceivedFiles): Outcome<Target | undefined> {
  const { result, ...outcome } = judge(ecu, files);
  if (!result.ok) return { ...outcome, result };
  const target = ownTarget(ecu, result.value.director);
  if (target.ok) {
    const isRunning = isSameImage(imageOf(target.value), ecu.banks.running);
    return { ...outcome, result: ok(isRunning ? undefined : target.value) };
  }
  // P5: the Targets list no image for this ECU, so nothing is installed
  if (target.fault.code === 'no-image-for-ecu') {
    return { ...outcome, trusted: setAside(ecu.trusted, outcome.trusted), result: ok(undefined) };
  }
  return { ...outcome, trusted: rootsOnly(ecu.trusted, outcome.trusted), result: target };
}

/**
 * Y5: Targets that nothing but this ECU's clock speaks against, and that name other time keys than it goes by, are kept though
 * refused. It is the one way in which an ECU that follows no Root can be rid of a time key that set its clock to a far future; a clock of
 * the ECU's own none can set, and what that one refuses has expired.
 */
function judge(ecu: Ecu, files: ReceivedFiles): Outcome<VerifiedTargets> {
  const outcome = run(ecu, files, ecu.now());
  const { result } = outcome;
  const { verification, ownClock, identity } = ecu.ports;
  const isSetByKeys = verification === 'partial' && ownClock === undefined;
  if (!isSetByKeys || result.ok || result.fault.code !== 'expired') return outcome;
  const { result: clockless, trusted } = run(ecu, files, 0);
  if (!clockless.ok || ecu.hasTimeKeysOf(trusted)) return outcome;
  const named = targetOf(clockless.value.director, identity.serial) !== undefined;
  return { ...outcome, trusted: named ? trusted : setAside(ecu.trusted, trusted) };
}

function run(ecu: Ecu, files: ReceivedFiles, now: number | undefined): Outcome<VerifiedTargets> {
  const { identity, signatures, verification } = ecu.ports;
  const { vin, serial, hardwareId } = identity;
  const hardware = new Map([[serial, hardwareId]]);
  const context: EcuContext = { signatures, profile: uptaneProfile, now, vin, vehicleEcus: undefined, hardware };
  const procedure =
    verification === 'full'
      ? verifyFull(context, ecu.trusted as FullTrust, (target) => target.ecus.has(serial))
      : verifyPartial(context, ecu.trusted, { followsRoot: verification === 'partial+root' });
  return runProcedure(procedure, (request) => files.read(`${request.repository}/${fileName(uptaneProfile, request)}`));
}

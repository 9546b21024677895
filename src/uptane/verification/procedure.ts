// Owns: how a verification procedure asks for files. A procedure is a generator: it yields a request, is given the answer,
// and returns its outcome. It never learns whether the file came over HTTP, over CAN or from a disk.
import type { RemoteFault } from '../../core/faults.ts';
import type { Result } from '../../core/result.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import type { CheckContext } from '../checks/context.ts';
import type { RepositoryName, RoleName } from '../model/metadata.ts';
import { type FileName, fileName, type Profile } from '../model/profile.ts';
import type { EcuHardware } from './offlineAssignment.ts';
import type { TrustedMetadata } from './trusted.ts';

/** A metadata file that the procedure needs next. `version`: undefined for the latest. */
export interface MetadataRequest extends FileName {
  readonly repository: RepositoryName;
  /** The source stops reading past this many bytes, and hands over what it has: the check names the fault. */
  readonly bytesMax: number;
}

/** The file, or undefined where there is none. */
export type MetadataAnswer = Uint8Array | undefined;

export interface Outcome<T> {
  /** What to keep, whatever the result: newly verified roots always, the other roles only all together. */
  readonly trusted: TrustedMetadata;
  readonly result: Result<T, RemoteFault>;
  /** What is to be reported and did not make the update fail. Policy 6 */
  readonly notices: readonly RemoteFault[];
}

export type Procedure<T> = Generator<MetadataRequest, T, MetadataAnswer>;

/** What every procedure needs to know of the ECU it runs on. */
export interface EcuContext {
  readonly signatures: Signatures;
  readonly profile: Profile;
  /** Attested time, seconds since 1970. */
  readonly now: number | undefined;
  /** Undefined where the vehicle is not known: every ECU that the Targets name is accepted. */
  readonly vin: string | undefined;
  /** Every ECU, on a Primary; undefined on a Secondary. */
  readonly vehicleEcus: ReadonlySet<string> | undefined;
  /** Hardware ids by ECU identifier, as far as they are known here: of the whole vehicle on a Primary, of itself on a Secondary. */
  readonly hardware?: EcuHardware;
}

/** An ECU at work on one verification. */
export interface Verifying extends EcuContext {
  readonly notices: RemoteFault[];
}

/** Where a file that is asked for stands, for checks and faults. */
export function checkContext(ecu: Verifying, repository: RepositoryName, file: FileName): CheckContext & Verifying {
  const { offline = false, delegated, role } = file;
  const name = delegated ?? (offline ? `offline-${role}` : role);
  return { ...ecu, repository, role: name, offline, file: fileName(ecu.profile, file) };
}

/** The unversioned name of one of the four roles' files. */
export function latest(role: RoleName): FileName {
  return { role, version: undefined };
}

/** Runs a procedure to its end over answers that are at hand. */
export function runProcedure<T>(procedure: Procedure<T>, answer: (request: MetadataRequest) => MetadataAnswer): T {
  let step = procedure.next();
  while (!step.done) step = procedure.next(answer(step.value));
  return step.value;
}

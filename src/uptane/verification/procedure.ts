// Owns: how a verification procedure asks for files. A procedure is a generator: it yields a request, is given the answer,
// and returns its outcome. It never learns whether the file came over HTTP, over CAN or from a disk.
import type { RemoteFault } from '../../core/faults.ts';
import type { Result } from '../../core/result.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { type RepositoryName, type RoleName, roleFile } from '../metadata.ts';
import type { TrustedMetadata } from '../trusted.ts';

/** A metadata file that the procedure needs next. */
export interface MetadataRequest {
  readonly repository: RepositoryName;
  readonly role: RoleName;
  /** The version in the file's name; undefined for the latest (the Timestamp, and all in partial verification). H1 */
  readonly version: number | undefined;
  /** Whoever answers stops reading past this many bytes, and hands over what it has: the check names the fault. */
  readonly bytesMax: number;
}

/** The file, or undefined where there is none. */
export type MetadataAnswer = Uint8Array | undefined;

/** `trusted` is what to keep, whatever the result: newly verified roots always, the other roles only all together. */
export interface Outcome<T> {
  readonly trusted: TrustedMetadata;
  readonly result: Result<T, RemoteFault>;
}

export type Procedure<T> = Generator<MetadataRequest, T, MetadataAnswer>;

/** What every procedure needs to know of the ECU it runs on. */
export interface EcuContext {
  readonly signatures: Signatures;
  /** Attested time, seconds since 1970. */
  readonly now: number | undefined;
  readonly vin: string;
  /** Every ECU, on a Primary; undefined on a Secondary. */
  readonly vehicleEcus: ReadonlySet<string> | undefined;
}

/** The name under which a repository stores what is asked for. H1 */
export function requestedFile(request: Pick<MetadataRequest, 'role' | 'version'>): string {
  return request.version === undefined ? roleFile(request.role) : `${request.version}.${roleFile(request.role)}`;
}

/** Runs a procedure to its end over answers that are at hand. */
export function runProcedure<T>(procedure: Procedure<T>, answer: (request: MetadataRequest) => MetadataAnswer): T {
  let step = procedure.next();
  while (!step.done) step = procedure.next(answer(step.value));
  return step.value;
}

// Owns: how TUF's client workflow asks for files and says what is to be kept. Unlike an ECU, whose trust is replaced as a whole,
// a TUF client keeps each file as soon as it is verified, in a folder that it reads again next time.
import type { RemoteFault } from '../../core/faults.ts';
import type { Result } from '../../core/result.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import type { CheckContext } from '../checks/context.ts';
import { checkForm } from '../checks/form.ts';
import { checkThreshold } from '../checks/threshold.ts';
import type { MetadataOf, RoleName, Signed, Signers } from '../model/metadata.ts';
import { type FileName, fileName, tufProfile } from '../model/profile.ts';

export type TufStep =
  /** Wants the stored file of a role; undefined where there is none. */
  | { readonly type: 'load'; readonly role: string; readonly bytesMax: number }
  /** Wants a file of the repository, of which at most one byte more than `bytesMax` is read; undefined where there is none. */
  | { readonly type: 'fetch'; readonly path: string; readonly bytesMax: number }
  /** From now on this is the trusted file of the role. */
  | { readonly type: 'store'; readonly role: string; readonly bytes: Uint8Array }
  /** From now on no file of the role is trusted. */
  | { readonly type: 'forget'; readonly role: string };

export type TufProcedure<T> = Generator<TufStep, T, Uint8Array | undefined>;

/** What the workflow needs to know of the client. `now`: its fixed update start time, seconds since 1970. TUF 5.1 */
export interface TufVerifier {
  readonly signatures: Signatures;
  readonly now: number;
}

/** Where a file stands, for checks and faults. */
export function tufContext(client: TufVerifier, file: FileName): CheckContext {
  const role = file.delegated ?? file.role;
  return { ...client, profile: tufProfile, repository: 'image', role, file: fileName(tufProfile, file) };
}

export function fetchStep(file: FileName, bytesMax: number): TufStep {
  return { type: 'fetch', path: fileName(tufProfile, file), bytesMax };
}

/** A file that is well-formed and signed by a threshold of the role's keys, as new and old files must be alike. */
export function checkSigned<R extends RoleName>(
  context: CheckContext,
  role: R,
  clauses: { readonly form: string; readonly threshold: string },
  signers: Signers,
  bytes: Uint8Array | undefined,
): Result<Signed<MetadataOf<R>>, RemoteFault> {
  const bytesMax = storedBytesMax(role);
  const file = checkForm(context, role, clauses.form, bytes, bytesMax);
  if (!file.ok) return file;
  const signed = checkThreshold(context, clauses.threshold, file.value, signers);
  return signed.ok ? file : signed;
}

/** The most that a file of a role can ever have been. */
export function storedBytesMax(role: RoleName): number {
  const { root, timestamp, statedSnapshot, imageTargets } = tufProfile.bytesMax;
  return { root, timestamp, snapshot: statedSnapshot, targets: imageTargets }[role];
}

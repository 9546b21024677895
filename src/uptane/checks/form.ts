// Owns: the size cap and the form of a received file, the first step of S, T, U and V alike.
import type { RemoteFault } from '../../core/faults.ts';
import { fail, type Result } from '../../core/result.ts';
import { decodeMetadata } from '../decode/metadata.ts';
import type { MetadataOf, RoleName, Signed } from '../metadata.ts';
import { type CheckContext, faultAt } from './context.ts';

/** S2 T1 U1 V1: at most `bytesMax`, present, and well-formed metadata of `role`. */
export function checkForm<R extends RoleName>(
  context: CheckContext,
  role: R,
  clause: string,
  bytes: Uint8Array | undefined,
  bytesMax: number,
): Result<Signed<MetadataOf<R>>, RemoteFault> {
  if (bytes === undefined) {
    return fail(faultAt(context, 'missing-file', clause, 'the file is missing', 'drop-request'));
  }
  if (bytes.length > bytesMax) {
    return fail(faultAt(context, 'oversized', clause, `longer than ${bytesMax} bytes`, 'endless-data'));
  }
  const decoded = decodeMetadata({ ...context, role }, bytes);
  if (decoded.ok) return decoded;
  return fail(faultAt(context, decoded.fault.code, clause, decoded.fault.message, 'arbitrary-installation'));
}

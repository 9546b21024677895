// Owns: the size cap and the form of a received file, the first step of S, T, U and V alike.
import type { RemoteFault } from '../../core/faults.ts';
import type { Result } from '../../core/result.ts';
import { decodeMetadata } from '../decode/metadata.ts';
import type { MetadataOf, RoleName, Signed } from '../model/metadata.ts';
import { type CheckContext, refuse } from './context.ts';

/** S2 T1 U1 V1: at most `bytesMax`, present, and well-formed metadata of `role`. */
export function checkForm<R extends RoleName>(
  context: CheckContext,
  role: R,
  clause: string,
  bytes: Uint8Array | undefined,
  bytesMax: number,
): Result<Signed<MetadataOf<R>>, RemoteFault> {
  // There is a file at all
  if (bytes === undefined) {
    return refuse(context, { clause, code: 'missing-file', indicates: 'drop-request', message: 'the file is missing' });
  }
  // It is no longer than its cap, which is known before anything of it is read
  if (bytes.length > bytesMax) {
    const message = `longer than ${bytesMax} bytes`;
    return refuse(context, { clause, code: 'oversized', indicates: 'endless-data', message });
  }
  // B3 B4: it is well-formed metadata, and of this role
  const decoded = decodeMetadata({ ...context, role }, bytes);
  if (decoded.ok) return decoded;
  const message = decoded.fault.message;
  return refuse(context, { clause, code: decoded.fault.code, indicates: 'arbitrary-installation', message });
}

// Owns: expiry against the attested time. S6 T4 U7 V5
import type { RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import { formatUtc } from '../../core/utc.ts';
import type { Metadata } from '../metadata.ts';
import { type CheckContext, refuse } from './context.ts';

/** An ECU that never had an attestation cannot judge, and so accepts nothing. K2 */
export function checkExpiry(context: CheckContext, clause: string, file: Metadata): Result<void, RemoteFault> {
  if (context.now === undefined) {
    const message = 'no attested time to judge the expiry by';
    return refuse(context, { clause, code: 'expired', indicates: 'indefinite-freeze', message });
  }
  if (context.now < file.expires) return ok();
  const message = `expired ${formatUtc(file.expires)}, it is ${formatUtc(context.now)}`;
  return refuse(context, { clause, code: 'expired', indicates: 'indefinite-freeze', message });
}

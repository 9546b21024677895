// Owns: expiry against the attested time. S6 T4 U7 V5
import type { RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import { formatUtc } from '../../core/utc.ts';
import type { Metadata } from '../model/metadata.ts';
import { type CheckContext, refuse } from './context.ts';

/** `now`: seconds since 1970. An ECU that never had an attestation cannot judge, and so accepts nothing. K2 */
export function hasExpired({ expires }: Pick<Metadata, 'expires'>, now: number | undefined): boolean {
  return now === undefined || now >= expires;
}

/** `expired` where it has, in words that say what it was judged by. */
export function checkExpiry(context: CheckContext, clause: string, file: Metadata): Result<void, RemoteFault> {
  const { now } = context;
  if (!hasExpired(file, now)) return ok();
  const message =
    now === undefined
      ? 'no attested time to judge the expiry by'
      : `expired ${formatUtc(file.expires)}, it is ${formatUtc(now)}`;
  return refuse(context, { clause, code: 'expired', indicates: 'indefinite-freeze', message });
}

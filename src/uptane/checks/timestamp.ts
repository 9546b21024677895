// Owns: the check of a Timestamp. T
import type { RemoteFault } from '../../core/faults.ts';
import type { Result } from '../../core/result.ts';
import type { Root, Signed, Timestamp } from '../model/metadata.ts';
import { tolerates } from '../model/profile.ts';
import { type CheckContext, refuse } from './context.ts';
import { checkExpiry } from './expiry.ts';
import { checkForm } from './form.ts';
import { signersOf } from './root.ts';
import { checkThreshold } from './threshold.ts';

/** The Timestamp from its received bytes, against the trusted root and the Timestamp trusted before. */
export function checkTimestamp(
  context: CheckContext,
  root: Root,
  trusted: Timestamp | undefined,
  bytes: Uint8Array | undefined,
): Result<Signed<Timestamp>, RemoteFault> {
  // T1: no longer than a timestamp may be, and in its form
  const file = checkForm(context, 'timestamp', 'T1', bytes, context.profile.bytesMax.timestamp);
  if (!file.ok) return file;
  // T2: a threshold of the keys that the root names signed it
  const signed = checkThreshold(context, 'T2', file.value, signersOf(root, 'timestamp'));
  if (!signed.ok) return signed;
  // T3 T4: not older than the trusted one, and not expired
  const sound = checkTimestampOrder(context, trusted, file.value.body);
  return sound.ok ? file : sound;
}

/** What is left to check of a well-signed Timestamp: T3 T4. */
export function checkTimestampOrder(
  context: CheckContext,
  trusted: Timestamp | undefined,
  received: Timestamp,
): Result<void, RemoteFault> {
  // T3: its version is not lower than the trusted one's, nor the Snapshot version that it lists
  const { version, snapshot } = received;
  if (trusted !== undefined && version < trusted.version) {
    const message = `version ${version} after ${trusted.version}`;
    return refuse(context, { clause: 'T3', code: 'rollback', indicates: 'rollback', message });
  }
  const mayBeOlder = tolerates(context.profile, 'older-snapshot');
  if (trusted !== undefined && snapshot.version < trusted.snapshot.version && !mayBeOlder) {
    const message = `it lists snapshot version ${snapshot.version} after ${trusted.snapshot.version}`;
    return refuse(context, { clause: 'U4', code: 'rollback', indicates: 'rollback', message });
  }
  // T4: it has not expired by the attested time
  return checkExpiry(context, 'T4', received);
}

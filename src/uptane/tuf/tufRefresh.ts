// Owns: TUF's client workflow for the four roles, sections 5.2 to 5.6 of its specification. The checks are Uptane's, under their
// clauses; the order, what is kept when, and what is asked for are TUF's.
import type { RemoteFault } from '../../core/faults.ts';
import { rootRotationsMax } from '../../core/limits.ts';
import { ok, type Result } from '../../core/result.ts';
import { type CheckContext, refuse } from '../checks/context.ts';
import { checkExpiry } from '../checks/expiry.ts';
import { disagreeingHash } from '../checks/hashes.ts';
import { checkNextRoot, checkProvisionedRoot, rotatedOnlineKeys, signersOf } from '../checks/root.ts';
import { checkSnapshot, snapshotCap } from '../checks/snapshot.ts';
import { checkTargets, targetsCap } from '../checks/targets.ts';
import { checkTimestampOrder } from '../checks/timestamp.ts';
import type { FileMeta, Root, Signed, Signers, Snapshot, Targets, Timestamp } from '../model/metadata.ts';
import { tufProfile } from '../model/profile.ts';
import { latest } from '../verification/procedure.ts';
import {
  checkSigned,
  fetchStep,
  storedBytesMax,
  type TufProcedure,
  type TufVerifier,
  tufContext,
} from './tufProcedure.ts';

/** The repository as one refresh found it. */
export interface TufTrust {
  readonly root: Root;
  readonly snapshot: Snapshot;
  readonly targets: Targets;
}

/** Brings the stored metadata of the four roles up to date. A fault leaves what was verified before it. */
export function* refreshTuf(client: TufVerifier): TufProcedure<Result<TufTrust, RemoteFault>> {
  const root = yield* followRoots(client);
  if (!root.ok) return root;
  const timestamp = yield* followTimestamp(client, root.value);
  if (!timestamp.ok) return timestamp;
  const snapshot = yield* followSnapshot(client, root.value, timestamp.value.snapshot);
  if (!snapshot.ok) return snapshot;
  const targets = yield* followTargets(client, root.value, snapshot.value, undefined, signersOf(root.value, 'targets'));
  return targets.ok ? ok({ root: root.value, snapshot: snapshot.value, targets: targets.value }) : targets;
}

/** TUF 5.2 5.3: the stored root, then each that follows it, kept at once. */
function* followRoots(client: TufVerifier): TufProcedure<Result<Root, RemoteFault>> {
  // S1: begin with the stored root
  const stored = yield { type: 'load', role: 'root', bytesMax: storedBytesMax('root') };
  const at = tufContext(client, latest('root'));
  // The client's own folder lacks it: nobody outside is to blame.
  if (stored === undefined) return refuse(at, { clause: 'S1', code: 'missing-file', message: 'the file is missing' });
  const initial = checkProvisionedRoot(at, stored);
  if (!initial.ok) return initial;
  let root: Signed<Root> = initial.value;
  // TUF 5.3.3: the next refresh goes on where this one stops
  for (let step = 0; step < rootRotationsMax; step += 1) {
    // S2: ask for the next version, up to a size, until there is none
    const file = { role: 'root', version: root.body.version + 1 } as const;
    const bytes = yield fetchStep(file, tufProfile.bytesMax.root);
    if (bytes === undefined) break;
    // S3 S4: a threshold of the old keys and of its own signed it, and its version is the next one
    const next = checkNextRoot(tufContext(client, file), root, bytes);
    if (!next.ok) return next;
    // S5: it is trusted now
    yield { type: 'store', role: 'root', bytes };
    // S7: where it names other online keys, what the old ones signed is forgotten
    if (rotatedOnlineKeys(root.body, next.value.body)) {
      yield { type: 'forget', role: 'timestamp' };
      yield { type: 'forget', role: 'snapshot' };
    }
    root = next.value;
  }
  // S6: the last one has not expired
  const fresh = checkExpiry(tufContext(client, { role: 'root', version: root.body.version }), 'S6', root.body);
  return fresh.ok ? ok(root.body) : fresh;
}

/** TUF 5.4. Expired or not, the stored one stands against rollback. */
function* followTimestamp(client: TufVerifier, root: Root): TufProcedure<Result<Timestamp, RemoteFault>> {
  const context = tufContext(client, latest('timestamp'));
  const clauses = { form: 'T1', threshold: 'T2' };
  const signers = signersOf(root, 'timestamp');
  const bytesMax = storedBytesMax('timestamp');
  const loaded = checkSigned(
    context,
    'timestamp',
    clauses,
    signers,
    yield { type: 'load', role: 'timestamp', bytesMax },
  );
  const stored = loaded.ok ? loaded.value.body : undefined;
  // T1 T2: in its form, and signed by a threshold
  const bytes = yield fetchStep(latest('timestamp'), bytesMax);
  const received = checkSigned(context, 'timestamp', clauses, signers, bytes);
  if (!received.ok) return received;
  // TUF 5.4.3.1: of two of one version the stored one stays
  if (stored !== undefined && stored.version === received.value.body.version) {
    const fresh = checkExpiry(context, 'T4', stored);
    return fresh.ok ? ok(stored) : fresh;
  }
  // T3 T4: not older than the stored one, and not expired
  const sound = checkTimestampOrder(context, stored, received.value.body);
  if (!sound.ok) return sound;
  yield { type: 'store', role: 'timestamp', bytes: received.value.bytes };
  return ok(received.value.body);
}

/** TUF 5.5. The stored one is asked for again only where it is not the listed one, or has expired. */
function* followSnapshot(
  client: TufVerifier,
  root: Root,
  listed: FileMeta,
): TufProcedure<Result<Snapshot, RemoteFault>> {
  const context = tufContext(client, latest('snapshot'));
  const bytesMax = storedBytesMax('snapshot');
  const loaded = checkSigned(
    context,
    'snapshot',
    { form: 'U1', threshold: 'U3' },
    signersOf(root, 'snapshot'),
    yield { type: 'load', role: 'snapshot', bytesMax },
  );
  const stored = loaded.ok ? loaded.value : undefined;
  if (stored !== undefined && isListed(stored, listed) && checkExpiry(context, 'U7', stored.body).ok) {
    return ok(stored.body);
  }
  // U1 to U7
  const file = { role: 'snapshot', version: root.consistentSnapshot ? listed.version : undefined } as const;
  const bytes = yield fetchStep(file, snapshotCap(tufProfile, listed));
  const at = tufContext(client, file);
  const received = checkSnapshot(at, root, listed, stored?.body, bytes);
  if (!received.ok) return received;
  const whole = checkListedLength(at, 'U2', listed, received.value);
  if (!whole.ok) return whole;
  yield { type: 'store', role: 'snapshot', bytes: received.value.bytes };
  return ok(received.value.body);
}

/**
 * TUF 5.6: Targets, or the delegated Targets of this name, under the keys that its delegator names. No version but the listed one is
 * accepted, so that the stored one has no say in it.
 */
export function* followTargets(
  client: TufVerifier,
  root: Root,
  snapshot: Snapshot,
  delegated: string | undefined,
  signers: Signers,
): TufProcedure<Result<Targets, RemoteFault>> {
  const role = delegated ?? 'targets';
  const listed = snapshot.meta.get(`${role}.json`);
  const version = root.consistentSnapshot ? listed?.version : undefined;
  const file = { role: 'targets', delegated, version } as const;
  const context = {
    ...tufContext(client, file),
    signers,
    listed,
    trusted: undefined,
    vin: undefined,
    vehicleEcus: undefined,
  };
  if (listed === undefined) {
    const message = 'the snapshot does not list this role';
    return refuse(context, { clause: 'V2', code: 'missing-file', indicates: 'mix-and-match', message });
  }
  // V1 to V5, for the stored one and for the received one
  const stored = checkTargets(context, yield { type: 'load', role, bytesMax: storedBytesMax('targets') });
  if (stored.ok && isListed(stored.value, listed)) return ok(stored.value.body);
  const bytes = yield fetchStep(file, targetsCap(tufProfile, 'image', listed));
  const received = checkTargets(context, bytes);
  if (!received.ok) return received;
  const whole = checkListedLength(context, 'V2', listed, received.value);
  if (!whole.ok) return whole;
  yield { type: 'store', role, bytes: received.value.bytes };
  return ok(received.value.body);
}

/** Whether it has the listed version, and the length and the hashes where some are listed. */
function isListed({ body, bytes }: Signed<Snapshot | Targets>, { version, length, hashes }: FileMeta): boolean {
  return body.version === version && (length ?? bytes.length) === bytes.length && !disagreeingHash(bytes, hashes);
}

/** TUF: a listed length is not only a bound. */
function checkListedLength(
  context: CheckContext,
  clause: string,
  { length }: FileMeta,
  { bytes }: Signed<Snapshot | Targets>,
): Result<void, RemoteFault> {
  if (length === undefined || length === bytes.length) return ok();
  const message = `${bytes.length} bytes where ${length} are listed`;
  return refuse(context, { clause, code: 'length-mismatch', indicates: 'mix-and-match', message });
}

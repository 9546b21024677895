// Owns: checking a Director and an Image repository as one ECU would, with what it trusted before, and keeping what it trusts now.
// The judging is src/uptane's; this brings the files and stores the outcome.
import type { RemoteFault } from '../core/faults.ts';
import { InputError } from '../core/faults.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Signatures } from '../crypto/signatures.ts';
import { clients } from '../uptane/aktualizr/differences.ts';
import { type ClientNotice, type ClientRun, clientNotices } from '../uptane/aktualizr/notices.ts';
import { refuse } from '../uptane/checks/context.ts';
import { checkTarget, type InstallingEcu } from '../uptane/checks/image.ts';
import { targetOf } from '../uptane/checks/match.ts';
import { checkProvisionedRoot } from '../uptane/checks/root.ts';
import type { Hashes, RepositoryName, Root, Signed, Target, Targets } from '../uptane/model/metadata.ts';
import { aktualizrProfile, fileName, type Profile } from '../uptane/model/profile.ts';
import { type FullTrust, type VerifiedTargets, verifyFull } from '../uptane/verification/full.ts';
import { rootsOnly, setAside } from '../uptane/verification/keptTrust.ts';
import { verifyPartial } from '../uptane/verification/partial.ts';
import type { EcuContext, Outcome, Procedure } from '../uptane/verification/procedure.ts';
import {
  restoreTrusted,
  type TrustedMetadata,
  type TrustedRepository,
  trustedFiles,
  trustedVersions,
} from '../uptane/verification/trusted.ts';
import { Answers, fileKey, unreadable } from './answers.ts';
import type { RepositoryFiles } from './sources/repositoryFiles.ts';
import type { TrustStore } from './trustStore.ts';

export type VerificationMode = 'full' | 'partial' | 'partial+root';

/** Where trust begins when the store is new: roots that were handed over, or each repository's first one, unseen. */
export type Beginning = 'first' | { readonly [repository in RepositoryName]?: Uint8Array };

export interface VerificationInputs {
  readonly signatures: Signatures;
  readonly profile: Profile;
  readonly mode: VerificationMode;
  readonly director: RepositoryFiles;
  /** Not needed for partial verification. */
  readonly image: RepositoryFiles | undefined;
  readonly store: TrustStore;
  readonly beginning: Beginning | undefined;
  readonly ecu: Pick<InstallingEcu, 'serial' | 'hardwareId'>;
  /** On a Primary: the hardware of every ECU of the vehicle, its own included. */
  readonly vehicle: ReadonlyMap<string, string> | undefined;
  /** Seconds since 1970. */
  readonly now: number;
}

/** An image that an ECU is to install. */
export interface ListedTarget {
  readonly filename: string;
  readonly length: number;
  readonly hashes: Hashes;
  readonly ecu: string;
}

export interface Verified {
  readonly targets: readonly ListedTarget[];
  /** The same images as metadata lists them, each once. */
  readonly images: readonly Target[];
  /** Of the metadata that was verified, by `director/targets` and the like. */
  readonly versions: Readonly<Record<string, number>>;
  /** Faults that the update does not fail for. Policy 6 */
  readonly notices: readonly RemoteFault[];
}

export interface Verification {
  readonly verified: Result<Verified, RemoteFault>;
  /** Where a real client of the profile judges otherwise. */
  readonly clientNotices: readonly ClientNotice[];
}

/** Verifies, and stores what is to be kept. Throws an InputError for what only the user can mend. */
export async function verifyRepositories(inputs: VerificationInputs): Promise<Verification> {
  const { store, ecu, profile } = inputs;
  const stored = store.read();
  const identity = { ecu: `${ecu.serial}:${ecu.hardwareId}`, profile: profile.name };
  for (const [name, value] of Object.entries(identity)) {
    const earlier = stored?.identity[name] ?? value;
    if (earlier !== value) throw new InputError(`the store is of ${name} ${earlier}, not ${value}`);
  }
  const start = await startingTrust(inputs, stored?.files);
  if (!start.ok) return { verified: start, clientNotices: [] };

  const before = stored?.identity.vin;
  const context = contextOf(inputs, before);
  const answers = new Answers(profile, inputs);
  const outcome = await carryOut(answers, procedureOf(inputs, context, start.value));
  const { result } = outcome;
  const judged = result.ok ? judgeTargets(inputs, result.value.director) : result;
  const isForUs = inputs.vehicle !== undefined || (judged.ok && judged.value.length > 0);
  const verdict = judged.ok ? (isForUs ? 'taken' : 'set aside') : 'refused';
  const vin = before ?? (result.ok && verdict === 'taken' ? result.value.director.vin : undefined);
  store.write({
    identity: { ...identity, ...(vin !== undefined && { vin }) },
    files: trustedFiles(kept(start.value, outcome, verdict)),
  });
  const fault = judged.ok ? undefined : judged.fault;
  const run = clientRun(inputs, context, start.value);
  const noticed = run === undefined ? undefined : await answers.run(clientNotices(run, outcome, fault));
  return { verified: judged.ok ? ok(verified(judged.value, outcome)) : judged, clientNotices: noticed?.outcome ?? [] };
}

function verified(judged: readonly JudgedTarget[], { trusted, notices }: Outcome<unknown>): Verified {
  return {
    targets: judged.map(({ target: { filename, length, hashes }, serial }) => ({
      filename,
      length,
      hashes,
      ecu: serial,
    })),
    images: [...new Set(judged.map(({ target }) => target))],
    versions: trustedVersions(trusted),
    notices,
  };
}

/** How the same is done again by what is known of aktualizr; undefined where the metadata is not for it. */
function clientRun(inputs: VerificationInputs, context: EcuContext, start: TrustedMetadata): ClientRun | undefined {
  const { profile, mode, vehicle, ecu } = inputs;
  if (profile !== aktualizrProfile) return undefined;
  const isAlone = vehicle?.size === 1;
  return {
    profile,
    verify: (profile) => procedureOf(inputs, { ...context, profile }, start),
    verifyDirector: (profile) => verifyPartial({ ...context, profile }, start, { followsRoot: true }),
    judge: (director) => judgeTargets(inputs, director),
    start,
    full: mode === 'full',
    secondary: vehicle === undefined ? ecu.serial : undefined,
    clients: vehicle === undefined ? ['aktualizr-secondary'] : isAlone ? ['aktualizr'] : clients,
  };
}

/** What the store holds, and where it lacks a root that is needed, the root that trust begins with. L1 L2 */
async function startingTrust(
  inputs: VerificationInputs,
  files: ReadonlyMap<string, Uint8Array> | undefined,
): Promise<Result<TrustedMetadata, RemoteFault>> {
  const restored = files === undefined ? undefined : restoreTrusted(inputs.profile, files);
  if (restored?.ok === false) throw new InputError(`the stored metadata is damaged: ${restored.fault}`);
  let trusted: Partial<Record<RepositoryName, TrustedRepository>> = restored?.value ?? {};
  const needed = inputs.mode === 'full' ? (['director', 'image'] as const) : (['director'] as const);
  for (const repository of needed) {
    if (trusted[repository] !== undefined) continue;
    const first = await beginningRoot(inputs, repository);
    if (!first.ok) return first;
    trusted = { ...trusted, [repository]: { root: first.value } };
  }
  return ok(trusted as TrustedMetadata);
}

async function beginningRoot(
  inputs: VerificationInputs,
  repository: RepositoryName,
): Promise<Result<Signed<Root>, RemoteFault>> {
  const { signatures, profile, beginning } = inputs;
  if (beginning === 'first') return firstRoot(inputs, repository);
  const given = beginning?.[repository];
  if (given === undefined) {
    const message = `the store trusts nothing of the ${repository} repository yet: a root to begin with is needed`;
    throw new InputError(message);
  }
  const root = checkProvisionedRoot({ signatures, profile, repository }, given);
  if (!root.ok) throw new InputError(`the root of the ${repository} repository to begin with: ${root.fault.message}`);
  return root;
}

/** Version 1, where it is trusted unseen. Nothing vouches for it but its own signatures. S3 S4 */
async function firstRoot(
  inputs: VerificationInputs,
  repository: RepositoryName,
): Promise<Result<Signed<Root>, RemoteFault>> {
  const { signatures, profile } = inputs;
  const request = { role: 'root', version: 1 } as const;
  const at = { repository, role: 'root', file: fileName(profile, request) };
  const bytes = await inputs[repository]?.file({ ...request, bytesMax: profile.bytesMax.root });
  if (bytes?.ok === false) return fail(unreadable(profile, repository, request, bytes.fault));
  const root = checkProvisionedRoot({ signatures, profile, repository }, bytes?.value);
  if (!root.ok) return fail({ ...root.fault, file: at.file });
  const { version } = root.value.body;
  if (version === 1) return root;
  const message = `version ${version} where 1 is needed`;
  return refuse(at, { clause: 'S4', code: 'wrong-version', indicates: 'arbitrary-installation', message });
}

/**
 * Runs the procedure of the mode over the repositories' files. Where it fails because a file is missing that cannot be read, the fault is
 * that the file could not be read. Where it did without the file, as only a multi-role delegation can (X1), what it found in others goes
 * before, and the file is noticed.
 */
async function carryOut(
  answers: Answers,
  procedure: Procedure<Outcome<VerifiedTargets>>,
): Promise<Outcome<VerifiedTargets>> {
  const {
    outcome: { result, ...outcome },
    unread,
  } = await answers.run(procedure);
  if (result.ok) return { ...outcome, result, notices: [...outcome.notices, ...unread.values()] };
  const { code, role } = result.fault;
  const followed = code === 'missing-file' || role === 'root' ? unread.get(fileKey(result.fault)) : undefined;
  return { ...outcome, result: fail(followed ?? result.fault) };
}

function contextOf(
  { signatures, profile, now, vehicle, ecu }: VerificationInputs,
  vin: string | undefined,
): EcuContext {
  const hardware = vehicle ?? new Map([[ecu.serial, ecu.hardwareId]]);
  const vehicleEcus = vehicle && new Set(vehicle.keys());
  return { signatures, profile, now, vin, vehicleEcus, hardware };
}

function procedureOf(
  { vehicle, mode, ecu }: VerificationInputs,
  context: EcuContext,
  start: TrustedMetadata,
): Procedure<Outcome<VerifiedTargets>> {
  const concerns = (target: Target) => vehicle !== undefined || target.ecus.has(ecu.serial);
  return mode === 'full'
    ? verifyFull(context, start as FullTrust, concerns)
    : verifyPartial(context, start, { followsRoot: mode === 'partial+root' });
}

interface JudgedTarget {
  readonly serial: string;
  readonly target: Target;
}

/** P4 P7, before any download: what each ECU that is known here is to install. */
function judgeTargets(
  { vehicle, ecu }: VerificationInputs,
  director: Targets,
): Result<readonly JudgedTarget[], RemoteFault> {
  const judged: JudgedTarget[] = [];
  for (const [serial, hardwareId] of vehicle ?? [[ecu.serial, ecu.hardwareId] as const]) {
    if (targetOf(director, serial) === undefined) continue;
    const target = checkTarget(director, { serial, hardwareId, installedReleaseCounter: 0 });
    if (!target.ok) return target;
    judged.push({ serial, target: target.value });
  }
  return ok(judged);
}

/** What to trust from now on. What this mode does not read stays. */
function kept(
  start: TrustedMetadata,
  { result, trusted }: Outcome<unknown>,
  verdict: 'taken' | 'set aside' | 'refused',
): TrustedMetadata {
  const all = { ...start, ...trusted };
  if (!result.ok || verdict === 'taken') return all;
  return verdict === 'set aside' ? setAside(start, all) : rootsOnly(start, all);
}

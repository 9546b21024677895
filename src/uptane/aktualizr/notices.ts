// Owns: whether a real aktualizr would judge otherwise than the verification did, and for which of the known differences. What the
// verification took is looked through for what aktualizr refuses. What it refused is verified again by the rules that aktualizr keeps,
// to the end: only then it is known that aktualizr takes it. Nothing that comes of that is ever trusted.
import type { RemoteFault } from '../../core/faults.ts';
import type { Result } from '../../core/result.ts';
import { equalHashes } from '../checks/hashes.ts';
import { targetOf } from '../checks/match.ts';
import type { RepositoryName, Targets } from '../model/metadata.ts';
import type { Profile } from '../model/profile.ts';
import type { VerifiedTargets } from '../verification/full.ts';
import type { Outcome, Procedure } from '../verification/procedure.ts';
import type { TrustedMetadata } from '../verification/trusted.ts';
import { type Acceptance, acceptances, type Client, refusals } from './differences.ts';
import type { Finding, Found } from './refusals.ts';

/** One difference that showed, where it showed, and the clause by which the verification has the verdict that it has. */
export interface ClientNotice {
  readonly code: 'aktualizr-accepts' | 'aktualizr-refuses';
  /** The difference's id. */
  readonly difference: string;
  readonly clients: readonly Client[];
  readonly clause: string;
  readonly message: string;
  readonly repository?: RepositoryName;
  readonly role?: string;
  readonly file?: string;
}

/** The verification, and how it is done again. */
export interface ClientRun {
  readonly profile: Profile;
  /** The same verification by another profile, from the same trust. */
  verify(profile: Profile): Procedure<Outcome<VerifiedTargets>>;
  /** Of the Director alone: its Root and Targets. */
  verifyDirector(profile: Profile): Procedure<Outcome<VerifiedTargets>>;
  /** What follows a verification: whether the images that are listed suit the ECUs. */
  judge(director: Targets): Result<unknown, RemoteFault>;
  readonly start: TrustedMetadata;
  /** Whether the Image repository is verified too. */
  readonly full: boolean;
  /** The Secondary that verifies; undefined on a Primary. */
  readonly secondary: string | undefined;
  /** The programs whose judgement matters here: of a Primary also that of its Secondaries, if there are any. */
  readonly clients: readonly Client[];
}

/** `fault`: of the verification, or of `judge`. Asks for files where a verification that failed is to be taken further. */
export function* clientNotices(
  run: ClientRun,
  outcome: Outcome<VerifiedTargets>,
  fault: RemoteFault | undefined,
): Procedure<readonly ClientNotice[]> {
  if (fault === undefined) return refusedBy(run, outcome);
  const found = new Map<Acceptance, Client[]>();
  for (const client of run.clients) {
    for (const row of yield* acceptedFor(run, client, [...found.keys()]))
      found.set(row, [...(found.get(row) ?? []), client]);
  }
  const { clause, repository, role, file } = fault;
  return [...found].map(([{ id, words }, clients]) => ({
    code: 'aktualizr-accepts',
    difference: id,
    clients,
    clause,
    message: `${clients.join(', ')}: ${words}`,
    ...(repository !== undefined && { repository }),
    ...(role !== undefined && { role }),
    ...(file !== undefined && { file }),
  }));
}

function refusedBy(run: ClientRun, outcome: Outcome<VerifiedTargets>): readonly ClientNotice[] {
  return refusals.flatMap(({ id, words, finds, ...row }): readonly ClientNotice[] => {
    const clients = run.clients.filter((client) => row.clients.includes(client));
    const found = clients.length === 0 ? undefined : firstPlace(run, run.profile, outcome, finds);
    if (found === undefined) return [];
    const message = `${clients.join(', ')}: ${words}`;
    return [{ code: 'aktualizr-refuses', difference: id, clients, message, ...found }];
  });
}

/** `profile`: that by which it was verified, which reads what was taken. */
function firstPlace(
  { full, secondary }: ClientRun,
  profile: Profile,
  { result, trusted }: Outcome<VerifiedTargets>,
  finds: Finding,
): Found | undefined {
  if (!result.ok) return undefined;
  const seen = full ? trusted : { director: trusted.director };
  return finds({ profile, director: result.value.director, trusted: seen, secondary });
}

/**
 * The differences for which the client takes what was refused, no more of them than are needed. None where it refuses it too. `likely`:
 * those of the other client, which as a rule are the same.
 */
function* acceptedFor(run: ClientRun, client: Client, likely: readonly Acceptance[]): Procedure<readonly Acceptance[]> {
  const own = (row: Acceptance) => row.clients.includes(client);
  if (likely.length > 0 && likely.every(own) && (yield* takes(run, client, likely))) return likely;
  const rows = acceptances.filter(own);
  return (yield* takes(run, client, rows)) ? yield* needed(run, client, rows, []) : [];
}

/**
 * Of rows that are enough together with `others`, those that are needed, the last ones first. By halves: each step is a whole
 * verification, of files that may be long, and as a rule one row is needed.
 */
function* needed(
  run: ClientRun,
  client: Client,
  rows: readonly Acceptance[],
  others: readonly Acceptance[],
): Procedure<readonly Acceptance[]> {
  if (others.length > 0 && (yield* takes(run, client, others))) return [];
  if (rows.length === 1) return rows;
  const [first, last] = [rows.slice(0, rows.length / 2), rows.slice(rows.length / 2)];
  const ofFirst = yield* needed(run, client, first, [...others, ...last]);
  const ofLast = yield* needed(run, client, last, [...others, ...ofFirst]);
  return [...ofFirst, ...ofLast];
}

/** Whether a client with just these differences takes what is offered. */
function* takes(run: ClientRun, client: Client, rows: readonly Acceptance[]): Procedure<boolean> {
  const tolerances = rows.flatMap(({ tolerance }) => (tolerance === 'image-repository-unread' ? [] : [tolerance]));
  const profile: Profile = { ...run.profile, tolerances };
  if (run.full && tolerances.length < rows.length) {
    const { result } = yield* run.verifyDirector(profile);
    if (!result.ok || !run.judge(result.value.director).ok) return false;
    if (listsNothingNew(run.start.director.targets?.body, result.value.director)) return true;
  }
  const outcome = yield* run.verify(profile);
  if (!outcome.result.ok || !run.judge(outcome.result.value.director).ok) return false;
  return !refusals.some(({ clients, finds }) => clients.includes(client) && firstPlace(run, profile, outcome, finds));
}

/** Whether every image that is listed for an ECU was listed for it before, and so may be installed. */
function listsNothingNew(before: Targets | undefined, now: Targets): boolean {
  return [...now.targets.values()].every(({ filename, hashes, ecus }) =>
    [...ecus.keys()].every((ecu) => {
      const known = before && targetOf(before, ecu);
      return known?.filename === filename && equalHashes(known.hashes, hashes);
    }),
  );
}

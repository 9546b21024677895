// Owns: what a key thief achieves on a vehicle: which of its aims it reaches, how long it can freeze, and whom it locks out, by what
// ECUs then run and refuse.
import { hashHex } from '../../../src/crypto/hashes.ts';
import { usualValidity } from '../../../src/repository/roles/publication.ts';
import { checkImage, checkTarget } from '../../../src/uptane/checks/image.ts';
import type { RepositoryName } from '../../../src/uptane/model/metadata.ts';
import { type FullTrust, type VerifiedTargets, verifyFull } from '../../../src/uptane/verification/full.ts';
import { verifyPartial } from '../../../src/uptane/verification/partial.ts';
import { type MetadataRequest, type Outcome, runProcedure } from '../../../src/uptane/verification/procedure.ts';
import type { TrustedMetadata } from '../../../src/uptane/verification/trusted.ts';
import { begin, ecuContext, hardwareOf, primary, type Serial, serials } from './fixtures.ts';
import { genuineBytes, KeyThief, onlineRoles, release, repositories, type StolenKey, supplied } from './keyThief.ts';
import { type Aim, type Attempt, aims, otherThan, type Runs, victims } from './thiefAims.ts';

export const modes = ['full', 'partial', 'partial+root'] as const;
type Mode = (typeof modes)[number];
export const primaries = ['honest', 'compromised'] as const;
type Column = `${(typeof primaries)[number]} ${Mode}`;
const modeOf = (column: Column) => column.split(' ')[1] as Mode;
const columns = primaries.flatMap((kind) => modes.map((mode): Column => `${kind} ${mode}`));

const madeFor = new Map(
  serials.flatMap((serial) =>
    Object.values(release).map((of) => [hashHex('sha256', genuineBytes(serial, of)), { serial, of }] as const),
  ),
);

type Verdict = Outcome<VerifiedTargets>;

function verify(
  mode: Mode,
  serial: Serial,
  now: number,
  trusted: TrustedMetadata,
  answer: (request: MetadataRequest) => Uint8Array | undefined,
): Verdict {
  const context = ecuContext(now);
  const procedure =
    mode === 'full'
      ? verifyFull(context, trusted as FullTrust, (target) => target.ecus.has(serial))
      : verifyPartial(context, trusted, { followsRoot: mode === 'partial+root' });
  return runProcedure(procedure, answer);
}

/** A compromised Primary feeds an ECU what the thief serves; an honest one hands on what it has verified itself, or else nothing. */
function verified(
  column: Column,
  { world }: KeyThief,
  ofPrimary: Verdict,
  own: TrustedMetadata,
  serial: Serial = supplied,
): Verdict {
  const mode = modeOf(column);
  if (column.startsWith('compromised')) return verify(mode, serial, world.now, own, (request) => world.answer(request));
  if (!ofPrimary.result.ok) return { ...ofPrimary, trusted: own };
  return verify(mode, serial, world.now, own, ({ repository, role, delegated, version }) => {
    const held = ofPrimary.trusted[repository];
    if (role === 'root') {
      const isFollowed = version !== undefined && version <= (held?.root.body.version ?? 0);
      return isFollowed ? world.file(`${repository}/${version}.root.json`) : undefined;
    }
    return delegated === undefined ? held?.[role]?.bytes : held?.delegated?.get(delegated)?.bytes;
  });
}

/** The release that an ECU runs after this verification, by its bytes. */
function runsAfter({ result }: Verdict, serial: Serial, thief: KeyThief): Runs {
  if (!result.ok) return release.installed;
  const self = { serial, hardwareId: hardwareOf(serial), installedReleaseCounter: release.installed };
  const target = checkTarget(result.value.director, self);
  const bytes = target.ok ? thief.image(target.value.filename) : undefined;
  if (!target.ok || bytes === undefined || !checkImage(target.value, bytes.length, [bytes]).ok)
    return release.installed;
  const made = madeFor.get(hashHex('sha256', bytes));
  if (made === undefined) return 'evil';
  return made.serial === serial ? made.of : 'foreign';
}

/** What the Primary and an ECU of each mode trust that have verified the installed release. */
const trusted = (() => {
  const thief = new KeyThief([]);
  const first = thief.world.provisioned();
  const own = (mode: Mode) => verify(mode, supplied, begin, first, (request) => thief.world.answer(request)).trusted;
  return {
    primary: primary.verify(thief.world, first).trusted,
    full: own('full'),
    partial: own('partial'),
    'partial+root': own('partial+root'),
  };
})();

/** The columns in which one attempt on a victim reaches its aim. */
function reachedBy({ isReached }: Aim, attempt: Attempt, thief: KeyThief, victim: Serial): readonly Column[] {
  attempt(thief, victim);
  const ofPrimary = primary.verify(thief.world, trusted.primary);
  return columns.filter((column) => {
    const runs = (serial: Serial) =>
      runsAfter(verified(column, thief, ofPrimary, trusted[modeOf(column)], serial), serial, thief);
    return isReached(runs(victim), () => runs(otherThan(victim)));
  });
}

/** The letters of the aims that are reached; a small one where only on what is left to the supplier. */
function lettersOf(held: readonly StolenKey[]): (column: Column) => readonly string[] {
  let thief: KeyThief | undefined;
  /** New worlds take time: one serves as long as it can be made what it was. */
  const fresh = () => {
    if (thief?.undo() === true) return thief;
    thief = new KeyThief(held);
    thief.offer(true);
    return thief;
  };
  /** It is the supplier's key alone that tells one from the other. */
  const tried = held.includes('supplier') ? victims : victims.slice(0, 1);
  const hits = Object.entries(aims).map(([letter, aim]) => {
    const [first, second] = tried.map(
      (victim) => new Set(aim.attempts.flatMap((attempt) => reachedBy(aim, attempt, fresh(), victim))),
    );
    return { letter, first, second: second ?? first };
  });
  return (column) =>
    hits.flatMap(({ letter, first, second }) => {
      if (second?.has(column)) return first?.has(column) ? letter : `${letter}?`;
      return first?.has(column) ? letter.toLowerCase() : [];
    });
}

/** When ECUs look; each but the first and the last is the expiry of one role's files that were new in the beginning. */
const moments = [0, ...Object.values(usualValidity).toSorted((a, b) => a - b), 3000 * 86_400].map((age) => begin + age);

interface Freeze {
  /** Of the first moment at which the freeze is noticed. */
  readonly moment: number;
  /** Which clause notices it. */
  readonly clause: string;
}

const never: Freeze = { moment: Number.MAX_SAFE_INTEGER, clause: 'never' };

/** How long a repository can be frozen. The other one lives on, its root renewed when it must be. */
function freezeWith(
  held: readonly StolenKey[],
  frozen: RepositoryName,
  bluffs: KeyThief['bluffs'] = [],
): ReadonlyMap<Column, Freeze> {
  const thief = new KeyThief(held);
  thief.bluffs = bluffs;
  const { world } = thief;
  thief.offer(frozen === 'director');
  thief.freeze(frozen);
  const ends = new Map(columns.map((column): [Column, Freeze] => [column, never]));
  for (const now of moments) {
    world.now = now;
    if (now >= begin + usualValidity.root) for (const server of [world.director, world.images]) server.renewRoot(now);
    const ofPrimary = primary.verify(world, trusted.primary, now);
    for (const column of columns) {
      if (ends.get(column) !== never) continue;
      const { result } = verified(column, thief, ofPrimary, trusted[modeOf(column)]);
      if (!result.ok) ends.set(column, { moment: now, clause: result.fault.clause });
    }
  }
  return ends;
}

/** The clause that ends the freeze of a repository at last, whether the thief makes use of roots, and of keys of its own, or not. */
function freezeOf(held: readonly StolenKey[], frozen: RepositoryName): (column: Column) => string {
  const onlineOnly = held.filter((key) => !key.endsWith('/root'));
  const nextToHave = onlineRoles.find((role) => !held.includes(`${frozen}/${role}`));
  const tries = [freezeWith(held, frozen)];
  if (onlineOnly.length < held.length) tries.push(freezeWith(onlineOnly, frozen));
  if (nextToHave !== undefined) tries.push(freezeWith(onlineOnly, frozen, [nextToHave]));
  return (column) => {
    const ends = tries.flatMap((one) => one.get(column) ?? []).toSorted((a, b) => b.moment - a.moment);
    return ends[0]?.clause ?? '';
  };
}

/** What frees an ECU that has seen versions leap; undefined where nothing holds it. */
function lockOutOf(held: readonly StolenKey[]): (column: Column) => string | undefined {
  const thief = new KeyThief(held);
  const { world } = thief;
  thief.leap();
  const seen = primary.verify(world, trusted.primary);
  const own = new Map(
    columns.map((column) => [column, verified(column, thief, seen, trusted[modeOf(column)]).trusted] as const),
  );
  world.heal();
  const refusing = () => {
    const ofPrimary = primary.verify(world, seen.trusted);
    return new Set(
      columns.filter((column) => !verified(column, thief, ofPrimary, own.get(column) ?? trusted.primary).result.ok),
    );
  };
  thief.offer(true);
  const locked = refusing();
  thief.replaceKeys();
  const forGood = refusing();
  return (column) => (locked.has(column) ? (forGood.has(column) ? 'service' : 'keys') : undefined);
}

/** All that the holder of these keys can do, by column, in the words of the table. */
export function outcomesOf(held: readonly StolenKey[]): (column: Column) => string {
  const letters = lettersOf(held);
  const [director, image] = repositories.map((repository) => freezeOf(held, repository));
  const lockOut = lockOutOf(held);
  return (column) => {
    const readsImage = column.startsWith('honest') || modeOf(column) === 'full';
    const freeze = `F:${director?.(column)}${readsImage ? `/${image?.(column)}` : ''}`;
    const lock = lockOut(column);
    return [...letters(column), freeze, ...(lock === undefined ? [] : [`L:${lock}`])].join(' ');
  };
}

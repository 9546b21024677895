// Owns: where in metadata that the standard takes there is something that a real aktualizr refuses. Each finding gives the first place.
import { disagreeingHash } from '../checks/hashes.ts';
import { differingPart } from '../checks/match.ts';
import { readFileJson } from '../decode/fileJson.ts';
import type { FileMeta, Metadata, RepositoryName, Signed, Target, Targets } from '../model/metadata.ts';
import { fileName, type Profile } from '../model/profile.ts';
import type { TrustedMetadata } from '../verification/trusted.ts';

/** What was verified, and for which ECU. */
export interface Seen {
  readonly profile: Profile;
  /** The Director's word. */
  readonly director: Targets;
  /** Without the Image repository where that is not verified. */
  readonly trusted: TrustedMetadata;
  /** Of a Secondary; undefined on a Primary. */
  readonly secondary: string | undefined;
}

/** Where it is, and what the standard has to say of it. */
export interface Found {
  readonly clause: string;
  readonly repository: RepositoryName;
  readonly role: string;
  readonly file: string;
}

export type Finding = (seen: Seen) => Found | undefined;

function firstTarget({ director }: Seen, clause: string, isIt: (target: Target) => boolean): Found | undefined {
  const found = [...director.targets.values()].find(isIt);
  return found && { clause, repository: 'director', role: 'targets', file: found.filename };
}

function notInTopLevelTargets(seen: Seen): Found | undefined {
  const listed = seen.trusted.image?.targets?.body.targets;
  if (listed === undefined) return undefined;
  return firstTarget(seen, 'R10.1', (target) => {
    const genuine = listed.get(target.filename);
    return genuine === undefined || differingPart(seen.profile, target, genuine) !== undefined;
  });
}

function hardwareBesideEcus(seen: Seen): Found | undefined {
  return firstTarget(seen, 'R10.3', ({ mustMatch, ecus }) => (mustMatch.hardwareIds?.length ?? 0) > 0 && ecus.size > 0);
}

function targetWithoutEcus(seen: Seen): Found | undefined {
  return firstTarget(seen, 'D9', ({ ecus }) => ecus.size === 0);
}

function nothingForSecondary({ director, secondary }: Seen): Found | undefined {
  if (secondary === undefined || [...director.targets.values()].some(({ ecus }) => ecus.has(secondary)))
    return undefined;
  return { clause: 'P5', repository: 'director', role: 'targets', file: 'targets.json' };
}

function timestampWithoutLength({ trusted }: Seen): Found | undefined {
  const timestamp = trusted.image?.timestamp;
  if (timestamp === undefined || timestamp.body.snapshot.length !== undefined) return undefined;
  return { clause: 'F2', repository: 'image', role: 'timestamp', file: 'timestamp.json' };
}

/** U2 V2: both kinds of hash are taken here. */
function hashOfBytes({ profile, trusted }: Seen): Found | undefined {
  const { timestamp, snapshot, targets } = trusted.image ?? {};
  const isOther = (file: Signed<Metadata> | undefined, listed: FileMeta | undefined) => {
    if (file === undefined || listed === undefined) return false;
    const json = readFileJson(profile, { repository: 'image', role: file.body.type }, file.bytes);
    const canonical = json.ok ? json.value.canonical() : undefined;
    return canonical !== undefined && disagreeingHash(canonical, listed.hashes) !== undefined;
  };
  if (isOther(snapshot, timestamp?.body.snapshot))
    return { clause: 'U2', repository: 'image', role: 'snapshot', file: 'snapshot.json' };
  if (isOther(targets, snapshot?.body.meta.get('targets.json')))
    return { clause: 'V2', repository: 'image', role: 'targets', file: 'targets.json' };
  return undefined;
}

function typeInLowerCase({ profile, trusted }: Seen): Found | undefined {
  for (const { place, file } of filesOf(profile, trusted)) {
    if (!isCapitalised(profile, place, file)) return { clause: 'B4', ...place };
  }
  return undefined;
}

type Place = Omit<Found, 'clause'>;

/** Every file but for the Roots, of whose `_type` it is not known. */
function* filesOf(
  profile: Profile,
  trusted: TrustedMetadata,
): Generator<{ readonly place: Place; readonly file: Signed<Metadata> }> {
  for (const repository of ['director', 'image'] as const) {
    for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
      const file = trusted[repository]?.[role];
      if (file !== undefined) yield { place: { repository, role, file: `${role}.json` }, file };
    }
    for (const [role, file] of trusted[repository]?.delegated ?? []) {
      yield { place: { repository, role, file: delegatedFile(profile, role) }, file };
    }
  }
}

function delegatedFile(profile: Profile, delegated: string): string {
  return fileName(profile, { role: 'targets', delegated, version: undefined });
}

const capitalised: Readonly<Record<Metadata['type'], string>> = {
  root: 'Root',
  timestamp: 'Timestamp',
  snapshot: 'Snapshot',
  targets: 'Targets',
};

/** The type as it is written is not kept with what was decoded. */
function isCapitalised(profile: Profile, { repository }: Place, { bytes, body }: Signed<Metadata>): boolean {
  const json = readFileJson(profile, { repository, role: body.type }, bytes);
  if (!json.ok) return true;
  const { signed } = json.value.value as { readonly signed: { readonly _type: string } };
  return signed._type === capitalised[body.type];
}

/** What its HTTP library refuses in a URL: seen of the space, read of control characters. */
const notOfUrl = /[\p{Cc} ]/u;

function roleNameNoUrl({ profile, trusted }: Seen): Found | undefined {
  const role = [...(trusted.image?.delegated?.keys() ?? [])].find((name) => notOfUrl.test(name));
  return role === undefined
    ? undefined
    : { clause: 'H3', repository: 'image', role, file: delegatedFile(profile, role) };
}

export const refusalFindings = {
  notInTopLevelTargets,
  hardwareBesideEcus,
  targetWithoutEcus,
  nothingForSecondary,
  timestampWithoutLength,
  hashOfBytes,
  typeInLowerCase,
  roleNameNoUrl,
} as const satisfies Readonly<Record<string, Finding>>;

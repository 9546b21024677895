// Owns: where the real aktualizr judges otherwise than the standard, one row a difference: what it does, and which of its two programs
// does it. Each was seen on a real aktualizr (e5118a7). docs/verify.md lists them. Must not judge: notices.ts does.
import type { Tolerance } from '../model/profile.ts';
import { type Finding, refusalFindings } from './refusals.ts';

/** Its Primary and its Secondary. */
export type Client = 'aktualizr' | 'aktualizr-secondary';
export const clients: readonly Client[] = ['aktualizr', 'aktualizr-secondary'];

interface Row {
  /** Stable: scripts may name it. */
  readonly id: string;
  readonly clients: readonly Client[];
  /** What it does, after the client's name. */
  readonly words: string;
}

/** It takes what the standard refuses. */
export interface Acceptance extends Row {
  /** `image-repository-unread`: not a rule that it leaves out, but all of them. */
  readonly tolerance: Tolerance | 'image-repository-unread';
}

/** It refuses what the standard takes. */
export interface Refusal extends Row {
  readonly finds: Finding;
}

/** A row is named only where those behind it do not explain as much. */
export const acceptances: readonly Acceptance[] = [
  {
    id: 'image-repository-unread',
    clients: ['aktualizr'],
    tolerance: 'image-repository-unread',
    words: 'does not look at the Image repository while the Director lists nothing that is not installed',
  },
  {
    id: 'comments',
    clients,
    tolerance: 'comments',
    words: 'passes over comments around the JSON',
  },
  {
    id: 'trailing-commas',
    clients,
    tolerance: 'trailing-commas',
    words: 'passes over a comma behind the last member',
  },
  {
    id: 'repeated-members',
    clients,
    tolerance: 'repeated-members',
    words: 'takes the last of several members of one name',
  },
  {
    id: 'text-after-end',
    clients,
    tolerance: 'text-after-end',
    words: 'does not read what follows the JSON',
  },
  {
    id: 'no-version',
    clients,
    tolerance: 'no-version',
    words: 'takes Director Targets without a version, or of version 0',
  },
  {
    id: 'impossible-date',
    clients,
    tolerance: 'impossible-date',
    words: 'compares times as texts, and takes a date that does not exist',
  },
  {
    id: 'older-snapshot',
    clients,
    tolerance: 'older-snapshot',
    words: 'takes a Snapshot of a lower version under a newer Timestamp',
  },
  {
    id: 'older-image-targets',
    clients,
    tolerance: 'older-image-targets',
    words: 'takes Targets of the Image repository of a lower version under a newer Timestamp',
  },
  {
    id: 'unlisted-files',
    clients,
    tolerance: 'unlisted-files',
    words: 'takes a Snapshot that no longer lists a file',
  },
  {
    id: 'expired-delegation',
    clients: ['aktualizr'],
    tolerance: 'expired-delegation',
    words: 'passes over a delegated role that has expired, and asks the next',
  },
  {
    id: 'longer-targets',
    clients,
    tolerance: 'longer-targets',
    words: 'does not use the length that a Snapshot lists for Targets',
  },
  {
    id: 'longer-snapshot',
    clients: ['aktualizr-secondary'],
    tolerance: 'longer-snapshot',
    words: 'does not use the length that a Timestamp lists for the Snapshot',
  },
];

export const refusals: readonly Refusal[] = [
  {
    id: 'not-in-top-level-targets',
    clients: ['aktualizr-secondary'],
    words: 'wants every image of the Director, for whichever ECU, in the top-level Targets of the Image repository',
    finds: refusalFindings.notInTopLevelTargets,
  },
  {
    id: 'hardware-beside-ecus',
    clients,
    words: 'finds no match for a Director target that has hardwareIds beside ecuIdentifiers',
    finds: refusalFindings.hardwareBesideEcus,
  },
  {
    id: 'target-without-ecus',
    clients: ['aktualizr-secondary'],
    words: 'finds no match for a Director target without ecuIdentifiers',
    finds: refusalFindings.targetWithoutEcus,
  },
  {
    id: 'nothing-for-secondary',
    clients: ['aktualizr-secondary'],
    words: 'wants one target for itself in the Director Targets, and cannot be given nothing to do',
    finds: refusalFindings.nothingForSecondary,
  },
  {
    id: 'timestamp-without-length',
    clients,
    words: 'wants the length of the Snapshot in the Timestamp',
    finds: refusalFindings.timestampWithoutLength,
  },
  {
    id: 'hash-of-bytes',
    clients,
    words: 'holds the hashes in Timestamp and Snapshot against the canonical form of a file, not its bytes',
    finds: refusalFindings.hashOfBytes,
  },
  {
    id: 'type-in-lower-case',
    clients,
    words: 'wants Targets, Snapshot and Timestamp as _type, with a capital',
    finds: refusalFindings.typeInLowerCase,
  },
  {
    id: 'role-name-no-url',
    clients: ['aktualizr'],
    words: 'cannot fetch a delegated role whose name has a space: it puts the name into the URL as it is',
    finds: refusalFindings.roleNameNoUrl,
  },
];

// Owns: for every verification clause, how to leave that one check out of the source. scripts/conformance runs the tests that cite
// the clause against the altered source, and at least one must fail.
import { installation } from './leftOutOfInstallation.ts';
import { procedures } from './leftOutOfProcedures.ts';

export interface Edit {
  readonly file: string;
  /** Stands in the file exactly once, else the conformance run fails. */
  readonly find: string;
  readonly replace: string;
}

/** A clause, and what leaves it out, or one of its parts: a clause of several has as many of these. */
export interface LeftOut {
  readonly clause: string;
  readonly edits: readonly Edit[];
}

const edit = (file: string, find: string, replace: string): Edit => ({
  file: `src/uptane/checks/${file}`,
  find,
  replace,
});

const online = (find: string, replace: string): Edit => ({
  file: 'src/uptane/verification/onlineRoles.ts',
  find,
  replace,
});

const root: readonly LeftOut[] = [
  { clause: 'S3', edits: [edit('root.ts', 'of [trusted, next.value]) {', 'of [next.value]) {')] },
  { clause: 'S3', edits: [edit('root.ts', 'of [trusted, next.value]) {', 'of [trusted]) {')] },
  { clause: 'S4', edits: [edit('root.ts', 'if (next.value.body.version === wanted) return next;', 'return next;')] },
];

const timestamp: readonly LeftOut[] = [
  { clause: 'T1', edits: [edit('timestamp.ts', 'context.profile.bytesMax.timestamp', 'Infinity')] },
  { clause: 'T2', edits: [edit('timestamp.ts', 'if (!signed.ok) return signed;', '')] },
  { clause: 'T3', edits: [edit('timestamp.ts', 'version < trusted.version)', 'false)')] },
  {
    clause: 'T4',
    edits: [
      edit('timestamp.ts', "return checkExpiry(context, 'T4', received);", 'return { ok: true, value: undefined };'),
      online("[timestamp, 'T4'],", ''),
    ],
  },
];

const snapshot: readonly LeftOut[] = [
  { clause: 'U1', edits: [edit('snapshot.ts', 'snapshotCap(context.profile, listed))', 'Infinity)')] },
  { clause: 'U2', edits: [edit('snapshot.ts', 'if (wrong !== undefined) {', 'if (false) {')] },
  { clause: 'U2', edits: [edit('snapshot.ts', 'if (version !== listed.version) {', 'if (false) {')] },
  { clause: 'U3', edits: [edit('snapshot.ts', 'if (!signed.ok) return signed;', '')] },
  {
    clause: 'U4',
    edits: [
      edit('snapshot.ts', 'version < trusted.version &&', 'false &&'),
      edit('timestamp.ts', 'snapshot.version < trusted.snapshot.version &&', 'false &&'),
    ],
  },
  { clause: 'U5', edits: [edit('snapshot.ts', 'now.version < before.version &&', 'false &&')] },
  {
    clause: 'U6',
    edits: [edit('snapshot.ts', 'if (now === undefined) {', 'if (now === undefined) continue; else if (false) {')],
  },
  { clause: 'U7', edits: [edit('snapshot.ts', 'return fresh.ok ? file : fresh;', 'return file;')] },
  {
    clause: 'U7',
    edits: [online('return fresh.ok ? ok(stored) : fresh;', 'return ok(stored);'), online("[snapshot, 'U7'],", '')],
  },
];

const targets: readonly LeftOut[] = [
  {
    clause: 'V1',
    edits: [edit('targets.ts', 'targetsCap(context.profile, context.repository, listed));', 'Infinity);')],
  },
  {
    clause: 'V2',
    edits: [edit('targets.ts', 'if (listed !== undefined && targets.version !== listed.version) {', 'if (false) {')],
  },
  { clause: 'V2', edits: [edit('targets.ts', 'if (wrong !== undefined) {', 'if (false) {')] },
  { clause: 'V3', edits: [edit('targets.ts', 'if (!signed.ok) return signed;', '')] },
  { clause: 'V4', edits: [edit('targets.ts', 'targets.version < trusted.version;', 'false;')] },
  { clause: 'V5', edits: [edit('targets.ts', 'if (!fresh.ok) return fresh;', '')] },
  { clause: 'V6', edits: [edit('targets.ts', 'if (targets.delegates) {', 'if (false) {')] },
  { clause: 'V7', edits: [edit('targets.ts', 'if (seen.has(ecu)) {', 'if (false) {')] },
  { clause: 'V8', edits: [edit('targets.ts', 'context.vehicleEcus?.has(ecu) === false', 'false')] },
];

const match: readonly LeftOut[] = [
  { clause: 'R10.2', edits: [edit('match.ts', "if (found.length !== wanted.length) return 'length';", '')] },
  { clause: 'R10.2', edits: [edit('match.ts', "if (!agree(found.hashes, wanted.hashes)) return 'hashes';", '')] },
  { clause: 'R10.3', edits: [edit('match.ts', "if (!sameHardware(wanted, found)) return 'hardware';", '')] },
  {
    clause: 'R10.3',
    edits: [
      edit('match.ts', "if (found.mustMatch.releaseCounter !== wanted.mustMatch.releaseCounter) return 'counter';", ''),
    ],
  },
  {
    clause: 'R10.3',
    edits: [edit('match.ts', "if (found.mustMatch.others !== wanted.mustMatch.others) return 'others';", '')],
  },
  { clause: 'R10.4', edits: [edit('match.ts', 'before !== undefined && counter < before', 'false')] },
];

export const leftOut: readonly LeftOut[] = [
  ...root,
  ...timestamp,
  ...snapshot,
  ...targets,
  ...match,
  ...procedures,
  ...installation,
];

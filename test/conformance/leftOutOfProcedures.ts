// Owns: how to leave a step out of the verification procedures: the step is skipped, and what was trusted before stays in its place.
import type { Edit, LeftOut } from './leftOut.ts';

const edit = (file: string, find: string, replace: string): Edit => ({
  file: `src/uptane/verification/${file}.ts`,
  find,
  replace,
});

/** Of one repository, a role that is taken from the trusted metadata wherever it is there. */
function skipped(clause: string, repository: 'director' | 'image', role: string, step: string): LeftOut {
  const stored = `trusted.${role}`;
  const unless = `repository === '${repository}' && ${stored} !== undefined ? ok(${stored}) :`;
  return { clause, edits: [edit('onlineRoles', `const ${role} = ${step}`, `const ${role} = ${unless} ${step}`)] };
}

const skippedRoots = (name: string) => `const ${name}Roots = { trusted: trusted.${name}, result: ok() } as RootChain;`;
const followedRoots = (name: string) => `const ${name}Roots = yield* followRoots(ecu, '${name}', trusted.${name});`;

const timestampStep = 'yield* followTimestamp(ecu, repository, trusted);';
const snapshotStep = 'yield* followSnapshot(ecu, repository, trusted, timestamp.value.body);';
const targetsStep = 'yield* followTargets(ecu, repository, trusted, snapshot.value.body);';

const full: readonly LeftOut[] = [
  { clause: 'R0', edits: [edit('full', 'if (!mapped.ok) return mapped;', '')] },
  { clause: 'R2', edits: [edit('full', followedRoots('director'), skippedRoots('director'))] },
  skipped('R3', 'director', 'timestamp', timestampStep),
  skipped('R4', 'director', 'snapshot', snapshotStep),
  skipped('R5', 'director', 'targets', targetsStep),
  {
    clause: 'R6',
    edits: [
      edit(
        'full',
        "// R6b: follow the Image repository's Root to the latest",
        `if (director.value.targets.body.version === trusted.director.targets?.body.version) {
          return { trusted, result: ok({ director: director.value.targets.body }), notices: ecu.notices };
        }`,
      ),
    ],
  },
  { clause: 'R6b', edits: [edit('full', followedRoots('image'), skippedRoots('image'))] },
  skipped('R7', 'image', 'timestamp', timestampStep),
  skipped('R8', 'image', 'snapshot', snapshotStep),
  skipped('R9', 'image', 'targets', targetsStep),
  { clause: 'R10', edits: [edit('full', 'if (!concerns(target)) continue;', 'continue;')] },
  { clause: 'R10.1', edits: [edit('full', 'if (!found.ok) return found;', 'if (!found.ok) continue;')] },
];

const partial: readonly LeftOut[] = [
  {
    clause: 'Q2',
    edits: [
      edit(
        'partial',
        'const targets = yield*',
        'const targets = director.targets !== undefined ? ok(director.targets) : yield*',
      ),
    ],
  },
];

const roots: readonly LeftOut[] = [
  { clause: 'S1', edits: [edit('rootChain', 'version: trusted.root.body.version + 1', 'version: step + 2')] },
  {
    clause: 'S2',
    edits: [edit('rootChain', 'if (step === rootRotationsMax) {', 'if (step === 2 * rootRotationsMax) {')],
  },
  {
    clause: 'S2',
    edits: [
      {
        file: 'src/uptane/checks/root.ts',
        find: "'S2', bytes, context.profile.bytesMax.root",
        replace: "'S2', bytes, Infinity",
      },
    ],
  },
  { clause: 'S5', edits: [edit('rootChain', 'root: next.value };', 'root: next.value }; break;')] },
  { clause: 'S6', edits: [edit('rootChain', 'result: fresh.ok ? ok() : fresh', 'result: ok()')] },
  { clause: 'S7', edits: [edit('rootChain', '...(rotated ? kept : trusted)', '...trusted')] },
];

const search: readonly LeftOut[] = [
  {
    clause: 'W1',
    edits: [edit('delegations', 'if (!file.ok) return file;', 'if (!file.ok) return ok(undefined);')],
  },
  {
    clause: 'W2',
    edits: [
      edit(
        'delegations',
        'if (listed !== undefined || file.delegations === undefined)',
        'if (file.delegations === undefined)',
      ),
    ],
  },
  { clause: 'W3', edits: [edit('delegations', 'if (delegation.terminating) {', 'if (false) {')] },
  {
    clause: 'W4',
    edits: [
      edit(
        'delegations',
        'of applicable(this.ecu.profile, file.delegations, visit.wanted)) {',
        'of file.delegations.roles) {',
      ),
    ],
  },
  { clause: 'W5', edits: [edit('delegations', 'delegation.roles.length > 1\n', 'false\n')] },
  {
    clause: 'W6',
    edits: [
      edit(
        'delegations',
        'return yield* this.searchRole({ ...visit, path: [...visit.path, role.name] }, file.value.body);',
        'return ok(file.value.body.targets.get(visit.wanted.filename));',
      ),
    ],
  },
  {
    clause: 'W7',
    edits: [
      edit(
        'full',
        'if (!found.ok) return found;',
        "if (!found.ok && found.fault.code !== 'target-missing') return found; if (!found.ok) continue;",
      ),
    ],
  },
  {
    clause: 'X1',
    edits: [
      edit(
        'delegations',
        'for (const role of delegation.roles) {',
        'for (const role of delegation.roles.slice(0, 1)) {',
      ),
    ],
  },
  { clause: 'X2', edits: [edit('delegations', '.length >= delegation.agreement)', '.length >= 1)')] },
  { clause: 'X3', edits: [edit('delegations', 'words.find((word)', 'words.findLast((word)')] },
  {
    clause: 'X4',
    edits: [
      edit('delegations', 'if (agreed === undefined && (words.length > 0 || fault !== undefined)) {', 'if (false) {'),
    ],
  },
];

export const procedures: readonly LeftOut[] = [...full, ...partial, ...roots, ...search];

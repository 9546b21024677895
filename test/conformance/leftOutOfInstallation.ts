// Owns: how to leave a check out of what ECUs do: time, installation, the order of it all.
import type { Edit, LeftOut } from './leftOut.ts';

const edit = (file: string, find: string, replace: string): Edit => ({ file: `src/${file}.ts`, find, replace });

const image = 'uptane/checks/image';
const secondary = 'secondary/behaviour';

/** A Secondary takes the time from the Primary and does not set its clock by it. */
const timeNotTaken = edit(
  secondary,
  "const accepted = this.ecu.acceptTime(attestation, 'Y3', [this.ecu.timeToken]);",
  'const accepted = ok(0) as Result<number, RemoteFault>;',
);

const installing: readonly LeftOut[] = [
  {
    clause: 'P1',
    edits: [
      edit(
        'secondary/machine',
        "target: '#secondary.verifyingImage',\n              actions: { type: 'checkImage', params: theEvent },",
        "target: '#secondary.installing',",
      ),
    ],
  },
  {
    clause: 'P2',
    edits: [
      edit(
        'primary/machine',
        "{ guard: 'metadataVerified', target: 'downloadingImages' }",
        "{ target: 'downloadingImages' }",
      ),
    ],
  },
  {
    clause: 'P3',
    edits: [
      edit(
        'ecu/flashBanks',
        'if (pending === undefined || this.record.written === 0 || !isSameImage(pending, image)) {',
        'if (true) {',
      ),
    ],
  },
  {
    clause: 'P4',
    edits: [edit('uptane/checks/match', '.find((target) => target.ecus.has(ecu))', '.find(() => true)')],
  },
  {
    clause: 'P5',
    edits: [
      edit(
        'secondary/verifyReceived',
        'trusted: setAside(ecu.trusted, outcome.trusted), result: ok(undefined)',
        'result: ok(undefined)',
      ),
    ],
  },
  { clause: 'P6', edits: [edit('ecu/ownTarget', '!target.ok || target.value.length <= banks.bankBytes', 'true')] },
  { clause: 'P6', edits: [edit('primary/phases/downloadImages', 'if (length > imageBytesMax) {', 'if (false) {')] },
  { clause: 'P6', edits: [edit(secondary, 'offset + data.length > incoming.length || ', '')] },
  {
    clause: 'P7',
    edits: [edit(image, '!hardwareIds.includes(ecu.hardwareId) || assigned !== ecu.hardwareId', 'false')],
  },
  {
    clause: 'P7',
    edits: [edit(image, 'ecu.filenames?.some((pattern) => matchesPath(pattern, target.filename)) === false', 'false')],
  },
  { clause: 'P7', edits: [edit(image, 'releaseCounter < ecu.installedReleaseCounter', 'false')] },
  { clause: 'P7', edits: [edit(image, 'if (wrong === undefined) return ok();', 'return ok();')] },
  {
    clause: 'P8',
    edits: [edit('ecu/incomingImage', 'if (encrypted === undefined) {', 'if (true) {')],
  },
  {
    clause: 'P9',
    edits: [
      edit(image, 'if (length !== target.length) {', 'if (false) {'),
      edit(image, 'if (length < target.length) {', 'if (false) {'),
    ],
  },
  {
    clause: 'P10',
    edits: [edit('secondary/actors', 'activate: () => behaviour.ecu.banks.activate(),', 'activate: () => {},')],
  },
  {
    clause: 'P11',
    edits: [edit('primary/machine', "activating: {\n      entry: 'beginClosing',", 'activating: {')],
  },
  { clause: 'P12', edits: [edit('ecu/flashBanks', 'if (comesUp(candidate)) {', 'if (comesUp(candidate) || true) {')] },
];

const timing: readonly LeftOut[] = [
  { clause: 'Q1', edits: [timeNotTaken] },
  {
    clause: 'R1',
    edits: [
      edit('primary/machine', "phase('sendManifest', 'attestingTime')", "phase('sendManifest', 'verifyingMetadata')"),
    ],
  },
  {
    clause: 'R11',
    edits: [
      edit(
        'primary/phases/verifyMetadata',
        'if (!result.ok) return behaviour.note(result.fault);',
        'if (!result.ok) return;',
      ),
    ],
  },
  {
    clause: 'Y1',
    edits: [
      edit(
        'uptane/statements/timeAttestation',
        '{ nonces: tokens, time: formatUtc(time) }',
        '{ nonces: [], time: formatUtc(time) }',
      ),
    ],
  },
  ...partsOfTime('Y2', 'Y3'),
  ...partsOfTime('Y3', 'Y2'),
  {
    clause: 'Y4',
    edits: [edit('ecu/timeKeys', "mode === 'partial' ? (latest?.body.timeserver ?? ofRoot) : ofRoot", 'ofRoot')],
  },
  { clause: 'Y5', edits: [edit('ecu/ecu', 'const rotated = !this.hasTimeKeysOf(trusted);', 'const rotated = false;')] },
  { clause: 'Y6', edits: [timeNotTaken] },
];

/** Signature, token and order of an attestation, each judged for the other clause only. */
function partsOfTime(clause: 'Y2' | 'Y3', other: 'Y2' | 'Y3'): readonly LeftOut[] {
  const conditions = [
    'lacking > 0',
    'expected.tokens.length === 0 || !expected.tokens.every((token) => nonces.includes(token))',
    'expected.last !== undefined && time < expected.last',
  ];
  return conditions.map((condition) => ({
    clause,
    edits: [
      edit(
        'uptane/statements/timeAttestation',
        `if (${condition}) {`,
        `if (clause === '${other}' && (${condition})) {`,
      ),
    ],
  }));
}

export const installation: readonly LeftOut[] = [...installing, ...timing];

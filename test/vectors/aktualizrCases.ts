// Owns: the 86 vectors by name: what is changed in a good pair of repositories, step by step, and the verdict on each step.
import { utf8 } from '../../src/core/bytes.ts';
import type { RepositoryName } from '../../src/uptane/model/metadata.ts';
import { altered, type Case, type Keys, misname, need, single, unchanged, type Verdict } from './aktualizrCase.ts';
import {
  delegate,
  directorCustom,
  entryOf,
  hardwareId,
  image,
  newRoot,
  type PairDraft,
  past,
  serial,
  type TargetEntry,
} from './aktualizrRepository.ts';
import { roleVectors } from './aktualizrRoleCases.ts';

const listed = (pair: PairDraft, repository: RepositoryName) =>
  need(pair[repository].targets.signed.targets['file.txt']);
const badHashes = (entry: TargetEntry) => {
  entry.hashes = Object.fromEntries(Object.entries(entry.hashes).map(([name, hex]) => [name, altered(hex)]));
};
const shortened = (entry: TargetEntry) => {
  entry.length = 10;
};
const otherHardware = (entry: TargetEntry) => {
  const { ecuIdentifiers } = entry.custom;
  if (ecuIdentifiers === undefined) entry.custom.hardwareIds = [`${hardwareId}-XXX`];
  else ecuIdentifiers[serial] = { hardwareId: `${hardwareId}-XXX` };
};

const disagree = { code: 'repositories-disagree', clause: 'R10.2', repository: 'image' } as const;
const otherMatch = { ...disagree, clause: 'R10.3' } as const;
const director = (change: (entry: TargetEntry) => void) => (pair: PairDraft) => change(listed(pair, 'director'));
const genuine = (change: (entry: TargetEntry) => void) => (pair: PairDraft) => change(listed(pair, 'image'));
const both = (change: (entry: TargetEntry) => void) => (pair: PairDraft) => {
  change(listed(pair, 'director'));
  change(listed(pair, 'image'));
};

/** So many entries that the file is longer than either cap. */
const tooMany = (entry: TargetEntry) =>
  Object.fromEntries(Array.from({ length: 30_719 }, (_, index) => [`file.txt${index}`, entry]));

const otherContent = utf8('some foobar content');

const targetCases: readonly Case[] = [
  single('simple', unchanged, undefined),
  single('director_target_hash_mismatch', director(badHashes), disagree),
  single('image_repo_target_hash_mismatch', genuine(badHashes), disagree),
  single('director_target_oversized', director(shortened), disagree),
  single('image_repo_target_oversized', genuine(shortened), disagree),
  single('target_oversized', both(shortened), { code: 'length-mismatch', clause: 'P9' }),
  single('director_bad_hw_id', director(otherHardware), otherMatch),
  single('image_repo_bad_hw_id', genuine(otherHardware), otherMatch),
  single('bad_hw_id', both(otherHardware), { code: 'wrong-hardware', clause: 'P7', repository: 'director' }),
  single(
    'director_bad_ecu_id',
    director((entry) => {
      entry.custom.ecuIdentifiers = { [`${serial}-XXX`]: { hardwareId } };
    }),
    { code: 'unknown-ecu', clause: 'V8', repository: 'director' },
  ),
  single(
    'image_repo_snapshot_targets_version_mismatch',
    (pair) => {
      pair.image.snapshot.signed.meta['targets.json'] = { version: 2 };
    },
    { code: 'wrong-version', clause: 'V2', repository: 'image', role: 'targets' },
  ),
  single(
    'director_delegations',
    (pair, key) => {
      const [id, listed] = [key(6).id, key(6).listed];
      const role = { keyids: [id], name: 'foo', paths: ['file.txt'], terminating: false, threshold: 1 };
      pair.director.targets.signed.delegations = { keys: { [id]: listed }, roles: [role] };
    },
    { code: 'director-delegates', clause: 'V6', repository: 'director' },
  ),
  single(
    'director_targets_same_ecu',
    (pair) => {
      const alt = utf8('alt alt alt');
      pair.director.targets.signed.targets['alt.txt'] = entryOf(alt, directorCustom());
      pair.image.targets.signed.targets['alt.txt'] = entryOf(alt, { hardwareIds: [hardwareId] });
      pair.image.images.set('alt.txt', alt);
    },
    { code: 'duplicate-ecu', clause: 'V7', repository: 'director' },
  ),
  single(
    'image_repo_targets_too_large',
    (pair) => Object.assign(pair.image.targets.signed.targets, tooMany(listed(pair, 'image'))),
    { code: 'oversized', clause: 'V1', repository: 'image', role: 'targets' },
  ),
  single(
    'director_targets_too_large',
    (pair) => Object.assign(pair.director.targets.signed.targets, tooMany(listed(pair, 'director'))),
    { code: 'oversized', clause: 'V1', repository: 'director', role: 'targets' },
  ),
  {
    name: 'image_repo_metadata_changed_while_version_same',
    steps: [
      {
        change: (pair) => {
          pair.image.listsTargetsHash = true;
        },
        verdict: undefined,
      },
      {
        change: (pair, key) => {
          pair.image.listsTargetsHash = true;
          const root = newRoot({ root: key(6), targets: key(1), snapshot: key(2), timestamp: key(3) });
          root.signers = [key(0), key(6)];
          pair.image.roots.set(1, root);
          pair.image.targets.signed.targets['file01.txt'] = entryOf(otherContent, { hardwareIds: [hardwareId] });
          pair.image.images.set('file01.txt', otherContent);
          const { signed } = pair.director.targets;
          signed.version = 2;
          signed.targets = { 'file01.txt': entryOf(otherContent, directorCustom()) };
        },
        verdict: undefined,
      },
    ],
  },
];

const foo = { repository: 'image', role: 'foo' } as const;
const fooUnmet = { ...foo, code: 'threshold-unmet', clause: 'V3' } as const;
const notFound = { code: 'target-missing', clause: 'R10.1', repository: 'image' } as const;

type Delegating = (pair: PairDraft, entry: ReturnType<typeof delegate>, key: Keys) => void;

/** The Image repository's own Targets are empty, the image is delegated. */
const delegating = (name: string, change: Delegating, verdict: Verdict, role = 'foo'): Case =>
  single(
    `delegation_${name}`,
    (pair, key) => {
      pair.image.targets.signed.targets = {};
      change(pair, delegate(pair, role, key(6)), key);
    },
    verdict,
  );
const fooFile = (pair: PairDraft) => need(pair.image.delegated.get('foo'));
/** A second key for the delegation, which needs both. */
const secondKey: Delegating = (pair, entry, key) => {
  need(pair.image.targets.signed.delegations).keys[key(7).id] = key(7).listed;
  entry.keyids.push(key(7).id);
  entry.threshold = 2;
};

const delegationCases: readonly Case[] = [
  delegating('simple', unchanged, undefined),
  delegating(
    'redundant',
    (pair) => {
      pair.image.targets.signed.targets['file.txt'] = entryOf(image, { hardwareIds: [hardwareId] });
      fooFile(pair).signers = [];
    },
    undefined,
  ),
  delegating(
    'two_signatures',
    (pair, entry, key) => {
      secondKey(pair, entry, key);
      fooFile(pair).signers.push(key(7));
    },
    undefined,
  ),
  delegating(
    'path_mismatch',
    (_, entry) => {
      entry.paths = ['does-not-match'];
    },
    notFound,
  ),
  delegating(
    'key_missing',
    (pair) => {
      need(pair.image.targets.signed.delegations).keys = {};
    },
    fooUnmet,
  ),
  delegating(
    'bad_key_ids',
    (pair, _, key) => misname(need(pair.image.targets.signed.delegations).keys, key(6)),
    fooUnmet,
  ),
  delegating(
    'unsigned',
    (pair) => {
      fooFile(pair).signers = [];
    },
    fooUnmet,
  ),
  delegating('unmet_threshold', secondKey, fooUnmet),
  delegating(
    'non_unique_signatures',
    (pair) => {
      fooFile(pair).repeated = true;
    },
    { ...foo, code: 'duplicate-signature', clause: 'V1' },
  ),
  delegating(
    'zero_threshold',
    (_, entry) => {
      entry.threshold = 0;
    },
    { repository: 'image', role: 'targets', code: 'zero-threshold', clause: 'V1' },
  ),
  delegating(
    'missing',
    (pair) => pair.image.delegated.clear(),
    { repository: 'image', role: 'missing', code: 'missing-file', clause: 'V1' },
    'missing',
  ),
  delegating(
    'snapshot_missing',
    (pair) => delete pair.image.snapshot.signed.meta['skipped.json'],
    { repository: 'image', role: 'skipped', code: 'missing-file', clause: 'V2' },
    'skipped',
  ),
  delegating(
    'snapshot_version_mismatch',
    (pair) => {
      pair.image.snapshot.signed.meta['foo.json'] = { version: 2 };
    },
    { ...foo, code: 'wrong-version', clause: 'V2' },
  ),
  delegating(
    'expired',
    (pair) => {
      fooFile(pair).signed.expires = past;
    },
    { ...foo, code: 'expired', clause: 'V5' },
  ),
  delegating(
    'empty',
    (pair) => {
      fooFile(pair).signed.targets = {};
    },
    notFound,
  ),
  delegating('hash_mismatch', (pair) => badHashes(need(fooFile(pair).signed.targets['file.txt'])), disagree),
];

export const cases: readonly Case[] = [...roleVectors, ...targetCases, ...delegationCases];

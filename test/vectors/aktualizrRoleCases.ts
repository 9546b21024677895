// Owns: the vectors of what can be wrong with any role, and of root rotation.
import type { RepositoryName } from '../../src/uptane/model/metadata.ts';
import { type Case, type Change, type Keys, misname, need, single, unchanged, type Verdict } from './aktualizrCase.ts';
import { type Draft, type PairDraft, past, type RootSigned, setRole, type VectorKey } from './aktualizrRepository.ts';

interface RolePlace {
  readonly name: string;
  readonly repository: RepositoryName;
  readonly role: 'root' | 'targets' | 'snapshot' | 'timestamp';
  readonly key: number;
  /** The clauses of its form, its signatures, its expiry. */
  readonly clauses: readonly [string, string, string];
}

const rolePlaces: readonly RolePlace[] = [
  { name: 'director_root', repository: 'director', role: 'root', key: 4, clauses: ['S1', 'S3', 'S6'] },
  { name: 'director_targets', repository: 'director', role: 'targets', key: 5, clauses: ['V1', 'V3', 'V5'] },
  { name: 'image_repo_root', repository: 'image', role: 'root', key: 0, clauses: ['S1', 'S3', 'S6'] },
  { name: 'image_repo_targets', repository: 'image', role: 'targets', key: 1, clauses: ['V1', 'V3', 'V5'] },
  { name: 'image_repo_snapshot', repository: 'image', role: 'snapshot', key: 2, clauses: ['U1', 'U3', 'U7'] },
  { name: 'image_repo_timestamp', repository: 'image', role: 'timestamp', key: 3, clauses: ['T1', 'T2', 'T4'] },
];

const rootOf = (pair: PairDraft, repository: RepositoryName, number = 1) => need(pair[repository].roots.get(number));

function fileOf(pair: PairDraft, { repository, role }: RolePlace): Draft {
  if (role === 'root') return rootOf(pair, repository);
  return repository === 'director' ? pair.director.targets : pair.image[role];
}

/** What can be wrong with any role. */
function roleCases(place: RolePlace): readonly Case[] {
  const { name, repository, role, key: index, clauses } = place;
  const [form, signed, expiry] = clauses;
  const at = { repository, role } as const;
  const unmet = { ...at, code: 'threshold-unmet', clause: signed } as const;
  const rows: readonly [string, Change, Verdict][] = [
    [
      'zero_threshold',
      (pair) => {
        need(rootOf(pair, repository).signed.roles[role]).threshold = 0;
      },
      { repository, role: 'root', code: 'zero-threshold', clause: 'S1' },
    ],
    [
      'expired',
      (pair) => {
        fileOf(pair, place).signed.expires = past;
      },
      { ...at, code: 'expired', clause: expiry },
    ],
    ['unmet_threshold', (pair, key) => setRole(rootOf(pair, repository), role, [key(index), key(6)]), unmet],
    [
      'non_unique_signatures',
      (pair) => {
        fileOf(pair, place).repeated = true;
      },
      { ...at, code: 'duplicate-signature', clause: form },
    ],
    [
      'unsigned',
      (pair) => {
        fileOf(pair, place).signers = [];
      },
      unmet,
    ],
    ['bad_key_ids', (pair, key) => misname(rootOf(pair, repository).signed.keys, key(index)), unmet],
    [
      'role_type_mismatch',
      (pair) => {
        fileOf(pair, place).signed._type = 'invalidrole';
      },
      { ...at, code: 'wrong-role', clause: form },
    ],
  ];
  return rows.map(([kind, change, verdict]) => single(`${name}_${kind}`, change, verdict));
}

/** The second step of a rotation: the first root is gone, `how` writes what follows it. */
function rotating(
  repository: RepositoryName,
  how: (pair: PairDraft, next: (keys: VectorKey[], signers: VectorKey[]) => Draft<RootSigned>, key: Keys) => void,
): Change {
  return (pair, key) => {
    const { roots } = pair[repository];
    let latest = rootOf(pair, repository);
    roots.clear();
    const next = (keys: VectorKey[], signers: VectorKey[]) => {
      latest = { signed: structuredClone(latest.signed), signers };
      for (const id of latest.signed.roles.root?.keyids ?? []) delete latest.signed.keys[id];
      setRole(latest, 'root', keys);
      latest.signed.version += 1;
      roots.set(latest.signed.version, latest);
      return latest;
    };
    how(pair, next, key);
  };
}

function rotationCases({ name, repository, key: index }: RolePlace): readonly Case[] {
  const at = { repository, role: 'root' } as const;
  const unsigned = { ...at, code: 'threshold-unmet', clause: 'S3' } as const;
  const wrongVersion = { ...at, code: 'wrong-version', clause: 'S4' } as const;
  const rows: readonly [string, Change, Verdict][] = [
    ['', rotating(repository, (_, next, key) => next([key(6)], [key(index), key(6)])), undefined],
    [
      '_multiple',
      rotating(repository, (_, next, key) => {
        next([key(6)], [key(index), key(6)]);
        next([key(7)], [key(6), key(7)]);
      }),
      undefined,
    ],
    ['_no_original_signature', rotating(repository, (_, next, key) => next([key(6)], [key(6)])), unsigned],
    ['_no_new_signature', rotating(repository, (_, next, key) => next([key(6)], [key(index)])), unsigned],
    ...(
      [
        ['_version_unchanged', 1],
        ['_version_skip', 3],
      ] as const
    ).map(([kind, version]): [string, Change, Verdict] => [
      kind,
      rotating(repository, (_, next, key) => {
        next([key(6)], [key(index), key(6)]).signed.version = version;
      }),
      wrongVersion,
    ]),
  ];
  return rows.map(([kind, change, verdict]) => ({
    name: `${name}_rotation${kind}`,
    steps: [
      { change: unchanged, verdict: undefined },
      { change, verdict },
    ],
  }));
}

export const roleVectors: readonly Case[] = [
  ...rolePlaces.flatMap(roleCases),
  ...rolePlaces.filter(({ role }) => role === 'root').flatMap(rotationCases),
];

// Where aktualizr and the standard part: each row of the table of differences, on recorded metadata where there is some, else on a state
// of our own; and what is no difference.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { acceptances, refusals } from '../../src/uptane/aktualizr/differences.ts';
import { aktualizrJson } from '../../src/uptane/json/aktualizrJson.ts';
import { canonicalJson } from '../../src/uptane/json/canonicalJson.ts';
import { parseExactJson } from '../../src/uptane/json/strictJson.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { succeeded } from '../uptane/support/fixtures.ts';
import { need } from './aktualizrCase.ts';
import { ed25519Key } from './aktualizrRepository.ts';
import { states } from './aktualizrStates.ts';
import { assign, delegate, genuine, imageVersion, newPair, type Pair, past, writePair } from './wirePair.ts';
import { type Files, type Judgement, type Way, WireVerifier } from './wireVerify.ts';

const metadata = new URL('aktualizr/metadata/', import.meta.url);
const temporaryFolder = temporaryFolders();

function recorded(folder: string): Files {
  const root = new URL(`${folder}/`, metadata);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:json|bin)$/.test(name));
  return new Map(names.map((name) => [name.replace(/^repo\//, 'image/'), readFileSync(new URL(name, root))]));
}

function made(change: (pair: Pair) => void): Files {
  const pair = newPair(ed25519Key);
  change(pair);
  return writePair(pair);
}

function stateOf(name: string, state: string): Files {
  const { change, edit } = need(states.get(name)?.[state]);
  const files = writePair(
    ((pair) => {
      change(pair, ed25519Key);
      return pair;
    })(newPair(ed25519Key)),
  );
  edit?.(files);
  return files;
}

/** What is said of the last of some states. */
async function judged(way: Way, ...offered: readonly Files[]): Promise<Judgement> {
  const verifier = new WireVerifier(way, temporaryFolder());
  let last: Judgement | undefined;
  for (const files of offered) last = await verifier.judge(files);
  return need(last);
}

const said = ({ words, notices }: Judgement) => [
  words,
  ...notices.map(({ code, difference, clients }) => `${code} ${difference}: ${clients.join(', ')}`),
];
const [accepts, refuses] = ['aktualizr-accepts', 'aktualizr-refuses'];
const [primary, secondary, both] = ['aktualizr', 'aktualizr-secondary', 'aktualizr, aktualizr-secondary'];
const takenBoth = ['ok: p1.bin, s1.bin'];

/** The rows in their order; of each what is offered, and what a Primary says of the last of it. */
const table: readonly [string, readonly (readonly [string, () => readonly Files[], readonly string[]])[]][] = [
  [
    'an image for the Secondary in a delegated role; or for any other ECU',
    [
      [
        'recorded',
        () => [recorded('delegation/2')],
        ['ok: supplier/secondary-fw-1.bin', `${refuses} not-in-top-level-targets: ${secondary}`],
      ],
      [
        'for the Primary',
        () => [stateOf('delegation-ED25519', 'delegated for the Primary')],
        ['ok: supplier/p2.bin', `${refuses} not-in-top-level-targets: ${secondary}`],
      ],
    ],
  ],
  [
    'Director target with hardwareIds beside ecuIdentifiers',
    [
      [
        'recorded',
        () => [recorded('differs/hardwareIds-beside-ecuIdentifiers')],
        [...takenBoth, `${refuses} hardware-beside-ecus: ${both}`],
      ],
    ],
  ],
  [
    'Image repository rolled back while nothing new is listed',
    [
      [
        'made',
        () => [stateOf('rollback-ED25519', 'version B'), stateOf('rollback-ED25519', 'Director B, Image repository A')],
        ['rollback T3 image/timestamp', `${accepts} image-repository-unread: ${primary}`],
      ],
    ],
  ],
  [
    'non-ASCII text in any signed file; 0.1, 100.0, -0.0, version 2.0',
    [
      ['recorded, é', () => [recorded('differs/non-ascii')], takenBoth],
      ['recorded, member order', () => [recorded('differs/key-order')], takenBoth],
      ['recorded, 0.1', () => [recorded('differs/float-0.1')], takenBoth],
      ['recorded, 100.0', () => [recorded('differs/float-100.0')], takenBoth],
      ['-0.0', () => [stateOf('negzero-ED25519', '-0.0')], takenBoth],
      ['version 2.0', () => [stateOf('float-version-ED25519', 'Director Targets version as 2.0')], takenBoth],
    ],
  ],
  [
    '1e21, integers above 2^53',
    [
      ['1e21', () => [stateOf('f4-ED25519', '1e21')], takenBoth],
      ['2^53 + 1', () => [stateOf('i53-ED25519', '2^53+1')], takenBoth],
      ['of 64 bits', () => [stateOf('big-ED25519', '12345678901234567890')], takenBoth],
    ],
  ],
  [
    'Director target without ecuIdentifiers',
    [
      [
        'recorded',
        () => [recorded('differs/director-target-without-ecus')],
        ['ok: s1.bin', `${refuses} target-without-ecus: ${secondary}`],
      ],
    ],
  ],
  [
    'Timestamp without length',
    [
      [
        'recorded',
        () => [recorded('differs/timestamp-without-length')],
        [...takenBoth, `${refuses} timestamp-without-length: ${both}`],
      ],
    ],
  ],
  [
    '_type in lower case',
    [
      [
        'recorded',
        () => [recorded('differs/type-lower-case')],
        [...takenBoth, `${refuses} type-in-lower-case: ${both}`],
      ],
    ],
  ],
  [
    'Snapshot’s or Image Targets’ version falls under a newer Timestamp',
    [
      // What came before it was not recorded: without that it is no rollback.
      ['recorded', () => [recorded('differs/snapshot-rollback')], takenBoth],
      [
        'Snapshot, and the Targets with it',
        () => [
          stateOf('snapshot-rollback-ED25519', 'before'),
          stateOf('snapshot-rollback-ED25519', 'newer Timestamp, Snapshot of an older version'),
        ],
        [
          'rollback U4 image/timestamp',
          `${accepts} older-snapshot: ${both}`,
          `${accepts} older-image-targets: ${both}`,
        ],
      ],
      [
        'Targets',
        () => [
          stateOf('targets-rollback-ED25519', 'before'),
          stateOf('targets-rollback-ED25519', 'newer Snapshot lists older Image Targets'),
        ],
        ['rollback U5 image/snapshot', `${accepts} older-image-targets: ${both}`],
      ],
    ],
  ],
  [
    'Snapshot lists a length that is too small for Targets',
    [
      [
        'made',
        () => [stateOf('snapshot-length-ED25519', 'Snapshot lists a length of 10 for targets.json')],
        ['oversized V1 image/targets', `${accepts} longer-targets: ${both}`],
      ],
    ],
  ],
  [
    'comments, trailing commas, members twice, text after the end, no version, version 0, a date that does not exist',
    (
      [
        ['comment', 'a comment before the JSON', 'comments'],
        ['comma', 'a trailing comma', 'trailing-commas'],
        ['twice', 'a member twice, the last one is what was signed', 'repeated-members'],
        ['extra', 'a brace too many at the end', 'text-after-end'],
        ['no-version', 'no version', 'no-version'],
        ['version-0', 'version 0', 'no-version'],
        ['bad-date', 'a date that is none', 'impossible-date'],
      ] as const
    ).map(([name, state, difference]) => [
      state,
      () => [stateOf(`${name}-ED25519`, state)],
      ['malformed V1 director/targets', `${accepts} ${difference}: ${both}`],
    ]),
  ],
  [
    'a delegated role with a space in its name',
    [
      [
        'made',
        () => [stateOf('delegation-name-ED25519', 'a delegated role with a space in its name')],
        [
          'ok: sp/p3.bin',
          `${refuses} not-in-top-level-targets: ${secondary}`,
          `${refuses} role-name-no-url: ${primary}`,
        ],
      ],
    ],
  ],
];

describe.each(table)('%s', (_, samples) => {
  it.each(samples)('%s [policy 14]', async (_, offered, expected) => {
    expect(said(await judged('primary', ...offered()))).toEqual(expected);
  });
});

it('the table has twelve rows, and names every difference but those that are tested below, or by a state', () => {
  expect(table).toHaveLength(12);
  const named = table.flatMap(([, samples]) => samples.flatMap(([, , words]) => words.join(' ')));
  const missing = [...acceptances, ...refusals].filter(({ id }) => !named.some((words) => words.includes(` ${id}:`)));
  expect(missing.map(({ id }) => id)).toEqual([
    ...['unlisted-files', 'expired-delegation', 'longer-snapshot'],
    ...['nothing-for-secondary', 'hash-of-bytes'],
  ]);
});

describe('recorded repositories', () => {
  it.each(['full-ed25519/1', 'full-rsa2048/1', 'delegation/2', 'rotation/4'])('%s are taken', async (folder) => {
    expect(await judged('primary', recorded(folder))).toMatchObject({ ok: true });
  });

  const files = readdirSync(metadata, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  it('are written in the canonical form that ours is, each file, by every rotated Root but the indented ones', () => {
    expect(files.length).toBeGreaterThan(60);
    const other = files.filter((name) => {
      const bytes = readFileSync(join(metadata.pathname, name));
      const canonical = fromUtf8(aktualizrJson(succeeded(parseExactJson(bytes))));
      return canonical !== fromUtf8(bytes);
    });
    expect(other.filter((name) => !/rotation\/4\/.*[2-9]\.root\.json$/.test(name))).toEqual([]);
  });
});

describe('a client’s judgement is told', () => {
  const text = (files: Files, name: string, change: (text: string) => string): Files =>
    new Map(files).set(name, utf8(change(need(fromUtf8(need(files.get(name)))))));
  const good = () => made((pair) => assign(pair, { 'p1.bin': 'primary-0', 's1.bin': 'secondary-1' }));
  const director = 'director/targets.json';

  it('by all the differences that it takes together', async () => {
    const offered = text(
      made((pair) => assign(pair, { 'p1.bin': 'primary-0' }, 0)),
      director,
      (text) => `/**/${text} x`,
    );
    // The Secondary itself is given nothing to do, and refuses that.
    expect(said(await judged('full', offered))).toEqual(['malformed V1 director/targets']);
    expect(said(await judged('primary', offered))).toEqual([
      'malformed V1 director/targets',
      `${accepts} comments: ${both}`,
      `${accepts} text-after-end: ${both}`,
      `${accepts} no-version: ${both}`,
    ]);
  });

  it('not where it refuses the same for something else', async () => {
    const commented = (files: Files) => text(files, director, (text) => `/**/${text}`);
    expect(said(await judged('primary', commented(good())))).toHaveLength(2);
    const tampered = text(commented(good()), director, (text) => text.replace('BINARY', 'BINARX'));
    expect(said(await judged('primary', tampered))).toEqual(['malformed V1 director/targets']);
    const lower = made((pair) => {
      assign(pair, { 'p1.bin': 'primary-0' });
      pair.director.targets.signed._type = 'targets';
    });
    expect(said(await judged('primary', commented(lower)))).toEqual(['malformed V1 director/targets']);
  });

  it('not of a file without a version that is not the Director’s Targets', async () => {
    const files = made((pair) => {
      assign(pair, { 'p1.bin': 'primary-0' });
      pair.image.targets.signed.version = 0;
    });
    expect(said(await judged('primary', files))).toEqual(['malformed U1 image/snapshot']);
    const timestamp = made((pair) => {
      assign(pair, { 'p1.bin': 'primary-0' });
      pair.image.timestamp.signed.version = 0;
    });
    expect(said(await judged('primary', timestamp))).toEqual(['malformed T1 image/timestamp']);
  });

  it('not of a comment in a file whose hash is listed, or within what is signed', async () => {
    for (const name of ['image/targets.json', 'image/snapshot.json']) {
      const { words, notices } = await judged(
        'primary',
        text(good(), name, (text) => `/**/${text}`),
      );
      expect([words.split(' ')[0], notices]).toEqual([expect.stringMatching(/^(?:malformed|oversized)$/), []]);
    }
    const within = text(good(), director, (text) => text.replace('"signed":', '"signed":/**/'));
    expect(said(await judged('primary', within))).toEqual(['malformed V1 director/targets']);
  });

  it('not of a rolled back Image repository where the Director lists something new', async () => {
    const before = stateOf('rollback-ED25519', 'version B');
    const rolledBack = new Map(good());
    const newer = made((pair) => assign(pair, { 'p1.bin': 'primary-0', 's1.bin': 'secondary-1' }, 4));
    rolledBack.set(director, need(newer.get(director)));
    expect(said(await judged('primary', before, rolledBack))).toEqual(['rollback T3 image/timestamp']);
  });
});

describe('what is known of aktualizr besides the table:', () => {
  it('a Snapshot that no longer lists a file [U6]', async () => {
    const assigned = { 'p1.bin': 'primary-0', 's1.bin': 'secondary-1' } as const;
    const before = made((pair) => assign(pair, assigned));
    const after = made((pair) => {
      assign(pair, { 'p1.bin': 'primary-0', 's2.bin': 'secondary-1' }, 3);
      imageVersion(pair, 2);
      pair.listing.snapshot = (meta) => delete meta['root.json'];
    });
    expect(said(await judged('primary', before, after))).toEqual([
      'rollback U6 image/snapshot',
      `${accepts} unlisted-files: ${both}`,
    ]);
  });

  it('a delegated role that has expired, before another that lists the image [W1 V5]', async () => {
    const offered = (isListedAgain: boolean) =>
      made((pair) => {
        delegate(pair, 'old', '*.bin', { 'p3.bin': 'primary-0' }, ed25519Key(10));
        need(pair.image.delegated.get('old')).signed.expires = past;
        if (isListedAgain) delegate(pair, 'new', '*.bin', { 'p3.bin': 'primary-0' }, ed25519Key(11));
        assign(pair, { 'p3.bin': 'primary-0' });
      });
    expect(said(await judged('primary', offered(true)))).toEqual([
      'expired V5 image/old',
      `${accepts} expired-delegation: ${primary}`,
    ]);
    expect(said(await judged('primary', offered(false)))).toEqual(['expired V5 image/old']);
  });

  it.each([
    ['snapshot', 'U2'],
    ['targets', 'V2'],
  ] as const)('the hash of the bytes of an indented %s [%s]', async (role, clause) => {
    const files = made((pair) => {
      assign(pair, { 'p1.bin': 'primary-0' });
      pair.indented = true;
      pair.hashesOfBytes = role;
    });
    const { notices, ...judgement } = await judged('primary', files);
    expect(said({ ...judgement, notices })).toEqual(['ok: p1.bin', `${refuses} hash-of-bytes: ${both}`]);
    expect(notices).toMatchObject([{ clause, repository: 'image', role, file: `${role}.json` }]);
  });
});

describe('over another form than aktualizr’s a signature', () => {
  it('does not count where the two differ, and does where they do not [V3 policy 14]', async () => {
    const signedAs = (note: string) => {
      const pair = newPair(ed25519Key);
      assign(pair, { 'p1.bin': 'primary-0' });
      Object.assign(pair.director.targets.signed, { note });
      const [signer] = pair.director.targets.signers;
      const { signed } = pair.director.targets;
      const sig = Buffer.from(need(signer).sign(canonicalJson(signed))).toString('base64');
      const signature = { keyid: need(signer).id, method: 'ed25519', sig };
      return new Map(writePair(pair)).set('director/targets.json', canonicalJson({ signatures: [signature], signed }));
    };
    expect(said(await judged('primary', signedAs('cafe')))).toEqual(['ok: p1.bin']);
    expect(said(await judged('primary', signedAs('café')))).toEqual(['bad-signature V3 director/targets']);
  });
});

it('what a Secondary cannot be given is told to it alone, since its Primary sends it nothing', async () => {
  const nothing = made(() => {});
  expect(said(await judged('primary', nothing))).toEqual(['ok: ']);
  expect(said(await judged('full', nothing))).toEqual(['ok: ', `${refuses} nothing-for-secondary: ${secondary}`]);
});

it('an image in both the top-level Targets and the delegated ones is in the top-level ones', async () => {
  const files = made((pair) => {
    pair.image.targets.signed.targets = { 's1.bin': genuine('s1.bin', 'secondary-1') };
    assign(pair, { 's1.bin': 'secondary-1' });
  });
  expect(said(await judged('full', files))).toEqual(['ok: s1.bin']);
});

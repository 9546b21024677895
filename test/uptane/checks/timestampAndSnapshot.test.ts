// T and U: each attack on the Timestamp and the Snapshot of either repository, with the check that stops it.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import type { Attack, RemoteFaultCode } from '../../../src/core/faults.ts';
import { snapshotBytesMax, statedSnapshotBytesMax } from '../../../src/core/limits.ts';
import { formatUtc } from '../../../src/core/utc.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import { checkSnapshot } from '../../../src/uptane/checks/snapshot.ts';
import { decodeMetadata } from '../../../src/uptane/decode/metadata.ts';
import type { RepositoryName } from '../../../src/uptane/model/metadata.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import {
  attacker,
  flipped,
  impostor,
  keyOf,
  padded,
  reissue,
  resign,
  tamper,
  withSignatures,
} from '../support/attacks.ts';
import { faultOf, refusal, valued } from '../support/expected.ts';
import { begin, fullSecondary, primary, signatures, succeeded, World } from '../support/fixtures.ts';
import { type Rows, refuses, repositories } from '../support/refusal.ts';

const past = formatUtc(begin - 1);
const day = 24 * 3600;

const found =
  (role: string) =>
  (code: RemoteFaultCode, clause: string, message: string, attack?: Attack) =>
  (repository: RepositoryName) =>
    faultOf(repository, role, code, clause, message, attack);
const timestamp = found('timestamp');
const snapshot = found('snapshot');
const forged = 'arbitrary-installation';
const unmet = (clause: string) => timestamp('threshold-unmet', clause, '0 of 1 needed signatures are valid', forged);
const bad = (clause: string) =>
  timestamp('bad-signature', clause, '0 of 1 needed signatures are valid, 1 are bad', forged);

const timestampRows: Rows = {
  'a timestamp longer than its cap [T1]': {
    attack: ({ world, file }, r) => world.serve(`${r}/timestamp.json`, padded(file(`${r}/timestamp.json`), 16_385)),
    fault: timestamp('oversized', 'T1', 'longer than 16384 bytes', 'endless-data'),
  },
  'no timestamp [T1]': {
    attack: ({ world }, r) => world.withhold(`${r}/timestamp.json`),
    fault: timestamp('missing-file', 'T1', 'the file is missing', 'drop-request'),
  },
  'a timestamp that is no JSON [T1]': {
    attack: ({ world }, r) => world.serve(`${r}/timestamp.json`, utf8('<html>')),
    fault: timestamp('malformed', 'T1', 'a value is needed at character 0', forged),
  },
  'another role in the place of the timestamp [T1]': {
    attack: ({ world, file }, r) => world.serve(`${r}/timestamp.json`, file(`${r}/3.snapshot.json`)),
    fault: timestamp('wrong-role', 'T1', 'signed._type is "snapshot", not "timestamp"', forged),
  },
  'a timestamp signed by a key that is not its role’s [T2]': {
    attack: ({ world }, r) => reissue(world, r, { keys: { timestamp: [attacker] } }),
    fault: unmet('T2'),
  },
  'a timestamp signed by another role’s key [T2]': {
    attack: ({ world }, r) => reissue(world, r, { keys: { timestamp: world.keys[r].snapshot } }),
    fault: unmet('T2'),
  },
  'a timestamp signed by the other repository’s key [T2]': {
    attack: ({ world }, r) => reissue(world, r, { keys: world.keys[r === 'image' ? 'director' : 'image'] }),
    fault: unmet('T2'),
  },
  'a timestamp with a signature in its key’s name [T2]': {
    attack: ({ world }, r) => reissue(world, r, { keys: { timestamp: [impostor(keyOf(world, r, 'timestamp'))] } }),
    fault: bad('T2'),
  },
  'a timestamp changed after it was signed [T2]': {
    attack: ({ world, file }, r) =>
      world.serve(
        `${r}/timestamp.json`,
        tamper(file(`${r}/timestamp.json`), (signed) =>
          Object.assign(signed, { expires: formatUtc(begin + 99 * day) }),
        ),
      ),
    fault: bad('T2'),
  },
  'an unsigned timestamp [T2]': {
    attack: ({ world, file }, r) => world.serve(`${r}/timestamp.json`, withSignatures(file(`${r}/timestamp.json`), [])),
    fault: unmet('T2'),
  },
  'an older timestamp [T3]': {
    attack: ({ world, kept }, r) => world.serve(`${r}/timestamp.json`, kept(`${r}/timestamp.json`)),
    fault: timestamp('rollback', 'T3', 'version 2 after 3', 'rollback'),
  },
  'a newer timestamp that lists an older snapshot, found before a download [U4]': {
    attack: ({ world }, r) => reissue(world, r, { snapshot: (signed) => Object.assign(signed, { version: 2 }) }),
    fault: timestamp('rollback', 'U4', 'it lists snapshot version 2 after 3', 'rollback'),
  },
  'an expired timestamp [T4]': {
    attack: ({ world }, r) => reissue(world, r, { timestamp: (signed) => Object.assign(signed, { expires: past }) }),
    fault: timestamp('expired', 'T4', 'expired 2025-12-31T23:59:59Z, it is 2026-01-01T00:00:00Z', 'indefinite-freeze'),
  },
  'a timestamp in the very second of its expiry [T4]': {
    attack: ({ world }, r) =>
      reissue(world, r, { timestamp: (signed) => Object.assign(signed, { expires: formatUtc(begin) }) }),
    fault: timestamp('expired', 'T4', 'expired 2026-01-01T00:00:00Z, it is 2026-01-01T00:00:00Z', 'indefinite-freeze'),
  },
};

const snapshotRows: Rows = {
  'a snapshot longer than the timestamp says [U1]': {
    attack: ({ world, lengthen }, r) => {
      reissue(world, r, {});
      lengthen(`${r}/4.snapshot.json`);
    },
    fault: (r, { file }) =>
      snapshot('oversized', 'U1', `longer than ${file(`${r}/4.snapshot.json`).length - 1} bytes`, 'endless-data')(r),
  },
  'a snapshot longer than the cap, where the timestamp states no length [U1]': {
    attack: ({ world, file }, r) => {
      reissue(world, r, { timestamp: (signed) => delete signed.meta['snapshot.json']?.length });
      world.serve(`${r}/4.snapshot.json`, padded(file(`${r}/4.snapshot.json`), snapshotBytesMax + 1));
    },
    fault: snapshot('oversized', 'U1', 'longer than 65536 bytes', 'endless-data'),
  },
  'a snapshot longer than the cap, whatever length the timestamp states [U1]': {
    attack: ({ world, file }, r) => {
      reissue(world, r, {
        timestamp: (signed) =>
          Object.assign(signed.meta['snapshot.json'] ?? {}, { length: 2 * statedSnapshotBytesMax }),
      });
      world.serve(`${r}/4.snapshot.json`, padded(file(`${r}/4.snapshot.json`), statedSnapshotBytesMax + 1));
    },
    fault: snapshot('oversized', 'U1', 'longer than 8388608 bytes', 'endless-data'),
  },
  'no snapshot [U1]': {
    attack: ({ world }, r) => {
      reissue(world, r, {});
      world.withhold(`${r}/4.snapshot.json`);
    },
    fault: snapshot('missing-file', 'U1', 'the file is missing', 'drop-request'),
  },
  'an older snapshot beside a new timestamp [U2]': {
    attack: ({ world, kept }, r) => {
      reissue(world, r, {});
      world.serve(`${r}/4.snapshot.json`, kept(`${r}/2.snapshot.json`));
    },
    fault: (at) => valued(snapshot('hash-mismatch', 'U2', "sha256 is not the timestamp's", 'mix-and-match')(at)),
  },
  'a snapshot with one bit flipped [U2]': {
    attack: ({ world, file }, r) => {
      reissue(world, r, {});
      const bytes = file(`${r}/4.snapshot.json`);
      const digit = new TextDecoder().decode(bytes).indexOf('"sig":"') + 7;
      world.serve(`${r}/4.snapshot.json`, flipped(bytes, digit * 8));
    },
    fault: (at) => valued(snapshot('hash-mismatch', 'U2', "sha256 is not the timestamp's", 'mix-and-match')(at)),
  },
  'a snapshot of another version than the timestamp lists [U2]': {
    attack: ({ world }, r) =>
      reissue(world, r, { timestamp: (signed) => Object.assign(signed.meta['snapshot.json'] ?? {}, { version: 9 }) }),
    fault: snapshot('wrong-version', 'U2', 'version 4, the timestamp lists 9', 'mix-and-match'),
  },
  'a snapshot signed by a key that is not its role’s, with the timestamp’s key stolen [U3]': {
    attack: ({ world }, r) => reissue(world, r, { keys: { snapshot: [attacker] } }),
    fault: snapshot('threshold-unmet', 'U3', '0 of 1 needed signatures are valid', forged),
  },
  'a snapshot with a signature in its key’s name [U3]': {
    attack: ({ world }, r) => reissue(world, r, { keys: { snapshot: [impostor(keyOf(world, r, 'snapshot'))] } }),
    fault: snapshot('bad-signature', 'U3', '0 of 1 needed signatures are valid, 1 are bad', forged),
  },
  'a snapshot that lists older targets [U5]': {
    attack: ({ world }, r) => reissue(world, r, { targets: (signed) => Object.assign(signed, { version: 2 }) }),
    fault: snapshot('rollback', 'U5', 'targets.json is listed at version 2 after 3', 'rollback'),
  },
  'a snapshot that lists a file no longer [U6]': {
    attack: ({ world }, r) => reissue(world, r, { snapshot: (signed) => delete signed.meta['targets.json'] }),
    fault: snapshot('rollback', 'U6', 'targets.json is no longer listed', 'rollback'),
  },
  'an expired snapshot [U7]': {
    attack: ({ world }, r) => reissue(world, r, { snapshot: (signed) => Object.assign(signed, { expires: past }) }),
    fault: snapshot('expired', 'U7', 'expired 2025-12-31T23:59:59Z, it is 2026-01-01T00:00:00Z', 'indefinite-freeze'),
  },
};

describe.each(repositories)('the %s repository’s', (repository) => {
  it.each(Object.entries({ ...timestampRows, ...snapshotRows }))('%s is refused by the Primary', (_, row) =>
    refuses(primary, row, repository),
  );
});

describe('a full Secondary refuses as the Primary does', () => {
  const some = ['a timestamp signed by another role’s key [T2]', 'an older timestamp [T3]', 'an expired snapshot [U7]'];
  it.each(some)('%s', (title) => {
    const row = { ...timestampRows, ...snapshotRows }[title] ?? expect.fail(title);
    refuses(fullSecondary, row, 'image');
  });
});

describe('a snapshot on its own', () => {
  const world = new World();
  const { bytes } = world.latest('image', 'snapshot');
  const root = world.provisioned().image.root.body;
  const place = { profile: uptaneProfile, repository: 'image', role: 'snapshot' } as const;
  const at = { ...place, signatures, now: begin, file: 'snapshot.json' };
  const listed = { version: 1, length: undefined, hashes: { sha256: hashHex('sha256', bytes) } };
  const { body } = succeeded(decodeMetadata(place, bytes));

  it('of a lower version than the trusted one is a rollback even where no Timestamp is trusted [U4]', () => {
    succeeded(checkSnapshot(at, root, listed, body, bytes));
    expect(checkSnapshot(at, root, listed, { ...body, version: 2 }, bytes)).toEqual(
      refusal(snapshot('rollback', 'U4', 'version 1 after 2', 'rollback')('image')),
    );
  });

  it('is held to every hash that the Timestamp lists [U2 F3]', () => {
    const hashes = { ...listed.hashes, sha512: '00'.repeat(64) };
    expect(checkSnapshot(at, root, { ...listed, hashes }, undefined, bytes)).toEqual(
      refusal(valued(snapshot('hash-mismatch', 'U2', "sha512 is not the timestamp's", 'mix-and-match')('image'))),
    );
  });
});

it.each(repositories)(
  'a stored snapshot of %s that expired is refused under ever new timestamps [U7 R4 R8]',
  (only) => {
    const later = (signed: { version: number; expires: string }) => {
      signed.version += 1;
      signed.expires = formatUtc(begin + 300 * day);
    };
    const row = {
      attack: ({ world, file }: Parameters<Rows[string]['attack']>[0]) => {
        for (const r of repositories) {
          if (r === only)
            world.serve(`${r}/timestamp.json`, resign(file(`${r}/timestamp.json`), later, world.keys[r].timestamp));
          else reissue(world, r, { timestamp: later, snapshot: later, targets: later });
        }
      },
      fault: snapshot('expired', 'U7', 'expired 2026-01-08T00:00:00Z, it is 2026-01-09T00:00:00Z', 'indefinite-freeze'),
      at: begin + 8 * day,
    };
    refuses(primary, row, only);
  },
);

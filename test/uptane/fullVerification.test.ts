// Full verification, R, on the Primary and on a full Secondary: what is accepted, and each attack with the check that stops it.
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import type { Attack, RemoteFaultCode } from '../../src/core/faults.ts';
import { directorTargetsBytesMax, snapshotBytesMax, timestampBytesMax } from '../../src/core/limits.ts';
import { formatUtc } from '../../src/core/utc.ts';
import { hashHex } from '../../src/crypto/hashes.ts';
import type { RepositoryName } from '../../src/uptane/metadata.ts';
import { type TrustedMetadata, trustedFiles, trustedVersions } from '../../src/uptane/trusted.ts';
import {
  attacker,
  draftOf,
  flipped,
  impostor,
  keyOf,
  padded,
  reissue,
  resign,
  rotateRoot,
  signaturesOf,
  type TargetDraft,
  tamper,
  withSignatures,
} from './attacks.ts';
import {
  begin,
  fullSecondary,
  hardwareOf,
  imageName,
  keyNamed,
  primary,
  type Serial,
  serials,
  signatures,
  succeeded,
  vin,
  World,
} from './fixtures.ts';

const fullEcus = [primary, fullSecondary];
const repositories: readonly RepositoryName[] = ['director', 'image'];

let world: World;
beforeEach(() => {
  world = new World();
  world.release(2);
});

const file = (name: string): Uint8Array => world.file(name) ?? expect.fail(`${name} is not served`);
const entry = (targets: Record<string, TargetDraft>, serial: Serial, release = 3): TargetDraft =>
  targets[imageName(serial, release)] ?? expect.fail(`${serial} has no entry`);

describe.each(fullEcus)('$name, nominally', ({ verify, serial }) => {
  it('goes from the factory roots to the latest of every role, in the order of R [L2 R2 R3 R4 R5 R6b R7 R8 R9]', () => {
    world.requests = [];
    const outcome = verify(world, world.provisioned());
    expect(succeeded(outcome.result).director.targets.get(imageName(serial, 2))?.ecus.get(serial)).toBe(
      hardwareOf(serial),
    );
    expect(world.requests).toEqual(
      repositories.flatMap((name) => [
        `${name}/2.root.json`,
        `${name}/timestamp.json`,
        `${name}/2.snapshot.json`,
        `${name}/2.targets.json`,
      ]),
    );
    const versions = { root: 1, timestamp: 2, snapshot: 2, targets: 2 };
    const expected = repositories.flatMap((name) =>
      Object.entries(versions).map(([role, n]) => [`${name}/${role}`, n]),
    );
    expect(trustedVersions(outcome.trusted)).toEqual(Object.fromEntries(expected));
  });

  it('asks for nothing again that it has and that is still listed [R4 R8]', () => {
    const { trusted } = verify(world, world.provisioned());
    world.requests = [];
    const again = verify(world, trusted);
    succeeded(again.result);
    expect(world.requests).toEqual(repositories.flatMap((name) => [`${name}/2.root.json`, `${name}/timestamp.json`]));
    expect(trustedFiles(again.trusted)).toEqual(trustedFiles(trusted));
  });

  it('follows release after release [R5 R9]', () => {
    let trusted: TrustedMetadata = world.provisioned();
    for (const release of [3, 4, 5]) {
      world.release(release);
      const outcome = verify(world, trusted);
      expect([...succeeded(outcome.result).director.targets.keys()]).toContain(imageName(serial, release));
      trusted = outcome.trusted;
    }
    expect(trustedVersions(trusted)['director/targets']).toBe(5);
  });

  it('accepts more signatures than are needed, of keys it does not know [Z5]', () => {
    reissue(world, 'director', { keys: { targets: [attacker, ...world.keys.director.targets] } });
    succeeded(verify(world, world.provisioned()).result);
  });

  it('accepts one bad signature where the threshold is met without it [Z5]', () => {
    const third = keyNamed('third');
    rotateRoot(world, 'director', {
      keys: { targets: [...world.keys.director.targets, third] },
      change: (signed) => {
        (signed.roles as { targets: { threshold: number } }).targets.threshold = 2;
      },
    });
    reissue(world, 'director', { keys: { targets: [impostor(third), ...world.keys.director.targets.slice(0, 2)] } });
    succeeded(verify(world, world.provisioned()).result);
    reissue(world, 'director', { keys: { targets: [impostor(third), keyOf(world, 'director', 'targets')] } });
    expect(verify(world, world.provisioned()).result).toMatchObject({ fault: { code: 'bad-signature', clause: 'V3' } });
  });

  it('accepts nothing before it was told the time [K2]', () => {
    expect(verify(world, world.provisioned(), null).result).toMatchObject({ fault: { code: 'expired', clause: 'S6' } });
  });
});

interface Row {
  readonly title: string;
  readonly attack: (repository: RepositoryName) => void;
  readonly code: RemoteFaultCode;
  readonly clause: string;
  readonly names?: Attack | undefined;
  /** The time at which the ECU looks. */
  readonly at?: number;
}

const titled = (rows: readonly Row[]): [string, Row][] => rows.map((row) => [row.title, row]);

const hour = 3600;
const past = formatUtc(begin - 1);
const old: Record<string, Uint8Array> = {};
/** Keeps what is served now, then releases something newer and lets the ECU trust it. */
function keepOld(): void {
  for (const repository of repositories) {
    for (const name of ['timestamp.json', '2.snapshot.json', '2.targets.json']) {
      old[`${repository}/${name}`] = file(`${repository}/${name}`);
    }
  }
}
const kept = (name: string): Uint8Array => old[name] ?? expect.fail(`${name} was not kept`);

const timestampRows: readonly Row[] = [
  {
    title: 'a timestamp longer than its cap [T1]',
    attack: (r) => world.serve(`${r}/timestamp.json`, padded(file(`${r}/timestamp.json`), timestampBytesMax + 1)),
    code: 'oversized',
    clause: 'T1',
    names: 'endless-data',
  },
  {
    title: 'no timestamp [T1]',
    attack: (r) => world.withhold(`${r}/timestamp.json`),
    code: 'missing-file',
    clause: 'T1',
  },
  {
    title: 'a timestamp that is no JSON [T1]',
    attack: (r) => world.serve(`${r}/timestamp.json`, utf8('<html>')),
    code: 'malformed',
    clause: 'T1',
    names: 'arbitrary-installation',
  },
  {
    title: 'another role in the place of the timestamp [T1]',
    attack: (r) => world.serve(`${r}/timestamp.json`, file(`${r}/3.snapshot.json`)),
    code: 'wrong-role',
    clause: 'T1',
    names: 'arbitrary-installation',
  },
  {
    title: 'a timestamp signed by a key that is not its role’s [T2]',
    attack: (r) => reissue(world, r, { keys: { timestamp: [attacker] } }),
    code: 'threshold-unmet',
    clause: 'T2',
    names: 'arbitrary-installation',
  },
  {
    title: 'a timestamp signed by another role’s key [T2]',
    attack: (r) => reissue(world, r, { keys: { timestamp: world.keys[r].snapshot } }),
    code: 'threshold-unmet',
    clause: 'T2',
    names: 'arbitrary-installation',
  },
  {
    title: 'a timestamp signed by the other repository’s key [T2]',
    attack: (r) => reissue(world, r, { keys: world.keys[r === 'image' ? 'director' : 'image'] }),
    code: 'threshold-unmet',
    clause: 'T2',
    names: 'arbitrary-installation',
  },
  {
    title: 'a timestamp with a signature in its key’s name [T2]',
    attack: (r) => reissue(world, r, { keys: { timestamp: [impostor(keyOf(world, r, 'timestamp'))] } }),
    code: 'bad-signature',
    clause: 'T2',
    names: 'arbitrary-installation',
  },
  {
    title: 'a timestamp changed after it was signed [T2]',
    attack: (r) =>
      world.serve(
        `${r}/timestamp.json`,
        tamper(file(`${r}/timestamp.json`), (signed) => {
          signed.expires = formatUtc(begin + 1000 * hour);
        }),
      ),
    code: 'bad-signature',
    clause: 'T2',
    names: 'arbitrary-installation',
  },
  {
    title: 'an unsigned timestamp [T2]',
    attack: (r) => world.serve(`${r}/timestamp.json`, withSignatures(file(`${r}/timestamp.json`), [])),
    code: 'threshold-unmet',
    clause: 'T2',
    names: 'arbitrary-installation',
  },
  {
    title: 'an older timestamp [T3]',
    attack: (r) => world.serve(`${r}/timestamp.json`, kept(`${r}/timestamp.json`)),
    code: 'rollback',
    clause: 'T3',
    names: 'rollback',
  },
  {
    title: 'an expired timestamp [T4]',
    attack: (r) => reissue(world, r, { timestamp: (signed) => Object.assign(signed, { expires: past }) }),
    code: 'expired',
    clause: 'T4',
    names: 'indefinite-freeze',
  },
  {
    title: 'a timestamp in the very second of its expiry [T4]',
    attack: (r) => reissue(world, r, { timestamp: (signed) => Object.assign(signed, { expires: formatUtc(begin) }) }),
    code: 'expired',
    clause: 'T4',
    names: 'indefinite-freeze',
  },
];

const snapshotRows: readonly Row[] = [
  {
    title: 'a snapshot longer than the timestamp says [U1]',
    attack: (r) => {
      reissue(world, r, {});
      world.serve(
        `${r}/4.snapshot.json`,
        padded(file(`${r}/4.snapshot.json`), file(`${r}/4.snapshot.json`).length + 1),
      );
    },
    code: 'oversized',
    clause: 'U1',
    names: 'endless-data',
  },
  {
    title: 'a snapshot longer than the cap, where the timestamp states no length [U1]',
    attack: (r) => {
      reissue(world, r, { timestamp: (signed) => delete signed.meta['snapshot.json']?.length });
      world.serve(`${r}/4.snapshot.json`, padded(file(`${r}/4.snapshot.json`), snapshotBytesMax + 1));
    },
    code: 'oversized',
    clause: 'U1',
    names: 'endless-data',
  },
  {
    title: 'a snapshot longer than the cap, whatever length the timestamp states [U1]',
    attack: (r) => {
      reissue(world, r, {
        timestamp: (signed) => Object.assign(signed.meta['snapshot.json'] ?? {}, { length: 2 * snapshotBytesMax }),
      });
      world.serve(`${r}/4.snapshot.json`, padded(file(`${r}/4.snapshot.json`), snapshotBytesMax + 1));
    },
    code: 'oversized',
    clause: 'U1',
    names: 'endless-data',
  },
  {
    title: 'no snapshot [U1]',
    attack: (r) => {
      reissue(world, r, {});
      world.withhold(`${r}/4.snapshot.json`);
    },
    code: 'missing-file',
    clause: 'U1',
  },
  {
    title: 'an older snapshot beside a new timestamp [U2]',
    attack: (r) => {
      reissue(world, r, {});
      world.serve(`${r}/4.snapshot.json`, kept(`${r}/2.snapshot.json`));
    },
    code: 'hash-mismatch',
    clause: 'U2',
    names: 'mix-and-match',
  },
  {
    title: 'a snapshot with one bit flipped [U2]',
    attack: (r) => {
      reissue(world, r, {});
      const bytes = file(`${r}/4.snapshot.json`);
      const digit = new TextDecoder().decode(bytes).indexOf('"sig":"') + 7;
      world.serve(`${r}/4.snapshot.json`, flipped(bytes, digit * 8));
    },
    code: 'hash-mismatch',
    clause: 'U2',
    names: 'mix-and-match',
  },
  {
    title: 'a snapshot of another version than the timestamp lists [U2]',
    attack: (r) =>
      reissue(world, r, { timestamp: (signed) => Object.assign(signed.meta['snapshot.json'] ?? {}, { version: 9 }) }),
    code: 'wrong-version',
    clause: 'U2',
    names: 'mix-and-match',
  },
  {
    title: 'a snapshot signed by a key that is not its role’s, with the timestamp’s key stolen [U3]',
    attack: (r) => reissue(world, r, { keys: { snapshot: [attacker] } }),
    code: 'threshold-unmet',
    clause: 'U3',
    names: 'arbitrary-installation',
  },
  {
    title: 'a snapshot with a signature in its key’s name [U3]',
    attack: (r) => reissue(world, r, { keys: { snapshot: [impostor(keyOf(world, r, 'snapshot'))] } }),
    code: 'bad-signature',
    clause: 'U3',
    names: 'arbitrary-installation',
  },
  {
    title: 'a newer timestamp that lists an older snapshot [U4]',
    attack: (r) => reissue(world, r, { snapshot: (signed) => Object.assign(signed, { version: 2 }) }),
    code: 'rollback',
    clause: 'U4',
    names: 'rollback',
  },
  {
    title: 'a snapshot that lists older targets [U5]',
    attack: (r) => reissue(world, r, { targets: (signed) => Object.assign(signed, { version: 2 }) }),
    code: 'rollback',
    clause: 'U5',
    names: 'rollback',
  },
  {
    title: 'a snapshot that lists a file no longer [U6]',
    attack: (r) => reissue(world, r, { snapshot: (signed) => delete signed.meta['targets.json'] }),
    code: 'rollback',
    clause: 'U6',
    names: 'rollback',
  },
  {
    title: 'an expired snapshot [U7]',
    attack: (r) => reissue(world, r, { snapshot: (signed) => Object.assign(signed, { expires: past }) }),
    code: 'expired',
    clause: 'U7',
    names: 'indefinite-freeze',
  },
  {
    title: 'a stored snapshot that expired, under ever new timestamps [U7 R4 R8]',
    attack: () => {
      for (const r of repositories) {
        const later = formatUtc(begin + 300 * 24 * hour);
        const change = (signed: { version: number; expires: string }) => {
          signed.version += 1;
          signed.expires = later;
        };
        world.serve(`${r}/timestamp.json`, resign(file(`${r}/timestamp.json`), change, world.keys[r].timestamp));
      }
    },
    at: begin + 8 * 24 * hour,
    code: 'expired',
    clause: 'U7',
    names: 'indefinite-freeze',
  },
];

const targetsRows: readonly Row[] = [
  {
    title: 'targets longer than the snapshot says [V1]',
    attack: (r) => {
      reissue(world, r, {});
      world.serve(`${r}/4.targets.json`, padded(file(`${r}/4.targets.json`), file(`${r}/4.targets.json`).length + 1));
    },
    code: 'oversized',
    clause: 'V1',
    names: 'endless-data',
  },
  {
    title: 'no targets [V1]',
    attack: (r) => {
      reissue(world, r, {});
      world.withhold(`${r}/4.targets.json`);
    },
    code: 'missing-file',
    clause: 'V1',
  },
  {
    title: 'a snapshot that never listed targets [V1]',
    attack: (r) => {
      const keys = { snapshot: [keyNamed('fresh')] };
      rotateRoot(world, r, { keys });
      reissue(world, r, { snapshot: (signed) => delete signed.meta['targets.json'] });
    },
    code: 'missing-file',
    clause: 'V1',
  },
  {
    title: 'older targets beside a new snapshot [V2]',
    attack: (r) => {
      reissue(world, r, { snapshot: (signed) => delete signed.meta['targets.json']?.hashes });
      world.serve(`${r}/4.targets.json`, kept(`${r}/2.targets.json`));
    },
    code: 'wrong-version',
    clause: 'V2',
    names: 'mix-and-match',
  },
  {
    title: 'other targets of the listed version [V2]',
    attack: (r) => {
      reissue(world, r, {});
      const genuine = file(`${r}/4.targets.json`);
      world.serve(
        `${r}/4.targets.json`,
        tamper(genuine, (signed) => Object.assign(signed, { expires: past })),
      );
    },
    code: 'hash-mismatch',
    clause: 'V2',
    names: 'mix-and-match',
  },
  {
    title: 'targets signed by a key that is not their role’s [V3]',
    attack: (r) => reissue(world, r, { keys: { targets: [attacker, impostor(attacker)].slice(0, 1) } }),
    code: 'threshold-unmet',
    clause: 'V3',
    names: 'arbitrary-installation',
  },
  {
    title: 'targets signed by one key where two are needed [V3]',
    attack: (r) => reissue(world, r, { keys: { targets: [keyOf(world, r, 'targets')] } }),
    code: 'threshold-unmet',
    clause: 'V3',
    names: 'arbitrary-installation',
  },
  {
    title: 'targets signed by one key in two keys’ names [V3]',
    attack: (r) => {
      const one = keyOf(world, r, 'targets');
      const two = { ...one, keyId: keyOf(world, r, 'targets', 1).keyId };
      reissue(world, r, { keys: { targets: [one, two] } });
    },
    code: 'bad-signature',
    clause: 'V3',
    names: 'arbitrary-installation',
  },
  {
    title: 'one signature listed twice [V3]',
    attack: (r) => {
      const one = keyOf(world, r, 'targets');
      reissue(world, r, { keys: { targets: [one, one] } });
    },
    code: 'malformed',
    clause: 'V1',
    names: 'arbitrary-installation',
  },
  {
    title: 'older targets after the snapshot’s key was rotated [V4]',
    attack: (r) => {
      rotateRoot(world, r, { keys: { snapshot: [keyNamed('fresh')] } });
      reissue(world, r, { targets: (signed) => Object.assign(signed, { version: 2 }) });
    },
    code: 'rollback',
    clause: 'V4',
    names: 'rollback',
  },
  {
    title: 'expired targets [V5]',
    attack: (r) => reissue(world, r, { targets: (signed) => Object.assign(signed, { expires: past }) }),
    code: 'expired',
    clause: 'V5',
    names: 'indefinite-freeze',
  },
  {
    title: 'stored targets that expired, under ever new snapshots [V5 R4 R8]',
    attack: () => {
      for (const r of repositories) {
        const later = (signed: { expires: string }) => Object.assign(signed, { expires: formatUtc(begin + 1e7) });
        const targets = file(`${r}/3.targets.json`);
        reissue(world, r, {
          timestamp: later,
          snapshot: (signed) => {
            later(signed);
            const hashes = { sha256: hashHex('sha256', targets) };
            Object.assign(signed.meta, { 'targets.json': { version: 3, length: targets.length, hashes } });
          },
        });
        world.serve(`${r}/3.targets.json`, targets);
      }
    },
    at: begin + 31 * 24 * hour,
    code: 'expired',
    clause: 'V5',
    names: 'indefinite-freeze',
  },
];

const directorRows: readonly Row[] = [
  {
    title: 'Director Targets longer than their cap, whatever the snapshot says [V1]',
    attack: () => {
      const long = (signed: { custom: object }) =>
        Object.assign(signed.custom, { filler: 'x'.repeat(directorTargetsBytesMax) });
      reissue(world, 'director', { targets: long });
    },
    code: 'oversized',
    clause: 'V1',
    names: 'endless-data',
  },
  {
    title: 'Director Targets made for another vehicle [D3]',
    attack: () => reissue(world, 'director', { targets: (signed) => Object.assign(signed.custom, { vin: 'OTHER' }) }),
    code: 'wrong-vehicle',
    clause: 'D3',
    names: 'cross-vehicle-replay',
  },
  {
    title: 'Director Targets made for another vehicle with ECUs of its own [D3 V8]',
    attack: () =>
      reissue(world, 'director', {
        targets: (signed) => {
          signed.custom.vin = 'OTHER';
          entry(signed.targets, 'full-1').custom.ecuIdentifiers.stranger = { hardwareId: 'hw' };
        },
      }),
    code: 'wrong-vehicle',
    clause: 'D3',
    names: 'cross-vehicle-replay',
  },
  {
    title: 'Director Targets without images or vehicle [D3]',
    attack: () =>
      reissue(world, 'director', {
        targets: (signed) => {
          signed.targets = {};
          delete signed.custom.vin;
        },
      }),
    code: 'wrong-vehicle',
    clause: 'D3',
    names: 'cross-vehicle-replay',
  },
  {
    title: 'Director Targets that delegate [V6]',
    attack: () =>
      reissue(world, 'director', {
        targets: (signed) => Object.assign(signed, { delegations: { keys: {}, roles: [] } }),
      }),
    code: 'director-delegates',
    clause: 'V6',
    names: 'director-delegation',
  },
  {
    title: 'an ECU that is named twice [V7]',
    attack: () =>
      reissue(world, 'director', {
        targets: (signed) => {
          const twice = entry(signed.targets, 'primary-0').custom.ecuIdentifiers;
          twice['full-1'] = { hardwareId: hardwareOf('full-1') };
        },
      }),
    code: 'duplicate-ecu',
    clause: 'V7',
    names: 'duplicate-ecu',
  },
];

/** What only R10 finds: every role of both repositories is signed, fresh and consistent. Of the image of full-1. */
const matchRows: readonly Row[] = [
  {
    title: 'an image that the Image repository does not list [R10.1]',
    attack: () => reissue(world, 'image', { targets: (signed) => delete signed.targets[imageName('full-1', 3)] }),
    code: 'target-missing',
    clause: 'R10.1',
    names: 'arbitrary-installation',
  },
  {
    title: 'an image that the Image repository lists under another name [R10.1]',
    attack: () =>
      reissue(world, 'director', {
        targets: (signed) => {
          signed.targets['full-1/evil.bin'] = entry(signed.targets, 'full-1');
          delete signed.targets[imageName('full-1', 3)];
        },
      }),
    code: 'target-missing',
    clause: 'R10.1',
    names: 'arbitrary-installation',
  },
  ...repositories.flatMap((r): Row[] => [
    {
      title: `another length in the ${r} repository [R10.2]`,
      attack: () =>
        reissue(world, r, {
          targets: (signed) => Object.assign(entry(signed.targets, 'full-1'), { length: 1002 }),
        }),
      code: 'repositories-disagree',
      clause: 'R10.2',
      names: 'arbitrary-installation',
    },
    ...['sha256', 'sha512'].map(
      (name): Row => ({
        title: `another ${name} in the ${r} repository [R10.2]`,
        attack: () =>
          reissue(world, r, {
            targets: (signed) => {
              const { hashes } = entry(signed.targets, 'full-1');
              hashes[name] = `${hashes[name]?.startsWith('0') ? '1' : '0'}${hashes[name]?.slice(1)}`;
            },
          }),
        code: 'repositories-disagree',
        clause: 'R10.2',
        names: 'arbitrary-installation',
      }),
    ),
    {
      title: `a hash that the ${r} repository leaves out [R10.2]`,
      attack: () => reissue(world, r, { targets: (signed) => delete entry(signed.targets, 'full-1').hashes.sha512 }),
      code: 'repositories-disagree',
      clause: 'R10.2',
      names: 'arbitrary-installation',
    },
    {
      title: `other hardware in the ${r} repository [R10.3 D5]`,
      attack: () =>
        reissue(world, r, {
          targets: (signed) =>
            Object.assign(entry(signed.targets, 'full-1').custom.mustMatch, { hardwareIds: ['other'] }),
        }),
      code: 'repositories-disagree',
      clause: 'R10.3',
      names: 'wrong-software',
    },
    {
      title: `more hardware in the ${r} repository [R10.3 D5]`,
      attack: () =>
        reissue(world, r, {
          targets: (signed) => entry(signed.targets, 'full-1').custom.mustMatch.hardwareIds.push('other'),
        }),
      code: 'repositories-disagree',
      clause: 'R10.3',
      names: 'wrong-software',
    },
    {
      title: `another release counter in the ${r} repository [R10.3 D4]`,
      attack: () =>
        reissue(world, r, {
          targets: (signed) => Object.assign(entry(signed.targets, 'full-1').custom.mustMatch, { releaseCounter: 4 }),
        }),
      code: 'repositories-disagree',
      clause: 'R10.3',
      names: 'rollback',
    },
    {
      title: `something to match in the ${r} repository that cannot be compared [D6 R10.3]`,
      attack: () =>
        reissue(world, r, {
          targets: (signed) => Object.assign(entry(signed.targets, 'full-1').custom.mustMatch, { region: 'EU' }),
        }),
      code: 'malformed',
      clause: 'V1',
      names: 'arbitrary-installation',
    },
  ]),
  {
    title: 'an image that both repositories call genuine, older than the one before [R10.4]',
    attack: () =>
      reissue(world, 'director', {
        targets: (signed) => {
          const genuine = draftOf(file('image/3.targets.json'));
          const older = entry(genuine.targets, 'full-1', 2);
          older.custom.ecuIdentifiers = { 'full-1': { hardwareId: hardwareOf('full-1') } };
          delete signed.targets[imageName('full-1', 3)];
          signed.targets[imageName('full-1', 2)] = older;
        },
      }),
    code: 'rollback',
    clause: 'R10.4',
    names: 'rollback',
  },
];

/** Attacks, checks the verdict and what stays trusted, then heals and checks that the next cycle succeeds. P12 */
function refuses({ verify, serial }: (typeof fullEcus)[number], row: Row, repository: RepositoryName): void {
  keepOld();
  world.release(3);
  const { trusted } = verify(world, world.provisioned());
  row.attack(repository);
  const outcome = verify(world, trusted, row.at);
  expect(outcome.result).toMatchObject({ ok: false, fault: { code: row.code, clause: row.clause } });
  expect(!outcome.result.ok && outcome.result.fault.attack).toBe(row.names);

  const { timestamp: _t, snapshot: _s, root: _r, ...rest } = outcome.trusted.director;
  expect(rest.targets).toBe(trusted.director.targets);
  expect(outcome.trusted.image?.targets).toBe(trusted.image?.targets);
  for (const name of repositories) {
    for (const role of ['timestamp', 'snapshot'] as const) {
      const stays = outcome.trusted[name]?.[role];
      if (stays === undefined) expect(outcome.trusted[name]?.root).not.toBe(trusted[name]?.root);
      else expect(stays).toBe(trusted[name]?.[role]);
    }
  }

  if (outcome.trusted[repository]?.root !== trusted[repository]?.root) return;
  world.heal();
  world.release(4);
  const healed = verify(world, outcome.trusted);
  expect([...succeeded(healed.result).director.targets.keys()]).toContain(imageName(serial, 4));
}

describe.each(fullEcus)('$name discards, and recovers from', (ecu) => {
  describe.each(repositories)('the %s repository’s', (repository) => {
    it.each(titled([...timestampRows, ...snapshotRows, ...targetsRows]))('%s', (_, row) =>
      refuses(ecu, row, repository),
    );
  });
  it.each(titled(directorRows))('%s', (_, row) => refuses(ecu, row, 'director'));
});

describe('a full Secondary discards, and recovers from', () => {
  it.each(titled(matchRows))('%s', (_, row) => refuses(fullSecondary, row, 'director'));
});

describe('the Primary discards, and recovers from', () => {
  it.each(titled(matchRows))('%s', (_, row) => refuses(primary, row, 'director'));

  it('an ECU that is not in the vehicle [V8]', () => {
    const stranger: Row = {
      title: '',
      attack: () =>
        reissue(world, 'director', {
          targets: (signed) =>
            Object.assign(entry(signed.targets, 'full-1').custom.ecuIdentifiers, { stranger: { hardwareId: 'hw' } }),
        }),
      code: 'unknown-ecu',
      clause: 'V8',
      names: 'unknown-ecu',
    };
    refuses(primary, stranger, 'director');
  });
});

describe('a full Secondary', () => {
  it('does not judge ECUs that it cannot know [V8]', () => {
    reissue(world, 'director', {
      targets: (signed) => {
        entry(signed.targets, 'primary-0', 2).custom.ecuIdentifiers.stranger = { hardwareId: 'hw' };
      },
    });
    succeeded(fullSecondary.verify(world, world.provisioned()).result);
  });

  it('matches its own image only, the Primary every image [R10]', () => {
    reissue(world, 'image', { targets: (signed) => delete signed.targets[imageName('partial-2', 2)] });
    succeeded(fullSecondary.verify(world, world.provisioned()).result);
    expect(primary.verify(world, world.provisioned()).result).toMatchObject({ fault: { clause: 'R10.1' } });
  });
});

describe('trusted metadata after a failure', () => {
  it('keeps nothing of a Director that verified where the Image repository did not [R10]', () => {
    const { trusted } = primary.verify(world, world.provisioned());
    world.release(3);
    world.withhold('image/timestamp.json');
    const outcome = primary.verify(world, trusted);
    expect(outcome.result).toMatchObject({
      fault: { code: 'missing-file', repository: 'image', file: 'timestamp.json' },
    });
    expect(trustedFiles(outcome.trusted)).toEqual(trustedFiles(trusted));
    world.heal();
    expect(trustedVersions(primary.verify(world, outcome.trusted).trusted)['director/targets']).toBe(3);
  });

  it('is not thrown away by a blocked mix-and-match, which would freeze the vehicle for good [U2]', () => {
    const { trusted } = primary.verify(world, world.provisioned());
    keepOld();
    world.release(3);
    world.serve('director/3.snapshot.json', kept('director/2.snapshot.json'));
    const outcome = primary.verify(world, trusted);
    expect(outcome.result).toMatchObject({ fault: { clause: 'U2', attack: 'mix-and-match' } });
    expect(outcome.trusted.director.snapshot).toBe(trusted.director.snapshot);
    world.heal();
    succeeded(primary.verify(world, outcome.trusted).result);
  });
});

describe('a fault', () => {
  it('of a snapshot that the timestamp already gives away is found before a download [U4]', () => {
    const { trusted } = primary.verify(world, world.provisioned());
    reissue(world, 'director', { snapshot: (signed) => Object.assign(signed, { version: 1 }) });
    world.requests = [];
    expect(primary.verify(world, trusted).result).toMatchObject({ fault: { clause: 'U4', file: 'timestamp.json' } });
    expect(world.requests).toEqual(['director/2.root.json', 'director/timestamp.json']);
  });

  it('says in which repository and file it was found, for a person to read [R11]', () => {
    reissue(world, 'image', { snapshot: (signed) => Object.assign(signed, { expires: past }) });
    expect(primary.verify(world, world.provisioned()).result).toEqual({
      ok: false,
      fault: {
        kind: 'remote',
        code: 'expired',
        clause: 'U7',
        message: 'expired 2025-12-31T23:59:59Z, it is 2026-01-01T00:00:00Z',
        attack: 'indefinite-freeze',
        repository: 'image',
        file: 'snapshot.json',
      },
    });
  });

  it('counts what is missing and what is bad [V3]', () => {
    reissue(world, 'director', { keys: { targets: [keyOf(world, 'director', 'targets')] } });
    const one = signaturesOf(file('director/3.targets.json'));
    expect(one).toHaveLength(1);
    expect(primary.verify(world, world.provisioned()).result).toMatchObject({
      fault: { message: '1 of 2 needed signatures are valid' },
    });
  });
});

it('the world is as the tests take it to be', () => {
  expect(serials).toHaveLength(3);
  expect(draftOf(file('director/2.targets.json')).custom.vin).toBe(vin);
  expect(signatures.verify(new Uint8Array(32), new Uint8Array(), new Uint8Array(64))).toBe(false);
});

// Full verification, R, on the Primary and on a full Secondary: its order, what it asks for, and what it keeps. The attacks on single
// files stand in timestampAndSnapshot.test.ts, targets.test.ts and match.test.ts.
import { beforeEach, describe, expect, it } from 'vitest';
import { formatUtc } from '../../../src/core/utc.ts';
import { aktualizrProfile, uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { verifyFull } from '../../../src/uptane/verification/full.ts';
import { type MetadataRequest, runProcedure } from '../../../src/uptane/verification/procedure.ts';
import { type TrustedMetadata, trustedFiles, trustedVersions } from '../../../src/uptane/verification/trusted.ts';
import { attacker, draftOf, impostor, keyOf, reissue, rotateRoot } from '../support/attacks.ts';
import { faultOf, refusal } from '../support/expected.ts';
import {
  begin,
  fullSecondary,
  hardwareOf,
  imageName,
  keyNamed,
  primary,
  serials,
  signatures,
  succeeded,
  vin,
  World,
} from '../support/fixtures.ts';
import { repositories } from '../support/refusal.ts';

let world: World;
beforeEach(() => {
  world = new World();
  world.release(2);
});

const file = (name: string): Uint8Array => world.file(name) ?? expect.fail(`${name} is not served`);
const past = formatUtc(begin - 1);

describe.each([primary, fullSecondary])('$name, nominally', ({ verify, serial }) => {
  it('goes from the factory roots to the latest of every role, in the order of R [L2 R2 R3 R4 R5 R6b R7 R8 R9]', () => {
    world.requests = [];
    const outcome = verify(world, world.provisioned());
    expect(succeeded(outcome.result).director.targets.get(imageName(serial, 2))?.ecus.get(serial)).toEqual({
      hardwareId: hardwareOf(serial),
    });
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
    expect(outcome.notices).toEqual([]);
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

  it('accepts nothing before it was told the time [K2 R1]', () => {
    expect(verify(world, world.provisioned(), null).result).toEqual(
      refusal(
        faultOf(
          'director',
          'root',
          'expired',
          'S6',
          'no attested time to judge the expiry by',
          'indefinite-freeze',
          '1.root.json',
        ),
      ),
    );
  });
});

describe('signatures beyond those that are needed', () => {
  it('of keys nobody knows do no harm [Z5]', () => {
    reissue(world, 'director', { keys: { targets: [attacker, ...world.keys.director.targets] } });
    succeeded(primary.verify(world, world.provisioned()).result);
  });

  it('do no harm where one is bad and the threshold is met without it [Z5]', () => {
    const third = keyNamed('third');
    rotateRoot(world, 'director', {
      keys: { targets: [...world.keys.director.targets, third] },
      change: (signed) => {
        (signed.roles as { targets: { threshold: number } }).targets.threshold = 2;
      },
    });
    reissue(world, 'director', { keys: { targets: [impostor(third), ...world.keys.director.targets.slice(0, 2)] } });
    succeeded(primary.verify(world, world.provisioned()).result);
    reissue(world, 'director', { keys: { targets: [impostor(third), keyOf(world, 'director', 'targets')] } });
    expect(primary.verify(world, world.provisioned()).result).toMatchObject({
      fault: { code: 'bad-signature', clause: 'V3', message: '1 of 2 needed signatures are valid, 1 are bad' },
    });
  });
});

/** Every request of a verification by the Primary, and its outcome. */
function observed(trusted: TrustedMetadata, profile = uptaneProfile) {
  const requests: MetadataRequest[] = [];
  const ecu = { signatures, profile, now: begin, vin, vehicleEcus: new Set(serials) };
  const start = { director: trusted.director, image: trusted.image ?? expect.fail() };
  const procedure = verifyFull(ecu, start, () => true);
  const outcome = runProcedure(procedure, (request) => {
    requests.push(request);
    return world.answer(request);
  });
  return { requests, outcome };
}

it('asks for each file with its cap: fixed, or as the Timestamp and the Snapshot state it [S2 T1 U1 V1]', () => {
  const { requests } = observed(world.provisioned());
  const length = (name: string) => file(name).length;
  expect(requests).toEqual(
    repositories.flatMap((repository) => [
      { repository, role: 'root', version: 2, bytesMax: 65_536 },
      { repository, role: 'timestamp', version: undefined, bytesMax: 16_384 },
      { repository, role: 'snapshot', version: 2, bytesMax: length(`${repository}/2.snapshot.json`) },
      { repository, role: 'targets', version: 2, bytesMax: length(`${repository}/2.targets.json`) },
    ]),
  );
});

it('asks with fixed caps where nobody states a length [U1 V1]', () => {
  for (const repository of repositories) {
    reissue(world, repository, {
      snapshot: (signed) => delete signed.meta['targets.json']?.length,
      timestamp: (signed) => delete signed.meta['snapshot.json']?.length,
    });
  }
  const caps = observed(world.provisioned()).requests.map(({ bytesMax }) => bytesMax);
  expect(caps).toEqual([65_536, 16_384, 65_536, 524_288, 65_536, 16_384, 65_536, 8_388_608]);
});

describe('trusted metadata after a failure', () => {
  it('holds nothing of a Director that verified where the Image repository did not [R7]', () => {
    const { trusted } = primary.verify(world, world.provisioned());
    world.release(3);
    world.withhold('image/timestamp.json');
    const outcome = primary.verify(world, trusted);
    expect(outcome.result).toEqual(
      refusal(faultOf('image', 'timestamp', 'missing-file', 'T1', 'the file is missing', 'drop-request')),
    );
    expect(trustedFiles(outcome.trusted)).toEqual(trustedFiles(trusted));
    world.heal();
    expect(trustedVersions(primary.verify(world, outcome.trusted).trusted)['director/targets']).toBe(3);
  });

  it('is not thrown away by a blocked mix-and-match, which would freeze the vehicle for good [U2]', () => {
    const { trusted } = primary.verify(world, world.provisioned());
    const old = file('director/2.snapshot.json');
    world.release(3);
    world.serve('director/3.snapshot.json', old);
    const outcome = primary.verify(world, trusted);
    expect(outcome.result).toMatchObject({ fault: { clause: 'U2', attack: 'mix-and-match' } });
    expect(outcome.trusted.director.snapshot).toBe(trusted.director.snapshot);
    world.heal();
    succeeded(primary.verify(world, outcome.trusted).result);
  });

  it('holds new roots of both repositories, whatever failed after them [S5 R6b]', () => {
    for (const repository of repositories) rotateRoot(world, repository);
    world.withhold('image/timestamp.json');
    const { trusted } = primary.verify(world, world.provisioned());
    expect(trustedVersions(trusted)).toEqual({ 'director/root': 2, 'image/root': 2 });
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

  it('ends the procedure: nothing is asked for after it [R11]', () => {
    reissue(world, 'director', { snapshot: (signed) => Object.assign(signed, { expires: past }) });
    world.requests = [];
    expect(primary.verify(world, world.provisioned()).result).toEqual(
      refusal(
        faultOf(
          'director',
          'snapshot',
          'expired',
          'U7',
          'expired 2025-12-31T23:59:59Z, it is 2026-01-01T00:00:00Z',
          'indefinite-freeze',
        ),
      ),
    );
    expect(world.requests).toEqual(['director/2.root.json', 'director/timestamp.json', 'director/3.snapshot.json']);
  });
});

it('takes from the Director no Timestamp and no Snapshot in the form of aktualizr, and versions no names', () => {
  const { requests } = observed(world.provisioned(), aktualizrProfile);
  expect(requests.slice(0, 2).map(({ role, version }) => [role, version])).toEqual([
    ['root', 2],
    ['targets', undefined],
  ]);
});

it('the world is as the tests take it to be', () => {
  expect(serials).toHaveLength(3);
  expect(draftOf(file('director/2.targets.json')).custom.vin).toBe(vin);
  expect(signatures.verify(new Uint8Array(32), new Uint8Array(), new Uint8Array(64))).toBe(false);
});

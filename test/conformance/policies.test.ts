// This project's choices where the standard leaves one: docs/clauses.md, Policies.
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { snapshotBytesMax } from '../../src/core/limits.ts';
import { Ecu } from '../../src/ecu/ecu.ts';
import { applies } from '../../src/uptane/checks/delegation.ts';
import { signersOf } from '../../src/uptane/checks/root.ts';
import { checkTargets } from '../../src/uptane/checks/targets.ts';
import { decodeMetadata } from '../../src/uptane/decode/metadata.ts';
import { jsonDepthMax } from '../../src/uptane/limits.ts';
import type { Delegation } from '../../src/uptane/model/metadata.ts';
import { aktualizrProfile, type Profile, uptaneProfile } from '../../src/uptane/model/profile.ts';
import { signMetadata } from '../../src/uptane/signing/sign.ts';
import { verifyFull } from '../../src/uptane/verification/full.ts';
import { verifyPartial } from '../../src/uptane/verification/partial.ts';
import { type EcuContext, type MetadataRequest, runProcedure } from '../../src/uptane/verification/procedure.ts';
import { Bench } from '../ecu/support/bench.ts';
import { attacker, draftOf, keyOf, reissue, resign, rotateRoot } from '../uptane/support/attacks.ts';
import { begin, fullSecondary, keyNamed, signatures, succeeded, vin, World } from '../uptane/support/fixtures.ts';

let world: World;
beforeEach(() => {
  world = new World();
  world.release(2);
});

const context = (changes: Partial<Profile> = {}): EcuContext => ({
  signatures,
  profile: { ...uptaneProfile, ...changes },
  now: begin,
  vin,
  vehicleEcus: undefined,
});
const fileOf = (name: string) => world.file(name) ?? expect.fail(name);

describe('the cap of a Snapshot', () => {
  const capAsked = () => {
    const requests: MetadataRequest[] = [];
    const procedure = verifyFull(context(), world.provisioned(), () => true);
    const { result } = runProcedure(procedure, (request) => {
      requests.push(request);
      return world.answer(request);
    });
    return { result, cap: requests.find(({ role }) => role === 'snapshot')?.bytesMax };
  };

  it('is the length that a Timestamp written here states [policy 2]', () => {
    const { length } = fileOf('director/2.snapshot.json');
    expect(draftOf(fileOf('director/timestamp.json')).meta['snapshot.json']).toMatchObject({ length });
    expect(capAsked()).toMatchObject({ result: { ok: true }, cap: length });
  });

  it('is 64 KiB where the Timestamp states none [policy 2]', () => {
    reissue(world, 'director', {
      timestamp: (signed) => {
        delete signed.meta['snapshot.json']?.length;
      },
    });
    expect(snapshotBytesMax).toBe(65_536);
    expect(capAsked()).toMatchObject({ result: { ok: true }, cap: 65_536 });
  });
});

it('a delegation that lists no hardware is for any, one that lists some for those only [policy 3]', () => {
  const role = { name: 'supplier', keyids: [attacker.keyId], threshold: 1 };
  const open: Delegation = {
    roles: [role],
    agreement: 1,
    paths: ['*'],
    pathHashPrefixes: undefined,
    terminating: false,
    hardwareIds: undefined,
  };
  const wanted = { filename: 'a.bin', hardwareIds: ['hw-1'] };
  expect(applies(uptaneProfile, open, wanted)).toBe(true);
  expect(applies(uptaneProfile, { ...open, hardwareIds: ['hw-2'] }, wanted)).toBe(false);
});

describe('Director Targets', () => {
  const judged = (signed: object, profile: Partial<Profile> = {}) => {
    const { director } = world.provisioned();
    const bytes = signMetadata(
      { ...draftOf(fileOf('director/2.targets.json')), ...signed },
      world.keys.director.targets,
    );
    const at = { repository: 'director', role: 'targets', file: 'targets.json' } as const;
    const signers = signersOf(director.root.body, 'targets');
    return checkTargets({ ...context(profile), ...at, signers, listed: undefined, trusted: undefined }, bytes);
  };

  it('that name another vehicle are a replay in every profile [policy 4]', () => {
    const fault = { code: 'wrong-vehicle', clause: 'D3', attack: 'cross-vehicle-replay' };
    for (const emptyTargetsNameVehicle of [true, false]) {
      expect(judged({ custom: { vin: 'ANOTHER' } }, { emptyTargetsNameVehicle })).toMatchObject({ fault });
    }
  });

  it('that name neither image nor vehicle are refused in the uptane profile only [policy 4]', () => {
    const nameless = { custom: undefined, targets: {} };
    expect(judged(nameless)).toMatchObject({ fault: { code: 'wrong-vehicle', clause: 'D3' } });
    const { emptyTargetsNameVehicle } = aktualizrProfile;
    expect(judged(nameless, { emptyTargetsNameVehicle })).toMatchObject({ ok: true });
  });
});

it('a partial Secondary follows a rotation of the Director’s Root as partial+root, and cannot as partial [policy 5 Z3]', () => {
  rotateRoot(world, 'director', { keys: { targets: [keyNamed('new targets')] } });
  reissue(world, 'director', {});
  const { director } = world.provisioned();
  const verified = (followsRoot: boolean) =>
    runProcedure(verifyPartial(context(), { director }, { followsRoot }), (request) => world.answer(request)).result;
  expect(verified(true)).toMatchObject({ ok: true });
  expect(verified(false)).toMatchObject({ fault: { clause: 'V3' } });
});

describe('a Targets file of the trusted version and other content', () => {
  const again = (profile: Partial<Profile>) => {
    const { trusted } = fullSecondary.verify(world, world.provisioned());
    const bytes = resign(
      fileOf('director/2.targets.json'),
      (signed) => {
        signed.expires = '2026-01-02T00:00:00Z';
      },
      world.keys.director.targets,
    );
    world.serve('director/targets.json', bytes);
    const start = { director: trusted.director };
    const outcome = runProcedure(verifyPartial(context(profile), start, { followsRoot: false }), (request) =>
      world.answer(request),
    );
    return { ...outcome, replaced: outcome.trusted.director.targets?.bytes === bytes };
  };

  it('is told of, and the trusted one kept, in the uptane profile [policy 6]', () => {
    const notices = [{ code: 'same-version-changed', clause: 'V4' }];
    expect(again({})).toMatchObject({ result: { ok: true }, notices, replaced: false });
  });

  it('is accepted in the aktualizr profile [policy 6]', () => {
    const { keepsUnchangedVersion } = aktualizrProfile;
    expect(again({ keepsUnchangedVersion })).toMatchObject({ result: { ok: true }, notices: [], replaced: true });
  });
});

it('time goes on by an ECU’s own clock, until a restart stops that [policy 7]', () => {
  const bench = new Bench();
  const boot = () => new Ecu(bench.ecu('full').ports);
  const ecu = boot();
  succeeded(ecu.acceptTime(bench.attest([ecu.timeToken]), 'Y3', [ecu.timeToken]));
  bench.pass(100_000);
  expect(ecu.now()).toBe(begin + 100);
  expect(boot().now()).toBe(begin);
});

describe('hashes in a Snapshot', () => {
  it('are listed where it is written here [policy 8]', () => {
    for (const repository of ['director', 'image'] as const) {
      const { hashes } = draftOf(fileOf(`${repository}/2.snapshot.json`)).meta['targets.json'] ?? expect.fail();
      expect(hashes).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    }
  });

  it('are checked where they are listed, and missed by nobody where they are not [policy 8]', () => {
    const verified = () => fullSecondary.verify(world, world.provisioned()).result;
    reissue(world, 'image', {
      snapshot: (signed) => {
        const listed = signed.meta['targets.json'] ?? expect.fail();
        listed.hashes = { sha256: '00'.repeat(32) };
      },
    });
    expect(verified()).toMatchObject({ fault: { code: 'hash-mismatch', clause: 'V2', repository: 'image' } });
    world.heal();
    reissue(world, 'image', {
      snapshot: (signed) => {
        delete signed.meta['targets.json']?.hashes;
      },
    });
    expect(verified()).toMatchObject({ ok: true });
  });
});

describe('a version', () => {
  const decoded = (version: unknown) => {
    const bytes = signMetadata({ ...draftOf(fileOf('director/2.targets.json')), version }, [
      keyOf(world, 'director', 'targets'),
    ]);
    return decodeMetadata({ profile: uptaneProfile, repository: 'director', role: 'targets' }, bytes);
  };

  it.each([1, Number.MAX_SAFE_INTEGER])('may be %d [policy 10]', (version) => {
    expect(succeeded(decoded(version)).body.version).toBe(version);
  });

  it.each([0, -1, 1.5, 2 ** 53, '1', null])('may not be %j [policy 10]', (version) => {
    expect(decoded(version)).toMatchObject({ fault: { code: 'malformed' } });
  });
});

describe('JSON that is well signed', () => {
  const genuine = () => new TextDecoder().decode(fileOf('director/2.targets.json'));
  const decoded = (text: string) =>
    decodeMetadata({ profile: uptaneProfile, repository: 'director', role: 'targets' }, utf8(text));
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it('is refused with a member twice, although either one alone would do [policy 13]', () => {
    succeeded(decoded(genuine()));
    expect(decoded(genuine().replace('"version":2', '"version":2,"version":2'))).toMatchObject({
      fault: { code: 'malformed' },
    });
  });

  it('is refused when nested deeper than the limit, and not before [policy 13]', () => {
    const within = (depth: number) => decoded(genuine().replace('"version":2', `"version":2,"x":${nested(depth)}`));
    succeeded(within(jsonDepthMax - 2));
    expect(within(jsonDepthMax)).toMatchObject({ fault: { code: 'malformed' } });
  });
});

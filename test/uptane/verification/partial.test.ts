// Partial verification, Q: the Director's Targets alone, under the root that the ECU was provisioned with, or one that it followed.
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import type { Attack, RemoteFault, RemoteFaultCode } from '../../../src/core/faults.ts';
import { directorTargetsBytesMax } from '../../../src/core/limits.ts';
import { formatUtc } from '../../../src/core/utc.ts';
import { checkTarget } from '../../../src/uptane/checks/image.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { verifyPartial } from '../../../src/uptane/verification/partial.ts';
import { type MetadataRequest, runProcedure } from '../../../src/uptane/verification/procedure.ts';
import { type TrustedMetadata, trustedVersions } from '../../../src/uptane/verification/trusted.ts';
import { attacker, impostor, keyOf, padded, reissue, rotateRoot, tamper, withSignatures } from '../support/attacks.ts';
import { faultOf, refusal, valued } from '../support/expected.ts';
import {
  begin,
  hardwareOf,
  imageName,
  keyNamed,
  partialSecondary,
  signatures,
  succeeded,
  type Verifier,
  vin,
  World,
} from '../support/fixtures.ts';

const name = 'director/targets.json';
let world: World;
beforeEach(() => {
  world = new World();
  world.release(2);
});

/** The mode `partial+root`. */
const followingRoot: Verifier = {
  name: 'a partial Secondary that follows the Director’s root',
  serial: 'partial-2',
  verify: (from, trusted, now = begin) => {
    const ecu = { signatures, profile: uptaneProfile, now: now ?? undefined, vin, vehicleEcus: undefined };
    return runProcedure(verifyPartial(ecu, trusted, { followsRoot: true }), (request) => from.answer(request));
  },
};

const { verify } = partialSecondary;
const provisioned = () => ({ director: world.provisioned().director });
const served = () => world.latest('director', 'targets').bytes;

describe.each([
  [partialSecondary, [name]],
  [followingRoot, ['director/2.root.json', name]],
] as const)('$name, nominally', ({ verify }, asked) => {
  it('asks for what it needs of the Director and nothing else [L1 Q2]', () => {
    world.requests = [];
    const outcome = verify(world, provisioned());
    expect(succeeded(outcome.result).director.targets.get(imageName('partial-2', 2))?.ecus.get('partial-2')).toEqual({
      hardwareId: hardwareOf('partial-2'),
    });
    expect(world.requests).toEqual(asked);
    expect(outcome.notices).toEqual([]);
    expect(trustedVersions(outcome.trusted)).toEqual({ 'director/root': 1, 'director/targets': 2 });
  });

  it('accepts the same Targets again, and newer ones [Q2]', () => {
    const { trusted } = verify(world, provisioned());
    const again = verify(world, trusted);
    succeeded(again.result);
    expect(again.trusted).toEqual(trusted);
    world.release(3);
    expect(succeeded(verify(world, trusted).result).director.version).toBe(3);
  });

  it('keeps the trusted Targets of two of one version, with a notice [policy 6]', () => {
    const { trusted } = verify(world, provisioned());
    reissue(world, 'director', { targets: (signed) => Object.assign(signed, { version: 2, note: 'x' }) });
    const outcome = verify(world, trusted);
    succeeded(outcome.result);
    expect(outcome.trusted).toEqual(trusted);
    expect(outcome.notices).toEqual([
      valued(
        faultOf('director', 'targets', 'same-version-changed', 'V4', 'version 2 is not what it was', 'mix-and-match'),
      ),
    ]);
  });
});

describe('a partial Secondary', () => {
  it('does not know which ECUs are in the vehicle [V8]', () => {
    reissue(world, 'director', {
      targets: (signed) =>
        Object.assign(signed.targets[imageName('full-1', 2)]?.custom.ecuIdentifiers ?? {}, {
          stranger: { hardwareId: 'hw' },
        }),
    });
    succeeded(verify(world, provisioned()).result);
  });

  it('believes a Director whose keys are stolen, image unknown to the Image repository: its price [Q2 Z3]', () => {
    reissue(world, 'director', {
      targets: (signed) => {
        const { custom } = signed.targets[imageName('partial-2', 2)] ?? expect.fail();
        signed.targets = { 'evil.bin': { length: 1, hashes: { sha256: 'ee'.repeat(32) }, custom } };
      },
    });
    expect(succeeded(verify(world, provisioned()).result).director.targets.has('evil.bin')).toBe(true);
  });
});

const fault = (code: RemoteFaultCode, clause: string, message: string, attack?: Attack) =>
  faultOf('director', 'targets', code, clause, message, attack);
const forged = 'arbitrary-installation';
const unmet = (signed: number) => fault('threshold-unmet', 'V3', `${signed} of 2 needed signatures are valid`, forged);
const bad = (signed: number, bad: number) =>
  fault('bad-signature', 'V3', `${signed} of 2 needed signatures are valid, ${bad} are bad`, forged);
const otherVehicle = fault('wrong-vehicle', 'D3', `it is for vehicle ${vin}2`, 'cross-vehicle-replay');

const rows: Readonly<Record<string, readonly [() => void, RemoteFault]>> = {
  'no Targets [V1]': [() => world.withhold(name), fault('missing-file', 'V1', 'the file is missing', 'drop-request')],
  'Targets that are no JSON [V1]': [
    () => world.serve(name, utf8('null')),
    fault('malformed', 'V1', 'file: an object is needed', forged),
  ],
  'another role [V1]': [
    () => world.serve(name, world.file('director/timestamp.json') ?? expect.fail()),
    fault('wrong-role', 'V1', 'signed._type is "timestamp", not "targets"', forged),
  ],
  'Targets longer than their cap [V1]': [
    () => world.serve(name, padded(served(), directorTargetsBytesMax + 1)),
    fault('oversized', 'V1', `longer than ${directorTargetsBytesMax} bytes`, 'endless-data'),
  ],
  'the Image repository’s Targets [V3]': [() => world.serve(name, world.latest('image', 'targets').bytes), unmet(0)],
  'unsigned Targets [V3]': [() => world.serve(name, withSignatures(served(), [])), unmet(0)],
  'Targets signed by the attacker’s keys [V3]': [
    () => reissue(world, 'director', { keys: { targets: [attacker] } }),
    unmet(0),
  ],
  'Targets signed in the keys’ names [V3]': [
    () => reissue(world, 'director', { keys: { targets: world.keys.director.targets.map(impostor) } }),
    bad(0, 2),
  ],
  'Targets signed by one key where two are needed [V3]': [
    () => reissue(world, 'director', { keys: { targets: [keyOf(world, 'director', 'targets', 1)] } }),
    unmet(1),
  ],
  'Targets changed after they were signed [V3]': [
    () =>
      world.serve(
        name,
        tamper(served(), (signed) => Object.assign(signed.custom, { note: 'hello' })),
      ),
    bad(0, 2),
  ],
  'older Targets [V4]': [
    () => world.serve(name, world.file('director/1.targets.json') ?? expect.fail()),
    fault('rollback', 'V4', 'version 1 after 2', 'rollback'),
  ],
  'expired Targets [V5]': [
    () => reissue(world, 'director', { targets: (signed) => Object.assign(signed, { expires: formatUtc(begin) }) }),
    fault('expired', 'V5', 'expired 2026-01-01T00:00:00Z, it is 2026-01-01T00:00:00Z', 'indefinite-freeze'),
  ],
  'Targets that delegate [V6]': [
    () => reissue(world, 'director', { targets: (signed) => Object.assign(signed, { delegations: {} }) }),
    fault('director-delegates', 'V6', 'it delegates', 'director-delegation'),
  ],
  'Targets that name an ECU twice [V7]': [
    () =>
      reissue(world, 'director', {
        targets: (signed) =>
          Object.assign(signed.targets[imageName('full-1', 2)]?.custom.ecuIdentifiers ?? {}, {
            'partial-2': { hardwareId: 'hw' },
          }),
      }),
    fault('duplicate-ecu', 'V7', 'ECU partial-2 appears twice', 'duplicate-ecu'),
  ],
  'Targets of another vehicle [D3]': [
    () => reissue(world, 'director', { targets: (signed) => Object.assign(signed.custom, { vin: `${vin}2` }) }),
    otherVehicle,
  ],
};

describe('a partial Secondary discards, and recovers from', () => {
  it.each(Object.entries(rows))('%s', (_, [attack, expected]) => {
    const { trusted } = verify(world, provisioned());
    attack();
    const outcome = verify(world, trusted);
    expect(outcome).toEqual({ trusted, result: refusal(expected), notices: [] });
    world.heal();
    world.release(3);
    expect(succeeded(verify(world, outcome.trusted).result).director.version).toBe(3);
  });
});

describe('a rotation of the Director’s root', () => {
  const fresh = keyNamed('fresh');
  /** Two new roots, of which the latter replaces the keys of Targets. */
  const rotate = (): TrustedMetadata => {
    const trusted = verify(world, provisioned()).trusted;
    rotateRoot(world, 'director', { keys: { root: [keyNamed('new root')] } });
    rotateRoot(world, 'director', { keys: { targets: [fresh] } });
    reissue(world, 'director', {});
    world.requests = [];
    return trusted;
  };

  it('is followed in the mode partial+root, before the Targets, and kept [policy 5 S5 Q2]', () => {
    const outcome = followingRoot.verify(world, rotate());
    succeeded(outcome.result);
    expect(world.requests).toEqual([...[2, 3, 4].map((version) => `director/${version}.root.json`), name]);
    expect(trustedVersions(outcome.trusted)).toEqual({ 'director/root': 3, 'director/targets': 3 });
  });

  it('is not followed in the mode partial, which takes what the keys it was given signed, and that alone [policy 5]', () => {
    const trusted = rotate();
    expect(verify(world, trusted)).toEqual({ trusted, result: refusal(unmet(0)), notices: [] });
    expect(world.requests).toEqual([name]);
  });

  it('is asked for with the caps of full verification [S2 V1]', () => {
    const trusted = rotate();
    const requests: MetadataRequest[] = [];
    const ecu = { signatures, profile: uptaneProfile, now: begin, vin, vehicleEcus: undefined };
    runProcedure(verifyPartial(ecu, trusted, { followsRoot: true }), (request) => {
      requests.push(request);
      return undefined;
    });
    expect(requests).toEqual([
      { repository: 'director', role: 'root', version: 2, bytesMax: 65_536 },
      { repository: 'director', role: 'targets', version: undefined, bytesMax: directorTargetsBytesMax },
    ]);
  });

  it('that is refused ends the verification; the roots before it stay, and so do the trusted Targets [S3 S5]', () => {
    const trusted = rotate();
    rotateRoot(world, 'director', { keys: { root: [attacker] }, signers: [attacker] });
    const outcome = followingRoot.verify(world, trusted);
    expect(outcome.result).toEqual(
      refusal(
        faultOf(
          'director',
          'root',
          'threshold-unmet',
          'S3',
          '0 of 1 needed signatures are valid',
          forged,
          '4.root.json',
        ),
      ),
    );
    expect(world.requests).not.toContain(name);
    expect(trustedVersions(outcome.trusted)).toEqual({ 'director/root': 3, 'director/targets': 2 });
  });

  it('whose latest root has expired is refused [S6]', () => {
    const outcome = followingRoot.verify(world, rotate(), begin + 1000);
    const message = 'expired 2026-01-01T00:16:40Z, it is 2026-01-01T00:16:40Z';
    expect(outcome.result).toEqual(
      refusal(faultOf('director', 'root', 'expired', 'S6', message, 'indefinite-freeze', '3.root.json')),
    );
  });

  it('does not help older Targets in: they stay refused [V4]', () => {
    const trusted = rotate();
    reissue(world, 'director', { targets: (signed) => Object.assign(signed, { version: 1 }) });
    const outcome = followingRoot.verify(world, trusted);
    expect(outcome.result).toEqual(refusal(fault('rollback', 'V4', 'version 1 after 2', 'rollback')));
    expect(trustedVersions(outcome.trusted)).toEqual({ 'director/root': 3, 'director/targets': 2 });
  });
});

it('an ECU that the Targets do not name has nothing to install, whoever they are for [P5]', () => {
  const { director } = succeeded(verify(world, provisioned()).result);
  const ecu = { serial: 'elsewhere', hardwareId: 'hw', installedReleaseCounter: 0 };
  expect(checkTarget(director, ecu)).toEqual({
    ok: false,
    fault: {
      kind: 'remote',
      code: 'no-image-for-ecu',
      clause: 'P5',
      message: 'no image is listed for elsewhere',
      repository: 'director',
      role: 'targets',
      file: 'targets.json',
    },
  });
});

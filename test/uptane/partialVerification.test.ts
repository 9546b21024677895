// Partial verification, Q: the Director's Targets alone, under the root that the ECU was provisioned with.
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { directorTargetsBytesMax } from '../../src/core/limits.ts';
import { formatUtc } from '../../src/core/utc.ts';
import { checkTarget } from '../../src/uptane/checks/image.ts';
import { trustedVersions } from '../../src/uptane/trusted.ts';
import { attacker, impostor, keyOf, padded, reissue, tamper, withSignatures } from './attacks.ts';
import { begin, hardwareOf, imageName, partialSecondary, succeeded, vin, World } from './fixtures.ts';

const name = 'director/targets.json';
let world: World;
beforeEach(() => {
  world = new World();
  world.release(2);
});

const { verify } = partialSecondary;
const provisioned = () => ({ director: world.provisioned().director });
const served = () => world.latest('director', 'targets').bytes;

describe('a partial Secondary, nominally', () => {
  it('asks for the Director Targets and nothing else [L1 Q2]', () => {
    world.requests = [];
    const outcome = verify(world, provisioned());
    expect(succeeded(outcome.result).director.targets.get(imageName('partial-2', 2))?.ecus.get('partial-2')).toBe(
      hardwareOf('partial-2'),
    );
    expect(world.requests).toEqual([name]);
    expect(trustedVersions(outcome.trusted)).toEqual({ 'director/root': 1, 'director/targets': 2 });
  });

  it('accepts the same Targets again [Q2]', () => {
    const { trusted } = verify(world, provisioned());
    succeeded(verify(world, trusted).result);
  });

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

const rows: readonly [string, () => void, object][] = [
  ['no Targets [V1]', () => world.withhold(name), { code: 'missing-file', clause: 'V1' }],
  ['Targets that are no JSON [V1]', () => world.serve(name, utf8('null')), { code: 'malformed', clause: 'V1' }],
  [
    'another role [V1]',
    () => world.serve(name, world.file('director/timestamp.json') ?? expect.fail()),
    { code: 'wrong-role', clause: 'V1', attack: 'arbitrary-installation' },
  ],
  [
    'Targets longer than their cap [V1]',
    () => world.serve(name, padded(served(), directorTargetsBytesMax + 1)),
    { code: 'oversized', clause: 'V1', attack: 'endless-data' },
  ],
  [
    'the Image repository’s Targets [V3]',
    () => world.serve(name, world.latest('image', 'targets').bytes),
    { code: 'threshold-unmet', clause: 'V3', attack: 'arbitrary-installation' },
  ],
  [
    'unsigned Targets [V3]',
    () => world.serve(name, withSignatures(served(), [])),
    { code: 'threshold-unmet', clause: 'V3' },
  ],
  [
    'Targets signed by the attacker’s keys [V3]',
    () => reissue(world, 'director', { keys: { targets: [attacker] } }),
    { code: 'threshold-unmet', clause: 'V3' },
  ],
  [
    'Targets signed in the keys’ names [V3]',
    () => reissue(world, 'director', { keys: { targets: world.keys.director.targets.map(impostor) } }),
    { code: 'bad-signature', clause: 'V3' },
  ],
  [
    'Targets signed by one key where two are needed [V3]',
    () => reissue(world, 'director', { keys: { targets: [keyOf(world, 'director', 'targets', 1)] } }),
    { code: 'threshold-unmet', clause: 'V3' },
  ],
  [
    'Targets changed after they were signed [V3]',
    () =>
      world.serve(
        name,
        tamper(served(), (signed) => Object.assign(signed.custom, { note: 'hello' })),
      ),
    { code: 'bad-signature', clause: 'V3' },
  ],
  [
    'older Targets [V4]',
    () => world.serve(name, world.file('director/1.targets.json') ?? expect.fail()),
    { code: 'rollback', clause: 'V4', attack: 'rollback' },
  ],
  [
    'expired Targets [V5]',
    () => reissue(world, 'director', { targets: (signed) => Object.assign(signed, { expires: formatUtc(begin) }) }),
    { code: 'expired', clause: 'V5', attack: 'indefinite-freeze' },
  ],
  [
    'Targets that delegate [V6]',
    () => reissue(world, 'director', { targets: (signed) => Object.assign(signed, { delegations: {} }) }),
    { code: 'director-delegates', clause: 'V6', attack: 'director-delegation' },
  ],
  [
    'Targets that name an ECU twice [V7]',
    () =>
      reissue(world, 'director', {
        targets: (signed) =>
          Object.assign(signed.targets[imageName('full-1', 2)]?.custom.ecuIdentifiers ?? {}, {
            'partial-2': { hardwareId: 'hw' },
          }),
      }),
    { code: 'duplicate-ecu', clause: 'V7', attack: 'duplicate-ecu' },
  ],
  [
    'Targets of another vehicle [D3]',
    () => reissue(world, 'director', { targets: (signed) => Object.assign(signed.custom, { vin: `${vin}2` }) }),
    { code: 'wrong-vehicle', clause: 'D3', attack: 'cross-vehicle-replay' },
  ],
];

describe('a partial Secondary discards, and recovers from', () => {
  it.each(rows)('%s', (_, attack, fault) => {
    const { trusted } = verify(world, provisioned());
    attack();
    const outcome = verify(world, trusted);
    expect(outcome.result).toMatchObject({
      ok: false,
      fault: { ...fault, repository: 'director', file: 'targets.json' },
    });
    expect(outcome.trusted).toBe(trusted);
    world.heal();
    world.release(3);
    expect(succeeded(verify(world, outcome.trusted).result).director.version).toBe(3);
  });
});

it('an ECU that the Targets do not name has nothing to install, whoever they are for [P5]', () => {
  world.release(3);
  const { director } = succeeded(verify(world, provisioned()).result);
  const ecu = { serial: 'elsewhere', hardwareId: 'hw', installedReleaseCounter: 0 };
  expect(checkTarget(director, ecu)).toMatchObject({ fault: { code: 'no-image-for-ecu', clause: 'P5' } });
});

// V and D3: each attack on the Targets of either repository, with the check that stops it.
import { describe, expect, it } from 'vitest';
import type { Attack, RemoteFaultCode } from '../../../src/core/faults.ts';
import { directorTargetsBytesMax } from '../../../src/core/limits.ts';
import { formatUtc } from '../../../src/core/utc.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import { signersOf } from '../../../src/uptane/checks/root.ts';
import { checkTargets, type TargetsContext } from '../../../src/uptane/checks/targets.ts';
import type { RepositoryName } from '../../../src/uptane/model/metadata.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { attacker, type Change, impostor, keyOf, reissue, resign, rotateRoot, tamper } from '../support/attacks.ts';
import { faultOf, valued } from '../support/expected.ts';
import {
  begin,
  fullSecondary,
  hardwareOf,
  keyNamed,
  primary,
  signatures,
  succeeded,
  vin,
  World,
} from '../support/fixtures.ts';
import { entry, type Rows, refuses, repositories } from '../support/refusal.ts';

const past = formatUtc(begin - 1);
const day = 24 * 3600;
const forged = 'arbitrary-installation';

const targets =
  (code: RemoteFaultCode, clause: string, message: string, attack?: Attack) => (repository: RepositoryName) =>
    faultOf(repository, 'targets', code, clause, message, attack);
const ofDirector =
  (...fault: Parameters<typeof targets>) =>
  () =>
    targets(...fault)('director');

const rows: Rows = {
  'targets longer than the snapshot says [V1]': {
    attack: ({ world, lengthen }, r) => {
      reissue(world, r, {});
      lengthen(`${r}/4.targets.json`);
    },
    fault: (r, { file }) =>
      targets('oversized', 'V1', `longer than ${file(`${r}/4.targets.json`).length - 1} bytes`, 'endless-data')(r),
  },
  'no targets [V1]': {
    attack: ({ world }, r) => {
      reissue(world, r, {});
      world.withhold(`${r}/4.targets.json`);
    },
    fault: targets('missing-file', 'V1', 'the file is missing', 'drop-request'),
  },
  'a snapshot that never listed targets [V2]': {
    attack: ({ world }, r) => {
      rotateRoot(world, r, { keys: { snapshot: [keyNamed('fresh')] } });
      reissue(world, r, { snapshot: (signed) => delete signed.meta['targets.json'] });
    },
    fault: targets('missing-file', 'V2', 'the snapshot does not list it', 'mix-and-match'),
  },
  'another role in the place of targets [V1]': {
    attack: ({ world, file }, r) => {
      reissue(world, r, { snapshot: (signed) => Object.assign(signed.meta, { 'targets.json': { version: 4 } }) });
      world.serve(`${r}/4.targets.json`, file(`${r}/timestamp.json`));
    },
    fault: targets('wrong-role', 'V1', 'signed._type is "timestamp", not "targets"', forged),
  },
  'one signature listed twice [V1]': {
    attack: ({ world }, r) => {
      const one = keyOf(world, r, 'targets');
      reissue(world, r, { keys: { targets: [one, one] } });
    },
    fault: targets('duplicate-signature', 'V1', 'signatures: a key identifier appears twice', forged),
  },
  'older targets beside a new snapshot [V2]': {
    attack: ({ world, kept }, r) => {
      reissue(world, r, { snapshot: (signed) => delete signed.meta['targets.json']?.hashes });
      world.serve(`${r}/4.targets.json`, kept(`${r}/2.targets.json`));
    },
    fault: targets('wrong-version', 'V2', 'version 2, the snapshot lists 4', 'mix-and-match'),
  },
  'other targets of the listed version [V2]': {
    attack: ({ world, file }, r) => {
      reissue(world, r, {});
      const change: Change = (signed) => Object.assign(signed, { expires: past });
      world.serve(`${r}/4.targets.json`, tamper(file(`${r}/4.targets.json`), change));
    },
    fault: (at) => valued(targets('hash-mismatch', 'V2', "sha256 is not the snapshot's", 'mix-and-match')(at)),
  },
  'targets signed by a key that is not their role’s [V3]': {
    attack: ({ world }, r) => reissue(world, r, { keys: { targets: [attacker] } }),
    fault: targets('threshold-unmet', 'V3', '0 of 2 needed signatures are valid', forged),
  },
  'targets signed by one key where two are needed [V3]': {
    attack: ({ world }, r) => reissue(world, r, { keys: { targets: [keyOf(world, r, 'targets')] } }),
    fault: targets('threshold-unmet', 'V3', '1 of 2 needed signatures are valid', forged),
  },
  'targets signed by one key in two keys’ names [V3]': {
    attack: ({ world }, r) => {
      const one = keyOf(world, r, 'targets');
      const two = { ...one, keyId: keyOf(world, r, 'targets', 1).keyId };
      reissue(world, r, { keys: { targets: [one, two] } });
    },
    fault: targets('bad-signature', 'V3', '1 of 2 needed signatures are valid, 1 are bad', forged),
  },
  'targets signed in both keys’ names [V3]': {
    attack: ({ world }, r) => reissue(world, r, { keys: { targets: world.keys[r].targets.map(impostor) } }),
    fault: targets('bad-signature', 'V3', '0 of 2 needed signatures are valid, 2 are bad', forged),
  },
  'older targets after the snapshot’s key was rotated [V4]': {
    attack: ({ world }, r) => {
      rotateRoot(world, r, { keys: { snapshot: [keyNamed('fresh')] } });
      reissue(world, r, { targets: (signed) => Object.assign(signed, { version: 2 }) });
    },
    fault: targets('rollback', 'V4', 'version 2 after 3', 'rollback'),
  },
  'expired targets [V5]': {
    attack: ({ world }, r) => reissue(world, r, { targets: (signed) => Object.assign(signed, { expires: past }) }),
    fault: targets('expired', 'V5', 'expired 2025-12-31T23:59:59Z, it is 2026-01-01T00:00:00Z', 'indefinite-freeze'),
  },
  'stored targets that expired, under ever new snapshots [V5 R4 R8]': {
    attack: ({ world, file }, only) => {
      for (const r of repositories) {
        const later: Change = (signed) => Object.assign(signed, { expires: formatUtc(begin + 1e7) });
        const stored = file(`${r}/3.targets.json`);
        const listed = { version: 3, length: stored.length, hashes: { sha256: hashHex('sha256', stored) } };
        const same: Change = (signed) => r === only && Object.assign(signed.meta, { 'targets.json': listed });
        const snapshot: Change = (signed) => [later(signed), same(signed)];
        reissue(world, r, { timestamp: later, snapshot, targets: later });
        if (r === only) world.serve(`${r}/3.targets.json`, stored);
      }
    },
    fault: targets('expired', 'V5', 'expired 2026-01-31T00:00:00Z, it is 2026-02-01T00:00:00Z', 'indefinite-freeze'),
    at: begin + 31 * day,
  },
};

const withCustom =
  (change: Change): Rows[string]['attack'] =>
  ({ world }) =>
    reissue(world, 'director', { targets: change });

const directorRows: Rows = {
  'longer than their cap, whatever the snapshot says [V1]': {
    attack: withCustom((signed) => Object.assign(signed.custom, { filler: 'x'.repeat(directorTargetsBytesMax) })),
    fault: ofDirector('oversized', 'V1', `longer than ${directorTargetsBytesMax} bytes`, 'endless-data'),
  },
  'made for another vehicle [D3]': {
    attack: withCustom((signed) => Object.assign(signed.custom, { vin: 'OTHER' })),
    fault: ofDirector('wrong-vehicle', 'D3', 'it is for vehicle OTHER', 'cross-vehicle-replay'),
  },
  'made for another vehicle with ECUs of its own [D3]': {
    attack: withCustom((signed) => {
      signed.custom.vin = 'OTHER';
      entry(signed.targets, 'full-1').custom.ecuIdentifiers.stranger = { hardwareId: 'hw' };
    }),
    fault: ofDirector('wrong-vehicle', 'D3', 'it is for vehicle OTHER', 'cross-vehicle-replay'),
  },
  'without images or vehicle [D3]': {
    attack: withCustom((signed) => {
      signed.targets = {};
      delete signed.custom.vin;
    }),
    fault: ofDirector('wrong-vehicle', 'D3', 'it names neither an image nor a vehicle', 'cross-vehicle-replay'),
  },
  'that delegate [V6 A10]': {
    attack: withCustom((signed) => Object.assign(signed, { delegations: { keys: {}, roles: [{}] } })),
    fault: ofDirector('director-delegates', 'V6', 'it delegates', 'director-delegation'),
  },
  'that delegate to bins [V6]': {
    attack: withCustom((signed) => Object.assign(signed, { delegations: { roles: [], succinct_roles: {} } })),
    fault: ofDirector('director-delegates', 'V6', 'it delegates', 'director-delegation'),
  },
  'that delegate in a form nobody knows [V6]': {
    attack: withCustom((signed) => Object.assign(signed, { delegations: 'everything to me' })),
    fault: ofDirector('director-delegates', 'V6', 'it delegates', 'director-delegation'),
  },
  'that name an ECU for two images [V7]': {
    attack: withCustom((signed) => {
      const twice = entry(signed.targets, 'primary-0').custom.ecuIdentifiers;
      twice['full-1'] = { hardwareId: hardwareOf('full-1') };
    }),
    fault: ofDirector('duplicate-ecu', 'V7', 'ECU full-1 appears twice', 'duplicate-ecu'),
  },
};

describe.each(repositories)('the %s repository’s', (repository) => {
  it.each(Object.entries(rows))('%s are refused by the Primary', (_, row) => refuses(primary, row, repository));
});

describe.each([primary, fullSecondary])('$name refuses Director Targets', (ecu) => {
  it.each(Object.entries(directorRows))('%s', (_, row) => refuses(ecu, row, 'director'));
});

const stranger = withCustom((signed) =>
  Object.assign(entry(signed.targets, 'full-1').custom.ecuIdentifiers, { stranger: { hardwareId: 'hw' } }),
);

it('the Primary refuses an ECU that is not in the vehicle [V8]', () => {
  const fault = ofDirector('unknown-ecu', 'V8', 'ECU stranger is not in this vehicle', 'unknown-ecu');
  refuses(primary, { attack: stranger, fault }, 'director');
});

describe('Director Targets are accepted', () => {
  const world = new World();
  world.release(2);
  const accepted = (change: Change, ecu = primary) => {
    reissue(world, 'director', { targets: change });
    const outcome = ecu.verify(world, world.provisioned());
    world.heal();
    return succeeded(outcome.result).director;
  };

  it('by a Secondary with ECUs that it cannot know [V8]', () => {
    const change: Change = (signed) => {
      entry(signed.targets, 'primary-0', 2).custom.ecuIdentifiers.stranger = { hardwareId: 'hw' };
    };
    expect(accepted(change, fullSecondary).targets.size).toBe(3);
  });

  it('without images, for this vehicle: there is nothing to install [D3]', () => {
    const none = accepted((signed) => Object.assign(signed, { targets: {} }));
    expect(none).toMatchObject({ vin, targets: new Map(), delegates: false });
  });

  it('with images and no vehicle: the ECUs say whose they are [D3 policy 4]', () => {
    expect(accepted((signed) => Reflect.deleteProperty(signed.custom, 'vin')).vin).toBeUndefined();
  });

  it.each([null, { roles: [] }, { keys: {}, roles: [] }])(
    'with delegations %j, which delegate nothing [V6]',
    (empty) => {
      expect(accepted((signed) => Object.assign(signed, { delegations: empty })).delegates).toBe(false);
    },
  );
});

describe('checkTargets', () => {
  const world = new World();
  const context = (repository: RepositoryName): TargetsContext => ({
    signatures,
    profile: uptaneProfile,
    now: begin,
    repository,
    role: 'targets',
    file: 'targets.json',
    signers: signersOf(world.provisioned()[repository].root.body, 'targets'),
    listed: undefined,
    trusted: undefined,
    vin,
    vehicleEcus: new Set<string>(),
  });

  it('lets Image repository Targets name other vehicles, and ECUs: D3, V7 and V8 bind the Director alone [V7 V8]', () => {
    const ecuIdentifiers = { a: { hardwareId: 'hw' } };
    const change: Change = (signed) => {
      signed.custom = { vin: 'OTHER' };
      for (const target of Object.values(signed.targets)) Object.assign(target.custom, { ecuIdentifiers });
    };
    const bytes = resign(world.latest('image', 'targets').bytes, change, world.keys.image.targets);
    expect(succeeded(checkTargets(context('image'), bytes)).body.vin).toBe('OTHER');
  });

  it('accepts any vehicle where the own one is not known, and none with no image in other forms alone [D3 policy 4]', () => {
    const { bytes } = world.latest('director', 'targets');
    const at = { ...context('director'), vehicleEcus: undefined, vin: undefined };
    succeeded(checkTargets(at, bytes));
    const empty: Change = (signed) => {
      signed.targets = {};
      signed.custom = {};
    };
    const resigned = resign(bytes, empty, world.keys.director.targets);
    expect(checkTargets(at, resigned)).toMatchObject({ fault: { clause: 'D3' } });
    const lenient = { ...uptaneProfile, emptyTargetsNameVehicle: false };
    succeeded(checkTargets({ ...at, profile: lenient }, resigned));
  });
});

// What an ECU keeps of metadata that it does not install by, and of a set of which it kept a part: neither may open a way back.
import { describe, expect, it } from 'vitest';
import { targetOf } from '../../../src/uptane/checks/match.ts';
import { decodeMetadata } from '../../../src/uptane/decode/metadata.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import type { FullTrust } from '../../../src/uptane/verification/full.ts';
import { verifyFull } from '../../../src/uptane/verification/full.ts';
import { rootsOnly, setAside } from '../../../src/uptane/verification/keptTrust.ts';
import { type EcuContext, runProcedure } from '../../../src/uptane/verification/procedure.ts';
import {
  type TrustedMetadata,
  type TrustedRepository,
  trustedFiles,
} from '../../../src/uptane/verification/trusted.ts';
import { type Change, type Reissue, reissue, resign, rotateRoot } from '../support/attacks.ts';
import {
  begin,
  fullSecondary,
  keyNamed,
  partialSecondary,
  primary,
  signatures,
  succeeded,
  type Verifier,
  vin,
  World,
} from '../support/fixtures.ts';

/** The Director wants nothing of this ECU any more. */
function withdraw(world: World, serial: string): void {
  reissue(world, 'director', {
    targets: (signed) => {
      for (const [name, { custom }] of Object.entries(signed.targets)) {
        if (serial in custom.ecuIdentifiers) delete signed.targets[name];
      }
    },
  });
}

function verified(verifier: Verifier, world: World, trusted: TrustedMetadata): TrustedMetadata {
  const outcome = verifier.verify(world, trusted);
  succeeded(outcome.result);
  return outcome.trusted;
}

/** One that trusts the second release, and then set aside metadata that withdraws it. */
function withdrawn(verifier: Verifier) {
  const world = new World();
  world.release(2);
  const second = verified(verifier, world, world.provisioned());
  withdraw(world, verifier.serial);
  const latest = verified(verifier, world, second);
  return { world, second, trusted: setAside(second, latest) };
}

describe.each([
  [fullSecondary, 'T3'],
  [partialSecondary, 'V4'],
])('metadata that names no image for $name', (verifier, clause) => {
  it('leaves the Director’s previous Targets in place [P5]', () => {
    const { second, trusted } = withdrawn(verifier);
    expect(trusted.director.targets).toEqual(second.director.targets);
    expect(trusted.director['passed-over-targets']?.body.version).toBe(3);
  });

  it(`is what a replay of what it withdrew is held against [${clause} P5]`, () => {
    const { world, trusted } = withdrawn(verifier);
    world.heal();
    const { result } = verifier.verify(world, trusted);
    expect(result).toMatchObject({ ok: false, fault: { code: 'rollback', clause, repository: 'director' } });
  });

  it('gives way to Targets that name one again [P5]', () => {
    const { world, trusted } = withdrawn(verifier);
    world.heal();
    world.release(3);
    world.release(4);
    const after = verified(verifier, world, trusted);
    expect(after.director['passed-over-targets']).toBeUndefined();
    expect(targetOf(after.director.targets?.body ?? expect.fail(), verifier.serial)?.filename).toContain('app-4');
  });
});

it('keeps of refused metadata no more than its roots, and of what rotated keys signed nothing [S5 S7]', () => {
  const world = new World();
  const first = verified(fullSecondary, world, world.provisioned());
  world.release(2);
  rotateRoot(world, 'image', { keys: { snapshot: world.keys.director.snapshot } });
  reissue(world, 'image', {});
  const kept = rootsOnly(first, verified(fullSecondary, world, first));
  expect(kept.image?.root.body.version).toBe(2);
  expect([kept.image?.timestamp, kept.image?.snapshot]).toEqual([undefined, undefined]);
  expect([kept.director, kept.image?.targets]).toEqual([first.director, first.image?.targets]);
});

describe.each(['director', 'image'] as const)('of a %s set with one version changed [policy 6]', (repository) => {
  const same: Change = (signed) => {
    signed.version -= 1;
    signed['x-changed'] = true;
  };
  const context: EcuContext = { signatures, profile: uptaneProfile, now: begin, vin, vehicleEcus: undefined };

  /** Whether what the Primary trusts after this verifies on Secondaries that know this, or nothing but the first roots. */
  function handedOn(world: World, known: TrustedMetadata, roots: readonly Uint8Array[] = []): TrustedMetadata {
    const outcome = primary.verify(world, known);
    succeeded(outcome.result);
    expect(outcome.notices.map(({ code }) => code)).toContain('same-version-changed');
    const files = trustedFiles(outcome.trusted);
    for (const start of [known, world.provisioned()]) {
      const { result } = runProcedure(
        verifyFull(context, start as FullTrust, (target) => target.ecus.has('full-1')),
        ({ repository: of, role, version = 0 }) => {
          if (role === 'root') return of === repository ? roots[version - 2] : undefined;
          return files.get(`${of}/${role}.json`);
        },
      );
      succeeded(result);
    }
    return outcome.trusted;
  }

  it.each([
    ['Targets', { targets: same }],
    ['Snapshot', { snapshot: same }],
  ])('%s, what the Primary trusts verifies on a Secondary too', (_, change) => {
    const world = new World();
    const known = verified(fullSecondary, world, world.provisioned());
    reissue(world, repository, change);
    expect(handedOn(world, known)[repository]).toEqual(known[repository]);
  });

  it('so it does where the Snapshot that listed the trusted Targets is forgotten: the new ones are taken [S7]', () => {
    const world = new World();
    const known = verified(fullSecondary, world, world.provisioned());
    const root = rotateRoot(world, repository, { keys: { snapshot: [keyNamed('fresh')] } });
    reissue(world, repository, { targets: same });
    const { targets } = handedOn(world, known, [root])[repository] ?? {};
    expect(targets?.body.version).toBe(known[repository]?.targets?.body.version);
    expect(targets?.bytes).not.toEqual(known[repository]?.targets?.bytes);
  });

  /** Targets of the same version, by the same keys, that no Snapshot lists. */
  const unlike = ({ targets = expect.fail() }: TrustedRepository) => {
    const keys = new World().keys[repository].targets;
    const bytes = resign(targets.bytes, (signed) => Object.assign(signed, { note: 'other' }), keys);
    return succeeded(decodeMetadata({ profile: uptaneProfile, repository, role: 'targets' }, bytes)) as typeof targets;
  };
  type Mix = (older: TrustedRepository, latest: TrustedRepository) => TrustedRepository;
  const mixtures: readonly [string, Mix][] = [
    ['whose Timestamp is older', ({ timestamp = expect.fail() }, latest) => ({ ...latest, timestamp })],
    ['without a Timestamp', (_, { timestamp: _t, ...latest }) => latest],
    ['whose Snapshot lists other Targets', (_, latest) => ({ ...latest, targets: unlike(latest) })],
  ];
  const rows = mixtures.flatMap(([title, mix]): [string, string, Mix, Reissue][] => [
    ['Targets', title, mix, { targets: same }],
    ['Snapshot', title, mix, { snapshot: same }],
  ]);

  it.each(rows)('%s, nothing is kept of a stored set %s: the new files are taken', (_changed, _title, mix, change) => {
    const world = new World();
    const older = verified(fullSecondary, world, world.provisioned());
    world.release(2);
    const latest = verified(fullSecondary, world, older);
    const stored = mix(older[repository] ?? expect.fail(), latest[repository] ?? expect.fail());
    reissue(world, repository, change);
    const { snapshot, targets } = handedOn(world, { ...latest, [repository]: stored })[repository] ?? {};
    expect(snapshot?.bytes).toEqual(world.latest(repository, 'snapshot').bytes);
    expect(targets?.bytes).toEqual(world.latest(repository, 'targets').bytes);
  });
});

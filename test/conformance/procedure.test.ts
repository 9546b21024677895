// The steps of full verification on an ECU that has everything stored already: none of them is skipped for that. A R
import { beforeEach, describe, expect, it } from 'vitest';
import { type TrustedMetadata, trustedVersions } from '../../src/uptane/verification/trusted.ts';
import { reissue, rotateRoot } from '../uptane/support/attacks.ts';
import { fullSecondary, imageName, partialSecondary, primary, succeeded, World } from '../uptane/support/fixtures.ts';

let world: World;
beforeEach(() => {
  world = new World();
  world.release(2);
});

const steps = [
  ['director', 'timestamp', 'R3'],
  ['director', 'snapshot', 'R4'],
  ['director', 'targets', 'R5'],
  ['image', 'timestamp', 'R7'],
  ['image', 'snapshot', 'R8'],
  ['image', 'targets', 'R9'],
] as const;

describe.each([primary, fullSecondary])('$name that has everything stored', ({ verify }) => {
  let stored: TrustedMetadata;
  beforeEach(() => {
    stored = verify(world, world.provisioned()).trusted;
  });

  it.each(steps)('takes up the %s repository’s newer %s [%s]', (repository, role) => {
    world.release(3);
    const { result, trusted } = verify(world, stored);
    succeeded(result);
    expect(trustedVersions(trusted)).toMatchObject({ [`${repository}/${role}`]: 3 });
  });

  it.each([
    ['director', 'R2'],
    ['image', 'R6b'],
  ] as const)('takes up the %s repository’s newer root [%s]', (repository, _clause) => {
    rotateRoot(world, repository);
    const { result, trusted } = verify(world, stored);
    succeeded(result);
    expect(trustedVersions(trusted)).toMatchObject({ [`${repository}/root`]: 2 });
  });

  it('judges the Image repository also where the Director has nothing new [R6 policy 9]', () => {
    world.withhold('image/timestamp.json');
    expect(verify(world, stored).result).toMatchObject({
      fault: { code: 'missing-file', clause: 'T1', repository: 'image' },
    });
  });

  it('gives the targets again until they are installed, whoever has nothing new [R6 policy 9]', () => {
    const { result } = verify(world, stored);
    expect(succeeded(result).director.targets.has(imageName('full-1', 2))).toBe(true);
  });

  it.each(steps)('does without no role: the %s repository’s %s [%s policy 1]', (repository, role) => {
    world.release(3);
    world.withhold(`${repository}/${role === 'timestamp' ? '' : '3.'}${role}.json`);
    expect(verify(world, stored).result).toMatchObject({ fault: { code: 'missing-file', repository } });
  });
});

it('a partial Secondary that has Director Targets stored takes up newer ones [Q2]', () => {
  const { trusted } = partialSecondary.verify(world, { director: world.provisioned().director });
  world.release(3);
  const again = partialSecondary.verify(world, trusted);
  expect(succeeded(again.result).director.targets.has(imageName('partial-2', 3))).toBe(true);
  expect(trustedVersions(again.trusted)).toMatchObject({ 'director/targets': 3 });
});

it.each(['director', 'image'] as const)(
  'the search for the %s repository’s newer roots begins with the one that is trusted [S1]',
  (repository) => {
    for (const version of [2, 3]) expect(rotateRoot(world, repository).length, `root ${version}`).toBeGreaterThan(0);
    const { trusted } = primary.verify(world, world.provisioned());
    world.requests = [];
    succeeded(primary.verify(world, trusted).result);
    const asked = world.requests.filter((name) => name.startsWith(repository) && name.endsWith('root.json'));
    expect(asked).toEqual([`${repository}/4.root.json`]);
  },
);

describe('a Director whose keys are stolen, with an image that the Image repository does not know', () => {
  beforeEach(() =>
    reissue(world, 'director', {
      targets: (signed) => {
        const entry = signed.targets[imageName('full-1', 2)] ?? expect.fail();
        signed.targets = { 'evil.bin': { ...entry, hashes: { sha256: 'ee'.repeat(32) } } };
      },
    }),
  );

  it.each([primary, fullSecondary])('does not convince $name, which verifies fully [A2 K5]', ({ verify }) => {
    expect(verify(world, world.provisioned()).result).toMatchObject({ fault: { code: 'target-missing' } });
  });

  it('convinces a partial Secondary, which still holds it to the Director’s keys [A2 K5]', () => {
    const provisioned = { director: world.provisioned().director };
    expect(succeeded(partialSecondary.verify(world, provisioned).result).director.targets.has('evil.bin')).toBe(true);
    reissue(world, 'director', { keys: { targets: [] } });
    expect(partialSecondary.verify(world, provisioned).result).toMatchObject({ fault: { clause: 'V3' } });
  });
});

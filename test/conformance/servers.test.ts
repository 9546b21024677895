// What an operator of the servers counts on: vehicles apart from each other, nothing forgotten, a way out of a stuck bundle. J
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import type { Director } from '../../src/repository/director/director.ts';
import { inventoryVehicle } from '../../src/repository/director/inventory.ts';
import { answerRequest } from '../../src/repository/servers.ts';
import type { RepositoryName } from '../../src/uptane/model/metadata.ts';
import type { RemoteRequest } from '../../src/uptane/model/remote.ts';
import { draftOf } from '../uptane/support/attacks.ts';
import {
  begin,
  fullSecondary,
  hardwareOf,
  imageName,
  keyNamed,
  partialSecondary,
  primary,
  serials,
  succeeded,
  vin,
  World,
} from '../uptane/support/fixtures.ts';

const otherVin = 'WVWZZZ1JZXW000002';
let world: World;
beforeEach(() => {
  world = new World();
});

/** The same Director for a vehicle whose ECUs have the same serials: nothing but the vehicle's name tells the two apart. */
function anotherVehicle(): Director {
  const ecus = [...world.director.vehicle.ecus.values()];
  return world.director.forVehicle(inventoryVehicle(otherVin, ecus), begin);
}

function serveFrom(director: Director): void {
  for (const name of ['timestamp.json', '1.snapshot.json', '1.targets.json']) {
    world.serve(`director/${name}`, director.file(name, begin) ?? expect.fail(name));
  }
  world.serve('director/targets.json', director.file('1.targets.json', begin) ?? expect.fail());
}

describe('the Director', () => {
  it('keeps the metadata that it made: a vehicle that is behind still finds it [J2]', () => {
    const first = world.file('director/1.targets.json');
    for (const release of [2, 3]) world.release(release);
    expect(world.file('director/1.targets.json')).toEqual(first);
    expect(draftOf(world.file('director/2.targets.json') ?? expect.fail()).targets).toHaveProperty([
      imageName('full-1', 2),
    ]);
  });

  it('tells vehicles apart: what it wants of one it does not say to another, and no manifest counts for two [J3 J8]', () => {
    const other = anotherVehicle();
    other.publish(begin);
    const { custom, targets } = draftOf(other.file('1.targets.json', begin) ?? expect.fail());
    expect([custom.vin, Object.keys(targets)]).toEqual([otherVin, []]);
    expect(other.receiveManifest(world.manifest(), begin)).toMatchObject({ fault: { code: 'wrong-vehicle' } });
    expect(other.vehicle.reports.size).toBe(0);
  });

  it('serves nothing of its inventory, whatever is asked for [J9]', () => {
    const servers = { director: world.director, imageRepository: world.images, timeserver: world.timeserver };
    const texts: string[] = [];
    const ask = (request: RemoteRequest) => {
      const answer = answerRequest(servers, request, begin, () => {});
      texts.push('bytes' in answer ? new TextDecoder().decode(answer.bytes) : '');
    };
    const repositories: readonly RepositoryName[] = ['director', 'image'];
    const files = [
      'timestamp.json',
      ...[1, 2].flatMap((n) => ['root', 'snapshot', 'targets'].map((r) => `${n}.${r}.json`)),
    ];
    const others = ['inventory', 'inventory.json', '../inventory.json', vin, `${vin}.json`, ''];
    for (const repository of repositories) {
      for (const file of [...files, ...others]) ask({ type: 'metadata', repository, file, bytesMax: 1e6 });
    }
    for (const file of others) ask({ type: 'image', file, offset: 0, length: 1e6 });
    ask({ type: 'time', tokens: ['00'.repeat(16)] });
    const ecuKeys = serials.map((serial) => world.ecuKeys[serial]);
    expect(texts.join('')).toContain('"_type":"targets"');
    for (const { keyId, key } of ecuKeys)
      for (const secret of [keyId, key.keyval.public]) expect(texts.join('')).not.toContain(secret);
  });

  it('withdraws a bundle that one ECU blocks, by a higher version that vehicles accept [policy 12 J12]', () => {
    world.release(2);
    const { trusted } = primary.verify(world, world.provisioned());
    world.director.withdraw('full-1');
    expect([...world.director.outstanding().keys()]).toContain('full-1');
    world.director.publish(begin);
    const { result } = primary.verify(world, trusted);
    const { version, targets } = succeeded(result).director;
    expect(version).toBe(3);
    expect([...targets.keys()].sort()).toEqual([imageName('partial-2', 2), imageName('primary-0', 2)].sort());
    expect([...world.director.outstanding().keys()]).not.toContain('full-1');
  });
});

describe.each([primary, fullSecondary, partialSecondary])('metadata for another vehicle, served to $name', (ecu) => {
  const verified = () => {
    const provisioned = world.provisioned();
    return ecu.verify(world, ecu === partialSecondary ? { director: provisioned.director } : provisioned).result;
  };

  it('is refused although it names no image [J13 D3]', () => {
    const other = anotherVehicle();
    other.publish(begin);
    serveFrom(other);
    expect(verified()).toMatchObject({ fault: { code: 'wrong-vehicle', attack: 'cross-vehicle-replay' } });
  });

  it('is refused also where its ECUs have the same serials [J13 D3]', () => {
    const other = anotherVehicle();
    const listed = world.images.add('full-1/x.bin', utf8('x'), {
      hardwareIds: [hardwareOf('full-1')],
      releaseCounter: 9,
    });
    world.images.publish(begin);
    other.assign('full-1', listed);
    other.publish(begin);
    serveFrom(other);
    expect(verified()).toMatchObject({ fault: { code: 'wrong-vehicle', attack: 'cross-vehicle-replay' } });
  });
});

it('a delegation that is taken back stays in the Snapshot until the Snapshot’s keys change [policy 11 U6]', () => {
  const listed = () => {
    const { version } = world.latest('image', 'snapshot');
    return Object.keys(draftOf(world.file(`image/${version}.snapshot.json`) ?? expect.fail()).meta);
  };
  world.images.delegate({ to: [{ name: 'brakes', holders: [keyNamed('brakes')] }], paths: ['brakes/*'] }, begin);
  world.images.publish(begin);
  const { trusted } = fullSecondary.verify(world, world.provisioned());
  world.images.revoke('brakes');
  world.images.publish(begin);
  expect(listed()).toContain('brakes.json');
  succeeded(fullSecondary.verify(world, trusted).result);
  succeeded(world.images.rotate({ snapshot: [keyNamed('new snapshot')] }, begin));
  expect(listed()).not.toContain('brakes.json');
  succeeded(fullSecondary.verify(world, trusted).result);
});

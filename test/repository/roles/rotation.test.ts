// Keys that change while repositories are at work: rotation, thresholds, ceremonies, renewal. As vehicles see it.
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { InputError } from '../../../src/core/faults.ts';
import { Director } from '../../../src/repository/director/director.ts';
import { ImageRepository } from '../../../src/repository/images/imageRepository.ts';
import { editionsKeptMax } from '../../../src/repository/limits.ts';
import { usualValidity } from '../../../src/repository/roles/publication.ts';
import type { KeyHolder, RoleHolders } from '../../../src/repository/roles/roleKeys.ts';
import type { KeyChange } from '../../../src/repository/roles/roots.ts';
import { Timeserver } from '../../../src/repository/timeserver.ts';
import { signersOf } from '../../../src/uptane/checks/root.ts';
import type { RepositoryName, RoleName, Signers } from '../../../src/uptane/model/metadata.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { checkTimeAttestation } from '../../../src/uptane/statements/timeAttestation.ts';
import { runProcedure } from '../../../src/uptane/verification/procedure.ts';
import { followRoots } from '../../../src/uptane/verification/rootChain.ts';
import { attacker, draftOf, signaturesOf } from '../../uptane/support/attacks.ts';
import {
  begin,
  keyNamed,
  partialSecondary,
  primary,
  signatures,
  succeeded,
  vin,
  World,
} from '../../uptane/support/fixtures.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

const repositories: readonly RepositoryName[] = ['director', 'image'];
const roles: readonly RoleName[] = ['root', 'timestamp', 'snapshot', 'targets'];
const serverOf = (repository: RepositoryName) => (repository === 'director' ? world.director : world.images);
const signedBy = (bytes: Uint8Array) => signaturesOf(bytes).map(({ keyid }) => keyid);
const idsOf = (keys: readonly KeyHolder[]) => keys.map(({ keyId }) => keyId);
/** A holder who is elsewhere. */
const away = ({ keyId, key }: KeyHolder): KeyHolder => ({ keyId, key });

function follow(repository: RepositoryName, now = begin) {
  const ecu = { signatures, profile: uptaneProfile, now, vin, vehicleEcus: undefined, notices: [] };
  return runProcedure(followRoots(ecu, repository, world.provisioned()[repository]), (request) =>
    world.answer(request),
  );
}

describe.each(repositories)('keys of the %s repository', (repository) => {
  it.each(roles)('that rotate in role %s are followed by a vehicle that trusts the old ones [S3 C1]', (role) => {
    const before = primary.verify(world, world.provisioned());
    succeeded(before.result);
    const keys = [keyNamed('next a'), keyNamed('next b')];
    succeeded(serverOf(repository).rotate({ [role]: keys }, begin));
    const after = primary.verify(world, before.trusted);
    succeeded(after.result);
    const { root } = after.trusted[repository] ?? expect.fail();
    expect(root.body.version).toBe(2);
    expect(root.body.roles[role]).toEqual({ keyids: idsOf(keys), threshold: 2 });
  });

  it('that rotate re-sign every online file at once, under versions that grew [B5 A3 A4 A11 A12]', () => {
    const keys = { timestamp: [keyNamed('t')], snapshot: [keyNamed('s')], targets: [keyNamed('x')] };
    succeeded(serverOf(repository).rotate(keys, begin));
    const { version, ...files } = serverOf(repository).current() ?? expect.fail();
    const signers = [files.timestamp, files.snapshot, files.targets].flatMap(signedBy);
    expect([version, signers]).toEqual([2, idsOf(Object.values(keys).flat())]);
    for (const role of ['snapshot', 'targets'] as const) {
      const { version, bytes } = world.latest(repository, role);
      expect([version, signedBy(bytes)]).toEqual([2, idsOf(keys[role])]);
    }
    const timestamp = world.file(`${repository}/timestamp.json`) ?? expect.fail();
    expect([draftOf(timestamp).version, signedBy(timestamp)]).toEqual([2, idsOf(keys.timestamp)]);
  });

  it('of Root sign the next one together with those before, and every root stays on offer [S3 H1]', () => {
    const first = world.keys[repository].root;
    const keys = [keyNamed('root of 2')];
    succeeded(serverOf(repository).rotate({ root: keys }, begin));
    succeeded(serverOf(repository).rotate({ root: [keyNamed('root of 3')] }, begin));
    const fileOf = (version: number) => world.file(`${repository}/${version}.root.json`) ?? expect.fail();
    expect(signedBy(fileOf(2)).toSorted()).toEqual([...idsOf(first), ...idsOf(keys)].toSorted());
    expect(fileOf(1)).toEqual(serverOf(repository).root);
    expect(follow(repository).trusted.root.body.version).toBe(3);
  });

  it('can be more than need to sign: two of three are enough, one is not [C2 S3]', () => {
    const three = ['a', 'b', 'c'].map(keyNamed) as KeyHolder[];
    const [a, b, c] = three as [KeyHolder, KeyHolder, KeyHolder];
    const change = (root: readonly KeyHolder[]): KeyChange => ({ root, thresholds: { root: 2 } });
    succeeded(serverOf(repository).rotate(change([a, b, away(c)]), begin));
    expect(signedBy(world.file(`${repository}/2.root.json`) ?? expect.fail())).not.toContain(c.keyId);
    expect(follow(repository).trusted.root.body.roles.root.threshold).toBe(2);
    const refused = serverOf(repository).rotate(
      { root: [c, ...['x', 'y'].map(keyNamed).map(away)], thresholds: { root: 2 } },
      begin,
    );
    expect(refused).toMatchObject({ ok: false, fault: { code: 'threshold-unmet', clause: 'S3' } });
    expect(world.file(`${repository}/3.root.json`)).toBeUndefined();
  });

  it('keep their threshold where another role’s rotate [C2]', () => {
    const three = ['a', 'b', 'c'].map(keyNamed);
    succeeded(serverOf(repository).rotate({ root: three, thresholds: { root: 2 } }, begin));
    succeeded(serverOf(repository).rotate({ timestamp: [keyNamed('t')] }, begin));
    expect(follow(repository).trusted.root.body.roles.root.threshold).toBe(2);
    succeeded(serverOf(repository).rotate({ root: three.slice(0, 1) }, begin));
    expect(follow(repository).trusted.root.body.roles.root.threshold).toBe(1);
  });

  it('that are elsewhere sign the next root in a ceremony, one after the other [Z1 S3]', () => {
    const server = serverOf(repository);
    const offline = [keyNamed('offline a'), keyNamed('offline b')];
    succeeded(server.rotate({ root: offline.map((key) => key) }, begin));
    const next = server.draftRoot({ root: [away(keyNamed('x')), away(keyNamed('y'))] }, begin);
    const holders = [...offline, keyNamed('x'), keyNamed('y')];
    expect(next.signers.file()).toBeUndefined();
    for (const [index, holder] of holders.entries()) {
      expect(server.acceptRoot(next, begin)).toMatchObject({ ok: false, fault: { code: 'threshold-unmet' } });
      expect(next.signers.missing()).toBe(index < 2 ? 2 : 4 - index);
      expect(next.signers.add(holder.keyId, holder.sign(next.signers.payload))).toBe(true);
    }
    succeeded(server.acceptRoot(next, begin));
    expect(follow(repository).trusted.root.body.version).toBe(3);
    expect(server.acceptRoot(next, begin)).toMatchObject({ ok: false, fault: { clause: 'S4' } });
  });

  it('count in a ceremony only as what they are: no stranger, no other payload, nobody twice [S3 Z5]', () => {
    const { signers } = serverOf(repository).draftRoot({}, begin);
    const [one] = world.keys[repository].root;
    if (one === undefined) return expect.fail();
    expect(signers.add(attacker.keyId, attacker.sign(signers.payload))).toBe(false);
    expect(signers.add(one.keyId, attacker.sign(signers.payload))).toBe(false);
    expect(signers.add(one.keyId, one.sign(utf8('other')))).toBe(false);
    expect(signers.missing()).toBe(2);
    expect(signers.add(one.keyId, one.sign(signers.payload))).toBe(true);
    expect(signers.add(one.keyId, one.sign(signers.payload))).toBe(true);
    expect(signers.missing()).toBe(1);
  });

  it('stay where a root is renewed before it expires, and so do the online files [S6 B5]', () => {
    const late = begin + usualValidity.root + 1;
    expect(follow(repository, late).result).toMatchObject({ ok: false, fault: { clause: 'S6' } });
    const targets = world.latest(repository, 'targets');
    succeeded(serverOf(repository).renewRoot(begin + usualValidity.root - 1));
    const chain = follow(repository, late);
    succeeded(chain.result);
    expect(chain.trusted.root.body.version).toBe(2);
    expect(world.latest(repository, 'targets')).toEqual(targets);
  });

  const wrong: readonly [string, KeyChange][] = [
    ['no keys', { timestamp: [] }],
    ['a key twice', { targets: [keyNamed('a'), keyNamed('a')] }],
    ['a threshold of nought', { root: [keyNamed('a')], thresholds: { root: 0 } }],
    ['a threshold that is no number of keys', { thresholds: { root: 1.5 } }],
    ['a threshold that is never met', { targets: [keyNamed('a')], thresholds: { targets: 2 } }],
    ['too many keys', { root: Array.from({ length: 65 }, (_, index) => keyNamed(`${index}`)) }],
    ['online keys that are elsewhere', { snapshot: [away(keyNamed('a'))] }],
  ];
  it.each(wrong)('with %s are the operator’s mistake, and nothing happens [C2]', (_, change) => {
    expect(() => serverOf(repository).rotate(change, begin)).toThrow(InputError);
    expect(world.file(`${repository}/2.root.json`)).toBeUndefined();
  });
});

describe('a Director', () => {
  it('serves other vehicles under the same roots, and re-signs theirs as well when keys rotate [J8 S3]', () => {
    const { ecus } = world.director.vehicle;
    const sibling = world.director.forVehicle({ vin: 'OTHER', ecus, reports: new Map(), attacks: new Map() }, begin);
    sibling.publish(begin);
    const keys = [keyNamed('x')];
    succeeded(world.director.rotate({ targets: keys }, begin));
    expect(sibling.file('2.root.json', begin)).toEqual(world.director.file('2.root.json', begin));
    expect(draftOf(sibling.file('timestamp.json', begin) ?? expect.fail()).version).toBe(2);
    const targets = sibling.file('2.targets.json', begin) ?? expect.fail();
    expect([draftOf(targets).custom.vin, signedBy(targets)]).toEqual(['OTHER', idsOf(keys)]);
  });
});

describe('a Director without a timeserver', () => {
  it('names no keys for one, in its Root and in its Targets [Y4]', () => {
    const director = new Director({
      signatures,
      keys: world.keys.director,
      timeserver: [],
      vehicle: world.director.vehicle,
      validity: usualValidity,
      now: begin,
    });
    director.publish(begin);
    expect(draftOf(director.root)).not.toHaveProperty('timeserver');
    expect(draftOf(director.current()?.targets ?? expect.fail()).custom).toEqual({ vin });
  });
});

describe('the timeserver’s keys', () => {
  const timeserver = () => world.timeserver;
  const tokens = ['0a'.repeat(16)];
  const believes = (signers: Signers, bytes: Uint8Array) =>
    checkTimeAttestation({ signatures, timeserver: signers, tokens, last: undefined }, bytes, 'Y2').ok;

  it('rotate through the Director’s Root, and through its Targets for ECUs that read no Root [Y4 Y5]', () => {
    const start = {
      full: primary.verify(world, world.provisioned()),
      partial: partialSecondary.verify(world, world.provisioned()),
    };
    const keys = [keyNamed('next time')];
    succeeded(world.director.rotate({ timeserver: keys }, begin));
    const full = primary.verify(world, start.full.trusted).trusted.director.root.body;
    expect(full.timeserver).toEqual({ keyids: idsOf(keys), threshold: 1 });
    const partial = partialSecondary.verify(world, start.partial.trusted).trusted.director;
    expect(partial.root.body.version).toBe(1);
    const listed = partial.targets?.body.timeserver ?? expect.fail();
    const next = new Timeserver(keys);
    for (const signers of [listed, { role: full.timeserver, keys: full.keys }]) {
      expect(believes(signers, next.attest(tokens, begin))).toBe(true);
      expect(believes(signers, timeserver().attest(tokens, begin))).toBe(false);
    }
  });

  it('can sign old and new together while vehicles do not know the new ones yet [Y5]', () => {
    const old = world.timeserver.keys;
    const next = [keyNamed('next time')];
    const { body } = world.provisioned().director.root;
    const before = { role: body.timeserver, keys: body.keys };
    succeeded(world.director.rotate({ timeserver: next }, begin));
    const { body: now } = follow('director').trusted.root;
    const after = { role: now.timeserver, keys: now.keys };
    const server = new Timeserver(old);
    const believed = () => [before, after].map((signers) => believes(signers, server.attest(tokens, begin)));
    expect(believed()).toEqual([true, false]);
    server.rotate([...old, ...next]);
    expect(believed()).toEqual([true, true]);
    server.rotate(next);
    expect(believed()).toEqual([false, true]);
  });
});

describe('an Image repository', () => {
  const holders = (changes: Partial<RoleHolders>): RoleHolders => ({ ...world.keys.image, ...changes });

  it('cannot begin without the signatures of its first root', () => {
    const root = world.keys.image.root.map(away);
    expect(() => new ImageRepository(holders({ root }), usualValidity, begin)).toThrow(InputError);
  });

  it('does not publish before it has Targets, where others sign them', () => {
    const targets = world.keys.image.targets.map(away);
    const images = new ImageRepository(holders({ targets }), usualValidity, begin);
    expect(() => images.publish(begin)).toThrow(InputError);
    expect(() => images.add('a', utf8('a'), { hardwareIds: [], releaseCounter: 1 })).toThrow(InputError);
    expect(images.file('timestamp.json', begin)).toBeUndefined();
  });

  it('keeps past editions for vehicles in the middle of an update, and not for ever [H1]', () => {
    const images = new ImageRepository(world.keys.image, usualValidity, begin);
    for (let edition = 0; edition < editionsKeptMax + 5; edition += 1) images.publish(begin);
    const kept = (name: string) => images.file(name, begin) !== undefined;
    expect(
      ['1.targets.json', '5.snapshot.json', '6.snapshot.json', `${editionsKeptMax + 5}.targets.json`].map(kept),
    ).toEqual([false, false, true, true]);
  });

  it('signs with any key of a role, and a bad signature beside it does no harm [Z5]', () => {
    const other = { ...attacker, keyId: keyNamed('b').keyId, key: keyNamed('b').key };
    succeeded(world.images.rotate({ timestamp: [keyNamed('a'), other], thresholds: { timestamp: 1 } }, begin));
    const { result, trusted } = primary.verify(world, world.provisioned());
    succeeded(result);
    const root = trusted.image?.root.body ?? expect.fail();
    expect(signersOf(root, 'timestamp').role?.threshold).toBe(1);
    expect(signaturesOf(world.file('image/timestamp.json') ?? expect.fail())).toHaveLength(2);
  });
});

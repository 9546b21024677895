// Delegations of the Image repository, made and taken back at runtime, as vehicles see them; and authorised uploads. E I3 I4
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { InputError } from '../../../src/core/faults.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import type { NewDelegation } from '../../../src/repository/images/delegating.ts';
import type { ImageUpload } from '../../../src/repository/images/uploadCheck.ts';
import { editionsKeptMax } from '../../../src/repository/limits.ts';
import type { KeyHolder } from '../../../src/repository/roles/roleKeys.ts';
import {
  imageEntry,
  listImage,
  writeImageTargets,
  writeKeys,
  writeRoleKeys,
} from '../../../src/repository/roles/writeMetadata.ts';
import { type MustMatch, storedImageName } from '../../../src/uptane/model/metadata.ts';
import type { SigningKey } from '../../../src/uptane/signing/keys.ts';
import { attacker, draftOf, signaturesOf } from '../../uptane/support/attacks.ts';
import { begin, keyNamed, primary, succeeded, World } from '../../uptane/support/fixtures.ts';

const brakes = keyNamed('brakes');
const away = ({ keyId, key }: KeyHolder): KeyHolder => ({ keyId, key });
const mustMatch: MustMatch = { hardwareIds: ['hw-full-1'], releaseCounter: 2 };
const filename = 'brakes/full-1.bin';
const bytes = utf8('brakes 2');
const toBrakes: NewDelegation = { to: [{ name: 'brakes', holders: [brakes] }], paths: ['brakes/*'] };

let world: World;
beforeEach(() => {
  world = new World();
});

/** Has the Director want the image on full-1, which no one else then has any say in. */
function wanted(name = filename, image = bytes, match = mustMatch) {
  world.director.assign('full-1', listImage(name, image, match));
  succeeded(world.sendManifest());
  return primary.verify(world, world.provisioned());
}
const fileOf = (name: string) => world.images.file(name, begin);
const snapshot = () => draftOf(world.latest('image', 'snapshot').bytes).meta;
const targets = () =>
  draftOf(world.latest('image', 'targets').bytes) as unknown as {
    delegations?: { keys: object; roles: { name: string }[] };
  };
const names = () => targets().delegations?.roles.map(({ name }) => name);

describe('a delegation', () => {
  it('has vehicles accept what the delegatee lists, whose file the Snapshot names [E1 E3 E4 F1 A3]', () => {
    world.images.delegate(toBrakes, begin);
    world.images.add(filename, bytes, mustMatch, { role: 'brakes' });
    world.images.publish(begin);
    const verified = wanted();
    succeeded(verified.result);
    expect([...(verified.trusted.image?.delegated?.keys() ?? [])]).toEqual(['brakes']);
    const file = fileOf('1.brakes.json') ?? expect.fail();
    expect(signaturesOf(file).map(({ keyid }) => keyid)).toEqual([brakes.keyId]);
    const described = { version: 1, length: file.length, hashes: { sha256: hashHex('sha256', file) } };
    expect(snapshot()['brakes.json']).toEqual(described);
  });

  it('is written as TUF writes it, not terminating and for any hardware unless it says so [A8 E4 E5]', () => {
    world.images.delegate(toBrakes, begin);
    world.images.publish(begin);
    expect(targets().delegations).toEqual({
      keys: { [brakes.keyId]: brakes.key },
      roles: [{ name: 'brakes', keyids: [brakes.keyId], threshold: 1, paths: ['brakes/*'], terminating: false }],
    });
    const one = { name: 'one', holders: [brakes] };
    world.images.delegate({ to: [one], paths: ['*'], terminating: true, hardwareIds: ['hw'] }, begin);
    world.images.publish(begin);
    expect(targets().delegations?.roles[1]).toMatchObject({ name: 'one', terminating: true, hardwareIds: ['hw'] });
  });

  it('does not cover an image of another path, or for other hardware [E4 E5]', () => {
    world.images.delegate({ ...toBrakes, hardwareIds: ['hw-primary-0'] }, begin);
    world.images.add(filename, bytes, mustMatch, { role: 'brakes' });
    world.images.add('elsewhere.bin', bytes, mustMatch, { role: 'brakes' });
    world.images.publish(begin);
    expect(wanted().result).toMatchObject({ ok: false, fault: { code: 'target-missing' } });
    expect(wanted('elsewhere.bin').result).toMatchObject({ ok: false, fault: { code: 'target-missing' } });
  });

  it('stands where it is put among the others, and the first that lists an image is believed [A6 E2]', () => {
    const lists = (name: string, content: string, position?: number) => {
      const to = [{ name, holders: [keyNamed(name)] }];
      world.images.delegate({ to, paths: ['brakes/*'], ...(position !== undefined && { position }) }, begin);
      world.images.add(filename, utf8(content), mustMatch, { role: name });
    };
    lists('b', 'of b');
    lists('c', 'of c');
    lists('a', 'of a', 0);
    world.images.publish(begin);
    expect(names()).toEqual(['a', 'b', 'c']);
    succeeded(wanted(filename, utf8('of a')).result);
    expect(wanted(filename, utf8('of b')).result).toMatchObject({ fault: { code: 'repositories-disagree' } });
  });

  it('can be made by a delegated role in turn, however deep [E1 E6]', () => {
    world.images.delegate(toBrakes, begin);
    for (let depth = 0; depth < 4; depth += 1) {
      const from = depth === 0 ? 'brakes' : `deep ${depth - 1}`;
      const to = [{ name: `deep ${depth}`, holders: [keyNamed(`deep ${depth}`)] }];
      world.images.delegate({ from, to, paths: ['brakes/full*'] }, begin);
    }
    world.images.add(filename, bytes, mustMatch, { role: 'deep 3' });
    world.images.publish(begin);
    succeeded(wanted().result);
    expect(fileOf('1.deep%203.json')).toBeDefined();
  });

  it('to several roles holds once enough of them say the same [A9]', () => {
    const to = ['x', 'y', 'z'].map((name) => ({ name, holders: [keyNamed(name)] }));
    world.images.delegate({ to, agreement: 2, paths: ['brakes/*'] }, begin);
    world.images.add(filename, bytes, mustMatch, { role: 'z' });
    world.images.publish(begin);
    expect(wanted().result).toMatchObject({ ok: false, fault: { code: 'roles-disagree' } });
    world.images.add(filename, bytes, mustMatch, { role: 'x' });
    world.images.publish(begin);
    succeeded(wanted().result);
  });

  it('leaves a role’s file as it is until it changes or is halfway to its expiry [B5]', () => {
    world.images.delegate(toBrakes, begin);
    for (let edition = 0; edition < 3; edition += 1) world.images.publish(begin);
    expect(snapshot()['brakes.json']?.version).toBe(1);
    world.images.publish(begin + 16 * 86_400);
    expect(snapshot()['brakes.json']?.version).toBe(2);
  });

  it('keeps an unchanged file on offer, however often the others are renewed [H1]', () => {
    world.images.delegate(toBrakes, begin);
    for (let edition = 0; edition < editionsKeptMax + 2; edition += 1) world.images.publish(begin);
    expect(fileOf('1.brakes.json')).toBeDefined();
  });

  it('to a role that is trusted by another one names the same keys, or is a mistake [E3]', () => {
    world.images.delegate(toBrakes, begin);
    world.images.delegate({ to: [{ name: 'x', holders: [keyNamed('x')] }], paths: ['*'] }, begin);
    const again = (key: KeyHolder) => {
      const delegation = { from: 'x', to: [{ name: 'brakes', holders: [key] }], paths: ['brakes/*'] };
      return () => world.images.delegate(delegation, begin);
    };
    expect(again(attacker)).toThrow('role brakes: it has other keys elsewhere');
    expect(again(brakes)).not.toThrow();
  });

  const wrong: readonly [string, () => Partial<NewDelegation>][] = [
    ['to nobody', () => ({ to: [] })],
    ['to a role without keys', () => ({ to: [{ name: 'none', holders: [] }] })],
    ['to one of the four roles', () => ({ to: [{ name: 'snapshot', holders: [brakes] }] })],
    ['to the same role twice', () => ({ to: [{ name: 'brakes', holders: [brakes] }] })],
    [
      'to a role with other keys than it has',
      () => ({ from: 'targets', to: [{ name: 'brakes', holders: [attacker] }] }),
    ],
    ['by a role that nobody delegates to', () => ({ from: 'nobody' })],
    [
      'of more agreement than roles',
      () => ({ to: ['x', 'y'].map((name) => ({ name, holders: [brakes] })), agreement: 3 }),
    ],
    ['at a position that is none', () => ({ position: 7 })],
    ['to keys that are elsewhere, with no file of theirs', () => ({ to: [{ name: 'x', holders: [away(brakes)] }] })],
    ['with endless paths', () => ({ to: [{ name: 'x', holders: [brakes] }], paths: ['a'.repeat(2000)] })],
    [
      'with a file that another key signed',
      () => ({ to: [{ name: 'x', holders: [away(brakes)], signedTargets: signed([attacker], 1) }] }),
    ],
    [
      'with a file that lists images already',
      () => ({ to: [{ name: 'x', holders: [away(brakes)], signedTargets: signed([brakes], 1, [filename]) }] }),
    ],
  ];
  it.each(wrong)('%s is the operator’s mistake, and nothing happens [E3 E4]', (_, changes) => {
    world.images.delegate(toBrakes, begin);
    world.images.publish(begin);
    const before = targets().delegations;
    expect(() => world.images.delegate({ ...toBrakes, ...changes() }, begin)).toThrow(InputError);
    world.images.publish(begin);
    expect(targets().delegations).toEqual(before);
  });
});

describe('a delegation that is taken back', () => {
  beforeEach(() => {
    world.images.delegate(toBrakes, begin);
    world.images.delegate(
      { from: 'brakes', to: [{ name: 'pads', holders: [keyNamed('pads')] }], paths: ['brakes/pads*'] },
      begin,
    );
    world.images.add(filename, bytes, mustMatch, { role: 'brakes' });
    world.images.publish(begin);
  });

  it('is gone with its keys, and vehicles that followed it no longer find the image [E2 E3]', () => {
    const { trusted, result } = wanted();
    succeeded(result);
    world.images.revoke('brakes');
    world.images.publish(begin);
    expect(targets().delegations).toBeUndefined();
    expect(primary.verify(world, trusted).result).toMatchObject({ ok: false, fault: { code: 'target-missing' } });
  });

  it('leaves its role, and the roles below it, in the Snapshot until the Snapshot’s keys rotate [U6]', () => {
    const { trusted } = wanted();
    world.images.revoke('brakes');
    world.images.publish(begin);
    expect(Object.keys(snapshot()).toSorted()).toEqual(['brakes.json', 'pads.json', 'targets.json']);
    world.images.add('replacement.bin', bytes, mustMatch);
    succeeded(world.images.rotate({ timestamp: [keyNamed('t')] }, begin));
    expect(snapshot()).toHaveProperty('brakes.json');
    succeeded(world.images.rotate({ snapshot: [keyNamed('s')] }, begin));
    expect(Object.keys(snapshot())).toEqual(['targets.json']);
    world.director.assign('full-1', listImage('replacement.bin', bytes, mustMatch));
    succeeded(world.sendManifest());
    succeeded(primary.verify(world, trusted).result);
  });

  it('can be made again to others under the same name, who inherit no image, but its versions [U5 B5]', () => {
    const { trusted } = wanted();
    world.images.revoke('brakes');
    world.images.publish(begin);
    world.images.delegate({ to: [{ name: 'brakes', holders: [keyNamed('others')] }], paths: ['brakes/*'] }, begin);
    world.images.publish(begin);
    expect(snapshot()['brakes.json']?.version).toBe(2);
    expect(draftOf(fileOf('2.brakes.json') ?? expect.fail()).targets).toEqual({});
    expect(primary.verify(world, trusted).result).toMatchObject({ fault: { code: 'target-missing' } });
  });

  it('must have been made', () => {
    expect(() => world.images.revoke('pads')).toThrow(InputError);
    expect(() => world.images.revoke('pads', 'nobody')).toThrow(InputError);
    world.images.revoke('pads', 'brakes');
  });

  it('is not needed to give a role other keys: the delegators name them, and its file is re-signed [E3 S7]', () => {
    const { trusted } = wanted();
    const next = keyNamed('next');
    world.images.rotateDelegated({ name: 'brakes', holders: [next] }, begin);
    world.images.publish(begin);
    expect(signaturesOf(fileOf('2.brakes.json') ?? expect.fail()).map(({ keyid }) => keyid)).toEqual([next.keyId]);
    expect(Object.keys(targets().delegations?.keys ?? {})).toEqual([next.keyId]);
    succeeded(primary.verify(world, trusted).result);
    expect(() => world.images.rotateDelegated({ name: 'nobody', holders: [next] }, begin)).toThrow(InputError);
  });
});

/** A Targets file as its key holders hand it in. */
function signed(
  keys: readonly SigningKey[],
  version: number,
  files: readonly string[] = [],
  {
    delegations,
    expires = begin + 1000,
    content = bytes,
    match = mustMatch,
  }: { delegations?: object; expires?: number; content?: Uint8Array; match?: MustMatch } = {},
): Uint8Array {
  const entries = files.map((name): [string, object] => [name, imageEntry(listImage(name, content, match))]);
  return writeImageTargets({ version, expires }, { targets: new Map(entries), delegations }, keys);
}

describe('an upload', () => {
  const upload = (changes: Partial<ImageUpload> = {}) =>
    world.images.upload(
      { role: 'brakes', filename, bytes, mustMatch, signedTargets: signed([brakes], 2, [filename]), ...changes },
      begin,
    );
  const first = signed([brakes], 1);
  beforeEach(() => {
    const to = [{ name: 'brakes', holders: [away(brakes)], signedTargets: first }];
    world.images.delegate({ ...toBrakes, to, hardwareIds: ['hw-full-1'] }, begin);
    world.images.publish(begin);
  });

  it('signed by the key holders of a delegated role is published, and a vehicle installs it [I3 I4 I5]', () => {
    const { trusted } = primary.verify(world, world.provisioned());
    succeeded(upload());
    expect(snapshot()['brakes.json']?.version).toBe(2);
    const name = storedImageName(filename, hashHex('sha512', bytes));
    expect(world.images.image(name, 0, 100)).toEqual(bytes);
    wanted();
    succeeded(primary.verify(world, trusted).result);
  });

  it('of the top-level role, whose keys are elsewhere, is published likewise [I3 Z1]', () => {
    const keys = world.keys.image.targets;
    succeeded(world.images.rotate({ targets: keys.map(away) }, begin));
    expect(() => world.images.add('top.bin', bytes, mustMatch)).toThrow(InputError);
    const current = draftOf(world.latest('image', 'targets').bytes) as unknown as {
      targets: Record<string, object>;
      delegations: object;
    };
    const listed = new Map(Object.entries(current.targets));
    listed.set('top.bin', imageEntry(listImage('top.bin', bytes, mustMatch)));
    const file = { targets: listed, delegations: current.delegations };
    const signedTargets = writeImageTargets({ version: 40, expires: begin + 1000 }, file, keys);
    succeeded(upload({ role: 'targets', filename: 'top.bin', signedTargets }));
    expect(snapshot()['targets.json']?.version).toBe(40);
    const { trusted, result } = wanted('top.bin');
    succeeded(result);
    world.images.publish(begin);
    expect(snapshot()['targets.json']?.version).toBe(40);
    expect(snapshot()).toHaveProperty('brakes.json');
    succeeded(primary.verify(world, trusted).result);
  });

  it('of a role whose keys are at hand as well is followed by higher versions, with all that it lists [I3 B5]', () => {
    succeeded(world.images.rotate({ targets: world.keys.image.targets }, begin));
    const { targets: listed, delegations } = JSON.parse(
      new TextDecoder().decode(world.latest('image', 'targets').bytes),
    ).signed;
    const file = { targets: new Map<string, object>(Object.entries(listed)), delegations };
    const signedTargets = writeImageTargets({ version: 40, expires: begin + 1000 }, file, world.keys.image.targets);
    succeeded(world.images.upload({ role: 'targets', signedTargets }, begin));
    expect(snapshot()['targets.json']?.version).toBe(41);
    expect(draftOf(world.latest('image', 'targets').bytes)).toMatchObject({ targets: listed, delegations });
  });

  const pads = keyNamed('pads');
  const toPads = { name: 'pads', ...writeRoleKeys([pads], 1), paths: ['brakes/pads*'], terminating: false };
  const delegations = { keys: writeKeys([pads]), roles: [toPads] };

  it('can delegate further without an image, and the next one follows that chain [E1 I4]', () => {
    succeeded(world.images.upload({ role: 'brakes', signedTargets: signed([brakes], 2, [], { delegations }) }, begin));
    const name = 'brakes/pads-1.bin';
    succeeded(upload({ role: 'pads', filename: name, signedTargets: signed([pads], 1, [name]) }));
    succeeded(wanted(name).result);
    const other = upload({ role: 'pads', filename, signedTargets: signed([pads], 2, [filename]) });
    expect(other).toMatchObject({ ok: false, fault: { code: 'upload-refused', clause: 'I4' } });
  });

  it('to one of several roles waits for the others’ agreement at the vehicle, not here [A9 I4]', () => {
    const to = ['x', 'y'].map((name) => {
      return { name, holders: [away(keyNamed(name))], signedTargets: signed([keyNamed(name)], 1) };
    });
    world.images.delegate({ to, paths: ['both/*'] }, begin);
    world.images.publish(begin);
    const name = 'both/a.bin';
    for (const role of ['x', 'y']) {
      succeeded(upload({ role, filename: name, signedTargets: signed([keyNamed(role)], 2, [name]) }));
      expect(wanted(name).result.ok).toBe(role === 'y');
    }
  });

  const hardware: MustMatch = { hardwareIds: ['hw-other'], releaseCounter: 2 };
  const rows: readonly [string, () => Partial<ImageUpload>, 'I3' | 'I4', RegExp][] = [
    [
      'signed by a stranger [I3]',
      () => ({ signedTargets: signed([attacker], 2, [filename]) }),
      'I3',
      /needed signatures/,
    ],
    [
      'signed by one of the keys of another role [I3]',
      () => ({ signedTargets: signed([keyNamed('pads')], 2, [filename]) }),
      'I3',
      /needed signatures/,
    ],
    ['to a role that nobody delegates to [I3]', () => ({ role: 'nobody' }), 'I3', /nobody delegates to role nobody/],
    [
      'of the version that is published [I3]',
      () => ({ signedTargets: signed([brakes], 1, [filename]) }),
      'I3',
      /version 1 after 1/,
    ],
    [
      'that has expired [I3]',
      () => ({ signedTargets: signed([brakes], 2, [filename], { expires: begin - 1 }) }),
      'I3',
      /expired/,
    ],
    ['that is no metadata [I3]', () => ({ signedTargets: utf8('{}') }), 'I3', /signed: an object is needed/],
    [
      'that delegates by hash bins [I3]',
      () => {
        const succinct = { ...writeRoleKeys([brakes], 1), bit_length: 8, name_prefix: 'bin' };
        const bins = { keys: writeKeys([brakes]), succinct_roles: succinct };
        return { signedTargets: signed([brakes], 2, [filename], { delegations: bins }) };
      },
      'I3',
      /hash bins/,
    ],
    [
      'of an image outside the delegation’s paths [I4]',
      () => ({ filename: 'engine/x.bin', signedTargets: signed([brakes], 2, ['engine/x.bin']) }),
      'I4',
      /nobody leaves this image to role brakes/,
    ],
    [
      'of an image for hardware that the delegation does not cover [I4]',
      () => ({ mustMatch: hardware, signedTargets: signed([brakes], 2, [filename], { match: hardware }) }),
      'I4',
      /nobody leaves this image to role brakes/,
    ],
    ['of other bytes than are listed [I4]', () => ({ bytes: utf8('brakes 3') }), 'I4', /sha256 of the image/],
    ['of bytes of another length [I4]', () => ({ bytes: utf8('brakes') }), 'I4', /6 bytes where 8 are listed/],
    [
      'of an image that is not listed [I4]',
      () => ({ filename: 'brakes/x', signedTargets: signed([brakes], 2) }),
      'I4',
      /does not list/,
    ],
    ['with other metadata that must match [I4]', () => ({ mustMatch: hardware }), 'I4', /must match/],
    [
      'that lists an image besides, which nobody handed in [I4]',
      () => ({ signedTargets: signed([brakes], 2, [filename, 'brakes/y.bin']) }),
      'I4',
      /brakes\/y.bin is listed/,
    ],
  ];
  it.each(rows)('%s is refused, and nothing happens', (_, changes, clause, message) => {
    const before = world.images.current();
    const refused = upload(changes());
    expect(refused).toMatchObject({ ok: false, fault: { code: 'upload-refused', clause, repository: 'image' } });
    expect(refused.ok ? '' : refused.fault.message).toMatch(message);
    expect(world.images.current()).toBe(before);
    succeeded(upload());
  });

  it('of an image that a role before it lists is refused: no vehicle would come to it [I4 A6]', () => {
    world.images.add(filename, utf8('top'), mustMatch);
    world.images.publish(begin);
    expect(upload()).toMatchObject({
      fault: { clause: 'I4', message: expect.stringContaining('a role that comes before') },
    });
  });

  it('behind a terminating delegation that does not lead to it is refused [I4 A7]', () => {
    const to = [{ name: 'end', holders: [keyNamed('end')] }];
    world.images.delegate({ to, paths: ['brakes/*'], terminating: true, position: 0 }, begin);
    world.images.publish(begin);
    expect(upload()).toMatchObject({ fault: { clause: 'I4' } });
  });

  it('by a role whose delegation was taken back is refused [I3]', () => {
    world.images.revoke('brakes');
    world.images.publish(begin);
    expect(upload()).toMatchObject({ fault: { clause: 'I3', message: expect.stringContaining('nobody delegates') } });
  });
});

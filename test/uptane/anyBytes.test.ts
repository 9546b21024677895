// Any bytes into any decoder give a value or a fault, never a throw; no change of a served file makes an ECU take
// another image for the genuine one.

import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { createRandom } from '../../src/core/random.ts';
import { canonicalJson } from '../../src/uptane/canonicalJson.ts';
import { decodeMetadata } from '../../src/uptane/decodeMetadata.ts';
import type { RoleName, Targets } from '../../src/uptane/metadata.ts';
import { uptaneProfile } from '../../src/uptane/profile.ts';
import { parseStrictJson } from '../../src/uptane/strictJson.ts';
import { checkTimeAttestation } from '../../src/uptane/timeAttestation.ts';
import { restoreTrusted, trustedFiles } from '../../src/uptane/trusted.ts';
import { checkVehicleManifest } from '../../src/uptane/vehicleManifest.ts';
import { checkVersionReport, claimedSerial } from '../../src/uptane/versionReport.ts';
import { fc, prop } from '../property.ts';
import { draftOf, flipped, reissue, rotateRoot } from './attacks.ts';
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
} from './fixtures.ts';

const roles: readonly RoleName[] = ['root', 'timestamp', 'snapshot', 'targets'];
const place = <R extends RoleName>(role: R) => ({ profile: uptaneProfile, repository: 'director', role }) as const;
const world = new World();
rotateRoot(world, 'director', { keys: { snapshot: [keyNamed('rotated')] } });
rotateRoot(world, 'image', { keys: { timestamp: [keyNamed('rotated too')] } });
reissue(world, 'director', {});
reissue(world, 'image', {});
const served = ['director', 'image'].flatMap((name) =>
  ['2.root', 'timestamp', '2.snapshot', '2.targets'].map((file) => `${name}/${file}.json`),
);
const genuine = new Map(served.map((name) => [name, world.file(name) ?? expect.fail(name)]));
const token = '0a'.repeat(16);
const attestation = world.timeserver.attest([token], begin);
const manifest = world.manifest();
const report = canonicalJson(world.report('full-1'));

/** A JSON value with one member or item dropped, replaced, doubled or renamed. */
function mutated(value: unknown, pick: (below: number) => number): unknown {
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const visit = (at: unknown) => {
    if (typeof at !== 'object' || at === null) return;
    const holder = at as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      visit(holder[key]);
    }
  };
  const copy = structuredClone(value);
  visit(copy);
  const place = places[pick(places.length)];
  if (place === undefined) return null;
  const { holder, key } = place;
  const others = [
    null,
    0,
    -1,
    1.5,
    2 ** 53 - 1,
    '',
    'x',
    [],
    {},
    true,
    [[]],
    { a: 1 },
    begin,
    '9999-12-31T23:59:59Z',
    'ff'.repeat(32),
  ];
  const kind = pick(others.length + 5);
  if (kind < others.length) holder[key] = others[kind];
  else if (kind === others.length) delete holder[key];
  else if (kind === others.length + 1) holder[key] = places[pick(places.length)]?.key;
  else if (kind === others.length + 2) holder.__added = holder[key];
  else if (typeof holder[key] === 'number') holder[key] = (holder[key] as number) + 1;
  else if (typeof holder[key] === 'string') holder[key] = mutatedText(holder[key] as string, pick);
  else {
    holder[`${key}2`] = holder[key];
    delete holder[key];
  }
  return copy;
}

function mutatedText(text: string, pick: (below: number) => number): string {
  const index = pick(text.length + 1);
  return `${text.slice(0, index)}${text[index] === '0' ? '1' : '0'}${text.slice(index + 1)}`;
}

/** Drawn by a generator of the project's own: fast-check's numbers keep to the ends of their range, and so to the same places. */
const picks = fc.nat().map((seed) => {
  const random = createRandom(`mutation ${seed}`);
  return (below: number) => random.below(below);
});

function mutatedFile(bytes: Uint8Array, pick: (below: number) => number): Uint8Array {
  if (pick(2) === 0) return flipped(bytes, pick(bytes.length * 8));
  return utf8(JSON.stringify(mutated(JSON.parse(new TextDecoder().decode(bytes)), pick)));
}

/** Junk of all kinds: bytes, JSON values, and good files broken in one place. */
const inputs = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json({ maxDepth: 4 }).map(utf8),
  fc.jsonValue({ maxDepth: 3 }).map((signed) => utf8(JSON.stringify({ signed, signatures: [] }))),
  fc
    .tuple(fc.constantFrom(...genuine.values(), attestation, manifest, report), picks)
    .map(([bytes, pick]) => mutatedFile(bytes, pick)),
);

interface Outcome {
  readonly ok: boolean;
}
const decoders: readonly [string, (bytes: Uint8Array) => Outcome][] = [
  ...roles.map((role): [string, (bytes: Uint8Array) => Outcome] => [
    `${role} metadata`,
    (bytes) => decodeMetadata(place(role), bytes),
  ]),
  [
    'a time attestation',
    (bytes) => {
      const { timeserver: role, keys } = world.provisioned().director.root.body;
      return checkTimeAttestation(
        { signatures, timeserver: { role, keys }, tokens: [token], last: undefined },
        bytes,
        'Y3',
      );
    },
  ],
  ['a vehicle manifest', (bytes) => checkVehicleManifest(signatures, world.ecuKeys['primary-0'].key, bytes)],
  [
    'a version report',
    (bytes) => {
      const json = parseStrictJson(bytes);
      if (!json.ok) return json;
      claimedSerial(json.value);
      return checkVersionReport(signatures, world.ecuKeys['full-1'].key, 'full-1', json.value);
    },
  ],
  [
    'stored trust',
    (bytes) => restoreTrusted(uptaneProfile, new Map([...genuine].map(([name]) => [name.replace('2.', ''), bytes]))),
  ],
];

describe.each(decoders)('any bytes for %s', (_, decode) => {
  prop([inputs])('give a value or a fault, never a throw', (bytes) => {
    expect(decode(bytes)).toHaveProperty('ok', expect.any(Boolean));
  });
});

it('the decoders do take what is genuine, so that the above is no empty word', () => {
  const files = [
    world.director.root,
    ...['timestamp', '2.snapshot', '2.targets'].map((name) => genuine.get(`director/${name}.json`) ?? expect.fail()),
  ];
  const good = [...files, attestation, manifest, report];
  for (const [index, bytes] of good.entries()) expect(decoders[index]?.[1](bytes)).toMatchObject({ ok: true });
});

const images = (targets: Targets) =>
  [...targets.targets.values()].map(({ filename, length, hashes, ecus }) => ({
    filename,
    length,
    hashes,
    ecus: [...ecus],
  }));

/** A partial Secondary has nothing but the signature between it and such a change: it meets more of them. */
const askedFor: readonly [Verifier, readonly string[], number][] = [
  [primary, served, 150],
  [fullSecondary, served, 150],
  [partialSecondary, ['director/targets.json'], 300],
];

describe.each(askedFor)('$name', ({ verify }, names, numRuns) => {
  const expected = images(succeeded(verify(world, world.provisioned()).result).director);

  prop([fc.constantFrom(...names), picks], { numRuns })(
    'never takes another image for the genuine one where one served file was changed in one place [T2 U2 V2 V3 S3]',
    (name, pick) => {
      const source = genuine.get(name) ?? genuine.get('director/2.targets.json') ?? expect.fail(name);
      world.serve(name, mutatedFile(source, pick));
      const outcome = verify(world, world.provisioned());
      world.serve(name, source);
      if (outcome.result.ok) expect(images(outcome.result.value.director)).toEqual(expected);
      else {
        const words = { code: expect.any(String), clause: expect.any(String) };
        expect(outcome.result.fault).toMatchObject({ kind: 'remote', ...words });
      }
    },
  );
});

describe('stored trust', () => {
  const { trusted } = primary.verify(world, world.provisioned());

  it('comes back as it was stored', () => {
    const restored = succeeded(restoreTrusted(uptaneProfile, trustedFiles(trusted)));
    expect(restored.director).toEqual(trusted.director);
    expect(restored.image).toEqual({ ...trusted.image, delegated: undefined });
    const partial = partialSecondary.verify(world, world.provisioned()).trusted;
    expect(succeeded(restoreTrusted(uptaneProfile, trustedFiles(partial)))).toEqual(partial);
    expect([...trustedFiles(partial).keys()]).toEqual(['director/root.json', 'director/targets.json']);
  });

  it('is refused with the file that is broken, or without the Director’s root', () => {
    const files = new Map(trustedFiles(trusted));
    files.set('image/snapshot.json', utf8('{}'));
    expect(restoreTrusted(uptaneProfile, files)).toEqual({
      ok: false,
      fault: 'image/snapshot.json: signed: an object is needed',
    });
    files.set('image/snapshot.json', files.get('image/targets.json') ?? expect.fail());
    expect(restoreTrusted(uptaneProfile, files)).toMatchObject({
      ok: false,
      fault: expect.stringContaining('not "snapshot"'),
    });
    files.delete('director/root.json');
    expect(restoreTrusted(uptaneProfile, files)).toMatchObject({ ok: false });
    expect(restoreTrusted(uptaneProfile, new Map())).toEqual({ ok: false, fault: 'director/root.json is missing' });
  });
});

describe('metadata is refused', () => {
  type Edit = (signed: Record<string, unknown>, file: Record<string, unknown>) => void;
  const target = (signed: Record<string, unknown>, name = 'app.bin', changes: object = {}) => {
    const custom = { mustMatch: { hardwareIds: ['hw'], releaseCounter: 1 } };
    signed.targets = { [name]: { length: 1, hashes: { sha256: 'ab'.repeat(32) }, custom, ...changes } };
  };
  const targetNamed =
    (name: string): Edit =>
    (signed) =>
      target(signed, name);
  const rows: readonly [string, RoleName, Edit][] = [
    ['without signatures [B3]', 'targets', (_, file) => delete file.signatures],
    ['with signatures as an object [B3]', 'targets', (_, file) => Object.assign(file, { signatures: {} })],
    [
      'with a short signature [B3]',
      'targets',
      (_, file) => Object.assign(file, { signatures: [{ keyid: 'ab'.repeat(32), sig: 'ab' }] }),
    ],
    [
      'with more signatures than are ever read [B3]',
      'targets',
      (_, file) => Object.assign(file, { signatures: Array(65).fill({}) }),
    ],
    ['without version [B4]', 'targets', (signed) => delete signed.version],
    ['with version nought [B4]', 'targets', (signed) => Object.assign(signed, { version: 0 })],
    ['with half a version [B4]', 'targets', (signed) => Object.assign(signed, { version: 1.5 })],
    ['with a version in text [B4]', 'targets', (signed) => Object.assign(signed, { version: '1' })],
    [
      'with an impossible expiry [B4]',
      'targets',
      (signed) => Object.assign(signed, { expires: '2027-02-29T00:00:00Z' }),
    ],
    [
      'with an expiry in another zone [B4]',
      'targets',
      (signed) => Object.assign(signed, { expires: '2027-01-01T00:00:00+01' }),
    ],
    ['without type [B4]', 'targets', (signed) => delete signed._type],
    ['with a file name outside its folder [H3]', 'targets', targetNamed('../app.bin')],
    ['with a file name from the root of a disk [H3]', 'targets', targetNamed('/app.bin')],
    ['with a file name with a backslash [H3]', 'targets', targetNamed('a\\..\\app.bin')],
    ['with a file name with dots inside [H3]', 'targets', targetNamed('a/./app.bin')],
    ['with a file name with an empty part [H3]', 'targets', targetNamed('a//app.bin')],
    ['with a file name that ends in a slash [H3]', 'targets', targetNamed('a/')],
    ['with an empty file name [H3]', 'targets', targetNamed('')],
    ['with a NUL in a file name [H3]', 'targets', targetNamed('app.bin\0.txt')],
    ['with a file name that reads backwards [H3]', 'targets', targetNamed('app\u202enib.exe')],
    ['with a file name not in NFC [B1]', 'targets', targetNamed('e\u0301.bin')],
    ['with a file name that no disk takes with a hash before it [H2]', 'targets', targetNamed('x'.repeat(127))],
    ['with a file name of wide characters that no disk takes [H2]', 'targets', targetNamed('漢'.repeat(43))],
    ['with a long path [H3]', 'targets', targetNamed(`${'a/'.repeat(90)}b`)],
    ['with an image without length [D2]', 'targets', (signed) => target(signed, 'a', { length: undefined })],
    ['with an image of negative length [D2]', 'targets', (signed) => target(signed, 'a', { length: -1 })],
    ['with an image without hash [D2]', 'targets', (signed) => target(signed, 'a', { hashes: {} })],
    [
      'with an image whose hash function is unknown [D2]',
      'targets',
      (signed) => target(signed, 'a', { hashes: { md5: 'ab' } }),
    ],
    [
      'with a hash in capitals [D2]',
      'targets',
      (signed) => target(signed, 'a', { hashes: { sha256: 'AB'.repeat(32) } }),
    ],
    ['with a short hash [D2]', 'targets', (signed) => target(signed, 'a', { hashes: { sha256: 'ab' } })],
    ['with an image without anything to match [D6]', 'targets', (signed) => target(signed, 'a', { custom: {} })],
    [
      'with an ECU identifier with a line break [D9]',
      'targets',
      (signed) =>
        target(signed, 'a', {
          custom: {
            mustMatch: { hardwareIds: [], releaseCounter: 0 },
            ecuIdentifiers: { 'a\nb': { hardwareId: 'hw' } },
          },
        }),
    ],
    [
      'with a timestamp without a hash of the snapshot [F3]',
      'timestamp',
      (signed) => Object.assign(signed, { meta: { 'snapshot.json': { version: 1 } } }),
    ],
    ['with a timestamp without snapshot [F2]', 'timestamp', (signed) => Object.assign(signed, { meta: {} })],
    [
      'with a snapshot that lists version nought [F1]',
      'snapshot',
      (signed) => Object.assign(signed, { meta: { 'targets.json': { version: 0 } } }),
    ],
    [
      'with a root that lacks a role [C1]',
      'root',
      (signed) => delete (signed.roles as Record<string, unknown>).snapshot,
    ],
    [
      'with a threshold of nought [C2]',
      'root',
      (signed) => Object.assign((signed.roles as { root: object }).root, { threshold: 0 }),
    ],
    [
      'with a key that is not ed25519 [C1]',
      'root',
      (signed) => Object.assign(Object.values(signed.keys as object)[0], { keytype: 'rsa' }),
    ],
    [
      'with a key of another length [C1]',
      'root',
      (signed) => Object.assign(Object.values(signed.keys as object)[0], { keyval: { public: 'ab' } }),
    ],
  ];
  it.each(rows)('%s', (_, role, edit) => {
    const source =
      role === 'root' ? world.director.root : genuine.get(`director/${role === 'timestamp' ? '' : '2.'}${role}.json`);
    const file = { signed: draftOf(source ?? expect.fail()) as Record<string, unknown>, signatures: [] as unknown };
    expect(decodeMetadata(place(role), utf8(JSON.stringify(file)))).toMatchObject({ ok: true });
    edit(file.signed, file);
    expect(decodeMetadata(place(role), utf8(JSON.stringify(file)))).toMatchObject({
      ok: false,
      fault: { code: 'malformed' },
    });
  });

  it('of another role, which it names [B4]', () => {
    expect(decodeMetadata(place('root'), genuine.get('director/timestamp.json') ?? expect.fail())).toEqual({
      ok: false,
      fault: { code: 'wrong-role', message: 'signed._type is "timestamp", not "root"' },
    });
  });

  it('and a sound file name at its longest is not [H2 H3]', () => {
    const file = {
      signed: draftOf(genuine.get('director/2.targets.json') ?? expect.fail()) as Record<string, unknown>,
      signatures: [],
    };
    target(file.signed, `a/${'x'.repeat(126)}`);
    expect(decodeMetadata(place('targets'), utf8(JSON.stringify(file)))).toMatchObject({
      ok: true,
      value: { body: { vin } },
    });
  });
});

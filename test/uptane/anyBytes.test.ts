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
import { restoreTrusted } from '../../src/uptane/trusted.ts';
import { checkVehicleManifest } from '../../src/uptane/vehicleManifest.ts';
import { checkVersionReport, claimedSerial } from '../../src/uptane/versionReport.ts';
import { fc, prop } from '../property.ts';
import { flipped, reissue, rotateRoot } from './attacks.ts';
import {
  begin,
  fullSecondary,
  keyNamed,
  partialSecondary,
  primary,
  signatures,
  succeeded,
  type Verifier,
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

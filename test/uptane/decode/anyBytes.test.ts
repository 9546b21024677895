// Any bytes into any decoder give a value or a fault, never a throw; no change of a served file makes an ECU take another image for the
// genuine one. Metadata in each form: anyMetadata.test.ts.

import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/uptane/json/canonicalJson.ts';
import { parseStrictJson } from '../../../src/uptane/json/strictJson.ts';
import type { Targets } from '../../../src/uptane/model/metadata.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { checkTimeAttestation } from '../../../src/uptane/statements/timeAttestation.ts';
import { checkVehicleManifest } from '../../../src/uptane/statements/vehicleManifest.ts';
import { checkVersionReport, claimedSerial } from '../../../src/uptane/statements/versionReport.ts';
import { restoreTrusted } from '../../../src/uptane/verification/trusted.ts';
import { broken, brokenFiles, randoms } from '../../mutations/brokenFiles.ts';
import { fc, prop } from '../../support/property.ts';
import { reissue, rotateRoot } from '../support/attacks.ts';
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
} from '../support/fixtures.ts';
import { makeMedia, offlinePrimary, offlineSecondary, offlineWorld } from '../support/offlineFixtures.ts';

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

interface Outcome {
  readonly ok: boolean;
}
const decoders: readonly [string, (bytes: Uint8Array) => Outcome][] = [
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
  prop([brokenFiles([...genuine.values(), attestation, manifest, report])])(
    'give a value or a fault, never a throw',
    (bytes) => {
      expect(decode(bytes)).toHaveProperty('ok', expect.any(Boolean));
    },
  );
});

it('the decoders do take what is genuine, so that the above is no empty word', () => {
  const good = [attestation, manifest, report];
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

  prop([fc.constantFrom(...names), randoms], { numRuns })(
    'never takes another image for the genuine one where one served file was changed in one place [T2 U2 V2 V3 S3]',
    (name, random) => {
      const source = genuine.get(name) ?? genuine.get('director/2.targets.json') ?? expect.fail(name);
      world.serve(name, broken(source, random));
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

describe.each([offlinePrimary, offlineSecondary])('$name, with media', ({ verify }) => {
  const offline = offlineWorld();
  const media = makeMedia(offline);
  const start = offline.provisioned();
  const expected = images(succeeded(verify(media, start).result).director);

  prop([fc.constantFrom(...[...media.keys()].filter((name) => name.endsWith('.json'))), randoms], { numRuns: 150 })(
    'never takes another image for the genuine one where one file was changed in one place [OU4 V2 V3 S3]',
    (name, random) => {
      const source = media.get(name) ?? expect.fail(name);
      const { result } = verify(new Map(media).set(name, broken(source, random)), start);
      if (result.ok) expect(images(result.value.director)).toEqual(expected);
      else expect(result.fault).toMatchObject({ kind: 'remote', code: expect.any(String), clause: expect.any(String) });
    },
  );
});

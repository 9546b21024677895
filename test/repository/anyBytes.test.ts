// Any bytes into whatever a repository takes in, also signed by the right keys, give a value or a fault, never a throw.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import type { Random } from '../../src/core/random.ts';
import { Inventory } from '../../src/repository/director/inventory.ts';
import { decodeRegistration } from '../../src/repository/director/registration.ts';
import { checkDeclaration, type ReleaseDeclaration, readReleases } from '../../src/repository/images/release.ts';
import { decodeMetadata } from '../../src/uptane/decode/metadata.ts';
import { uptaneProfile } from '../../src/uptane/model/profile.ts';
import { signMetadata, signPayload } from '../../src/uptane/signing/sign.ts';
import { brokenFiles, randoms } from '../mutations/brokenFiles.ts';
import { mutateJson } from '../mutations/jsonMutations.ts';
import { prop } from '../support/property.ts';
import { draftOf } from '../uptane/support/attacks.ts';
import { begin, keyNamed, succeeded, vin, World } from '../uptane/support/fixtures.ts';

const mustMatch = { hardwareIds: ['hw-full-1'], releaseCounter: 2 };
const release: ReleaseDeclaration = {
  product: 'brakes',
  version: '2.1.0',
  requires: [{ product: 'gateway', range: '^1.2.0' }],
  conflicts: [{ product: 'radio', range: '<3' }],
};

const registration = utf8(
  JSON.stringify({
    vin,
    ecus: [
      { serial: 'p', hardwareId: 'hw', role: 'primary', key: keyNamed('p').key, encryptionKey: '0a'.repeat(32) },
      { serial: 's', hardwareId: 'hw', role: 'secondary', key: keyNamed('s').key },
    ],
  }),
);

function releasing(): World {
  const world = new World();
  const to = [{ name: 'supplier', holders: [keyNamed('supplier')] }];
  world.images.delegate({ to, paths: ['partial-2/*'], hardwareIds: ['hw-partial-2'] }, begin);
  world.images.add('full-1/brakes.bin', utf8('brakes'), mustMatch, { release });
  world.images.publish(begin);
  return world;
}
const targets = releasing().latest('image', 'targets').bytes;

describe('any bytes', () => {
  it('are no empty word below: what is sound is taken', () => {
    succeeded(decodeRegistration(registration));
    expect(succeeded(readReleases(targets))).toMatchObject([release]);
    succeeded(checkDeclaration(release));
  });

  prop([brokenFiles([registration])], { numRuns: 300 })(
    'for a registration give a vehicle or a fault, and then nothing is registered [J10 J11]',
    (bytes) => {
      const inventory = new Inventory();
      const registered = inventory.register(bytes);
      if (registered.ok) expect(inventory.vehicle(registered.value.vin)).toBe(registered.value);
      else expect(registered.fault).toMatchObject({ kind: 'remote', code: 'registration-refused' });
    },
  );

  prop([brokenFiles([targets])], { numRuns: 300 })('for releases give releases or one line [J7]', (bytes) => {
    const releases = readReleases(bytes);
    if (!releases.ok) expect(releases.fault).toMatch(/^.+$/);
  });

  prop([randoms], { numRuns: 300 })('for what an image declares give a declaration or one line [J7]', (random) => {
    const declared = JSON.parse(JSON.stringify(release));
    mutateJson(random, declared);
    const checked = checkDeclaration(declared);
    if (!checked.ok) expect(checked.fault).toMatch(/^.+$/);
  });

  prop([brokenFiles([targets])], { numRuns: 60 })(
    'for an upload are refused: nobody signed them [I3]',
    (signedTargets) => {
      const world = releasing();
      expect(world.images.upload({ role: 'targets', signedTargets }, begin)).toMatchObject({
        fault: { code: 'upload-refused', clause: 'I3' },
      });
    },
  );
});

describe('any change of what is signed by the right keys', () => {
  const changed = (bytes: Uint8Array, random: Random) => {
    const signed = draftOf(bytes);
    signed.version += 1;
    mutateJson(random, signed as never);
    return signed;
  };

  /** The files that vehicles are served, and what they make of them. */
  function published({ images }: World) {
    const { timestamp, snapshot, targets } = images.current() ?? expect.fail();
    const place = { profile: uptaneProfile, repository: 'image' } as const;
    const files = [
      ['timestamp', timestamp],
      ['snapshot', snapshot],
      ['targets', targets],
    ] as const;
    return files.map(([role, bytes]) => decodeMetadata({ ...place, role }, bytes));
  }

  prop([randoms], { numRuns: 150 })(
    'of a Targets file is taken in or refused, and vehicles read what is published then [I3 I4]',
    (random) => {
      const world = releasing();
      const signedTargets = signMetadata(changed(targets, random), world.keys.image.targets);
      const taken = world.images.upload({ role: 'targets', signedTargets }, begin);
      if (!taken.ok) expect(taken.fault).toMatchObject({ code: 'upload-refused' });
      world.images.publish(begin);
      for (const file of published(world)) expect(file).toMatchObject({ ok: true });
    },
  );

  // After this one no version can follow: who holds a role's key for a moment would close the role, or the whole repository, for good.
  it('to the highest version there is, is refused, and vehicles read what is published then [I3 B5]', () => {
    const world = releasing();
    const signed = { ...draftOf(targets), version: Number.MAX_SAFE_INTEGER };
    const signedTargets = signMetadata(signed, world.keys.image.targets);
    const taken = world.images.upload({ role: 'targets', signedTargets }, begin);
    world.images.publish(begin);
    for (const file of published(world)) expect(file).toMatchObject({ ok: true });
    expect(taken).toMatchObject({ ok: false, fault: { code: 'upload-refused' } });
  });

  /** No counter is greater, so that a report with it is an ECU's last. */
  const highestCounter = 2 ** 53 - 1;

  /** Sends a report that is changed, and a later one of the same ECU with the highest counter. */
  function reporting(change: (signed: Record<string, never>) => void): boolean {
    const world = new World();
    const { signed } = world.report('full-1') as { signed: Record<string, never> };
    signed.report_counter = 9 as never;
    change(signed);
    const sent = world.sendManifest(world.manifest({ 'full-1': signPayload(signed, world.ecuKeys['full-1']) }));
    if (!sent.ok) expect(sent.fault).toMatchObject({ kind: 'remote', clause: expect.stringMatching(/^J[56]$/) });
    const isLast = sent.ok && signed.report_counter === highestCounter;
    const later = world.report('full-1', { counter: highestCounter });
    expect(world.sendManifest(world.manifest({ 'full-1': later })).ok).toBe(!isLast);
    return sent.ok;
  }

  prop([randoms], { numRuns: 150 })('of a report is accepted or drops the manifest [J4 J5]', (random) => {
    reporting((signed) => mutateJson(random, signed));
  });

  it.each([highestCounter - 1, highestCounter])('of a report’s counter to %i is accepted [J6]', (counter) => {
    expect(reporting((signed) => Object.assign(signed, { report_counter: counter }))).toBe(true);
  });
});

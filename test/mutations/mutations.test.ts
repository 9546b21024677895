// Any single mutation of what the repositories serve, also signed by who holds some of the keys, is refused or changes nothing of
// what is installed. `npm test` runs a sample; `npm run test:mutations` a hundred thousand.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { ed25519Node } from '../../src/crypto/ed25519Node.ts';
import { checkTarget } from '../../src/uptane/checks/image.ts';
import { faultText } from '../../src/uptane/model/faults.ts';
import { uptaneProfile } from '../../src/uptane/model/profile.ts';
import { type FullTrust, verifyFull } from '../../src/uptane/verification/full.ts';
import { verifyPartial } from '../../src/uptane/verification/partial.ts';
import { runProcedure } from '../../src/uptane/verification/procedure.ts';
import { begin, hardwareOf, type Serial, serials, vin } from '../uptane/support/fixtures.ts';
import { attackers, Mutator } from './attackers.ts';
import { answerFrom, type Edition, genuineRepositories, imageLine, imagesOf, suppliedEcu } from './repositories.ts';

const total = Number(process.env.ECUNET_MUTATIONS ?? 840);
const seed = process.env.ECUNET_SEED ?? '1';
const genuine = genuineRepositories();
const mutator = new Mutator(genuine);
const signatures = ed25519Node();

interface Verifier {
  readonly name: string;
  readonly serial: Serial;
  readonly partial: boolean;
}

const verifiers: readonly Verifier[] = [
  { name: 'the Primary', serial: 'primary-0', partial: false },
  { name: 'a full Secondary', serial: 'full-1', partial: false },
  { name: 'a partial Secondary', serial: 'partial-2', partial: true },
  { name: 'a partial Secondary that follows Root', serial: 'partial-2', partial: true },
];

/** What an ECU that trusted the first edition would install of this one: an image's line, or the fault that stops it. */
function installs(
  { name, serial, partial }: Verifier,
  edition: Edition,
): { readonly image: string } | { readonly fault: string } {
  const vehicleEcus = name === 'the Primary' ? new Set<string>(serials) : undefined;
  const context = { signatures, profile: uptaneProfile, now: begin, vin, vehicleEcus };
  const procedure = partial
    ? verifyPartial(context, { director: genuine.trusted.director }, { followsRoot: name.endsWith('Root') })
    : verifyFull(
        context,
        genuine.trusted as FullTrust,
        (target) => vehicleEcus !== undefined || target.ecus.has(serial),
      );
  const { result } = runProcedure(procedure, answerFrom(edition));
  if (!result.ok) return { fault: faultText(result.fault) };
  const ecu = { serial, hardwareId: hardwareOf(serial), installedReleaseCounter: 1 };
  const target = checkTarget(result.value.director, ecu);
  return target.ok ? { image: imageLine(target.value) } : { fault: faultText(target.fault) };
}

const second = new Map(verifiers.map((verifier) => [verifier.name, installs(verifier, genuine.second)]));

describe('what the repositories serve', () => {
  it.each(verifiers)('is accepted by $name unmutated, and is its second image [R10.1 V3]', (verifier) => {
    expect(second.get(verifier.name)).toEqual({ image: expect.stringContaining('app-2.bin') });
  });

  it.each(verifiers)(
    'is accepted by $name in another order, with more white space, with unknown members [B3]',
    (verifier) => {
      const random = createRandom(`${seed}/disguises/${verifier.name}`);
      for (let count = 0; count < 20; count += 1) {
        expect(installs(verifier, mutator.disguise(random)), `disguise ${count}`).toEqual(second.get(verifier.name));
      }
    },
  );
});

describe(`of ${total} single mutations, seed ${seed},`, () => {
  const cases = attackers.flatMap((attacker) =>
    verifiers
      .filter(({ partial }) => !(partial && attacker.rulesPartial))
      .map((verifier) => ({ attacker, verifier, holder: attacker.name, ecu: verifier.name })),
  );
  it.each(cases)(
    'none by one who holds $holder has $ecu install another image [R10 P7]',
    ({ attacker, verifier }) => {
      const allowed = imagesOf(genuine, verifier.serial);
      const random = createRandom(`${seed}/${attacker.name}/${verifier.name}`);
      // What it rules is its own to forge, and nothing else.
      const mayForge = (image: string) =>
        attacker.rulesSupplied === true && verifier.serial === suppliedEcu && image.startsWith(`${suppliedEcu}/`);
      let [refused, forged] = [0, 0];
      for (let count = 0; count < total / cases.length; count += 1) {
        const outcome = installs(verifier, mutator.mutate(random, attacker));
        if ('fault' in outcome) refused += 1;
        else if (allowed.has(outcome.image)) continue;
        else if (mayForge(outcome.image)) forged += 1;
        else expect.fail(`mutation ${count} of seed ${seed} installs ${outcome.image}`);
      }
      // A verifier that refused nothing, or everything, would show nothing.
      expect(refused).toBeGreaterThan(0);
      expect(refused).toBeLessThan(total / cases.length);
      expect(forged > 0).toBe(mayForge(`${suppliedEcu}/`));
    },
    3_600_000,
  );
});

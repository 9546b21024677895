// What one can do who holds some keys and sits on the network, and what not. Every cell of the table is computed: attacks are tried on
// live repositories, the real verification judges them, and what counts is which bytes an ECU then runs, and what it refuses.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { usualValidity } from '../../../src/repository/roles/publication.ts';
import { checkTimeAttestation, makeTimeAttestation } from '../../../src/uptane/statements/timeAttestation.ts';
import { sampled } from '../../support/heavy.ts';
import { draftOf } from '../support/attacks.ts';
import {
  begin,
  fullSecondary,
  hardwareOf,
  imageName,
  keyNamed,
  partialSecondary,
  primary,
  type Serial,
  signatures,
  succeeded,
  World,
} from '../support/fixtures.ts';
import { KeyThief, type StolenKey } from '../support/keyThief.ts';
import { modes, outcomesOf, primaries } from '../support/thefts.ts';

/*
 * D  deny: an ECU does not get what is on offer. drop-request
 * P  partial bundle: one ECU gets it, another does not. partial-bundle
 * M  a genuine image, of no lower release, that the Director did not assign. mixed-bundle, wrong-software
 * R  an image older than the installed one. rollback
 * A  any bytes at all. arbitrary-installation
 *    (a small letter: on ECUs only whose images the Image repository leaves to the supplier, by path and hardware. W4)
 * F  freeze, of the Director's files/of the Image repository's: by which clause it ends at the latest, where whoever is stolen from
 *    has replaced the keys. A partial ECU reads nothing of the Image repository. indefinite-freeze
 * L  lock-out, after versions have leapt to the highest: what ends it, new keys in a new root (S7) or service. fast-forward
 *
 * E, eavesdropping, takes no keys unless images are encrypted: scenarios/encrypted-images.yaml, test/repository/director/encryption.test.ts.
 */
const table = `
 keys held                         | full                           | partial                        | partial+root

 behind an honest Primary, which verifies first and hands on what it has verified
 none                              | D P F:T4/T4                    | D P F:T4/T4                    | D P F:T4/T4
 Director timestamp                | D P F:U7/T4 L:keys             | D P F:U7/T4 L:keys             | D P F:U7/T4 L:keys
 Director timestamp, snapshot      | D P F:V5/T4 L:keys             | D P F:V5/T4 L:keys             | D P F:V5/T4 L:keys
 Director targets                  | D P F:T4/T4                    | D P F:T4/T4                    | D P F:T4/T4
 all Director online               | D P M F:S6/T4 L:service        | D P M F:S6/T4 L:service        | D P M F:S6/T4 L:service
 Image timestamp, snapshot         | D P F:T4/V5 L:keys             | D P F:T4/V5 L:keys             | D P F:T4/V5 L:keys
 Image targets                     | D P F:T4/T4                    | D P F:T4/T4                    | D P F:T4/T4
 one supplier                      | D P F:T4/T4                    | D P F:T4/T4                    | D P F:T4/T4
 all Image online                  | D P F:T4/S6 L:service          | D P F:T4/S6 L:service          | D P F:T4/S6 L:service
 all Director online, one supplier | D P M r a F:S6/T4 L:service    | D P M r a F:S6/T4 L:service    | D P M r a F:S6/T4 L:service
 all Director and Image online     | D P M R A F:S6/S6 L:service    | D P M R A F:S6/S6 L:service    | D P M R A F:S6/S6 L:service
 Director root                     | D P M F:never/T4 L:service     | D P F:T4/T4 L:service          | D P M F:never/T4 L:service
 Image root                        | D P F:T4/never L:service       | D P F:T4/never L:service       | D P F:T4/never L:service

 fed by a compromised Primary
 none                              | D P F:T4/T4                    | D P F:V5                       | D P F:V5
 Director timestamp                | D P F:U7/T4 L:keys             | D P F:V5                       | D P F:V5
 Director timestamp, snapshot      | D P F:V5/T4 L:keys             | D P F:V5                       | D P F:V5
 Director targets                  | D P F:T4/T4                    | D P M R A F:never L:service    | D P M R A F:S6 L:service
 all Director online               | D P M F:S6/T4 L:service        | D P M R A F:never L:service    | D P M R A F:S6 L:service
 Image timestamp, snapshot         | D P F:T4/V5 L:keys             | D P F:V5                       | D P F:V5
 Image targets                     | D P F:T4/T4                    | D P F:V5                       | D P F:V5
 one supplier                      | D P F:T4/T4                    | D P F:V5                       | D P F:V5
 all Image online                  | D P F:T4/S6 L:service          | D P F:V5                       | D P F:V5
 all Director online, one supplier | D P M r a F:S6/T4 L:service    | D P M R A F:never L:service    | D P M R A F:S6 L:service
 all Director and Image online     | D P M R A F:S6/S6 L:service    | D P M R A F:never L:service    | D P M R A F:S6 L:service
 Director root                     | D P M F:never/T4 L:service     | D P F:V5                       | D P M R A F:never L:service
 Image root                        | D P F:T4/never L:service       | D P F:V5                       | D P F:V5
`;

const directorOnline = ['director/timestamp', 'director/snapshot', 'director/targets'] as const;
const imageOnline = ['image/timestamp', 'image/snapshot', 'image/targets'] as const;
const keysHeld: Readonly<Record<string, readonly StolenKey[]>> = {
  none: [],
  'Director timestamp': ['director/timestamp'],
  'Director timestamp, snapshot': ['director/timestamp', 'director/snapshot'],
  'Director targets': ['director/targets'],
  'all Director online': directorOnline,
  'Image timestamp, snapshot': ['image/timestamp', 'image/snapshot'],
  'Image targets': ['image/targets'],
  'one supplier': ['supplier'],
  'all Image online': imageOnline,
  'all Director online, one supplier': [...directorOnline, 'supplier'],
  'all Director and Image online': [...directorOnline, ...imageOnline],
  'Director root': ['director/root'],
  'Image root': ['image/root'],
};

/** By column, as in the table's two parts. */
function expected(keys: string): Record<string, string> {
  const lines = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const parts = lines.filter(([first]) => first === keys);
  return Object.fromEntries(
    primaries.flatMap((kind, part) => modes.map((mode, at) => [`${kind} ${mode}`, parts[part]?.[1 + at] ?? ''])),
  );
}

describe('one who holds', () => {
  it.each(sampled(Object.entries(keysHeld), 5))(
    '%s can do what the table says, and no more [Z1 Z3 key-compromise]',
    (keys, held) => {
      const outcome = outcomesOf(held);
      const columns = primaries.flatMap((kind) => modes.map((mode) => `${kind} ${mode}` as const));
      expect(Object.fromEntries(columns.map((column) => [column, outcome(column)]))).toEqual(expected(keys));
    },
  );

  it('the Image repository’s Timestamp and Snapshot keys has a revoked supplier believed, until Targets expire [V5 freeze]', () => {
    const thief = new KeyThief(['image/timestamp', 'image/snapshot']);
    const { world } = thief;
    const { images, director } = world;
    images.delegate({ to: [{ name: 'former', holders: [keyNamed('former')] }], paths: ['full-1/*'] }, begin);
    const mustMatch = { hardwareIds: [hardwareOf('full-1')], releaseCounter: 3 };
    const listed = images.add('full-1/last.bin', utf8('last'), mustMatch, { role: 'former' });
    images.publish(begin);
    const edition = 9;
    thief.keep(edition);
    const { trusted } = primary.verify(world, world.provisioned());
    images.revoke('former');
    images.publish(begin);
    director.assign('full-1', listed);
    succeeded(world.sendManifest());
    expect(primary.verify(world, trusted).result).toMatchObject({ fault: { code: 'target-missing', clause: 'R10.1' } });
    thief.freeze('image', edition);
    succeeded(primary.verify(world, trusted).result);
    world.now = begin + usualValidity.targets;
    expect(primary.verify(world, trusted, world.now).result).toMatchObject({
      fault: { code: 'expired', clause: 'V5', repository: 'image', attack: 'indefinite-freeze' },
    });
  });
});

// That new keys in the Director's metadata undo it: test/secondary/trust.test.ts and test/ecu/timeKeys.test.ts. Y5
describe.each([primary, fullSecondary, partialSecondary])(
  'one who holds the timeserver’s key, of $name',
  (verifier) => {
    const world = new World();
    const { timeserver: role, keys } = world.provisioned().director.root.body;
    const token = '0a'.repeat(16);
    const attested = (time: number, last: number) => {
      const bytes = makeTimeAttestation(time, [token], world.timeserver.keys);
      return checkTimeAttestation({ signatures, timeserver: { role, keys }, tokens: [token], last }, bytes, 'Y3');
    };
    const year = usualValidity.root;

    it('can deny every update by a future time, which the true one does not take back [Y3 time-forgery]', () => {
      const future = succeeded(attested(begin + year, begin));
      expect(verifier.verify(world, world.provisioned(), future).result).toMatchObject({ fault: { code: 'expired' } });
      expect(attested(begin + 1, future)).toMatchObject({ fault: { code: 'time-not-later' } });
    });

    it('can have time stand still, and so freeze without end what was valid, but not set it back [Y3 time-replay]', () => {
      const { trusted } = verifier.verify(world, world.provisioned());
      const still = succeeded(attested(begin, begin));
      succeeded(verifier.verify(world, trusted, still).result);
      expect(attested(begin - 1, begin)).toMatchObject({ fault: { code: 'time-not-later', attack: 'time-replay' } });
    });
  },
);

// Its images, where they are encrypted, are another key's matter [L4]: test/repository/director/encryption.test.ts.
describe('one who holds an ECU’s own key', () => {
  const world = new World();
  world.release(2);
  const running = (serial: Serial, of: number) => {
    const filename = imageName(serial, of);
    const { length, hashes } = draftOf(world.latest('image', 'targets').bytes).targets[filename] ?? expect.fail();
    return { counter: 100, installed: { filename, length, hashes } };
  };
  /** A manifest that the Primary signs, with these reports in the place of the ECUs' own. */
  const sent = (reports: Readonly<Record<string, object>>) => world.sendManifest(world.manifest(reports));

  it('can have the Director believe anything of that ECU, and nothing of another [J5 report-forgery]', () => {
    const stolen = world.ecuKeys['full-1'];
    for (const serial of ['primary-0', 'partial-2'] as const) {
      const inItsName = { ...stolen, keyId: world.ecuKeys[serial].keyId };
      const forged = world.report(serial, running(serial, 2), inItsName);
      expect(sent({ [serial]: forged })).toMatchObject({ fault: { code: 'bad-signature', clause: 'J5' } });
    }
    const forged = world.report('full-1', running('full-1', 2), stolen);
    expect([...succeeded(sent({ 'full-1': forged })).outstanding.keys()]).toEqual(['primary-0', 'partial-2']);
  });

  it('and that of the Primary, cannot send a Secondary’s report again [J6 manifest-replay]', () => {
    const old = world.report('partial-2', { counter: 1 });
    expect(sent({ 'partial-2': old })).toMatchObject({ fault: { code: 'report-replayed', clause: 'J6' } });
  });
});

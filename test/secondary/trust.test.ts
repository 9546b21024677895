import { describe, expect, it } from 'vitest';
import { activationsMax } from '../../src/ecu/limits.ts';
import { makeTimeAttestation } from '../../src/uptane/statements/timeAttestation.ts';
import { Bench, begin, imageName, keyOf, serials, succeeded } from '../ecu/support/bench.ts';
import { offered, type SecondaryBench, timing, verifyRequest } from './support/secondaryBench.ts';

const accepted = { name: 'verify', reportAccepted: true } as const;
const year = 365 * 86_400;

function rotate(
  bench: Bench,
  roles: readonly ('root' | 'timestamp' | 'snapshot' | 'targets' | 'timeserver')[],
  to = '2',
) {
  const change = Object.fromEntries(roles.map((role) => [role, [keyOf(`${role} ${to}`)]]));
  succeeded(bench.servers.director.rotate(change, bench.now()));
}

/** What its storage holds, and what of it is metadata. */
function held(one: SecondaryBench): string[] {
  const names = one.bench.ecu(one.serial).ports.storage.names();
  return names.filter((name) => name.endsWith('.json') && name.includes('/')).toSorted();
}

describe('a partial+root Secondary', () => {
  it('follows the Director’s Root over many rotations, and then its Targets [Q2 S3 S5 Z3]', () => {
    const one = offered({ mode: 'partial+root' });
    rotate(one.bench, ['root', 'targets']);
    rotate(one.bench, ['root', 'targets', 'timestamp', 'snapshot'], '3');
    expect(one.update()).toBe('installing');
    expect(one.secondary.ecu.trusted.director.root.body.version).toBe(3);
    expect(one.onlooker.faults).toEqual([]);
  });

  it('holds the Director’s Root and Targets and nothing else, whatever it is sent [L1 K5 M8]', () => {
    const one = offered({ mode: 'partial+root' });
    rotate(one.bench, ['targets']);
    one.giveTime();
    one.giveMetadata(one.bench.bundle('full'));
    one.giveMetadata();
    expect(one.ask(verifyRequest)).toMatchObject({ name: 'verified', filename: imageName('partial', 2) });
    one.giveImage();
    one.ask({ name: 'install' });
    one.bench.pass(200);
    expect(held(one)).toEqual(['trusted/director/root.json', 'trusted/director/targets.json']);
    expect(Object.keys(one.secondary.ecu.trusted)).toEqual(['director']);
    expect(one.runs).toBe(imageName('partial', 2));
  });

  it('keeps a Root that verified though the Targets do not [S5]', () => {
    const one = offered({ mode: 'partial+root' });
    const old = one.bench.bundle('partial');
    rotate(one.bench, ['targets']);
    one.giveTime();
    one.giveMetadata(new Map([...one.bench.bundle('partial+root'), ...old]));
    expect(one.ask(verifyRequest)).toMatchObject({ name: 'refusal', clause: 'V3' });
    expect(one.secondary.ecu.trusted.director.root.body.version).toBe(2);
    expect(one.update()).toBe('installing');
  });

  it('keeps a Root that verified where the Targets name no image for it, and the Targets of before [P5 S5]', () => {
    const one = offered({ mode: 'partial+root' });
    one.update();
    const before = one.secondary.ecu.trusted.director.targets?.body.version;
    one.bench.servers.director.withdraw('partial');
    rotate(one.bench, ['root']);
    expect(one.verified()).toMatchObject({ name: 'verified', filename: '' });
    const { root, targets } = one.secondary.ecu.trusted.director;
    expect([root.body.version, targets?.body.version]).toEqual([2, before]);
  });
});

describe('a plain partial Secondary', () => {
  it('cannot follow a rotation of the key of the Director’s Targets [Z3 V3]', () => {
    const one = offered();
    rotate(one.bench, ['targets']);
    expect(one.verified()).toMatchObject({ name: 'refusal', clause: 'V3' });
    expect(one.runs).toBe(imageName('partial', 1));
  });

  it('holds the Director’s Targets and the Root it was made with, whatever it is sent [L1 K5]', () => {
    const one = offered();
    rotate(one.bench, ['snapshot']);
    one.giveTime();
    one.giveMetadata(one.bench.bundle('full'));
    one.giveMetadata();
    expect(one.ask(verifyRequest)).toMatchObject({ name: 'verified' });
    expect(held(one)).toEqual(['trusted/director/root.json', 'trusted/director/targets.json']);
    expect(one.secondary.ecu.trusted.director.root.body.version).toBe(1);
  });
});

describe.each(['full', 'partial', 'partial+root'] as const)(
  'a stolen time key that set a %s Secondary’s clock',
  (mode) => {
    it('to a far future is undone by its rotation [Y5]', () => {
      const one = offered({ mode });
      const { bench } = one;
      const stolen = keyOf('time');
      const future = makeTimeAttestation(begin + 2 * year, [one.token()], [stolen]);
      expect(one.asked({ name: 'time', attestation: future })).toBe('timeAccepted');
      expect(one.update()).toBe('refused');
      expect(one.onlooker.codes).toContain('time-not-later');
      expect(one.onlooker.codes.at(-1)).toBe('expired');

      rotate(bench, ['timeserver']);
      bench.servers.timeserver.rotate([stolen, keyOf('timeserver 2')]);
      // The metadata is refused once more by the old clock; but it is what the ECU goes by from now on.
      expect(one.update()).toBe('refused');
      expect(one.secondary.ecu.now()).toBeUndefined();
      expect(one.update()).toBe('installing');
      expect(one.secondary.ecu.trusted.director.targets?.body.version).toBe(bench.servers.director.current()?.version);
    });
  },
);

describe('Targets that a partial Secondary’s clock refuses', () => {
  it('are not kept where they name the time keys that it has [V5 Y5]', () => {
    const one = offered();
    one.verified();
    const before = one.secondary.ecu.trusted.director.targets?.body.version;
    one.bench.offer('partial', 3);
    one.bench.report();
    const future = makeTimeAttestation(begin + 2 * year, [one.token()], [keyOf('time')]);
    one.ask({ name: 'time', attestation: future });
    expect(one.update()).toBe('refused');
    expect(one.secondary.ecu.trusted.director.targets?.body.version).toBe(before);
    expect(one.secondary.ecu.now()).toBeGreaterThan(begin + year);
  });

  it('are not kept where that clock is the ECU’s own, which no time key sets: they have expired [V5 Y5]', () => {
    let now = begin;
    const one = offered({ ports: { ownClock: () => now } });
    one.verified();
    const { targets } = one.secondary.ecu.trusted.director;
    rotate(one.bench, ['timeserver']);
    one.bench.offer('partial', 3);
    one.bench.report();
    now = begin + 2 * year;
    expect(one.update()).toBe('refused');
    expect(one.onlooker.codes.at(-1)).toBe('expired');
    expect(one.secondary.ecu.trusted.director.targets?.body.version).toBe(targets?.body.version);
  });

  it('are not kept either where more than the clock speaks against them [Y5 V3 V4]', () => {
    const one = offered();
    one.update();
    const old = new Bench(serials, {});
    rotate(old, ['timeserver']);
    old.report();
    const future = makeTimeAttestation(begin + 2 * year, [one.token()], [keyOf('time')]);
    one.ask({ name: 'time', attestation: future });
    one.bench.offer('partial', 3);
    one.bench.report();
    one.giveMetadata(old.bundle('partial'));
    one.ask(verifyRequest);
    expect(one.secondary.ecu.now()).toBeGreaterThan(begin + year);
  });
});

describe('a fault that a Secondary reported', () => {
  const faulty = () => {
    const one = offered();
    one.giveTime();
    expect(one.asked(verifyRequest)).toBe('missing-file');
    return one;
  };
  const reported = (one: SecondaryBench) => {
    const answer = one.ask({ name: 'report' });
    const report = JSON.parse(answer?.name === 'report' ? Buffer.from(answer.report).toString() : '{}');
    return report.signed.attacks_detected.map(({ code }: { code: string }) => code);
  };

  it('is reported until the Director has accepted a manifest with it, however well things go [O4]', () => {
    const one = faulty();
    expect(reported(one)).toEqual(['missing-file']);
    expect(one.update()).toBe('installing');
    expect(reported(one)).toEqual(['missing-file']);
    one.giveTime();
    one.giveMetadata();
    expect(one.asked(accepted)).toBe('verified');
    expect(reported(one)).toEqual([]);
  });

  it('is forgotten then though this verification fails too, and that one is reported [O4]', () => {
    const one = faulty();
    expect(reported(one)).toEqual(['missing-file']);
    one.giveTime();
    one.giveFile('director/targets.json', Uint8Array.of(0x7b));
    expect(one.asked(accepted)).toBe('malformed');
    expect(reported(one)).toEqual(['malformed']);
  });

  it('is not forgotten on the word of somebody on the bus, who has no time attested over its token [O4]', () => {
    const one = faulty();
    for (let time = 0; time < 3; time += 1) {
      expect(reported(one)[0]).toBe('missing-file');
      one.ask({ name: 'time', attestation: one.bench.attest(['ab'.repeat(16)]) });
      one.giveMetadata();
      expect(one.asked(accepted)).toBe('verified');
      expect(reported(one)).toEqual(['missing-file', 'time-token-mismatch']);
    }
    // Of what is attested, the first report held one fault.
    one.giveTime();
    one.ask({ name: 'time', attestation: Uint8Array.of(0x7b) });
    expect(reported(one)).toEqual(['missing-file', 'time-token-mismatch', 'malformed']);
    expect(one.asked(accepted)).toBe('verified');
    expect(reported(one)).toEqual(['time-token-mismatch', 'malformed', 'time-stale']);
  });

  it('is not forgotten where no report has held it [O4]', () => {
    const one = faulty();
    one.giveMetadata();
    expect(one.asked(accepted)).toBe('verified');
    expect(reported(one)).toEqual(['missing-file']);
  });
});

describe('a Secondary that is given no time in a cycle', () => {
  it('goes on with the time that it has, and reports that it is stale [Y6 Q1]', () => {
    const one = offered();
    one.verified();
    one.token();
    one.giveMetadata();
    expect(one.asked(verifyRequest)).toBe('verified');
    expect(one.onlooker.faults).toMatchObject([{ code: 'time-stale', clause: 'Y6', attack: 'time-drop' }]);
  });

  it('says so also after a restart, which costs it the time that passed since [Y6]', () => {
    const one = offered();
    one.giveTime();
    one.bench.pass(5000);
    expect(one.secondary.ecu.now()).toBe(begin + 5);
    one.boot();
    one.bench.pass(timing.bootMs);
    expect(one.secondary.ecu.now()).toBe(begin);
    one.giveMetadata();
    expect(one.asked(verifyRequest)).toBe('verified');
    expect(one.onlooker.codes).toEqual(['time-stale']);
  });
});

describe('an image that never comes up', () => {
  it('is tried so often, then reported and left, until the Director names another [P12]', () => {
    const one = offered();
    const failing = () => {
      one.bench.ecu('partial').failNextActivation = true;
      return one.update();
    };
    expect(Array.from({ length: activationsMax }, failing)).toEqual(Array(activationsMax).fill('installing'));
    expect(failing()).toBe('nothing to install');
    expect(one.onlooker.faults.at(-1)).toMatchObject({ code: 'activation-failed', clause: 'P12' });
    one.boot();
    one.bench.pass(timing.bootMs);
    expect(one.update()).toBe('nothing to install');
    expect(one.reboots).toBe(activationsMax);

    one.bench.ecu('partial').failNextActivation = false;
    one.bench.offer('partial', 3);
    one.bench.report();
    one.verified();
    expect(one.giveImage(imageName('partial', 3))).toBe('sent');
    one.bench.offer('partial', 2);
    one.bench.report();
    expect(one.update()).toBe('installing');
    expect(one.runs).toBe(imageName('partial', 2));
  });
});

describe('an ECU that may install images of certain names only', () => {
  it.each([
    ['partial-*', 'installing'],
    ['partial-?.img', 'installing'],
    ['door-*', 'refused'],
  ])('%s: %s [P7]', (pattern, expected) => {
    const one = offered({ bench: new Bench(serials, { filenames: [pattern] }) });
    expect(one.update()).toBe(expected);
    const codes = expected === 'refused' ? ['filename-not-allowed'] : [];
    expect(one.onlooker.codes).toEqual(codes);
  });
});

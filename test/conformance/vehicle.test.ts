// What an update asks of a whole vehicle, or of one ECU in it: the order of its parts, and what each is for. M P Q R
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { requestText } from '../../src/uptane/model/remote.ts';
import { bankBytes, blockBytes, imageBytes, imageName, succeeded } from '../ecu/support/bench.ts';
import { offeredToAll, type PrimaryBench } from '../primary/support/primaryBench.ts';
import { offered, SecondaryBench, timing, verifyRequest } from '../secondary/support/secondaryBench.ts';

const daysMs = 86_400_000;

/** From now on the servers' metadata is what it was at this moment, however old. */
function freeze(one: PrimaryBench): void {
  const kept = new Map<string, Parameters<PrimaryBench['onTheLine']>[1]>();
  one.onTheLine = (request, genuine) => {
    if (request.type !== 'metadata') return genuine;
    const name = requestText(request);
    const answer = kept.get(name) ?? genuine;
    kept.set(name, answer);
    return answer;
  };
}

describe('time comes first', () => {
  it('on the Primary: metadata that expired while the vehicle stood still is refused in the first cycle after [R1 M1]', () => {
    const one = offeredToAll();
    freeze(one);
    one.cycle();
    one.bench.pass(40 * daysMs);
    one.boot();
    one.bench.pass(timing.bootMs + 10);
    const before = one.onlooker.faults.length;
    one.cycle();
    expect(one.onlooker.faults.slice(before)).toMatchObject([{ code: 'expired', attack: 'indefinite-freeze' }]);
  });

  it.each([
    ['partial', 'Q1'],
    ['full', 'R1'],
  ] as const)(
    'on a %s Secondary: it judges by the time that it was just given, not by that of its last drive [%s]',
    (mode, _clause) => {
      const one = offered({ mode });
      const files = one.bench.bundle(mode);
      one.giveTime();
      one.bench.pass(40 * daysMs);
      one.boot();
      one.bench.pass(timing.bootMs);
      expect(one.giveTime()).toBe('timeAccepted');
      one.giveMetadata(files);
      expect(one.asked(verifyRequest)).toBe('expired');
    },
  );
});

it('an ECU without a clock has the time of the Primary’s last message, and takes it up again in every cycle [Y6]', () => {
  const one = offered();
  for (const day of [1, 2, 3]) {
    one.bench.pass(daysMs);
    one.boot();
    one.bench.pass(timing.bootMs);
    const known = one.secondary.ecu.now();
    expect(known, `day ${day}`).toBeLessThan(one.bench.now() - 86_000);
    expect(one.giveTime()).toBe('timeAccepted');
    expect(one.secondary.ecu.now()).toBe(one.bench.now());
  }
});

describe('the Primary', () => {
  it('builds one manifest of all reports, its own among them, and sends it before anything else [M3 N2 N3]', () => {
    const one = offeredToAll();
    one.cycle();
    const [first] = one.verdicts;
    expect([...succeeded(first ?? expect.fail()).reports.keys()].sort()).toEqual(['full', 'partial', 'primary']);
    expect(one.requests[0]).toMatch(/^manifest/);
  });

  it('verifies for all: one Secondary’s image that is not genuine stops the whole bundle, its own part in it [M5]', () => {
    const one = offeredToAll();
    const { director } = one.bench.servers;
    const mustMatch = { hardwareIds: ['hw-full'], releaseCounter: 3 };
    director.assign('full', { filename: 'unknown.img', length: 1, hashes: { sha256: 'ee'.repeat(32) }, mustMatch });
    one.cycle();
    expect(one.onlooker.codes).toContain('target-missing');
    expect(one.askedOf('partial')).not.toContain('metadata');
    expect(['primary', 'full', 'partial'].map((serial) => one.runs(serial as 'full'))).toEqual([
      'primary-1.img',
      'full-1.img',
      'partial-1.img',
    ]);
  });

  it('keeps the Secondaries’ reports, and sends them again in the next manifest with what is new [P11]', () => {
    const one = offeredToAll();
    one.cycle();
    const last = succeeded(one.verdicts.at(-1) ?? expect.fail());
    expect([...last.reports].map(([serial, { installed }]) => [serial, installed.filename]).sort()).toEqual([
      ['full', imageName('full', 2)],
      ['partial', imageName('partial', 2)],
      ['primary', imageName('primary', 2)],
    ]);
  });
});

describe('an image that is longer than what an ECU holds at once', () => {
  const release = imageBytes('partial', 2);

  it('is taken in blocks, each when the ECU asks for it, and the image that runs stays what it was [P3]', () => {
    const one = offered();
    expect(release.length).toBeGreaterThan(2 * blockBytes);
    one.verified();
    one.ask({ name: 'imageStart', filename: imageName('partial', 2) });
    expect(one.ask(one.block(0))).toEqual({ name: 'blockStored', nextOffset: blockBytes });
    expect(one.ask(one.block(blockBytes))).toEqual({ name: 'blockStored', nextOffset: 2 * blockBytes });
    expect(one.secondary.ecu.banks.running.filename).toBe(imageName('partial', 1));
    expect(bankBytes).toBeGreaterThan(release.length);
  });

  it('goes on after a power cut with the block that was next, and is then verified as a whole [P3]', () => {
    const one = offered();
    one.verified();
    one.ask({ name: 'imageStart', filename: imageName('partial', 2) });
    one.ask(one.block(0));
    one.boot();
    one.bench.pass(timing.bootMs);
    one.verified();
    expect(one.ask({ name: 'imageStart', filename: imageName('partial', 2) })).toEqual({
      name: 'imageReady',
      nextOffset: blockBytes,
    });
    expect(one.giveImage()).toBe('sent');
    expect(one.asked({ name: 'install' })).toBe('installing');
  });
});

it('an ECU asks for nothing of an image before the metadata is verified, and installs nothing that it did not verify [K1 K4 P1]', () => {
  const one = SecondaryBench.ready();
  one.bench.offer('partial', 2);
  one.bench.report();
  expect(one.asked({ name: 'imageStart', filename: imageName('partial', 2) })).toBe('unexpected-message');
  one.verified();
  expect(one.giveImage(imageName('partial', 2), utf8('x'.repeat(imageBytes('partial', 2).length)))).toBe('sent');
  expect(one.asked({ name: 'install' })).toBe('hash-mismatch');
  one.bench.pass(500);
  expect(one.runs).toBe(imageName('partial', 1));
});

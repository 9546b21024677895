import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { imageBlockBytesMin } from '../../src/core/limits.ts';
import { activationsMax } from '../../src/ecu/limits.ts';
import { primaryImplementation } from '../../src/primary/actors.ts';
import { PrimaryBehaviour } from '../../src/primary/cycle/behaviour.ts';
import { memoryImageStore } from '../../src/primary/cycle/imageStore.ts';
import { honestDistribution } from '../../src/primary/cycle/ports.ts';
import { primaryMachine } from '../../src/primary/machine.ts';
import { imageOf } from '../../src/uptane/checks/describedImage.ts';
import { canonicalJson } from '../../src/uptane/json/canonicalJson.ts';
import { remoteFault } from '../../src/uptane/model/faults.ts';
import { makeTimeAttestation } from '../../src/uptane/statements/timeAttestation.ts';
import { makeVersionReport } from '../../src/uptane/statements/versionReport.ts';
import {
  Bench,
  begin,
  ecuKey,
  hardwareOf,
  imageBytes,
  imageName,
  keyOf,
  present,
  serials,
  succeeded,
} from '../ecu/support/bench.ts';
import { type CutMoment, cutMoments, Fuse, fusedFlash, fusedStorage, PowerCut } from '../ecu/support/powerCut.ts';
import { declaredNames, endlessStates, kinds, usedNames } from '../ecu/support/statechart.ts';
import { obliging, offeredToAll, PrimaryBench, type Puppet, timing } from './support/primaryBench.ts';

const wholeCycle = [
  'collectingReports',
  'sendingManifest',
  'attestingTime',
  'verifyingMetadata',
  'downloadingImages',
  'distributingTime',
  'distributingMetadata',
  'distributingImages',
  'installing',
];
const silent: Puppet = () => undefined;

describe('a Primary’s statechart', () => {
  const behaviour = new PrimaryBehaviour({
    ...new Bench().ecu('primary').ports,
    remote: { request: () => () => {} },
    secondaries: [],
    distribution: () => honestDistribution,
    imageStore: memoryImageStore(),
    timing,
    flashBytesPerSecond: 1,
    rebooted: () => {},
    cycleCompleted: () => {},
  });
  const implementation = primaryImplementation(behaviour);

  it('verifies as who knows the hardware of its ECUs [V8 R10.3]', () => {
    const { serial, hardwareId } = behaviour.ports.identity;
    expect(behaviour.verificationContext.hardware).toEqual(new Map([[serial, hardwareId]]));
    expect(behaviour.verificationContext.vehicleEcus).toEqual(new Set([serial]));
  });

  it.each(kinds)('uses the %s that it declares, and no others', (kind) => {
    expect([...usedNames(primaryMachine)[kind]].sort()).toEqual(declaredNames(primaryMachine, kind).sort());
  });

  it.each(['actions', 'guards'] as const)('is given every one of its %s', (kind) => {
    expect(Object.keys(implementation[kind])).toEqual(declaredNames(primaryMachine, kind));
  });

  it('is given every one of its phases', () => {
    expect(Object.keys(implementation.phases)).toEqual(declaredNames(primaryMachine, 'actors'));
  });

  it('waits without an end in one state only: idle, for the next cycle', () => {
    expect(endlessStates(primaryMachine)).toEqual(['idle']);
  });
});

describe('an update cycle', () => {
  it('has its phases in the order of the seven steps, and updates the whole vehicle [M1]', () => {
    const one = offeredToAll();
    expect(one.cycle()).toEqual([...wholeCycle, 'activating', 'rebooting', 'booting', 'closing', 'idle']);
    for (const serial of serials) expect(one.runs(serial)).toBe(imageName(serial, 2));
    expect(one.verdicts.map((verdict) => verdict.ok && verdict.value.confirms)).toEqual([false, true]);
    expect(one.onlooker.faults).toEqual([]);
  });

  it('without news for the Primary itself ends without a reboot [M1]', () => {
    const one = offeredToAll();
    one.cycle();
    one.bench.offer('full', 3);
    expect(one.cycle()).toEqual([...wholeCycle, 'closing', 'idle']);
    expect(one.runs('full')).toBe(imageName('full', 3));
    expect(one.reboots).toBe(1);
  });

  it('asks each Secondary in the same order, and gives a partial one the Director’s Targets only [M7 M8 M9 M11]', () => {
    const one = offeredToAll();
    one.cycle();
    const distinct = (names: readonly string[]) => names.filter((name, index) => name !== names[index - 1]);
    for (const serial of ['full', 'partial'] as const) {
      const asked = distinct(one.askedOf(serial)).join(' ');
      expect(asked).toMatch(/^hello report time metadata verify imageStart imageBlock install (hello )+report$/);
    }
    expect(one.askedOf('partial').filter((name) => name === 'metadata')).toHaveLength(1);
    expect(one.askedOf('full').filter((name) => name === 'metadata').length).toBeGreaterThanOrEqual(6);
  });

  it('asks the servers in the standard’s order: manifest, time, metadata of the Director, then of the Image repository [R2 R9]', () => {
    const one = offeredToAll();
    one.cycle();
    expect(one.requests.filter((request) => !request.includes('@')).join(' ')).toBe(
      [
        'manifest',
        'time for 3 tokens',
        ...['director/2.root.json', 'director/timestamp.json', 'director/1.snapshot.json', 'director/1.targets.json'],
        ...['image/2.root.json', 'image/timestamp.json', 'image/6.snapshot.json', 'image/6.targets.json'],
        'manifest',
      ].join(' '),
    );
  });

  it('that is asked for while one is under way does not begin', () => {
    const one = offeredToAll();
    one.primary.startCycle();
    one.untilState('attestingTime');
    one.primary.startCycle();
    one.untilCompleted();
    one.bench.pass(10_000);
    expect(one.cycles).toBe(1);
  });

  it('whose metadata is refused goes straight to the report, with the fault in it [P2 R11 O4]', () => {
    const one = offeredToAll();
    one.onTheLine = (request, genuine) =>
      request.type === 'metadata' && request.file === 'timestamp.json' ? { status: 'ok', bytes: utf8('{}') } : genuine;
    expect(one.cycle()).toEqual([...wholeCycle.slice(0, 4), 'closing', 'idle']);
    expect(one.onlooker.faults).toMatchObject([{ code: 'malformed', file: 'timestamp.json' }]);
    const last = one.verdicts.at(-1);
    expect(last?.ok && last.value.reports.get('primary')?.attacksDetected).toMatchObject([{ code: 'malformed' }]);
    one.onTheLine = (_request, genuine) => genuine;
    one.cycle();
    expect(one.runs('full')).toBe(imageName('full', 2));
  });

  it('whose servers answer nothing goes straight to the report, and ends [P2]', () => {
    const one = offeredToAll();
    one.onTheLine = () => undefined;
    expect(one.cycle()).toEqual([...wholeCycle.slice(0, 4), 'closing', 'idle']);
    expect(one.onlooker.codes).toEqual(['time-stale', 'missing-file']);
  });

  it('goes on with the time that it has when the attestation is bad [Y2]', () => {
    const one = offeredToAll();
    one.onTheLine = (request, genuine) => (request.type === 'time' ? { status: 'ok', bytes: utf8('{}') } : genuine);
    expect(one.cycle()).toContain('downloadingImages');
    expect(one.onlooker.faults).toMatchObject([{ clause: 'Y2' }]);
    expect(one.askedOf('full')).not.toContain('time');
  });

  it('keeps its own faults for the next manifest while the Director accepts none [O4]', () => {
    const one = offeredToAll();
    one.onTheLine = (request, genuine) => {
      if (request.type === 'time') return { status: 'ok', bytes: utf8('{}') };
      return request.type === 'manifest' ? undefined : genuine;
    };
    one.bench.report();
    one.cycle();
    one.onTheLine = (request, genuine) => (request.type === 'manifest' ? undefined : genuine);
    one.cycle();
    const codes = () => one.primary.ecu.report() as { signed: { attacks_detected: { code: string }[] } };
    expect(codes().signed.attacks_detected.map(({ code }) => code)).toEqual(['malformed']);
  });
});

describe('a phase that takes too long', () => {
  it('is given up, and the cycle goes straight to the report [P2]', () => {
    const one = offeredToAll({ timing: { phaseMs: 1000, answerMs: 5000 } });
    one.onTheLine = (request, genuine) => (request.type === 'time' ? undefined : genuine);
    const startNs = one.bench.clock.nowNs();
    expect(one.cycle()).toEqual([...wholeCycle.slice(0, 3), 'closing', 'idle']);
    expect(one.bench.clock.nowNs() - startNs).toBeLessThan(2e9);
  });

  it('leaves nothing running: what it waited for comes to nothing', () => {
    const one = offeredToAll({ timing: { phaseMs: 1000 }, puppets: { full: silent } });
    const states = one.cycle();
    expect(states).toEqual(['collectingReports', 'closing', 'idle']);
    const { length } = one.onlooker.sent;
    one.bench.pass(60_000);
    expect(one.onlooker.sent).toHaveLength(length);
  });
});

describe('a Primary whose power is cut', () => {
  it('owes the last manifest after the reboot into its new image, and sends it [N3 P11]', () => {
    const one = offeredToAll();
    one.primary.startCycle();
    one.untilState('closing');
    expect(one.reboots).toBe(1);
    one.boot();
    one.untilCompleted();
    expect(one.onlooker.states.slice(-3)).toEqual(['booting', 'closing', 'idle']);
    expect(one.verdicts.at(-1)).toMatchObject({ ok: true, value: { confirms: true } });
    one.boot();
    one.bench.pass(1000);
    expect(one.onlooker.state).toBe('idle');
  });

  it.each(wholeCycle)('in %s does no more, and completes the next cycle [P12]', (state) => {
    const one = offeredToAll();
    one.primary.startCycle();
    one.untilState(state);
    one.bench.pass(2);
    one.primary.stop();
    const { length } = one.requests;
    const sent = one.onlooker.sent.length;
    one.bench.pass(20_000);
    expect(one.requests).toHaveLength(length);
    expect(one.onlooker.sent).toHaveLength(sent);
    one.boot();
    one.bench.pass(timing.bootMs + 1);
    one.cycle();
    for (const serial of serials) expect(one.runs(serial)).toBe(imageName(serial, 2));
    expect(one.onlooker.faults).toEqual([]);
  });

  /** Cuts at a write of the Primary's; gives whether the cycle came to its end before. */
  function cut(write: number, moment: CutMoment): { finished: boolean; one: PrimaryBench } {
    const bench = new Bench();
    const fuse = new Fuse();
    const { storage, flash } = bench.ecu('primary').ports;
    const content: Puppet = () => ({ name: 'verified', filename: '', length: 0 });
    const one = new PrimaryBench({
      bench,
      ports: { storage: fusedStorage(storage, fuse), flash: fusedFlash(flash, fuse) },
      puppets: { full: obliging('full', { verify: content }), partial: obliging('partial', { verify: content }) },
    });
    bench.offer('primary', 2);
    fuse.set(write, moment);
    let finished = true;
    try {
      one.cycle();
    } catch (cause) {
      if (!(cause instanceof PowerCut)) throw cause;
      finished = false;
    }
    fuse.mend();
    if (!finished) one.boot();
    bench.pass(20_000);
    return { finished, one };
  }

  it.each(cutMoments)('%s any write of its own runs an image, and the next cycle completes [P12]', (moment) => {
    let writes = 0;
    for (let finished = false; !finished; ) {
      writes += 1;
      const result = cut(writes, moment);
      finished = result.finished;
      const { banks } = result.one.primary.ecu;
      expect(banks.runningSha256()).toBe(banks.running.hashes.sha256);
      result.one.cycle();
      expect(result.one.runs('primary')).toBe(imageName('primary', 2));
      const last = result.one.verdicts.at(-1);
      const reported = last?.ok && last.value.reports.get('primary')?.installed.filename;
      expect(reported).toBe(imageName('primary', 2));
      expect(result.one.onlooker.faults).toEqual([]);
    }
    expect(writes).toBeGreaterThan(12);
  });
});

describe('a Secondary that lies, or says nothing,', () => {
  const welcome = obliging('full')({ name: 'hello', versionMin: 1, versionMax: 1 });
  const report = obliging('full')({ name: 'report' });
  const lies: readonly (readonly [string, Puppet])[] = [
    ['is silent', silent],
    [
      'calls itself another',
      obliging('full', { hello: () => welcome && ({ ...welcome, ecuSerial: 'partial' } as never) }),
    ],
    [
      'speaks a version that nobody offered',
      obliging('full', { hello: () => welcome && ({ ...welcome, version: 2 } as never) }),
    ],
    [
      'has a token of no known form',
      obliging('full', { report: () => ({ ...report, timeToken: new Uint8Array(3) }) as never }),
    ],
    ['has a report that is no JSON', obliging('full', { report: () => ({ ...report, report: utf8('[[') }) as never })],
    [
      'has an endless report',
      obliging('full', { report: () => ({ ...report, report: utf8(`"${'x'.repeat(60_000)}"`) }) as never }),
    ],
    [
      'refuses everything',
      () => ({ name: 'refusal', code: '\u001b[2J', clause: 'x', attack: 'y', message: 'z'.repeat(9000) }),
    ],
    ['answers everything with something else', () => ({ name: 'installing' })],
  ];

  it.each(lies)('%s, keeps neither time nor images from the others [M4 M11]', (_what, puppet) => {
    // The Director's metadata is there already; without a whole manifest it makes no new one.
    const bench = new Bench();
    for (const serial of serials) bench.offer(serial, 2);
    bench.report();
    const one = new PrimaryBench({ bench, puppets: { full: puppet } });
    one.cycle();
    expect(one.onlooker.times).toHaveLength(1);
    expect(one.runs('partial')).toBe(imageName('partial', 2));
    expect(one.runs('primary')).toBe(imageName('primary', 2));
    expect(one.askedOf('full')).not.toContain('install');
  });

  const blocksTo = (puppet: Puppet) => {
    const blocks: number[] = [];
    const one = offeredToAll({
      puppets: {
        full: (body) => {
          if (body.name === 'imageBlock') blocks.push(body.data.length);
          return puppet(body);
        },
      },
    });
    one.cycle();
    return { one, blocks, installed: one.askedOf('full').includes('install') };
  };

  it('is sent its image whole where it is honest [M11]', () => {
    expect(blocksTo(obliging('full'))).toMatchObject({ blocks: [256, 256, 256, 34], installed: true });
  });

  it('and has stored a block of several that it did not answer is sent the rest', () => {
    let asked = 0;
    const imageBlock: Puppet = (body) => {
      if (body.name !== 'imageBlock') return undefined;
      asked += 1;
      if (asked < 3) return undefined;
      return { name: 'blockStored', nextOffset: asked === 3 ? 128 : body.offset + body.data.length };
    };
    const { blocks, installed } = blocksTo(obliging('full', { imageBlock }));
    expect(blocks.slice(0, 3)).toEqual([256, 128, 64]);
    expect(installed).toBe(true);
  });

  it.each([
    ['goes on by one byte a time', (offset: number) => offset + 1],
    ['asks for the same block for ever', (offset: number) => offset],
    ['goes back', () => 0],
    ['leaps', () => 0xffff_ffff],
  ])('and %s is left alone [M11]', (_what, next) => {
    const imageBlock: Puppet = (body) => ({
      name: 'blockStored',
      nextOffset: body.name === 'imageBlock' ? next(body.offset) : 0,
    });
    const { blocks, installed } = blocksTo(obliging('full', { imageBlock }));
    expect(blocks.length).toBe(1);
    expect(installed).toBe(false);
  });

  it.each([
    [0, 0],
    [1, 0],
    [imageBlockBytesMin - 1, 0],
    [imageBlockBytesMin, Math.ceil(802 / imageBlockBytesMin)],
    [0xffff_ffff, 1],
  ])('and takes blocks of %i bytes cannot break the Primary: %i are sent [K3]', (blockBytesMax, expected) => {
    const { one, blocks } = blocksTo(
      obliging('full', { hello: () => welcome && ({ ...welcome, blockBytesMax } as never) }),
    );
    expect(blocks.length).toBe(expected);
    const slow = { code: 'slow-transfer', clause: 'K3', file: 'full-2.img to full', attack: 'slow-retrieval' };
    expect(one.onlooker.faults).toMatchObject(expected === 0 ? [slow] : []);
    expect(one.runs('partial')).toBe(imageName('partial', 2));
  });

  it.each([
    ['of another ECU', 'partial-2.img'],
    ['outside the repository', '../../etc/passwd'],
    ['of an endless name', 'x'.repeat(9000)],
  ])('and wants an image %s gets nothing [P4 K4]', (_what, filename) => {
    const verify: Puppet = () => ({ name: 'verified', filename, length: 1 });
    const { one, blocks } = blocksTo(obliging('full', { verify }));
    expect(blocks).toEqual([]);
    expect(one.askedOf('full')).not.toContain('imageStart');
    const fault = { code: 'unexpected-message', clause: 'M11', file: 'an image to full' };
    expect(one.onlooker.faults).toMatchObject([fault]);
    expect(one.onlooker.faults[0]?.message).toMatch(/^full asks for .*/);
  });

  it('and asks for the image that it reports to run: that there is none to give is said, and reported [M11 O4]', () => {
    const bench = new Bench();
    const { releaseCounter: _, ...installed } = imageOf(bench.offer('full', 2));
    let counter = 0;
    const report: Puppet = () => {
      counter += 1;
      const times = { time: undefined, previousTime: undefined };
      const made = { ecuSerial: 'full', installed, attacksDetected: [], ...times, counter };
      const signed = canonicalJson(makeVersionReport(made, ecuKey('full')));
      return { name: 'report', report: signed, timeToken: new Uint8Array(16) };
    };
    const one = new PrimaryBench({ bench, puppets: { full: obliging('full', { report }) } });
    one.cycle();
    expect(one.requests.filter((request) => request.includes('full-2.img'))).toEqual([]);
    expect(one.onlooker.faults).toMatchObject([
      { code: 'missing-file', clause: 'M11', file: `${imageName('full', 2)} to full` },
    ]);
    const reported = succeeded(present(one.verdicts.at(-1))).reports.get('primary')?.attacksDetected;
    expect(reported).toMatchObject([
      {
        code: 'missing-file',
        message: 'full-2.img to full: full is to install it, and the Primary does not have it',
      },
    ]);
  });

  it('and takes blocks longer than a message is sent what fits into one', () => {
    const blocks: number[] = [];
    const full = obliging('full', {
      hello: () => welcome && ({ ...welcome, blockBytesMax: 0xffff_ffff } as never),
      imageBlock: (body) => {
        if (body.name !== 'imageBlock') return undefined;
        blocks.push(body.data.length);
        return { name: 'blockStored', nextOffset: body.offset + body.data.length };
      },
    });
    const one = new PrimaryBench({ puppets: { full } });
    one.bench.offer('full', 2, new Uint8Array(100_000));
    one.cycle();
    // The bus of this bench is fast: each block is twice as long as the one before.
    expect(blocks).toEqual([4096, 8192, 16_384, 32_768, 32_768, 5792]);
  });

  it('and has roots from the future is sent what there is', () => {
    const hello: Puppet = () =>
      welcome && ({ ...welcome, directorRootVersion: 0xffff_ffff, imageRootVersion: 0 } as never);
    expect(blocksTo(obliging('full', { hello })).installed).toBe(true);
  });
});

describe('what a Secondary is told of its report', () => {
  const reported = (one: PrimaryBench) =>
    [...one.verdicts].map((verdict) => verdict.ok && verdict.value.reports.get('full')?.attacksDetected.length);

  it('is whether the Director accepted the manifest that carried it: then only are its faults forgotten [O4]', () => {
    const one = offeredToAll();
    present(one.secondaries.get('full')).ecu.noteFault(
      remoteFault({ clause: 'V4', code: 'rollback', message: 'a test' }),
    );
    one.bench.report();
    one.onTheLine = (request, genuine) => (request.type === 'manifest' ? undefined : genuine);
    one.cycle();
    one.onTheLine = (_request, genuine) => genuine;
    one.verdicts.length = 0;
    one.cycle();
    one.cycle();
    expect(reported(one)).toEqual([1, 0, 0, 0]);
  });
});

describe('a Secondary that refuses the time', () => {
  it('is told the metadata all the same, and given no image in this cycle [Y3 Y5]', () => {
    const time: Puppet = () => ({ name: 'refusal', code: 'time-not-later', clause: 'Y3', attack: '', message: '' });
    const one = offeredToAll({ puppets: { full: obliging('full', { time }) } });
    one.cycle();
    expect(one.askedOf('full')).toEqual(expect.arrayContaining(['time', 'metadata', 'verify']));
    expect(one.askedOf('full')).not.toContain('imageStart');
    expect(one.runs('partial')).toBe(imageName('partial', 2));
  });
});

describe('the timeserver’s new keys', () => {
  const stolen = keyOf('time');
  const future = (tokens: readonly string[]) => makeTimeAttestation(begin + 800 * 86_400, tokens, [stolen]);
  const rotate = (one: PrimaryBench) => {
    succeeded(one.bench.servers.director.rotate({ timeserver: [keyOf('time 2')] }, one.bench.now()));
    one.bench.servers.timeserver.rotate([stolen, keyOf('time 2')]);
  };

  it('reach the whole vehicle in one cycle, and the next one updates it [Y5 Y4]', () => {
    const one = offeredToAll();
    one.cycle();
    rotate(one);
    one.cycle();
    expect(one.primary.ecu.now()).toBeUndefined();
    for (const serial of serials) one.bench.offer(serial, 3);
    one.cycle();
    for (const serial of serials) expect(one.runs(serial)).toBe(imageName(serial, 3));
    expect(one.onlooker.faults).toEqual([]);
  });

  it('free a Primary and its Secondaries from a future that a stolen key set [Y5 Y2 Y3]', () => {
    const one = offeredToAll();
    one.onTheLine = (request, genuine) =>
      request.type === 'time' ? { status: 'ok', bytes: future(request.tokens) } : genuine;
    one.cycle();
    one.onTheLine = (_request, genuine) => genuine;
    one.cycle();
    expect(one.onlooker.codes).toEqual(['expired', 'time-not-later', 'expired']);
    expect(one.runs('primary')).toBe(imageName('primary', 1));
    rotate(one);
    one.cycle();
    one.cycle();
    for (const serial of serials) expect(one.runs(serial)).toBe(imageName(serial, 2));
  });
});

describe('encrypted images', () => {
  it('pass the Primary without being read, each for one ECU, and its own it opens itself [D7 D8 P8 M6]', () => {
    const one = offeredToAll({ bench: new Bench(serials, { encrypted: ['primary', 'full'] }) });
    one.cycle();
    for (const serial of serials) expect(one.runs(serial)).toBe(imageName(serial, 2));
    expect(one.onlooker.faults).toEqual([]);
    const stored = one.imageStore.keys().map((key) => present(one.imageStore.read(key)));
    const readable = serials.filter((serial) =>
      stored.some((bytes) => Buffer.from(bytes).includes(Buffer.from(imageBytes(serial, 2).subarray(100, 116)))),
    );
    expect(readable).toEqual(['partial']);
  });

  it('that were changed on the way are found by the Primary, by the hashes of their encrypted form [M6 K4]', () => {
    const one = offeredToAll({ bench: new Bench(serials, { encrypted: ['full'] }) });
    one.onTheLine = (request, genuine) => {
      if (request.type !== 'image' || request.file.endsWith('.img') || genuine.status !== 'ok') return genuine;
      return { status: 'ok', bytes: genuine.bytes.with(7, (genuine.bytes[7] ?? 0) ^ 1) };
    };
    one.cycle();
    expect(one.onlooker.faults).toMatchObject([{ code: 'hash-mismatch', clause: 'P7', file: imageName('full', 2) }]);
    expect(one.runs('full')).toBe(imageName('full', 1));
    expect(one.askedOf('full')).not.toContain('imageBlock');
  });
});

describe('an image that never comes up', () => {
  it.each(['primary', 'full', 'partial'] as const)(
    'on %s is tried so often, then left and reported in every cycle, until another one follows [P12 O4]',
    (serial) => {
      const one = offeredToAll();
      const ecu = one.bench.ecu(serial);
      const { states } = ecu.ports.observer;
      const tries = () => states.filter((state) => state === 'rebooting').length;
      const reported = () => {
        const last = one.verdicts.at(-1);
        return last?.ok === true && last.value.reports.get(serial)?.attacksDetected.map(({ code }) => code);
      };
      for (let cycle = 1; cycle < activationsMax + 4; cycle += 1) {
        ecu.failNextActivation = true;
        one.cycle();
        expect(tries()).toBe(Math.min(cycle, activationsMax));
        expect(reported()).toEqual(['activation-failed']);
      }
      expect(one.runs(serial)).toBe(imageName(serial, 1));
      ecu.failNextActivation = false;
      one.bench.offer(serial, 3);
      one.cycle();
      expect(tries()).toBe(activationsMax + 1);
      expect(one.runs(serial)).toBe(imageName(serial, 3));
    },
  );
});

describe('the metadata that a Secondary is handed', () => {
  it.each([
    ['full', 6 + 2],
    ['partial', 1],
    ['partial+root', 1 + 2],
  ] as const)(
    '%s: the roots that follow its own where it follows them, and no more than it reads [M8 M9]',
    (mode, files) => {
      const serial = mode === 'full' ? 'full' : 'partial';
      const one = offeredToAll({ bench: new Bench(serials, mode === 'full' ? {} : { partial: mode }) });
      one.cycle();
      for (const to of ['2', '3']) {
        const timestamp = [keyOf(`timestamp ${to}`)];
        succeeded(one.bench.servers.director.rotate({ timestamp }, one.bench.now()));
      }
      one.onlooker.sent.length = 0;
      one.cycle();
      expect(one.askedOf(serial).filter((name) => name === 'metadata')).toHaveLength(files);
      expect(one.onlooker.faults).toEqual([]);
      const { root } = present(one.secondaries.get(serial)).ecu.trusted.director;
      expect(root.body.version).toBe(mode === 'partial' ? 1 : 3);
    },
  );

  it('holds of the delegated files those that its own image needs [M9 W4]', () => {
    const one = new PrimaryBench();
    const { imageRepository, director } = one.bench.servers;
    for (const [name, pattern] of [
      ['brakes', 'brake-*'],
      ['doors', 'door-*'],
    ] as const) {
      imageRepository.delegate({ to: [{ name, holders: [keyOf(name)] }], paths: [pattern] }, one.bench.now());
    }
    const assign = (serial: 'primary' | 'full', filename: string, role: string) => {
      const mustMatch = { hardwareIds: [hardwareOf(serial)], releaseCounter: 2 };
      director.assign(serial, imageRepository.add(filename, imageBytes(serial, 2), mustMatch, { role }));
    };
    assign('full', 'door-2.img', 'doors');
    assign('primary', 'brake-2.img', 'brakes');
    imageRepository.publish(one.bench.now());
    one.cycle();
    expect([one.runs('full'), one.runs('primary')]).toEqual(['door-2.img', 'brake-2.img']);
    const delegated = (delegations: ReadonlyMap<string, unknown> | undefined) => [...(delegations?.keys() ?? [])];
    expect(delegated(one.primary.ecu.trusted.image?.delegated).toSorted()).toEqual(['brakes', 'doors']);
    const { image: trusted } = present(one.secondaries.get('full')).ecu.trusted;
    expect(delegated(trusted?.delegated)).toEqual(['doors']);
    expect(one.onlooker.sent.filter((sent) => sent === 'full metadata')).toHaveLength(7);
  });
});

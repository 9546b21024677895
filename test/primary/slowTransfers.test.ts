import { describe, expect, it } from 'vitest';
import { imageBlockBytesMin } from '../../src/core/limits.ts';
import { runTask } from '../../src/core/task.ts';
import { MIB, NS_PER_MS } from '../../src/core/units.ts';
import { PrimaryBehaviour } from '../../src/primary/cycle/behaviour.ts';
import { memoryImageStore } from '../../src/primary/cycle/imageStore.ts';
import { honestDistribution } from '../../src/primary/cycle/ports.ts';
import {
  downloadsMsMax,
  metadataPatienceMs,
  transferBytesPerSecondMin,
  transferMsMax,
} from '../../src/primary/limits.ts';
import { downloadImages } from '../../src/primary/phases/downloadImages.ts';
import type { Target, Targets } from '../../src/uptane/model/metadata.ts';
import { mapOfBoth } from '../../src/uptane/model/repositoryMap.ts';
import { Bench, imageName } from '../ecu/support/bench.ts';
import { obliging, offeredToAll, PrimaryBench, type Puppet, timing } from './support/primaryBench.ts';

const hour = 3_600_000;
const welcome = obliging('full')({ name: 'hello', versionMin: 1, versionMax: 1 });
const takingBlocksOf =
  (blockBytesMax: number): Puppet =>
  () =>
    welcome && ({ ...welcome, blockBytesMax } as never);
/** Its puppet asks for an image that nobody offers. */
const unmeant = { code: 'unexpected-message', clause: 'M11', file: 'an image to partial' };
const slow = (file: string) => ({ code: 'slow-transfer', clause: 'K3', file, attack: 'slow-retrieval' });

/** A cycle, and how long it took in ms. */
function timed(one: PrimaryBench): { readonly states: readonly string[]; readonly ms: number } {
  const fromNs = one.bench.clock.nowNs();
  const states = one.cycle();
  return { states, ms: (one.bench.clock.nowNs() - fromNs) / NS_PER_MS };
}

describe('a transfer to a Secondary', () => {
  it('that takes the smallest blocks, slowly, is given up and reported [K3]', () => {
    let blocks = 0;
    const imageBlock: Puppet = (body) => {
      if (body.name !== 'imageBlock') return undefined;
      blocks += 1;
      return { name: 'blockStored', nextOffset: body.offset + body.data.length };
    };
    const full = obliging('full', { hello: takingBlocksOf(imageBlockBytesMin), imageBlock });
    const one = new PrimaryBench({ puppets: { full }, puppetMs: () => 200 });
    one.bench.offer('full', 2, new Uint8Array(10_000));
    one.bench.offer('partial', 2);
    expect(timed(one).ms).toBeLessThan(60_000);
    expect(blocks).toBeLessThan(160);
    expect(one.onlooker.faults).toMatchObject([slow('full-2.img to full')]);
    expect(one.askedOf('full')).not.toContain('install');
    expect(one.runs('partial')).toBe(imageName('partial', 2));
  });

  it('that is just fast enough is given up after half an hour, reported, and keeps nobody else waiting for longer [K3]', () => {
    const full = obliging('full', { hello: takingBlocksOf(4096) });
    const answeringInMs = Math.round((1000 * 4096) / (1.1 * transferBytesPerSecondMin));
    const one = new PrimaryBench({
      timing: { phaseMs: 6 * hour, answerMs: 5000 },
      puppets: { full },
      puppetMs: (body) => (body.name === 'imageBlock' ? answeringInMs : 1),
    });
    one.bench.offer('full', 2, new Uint8Array(6 * MIB));
    one.bench.offer('partial', 2);
    const { states, ms } = timed(one);
    expect(ms).toBeGreaterThan(transferMsMax);
    expect(ms).toBeLessThan(transferMsMax + 60_000);
    expect(states).toContain('installing');
    expect(one.onlooker.faults).toMatchObject([slow('full-2.img to full')]);
    expect(one.askedOf('full')).not.toContain('install');
    expect(one.runs('partial')).toBe(imageName('partial', 2));
  });

  it('whose last block is slow is complete all the same', () => {
    const full = obliging('full', { hello: takingBlocksOf(4096) });
    const puppetMs = (body: { readonly name: string }) => (body.name === 'imageBlock' ? 40_000 : 1);
    const one = offeredToAll({ timing: { answerMs: 50_000, phaseMs: hour }, puppets: { full }, puppetMs });
    one.cycle();
    expect(one.onlooker.faults).toEqual([]);
    expect(one.askedOf('full')).toContain('install');
  });

  it('of metadata is given up after some minutes, and reported [K3]', () => {
    const one = offeredToAll({
      timing: { answerMs: 50_000, phaseMs: hour },
      puppets: { full: obliging('full') },
      puppetMs: ({ name }) => (name === 'metadata' ? 45_000 : 1),
    });
    const { states, ms } = timed(one);
    expect(ms).toBeLessThan(metadataPatienceMs + 60_000);
    expect(states).toContain('installing');
    expect(one.onlooker.faults).toMatchObject([slow('metadata to full')]);
    expect(one.askedOf('full')).not.toContain('verify');
    expect(one.runs('partial')).toBe(imageName('partial', 2));
  });

  it('of metadata that a bus cut interrupts for half a minute is no attack [K3]', () => {
    let cut = false;
    const one = offeredToAll({
      timing: { answerMs: 50_000, phaseMs: hour },
      puppets: { full: obliging('full') },
      puppetMs: ({ name }) => {
        const first = name === 'metadata' && !cut;
        cut ||= first;
        return first ? 35_000 : 1;
      },
    });
    one.cycle();
    expect(one.onlooker.faults).toEqual([]);
    expect(one.askedOf('full')).toContain('install');
  });
});

describe('a download', () => {
  it('at a trickle is given up and reported, and the cycle goes on without it [K3]', () => {
    const one = offeredToAll();
    let answers = 0;
    one.onTheLine = (request, genuine) => {
      if (request.type !== 'image' || !request.file.includes('full-2') || genuine.status !== 'ok') return genuine;
      answers += 1;
      return { status: 'ok', bytes: genuine.bytes.subarray(0, 1) };
    };
    one.answerAfterMs = 300;
    one.cycle();
    expect(answers).toBeLessThan(110);
    expect(one.onlooker.faults).toMatchObject([slow('full-2.img')]);
    const last = one.verdicts.at(-1);
    const { file: _file, ...reported } = slow('full-2.img');
    expect(last?.ok && last.value.reports.get('primary')?.attacksDetected).toMatchObject([reported]);
    expect([one.runs('full'), one.runs('partial')]).toEqual([imageName('full', 1), imageName('partial', 2)]);
    // What came is kept: the next cycle goes on from there.
    one.onTheLine = (_request, genuine) => genuine;
    one.cycle();
    expect(one.runs('full')).toBe(imageName('full', 2));
    expect(one.requests.some((request) => /full-2.img@[1-9]/.test(request))).toBe(true);
  });

  /** The images of these ECUs come just fast enough, and would take nearly an hour each. */
  function slowlyServed(serials: readonly ('full' | 'partial')[]): PrimaryBench {
    const bench = new Bench();
    const one = new PrimaryBench({
      bench,
      timing: { phaseMs: 6 * hour },
      puppets: { full: obliging('full'), partial: obliging('partial') },
    });
    for (const serial of serials) bench.offer(serial, 2, new Uint8Array(4 * MIB));
    bench.offer('primary', 2);
    one.answerAfterMs = 490;
    one.onTheLine = (request, genuine) =>
      request.type === 'image' && genuine.status === 'ok' && !request.file.includes('primary')
        ? { status: 'ok', bytes: genuine.bytes.subarray(0, 600) }
        : genuine;
    return one;
  }

  it('that is just fast enough is given up after half an hour, reported, and taken up in the next cycle [K3]', () => {
    const one = slowlyServed(['full']);
    const { states, ms } = timed(one);
    expect(ms).toBeGreaterThan(transferMsMax);
    expect(ms).toBeLessThan(transferMsMax + 60_000);
    expect(states).toContain('distributingImages');
    expect(one.onlooker.faults).toMatchObject([slow('full-2.img'), unmeant]);
    expect(one.runs('primary')).toBe(imageName('primary', 2));
    one.onTheLine = (_request, genuine) => genuine;
    one.cycle();
    expect(one.askedOf('full')).toContain('install');
  });

  it('from the first of several addresses leaves time for the next [K3 G2]', () => {
    const one = slowlyServed(['full']);
    const { ecu } = one.primary;
    const addresses = ['first', 'second', 'third'];
    ecu.trust({ ...ecu.trusted, map: mapOfBoth({ director: addresses, image: addresses }) });
    const slowly = one.onTheLine;
    one.onTheLine = (request, genuine) =>
      request.type === 'image' && request.mirror === 2 ? genuine : slowly(request, genuine);
    expect(timed(one).ms).toBeLessThan(transferMsMax);
    expect(one.onlooker.faults).toMatchObject([slow('full-2.img'), slow('full-2.img'), unmeant]);
    expect(one.askedOf('full')).toContain('install');
  });

  it('of many such images is given up as a whole in time for the rest of the cycle, and each is reported [K3]', () => {
    const bench = new Bench();
    const filenames = Array.from({ length: 10 }, (_, index) => `${index}.img`);
    let requests = 0;
    const behaviour = new PrimaryBehaviour({
      ...bench.ecu('primary').ports,
      remote: {
        request(_request, done) {
          requests += 1;
          const timer = bench.clock.after(490 * NS_PER_MS, () => done({ status: 'ok', bytes: new Uint8Array(600) }));
          return () => timer.cancel();
        },
      },
      secondaries: [],
      distribution: () => honestDistribution,
      imageStore: memoryImageStore(),
      timing,
      flashBytesPerSecond: 1,
      rebooted: () => {},
      cycleCompleted: () => {},
    });
    const targetOf = (filename: string): Target => ({
      filename,
      length: 20 * MIB,
      hashes: { sha256: '00'.repeat(32) },
      mustMatch: { hardwareIds: undefined, releaseCounter: undefined, others: '' },
      ecus: new Map([[`ecu of ${filename}`, { hardwareId: 'x' }]]),
    });
    behaviour.cycle.director = {
      targets: new Map(filenames.map((name) => [name, targetOf(name)])),
    } as unknown as Targets;
    let endedMs = 0;
    runTask(downloadImages(behaviour), () => {
      endedMs = bench.clock.nowNs() / NS_PER_MS;
    });
    while (bench.clock.step());
    expect(endedMs).toBeGreaterThan(downloadsMsMax - 60_000);
    expect(endedMs).toBeLessThan(downloadsMsMax + 60_000);
    expect(requests).toBeGreaterThan(1000);
    expect(bench.ecu('primary').ports.observer.faults.map(({ file }) => file)).toEqual(filenames);
  });
});

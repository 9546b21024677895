// The player on virtual buses: in virtual time, where every frame must leave at its very nanosecond, and in the host's.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Bus, classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { transmitQueueFramesMax } from '../../../src/bus/limits.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { type PlayedFile, type PlayFileOptions, playFile } from '../../../src/capture/player/playFile.ts';
import type { SimulatedClock } from '../../../src/core/time/clock.ts';
import { hostTimer, monotonicMs } from '../../../src/core/time/hostTime.ts';
import { BusRecorder, hostRun, type Run, virtualRun } from '../../bus/support/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-play-'));
afterAll(() => rmSync(folder, { recursive: true }));

function logFile(name: string, ...lines: readonly string[]): string {
  const path = join(folder, `${name}.log`);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

/** A bus with somebody on it who acknowledges. */
function makeBus(name: string, clock: SimulatedClock, fd = false): { bus: Bus; heard: BusRecorder } {
  const bus = createVirtualCan({ name, clock, fd, bitrate: 500_000 });
  const heard = new BusRecorder();
  bus.attach('ecu', heard);
  return { bus, heard };
}

/** Every frame on the bus: when its first bit was sent, as the player's clock has it, and its id. */
function tapped(bus: Bus): (readonly [us: number, id: number])[] {
  const frames: (readonly [number, number])[] = [];
  bus.tap((frame, timeNs) => {
    frames.push([timeNs / 1000, frame.id]);
  });
  return frames;
}

/** A frame of id 0x555 without data has one stuff bit: 45 bits at 500 kbit/s to the end of EOF, and 3 until the next one. */
const frameUs = 90;
const slotUs = 96;

async function play(
  run: Run,
  options: Pick<PlayFileOptions, 'path' | 'routes'> & Partial<PlayFileOptions>,
): Promise<PlayedFile> {
  let ended = false;
  const playing = playFile({
    timing: { speed: 1, gapMs: 0 },
    loops: 1,
    clock: run.clock,
    enter: run.enter,
    presentNs: () => run.clock.nowNs(),
    signal: new AbortController().signal,
    ...options,
  }).finally(() => {
    ended = true;
  });
  playing.catch(() => {});
  // The file is read on the host's event loop; virtual time moves in between.
  while (!ended) {
    await new Promise<void>((resume) => hostTimer(0, resume));
    for (let events = 0; events < 200 && run.clock.step(); events += 1);
  }
  return playing;
}

describe('a capture played on a virtual bus', () => {
  it('sends each frame at its time', async () => {
    const run = virtualRun();
    const { bus } = makeBus('body', run.clock);
    const frames = tapped(bus);
    const path = logFile('times', '(10.000000) can0 555#', '(10.000500) can1 555#', '(12.5) can0 555#');
    const played = await play(run, { path, routes: [{ onto: bus, from: undefined }] });
    expect(frames).toEqual([0, 500, 2_500_000].map((us) => [us + frameUs, 0x555]));
    expect(played).toEqual({ frames: 3, latestNs: 0, leftOut: 0, fault: undefined });
  });

  it('speed, skip, gap and loop', async () => {
    const run = virtualRun();
    const { bus } = makeBus('body', run.clock);
    const frames = tapped(bus);
    const path = logFile('options', '(1.000000) can0 555#', '(1.002200) can0 555#', '(9.000000) can0 555#');
    await play(run, {
      path,
      routes: [{ onto: bus, from: undefined }],
      timing: { speed: 2, gapMs: 1, skipS: 5 },
      loops: 2,
    });
    const startsUs = [0, 2000, 2000 + slotUs, 2000 + 2 * slotUs, 3000, 3000 + slotUs];
    expect(frames.map(([us]) => us - frameUs)).toEqual(startsUs);
  });

  it('each recorded bus goes where its route says, and to two places where two do', async () => {
    const run = virtualRun();
    const [a, b] = [makeBus('a', run.clock), makeBus('b', run.clock)];
    const path = logFile('routes', '(1.0) can0 001#', '(1.1) can1 002#', '(1.2) can2 003#', '(1.3) can1 004#');
    const routes = [
      { onto: a.bus, from: 'can0' },
      { onto: a.bus, from: 'can1' },
      { onto: b.bus, from: 'can1' },
    ];
    expect(await play(run, { path, routes })).toMatchObject({ frames: 5 });
    expect(a.heard.received.map(({ id }) => id)).toEqual([1, 2, 4]);
    expect(b.heard.received.map(({ id }) => id)).toEqual([2, 4]);
  });

  it('where the queue is full it waits, and tells how late it was', async () => {
    const run = virtualRun();
    const { bus, heard } = makeBus('body', run.clock);
    const count = 5000;
    const path = logFile('burst', ...Array.from({ length: count }, () => '(1.0) can0 555#'));
    const played = await play(run, { path, routes: [{ onto: bus, from: undefined }] });
    expect(heard.received).toHaveLength(count);
    expect(played).toMatchObject({ frames: count, fault: undefined });
    expect(played.latestNs).toBe(((count - transmitQueueFramesMax - 1) * slotUs + frameUs) * 1000);
  });

  it('a bus that sends nothing ends it after 10 s', async () => {
    const run = virtualRun();
    const bus = createVirtualCan({ name: 'lonely', clock: run.clock, fd: false, bitrate: 500_000 });
    const path = logFile('stall', ...Array.from({ length: 100 }, () => '(1.0) can0 555#'));
    const played = await play(run, { path, routes: [{ onto: bus, from: undefined }] });
    expect(played).toMatchObject({
      frames: 0,
      fault: { code: 'queue-full', message: 'lonely has sent nothing for 10 s' },
    });
    expect(run.clock.nowNs()).toBeGreaterThanOrEqual(10e9);
    bus.close();
  });

  it('a frame that the bus cannot carry ends it, named', async () => {
    const run = virtualRun();
    const { bus } = makeBus('body', run.clock);
    const path = logFile('fd', '(1.0) can0 555#', '(1.1) can0 555##100', '(1.2) can0 555#');
    const played = await play(run, { path, routes: [{ onto: bus, from: undefined }] });
    expect(played.fault).toEqual({
      kind: 'environment',
      code: 'bad-frame',
      message: 'body: this bus carries classic CAN only',
    });
    const fdBus = makeBus('fd', run.clock, true);
    expect(await play(run, { path, routes: [{ onto: fdBus.bus, from: undefined }] })).toMatchObject({ frames: 3 });
    expect(fdBus.heard.received[1]).toEqual(fdFrame(0x555, Uint8Array.of(0)));
  });

  it('error frames cannot be sent, and are counted', async () => {
    const run = virtualRun();
    const { bus } = makeBus('body', run.clock);
    const path = logFile('errors', '(1.0) can0 20000080#0000000000000000', '(1.1) can0 555#');
    expect(await play(run, { path, routes: [{ onto: bus, from: undefined }] })).toMatchObject({
      frames: 1,
      leftOut: 1,
    });
  });

  it('what was left out of the file is told once, however often it is played', async () => {
    const run = virtualRun();
    const { bus } = makeBus('body', run.clock);
    const path = logFile('left-out', '(1.0) can0 555#', '(1.1) can0 00045#81:00:12345678#11');
    const notes: string[] = [];
    const tell = (note: string) => void notes.push(note);
    const played = await play(run, { path, routes: [{ onto: bus, from: undefined }], loops: 3, tell });
    expect(played.frames).toBe(3);
    expect(notes).toEqual([`${path}: line 2: a CAN XL frame is left out`]);
  });

  it('what stands before a fault of the file is played first', async () => {
    const run = virtualRun();
    const { bus, heard } = makeBus('body', run.clock);
    const path = logFile('broken', '(1.0) can0 555#', '(2.0) can0 555#', 'hello');
    await expect(play(run, { path, routes: [{ onto: bus, from: undefined }] })).rejects.toThrow(
      /broken\.log: line 3: /,
    );
    expect(heard.received).toHaveLength(2);
  });

  it('without a frame of the bus that was asked for it says what there is', async () => {
    const run = virtualRun();
    const { bus } = makeBus('body', run.clock);
    const path = logFile('others', '(1.0) can0 555#', '(1.1) can1 555#');
    await expect(
      play(run, { path, routes: [{ onto: bus, from: 'can7' }], loops: Number.POSITIVE_INFINITY }),
    ).rejects.toThrow('there are no frames of can7 to play; it holds those of can0, can1');
  });

  it('stops when told, in the middle of an endless loop', async () => {
    const run = virtualRun();
    const { bus, heard } = makeBus('body', run.clock);
    const interruption = new AbortController();
    heard.onReceived = () => {
      if (heard.received.length === 3) interruption.abort();
    };
    const path = logFile('endless', '(1.0) can0 555#', '(1.1) can0 555#');
    const signal = interruption.signal;
    const played = await play(run, {
      path,
      routes: [{ onto: bus, from: undefined }],
      loops: Number.POSITIVE_INFINITY,
      signal,
    });
    expect(played).toMatchObject({ fault: undefined });
    expect(heard.received).toHaveLength(3);
  });

  it('in the host’s time it takes as long as the recording', async () => {
    const run = hostRun(10_000, 10);
    const { bus, heard } = makeBus('body', run.clock);
    const path = logFile(
      'host',
      ...Array.from({ length: 51 }, (_, index) => `(1.${String(index * 10_000).padStart(6, '0')}) can0 555#`),
    );
    const startedMs = monotonicMs();
    const played = await playFile({
      path,
      routes: [{ onto: bus, from: undefined }],
      timing: { speed: 1, gapMs: 0 },
      loops: 1,
      clock: run.clock,
      enter: run.enter,
      presentNs: () => (monotonicMs() - startedMs) * 1e6,
      signal: new AbortController().signal,
    });
    expect(monotonicMs() - startedMs).toBeGreaterThanOrEqual(500);
    expect(played.frames).toBe(51);
    expect(heard.received[0]).toEqual(classicFrame(0x555, new Uint8Array(0)));
    run.stop();
  });
});

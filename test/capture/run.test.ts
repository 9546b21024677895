// `ecunet run --capture`, as a user runs it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCaptureFile } from '../../src/capture/readCaptureFile.ts';
import type { CapturedFrame, CaptureRecord } from '../../src/capture/record/captureRecord.ts';
import { signalAt, startEcunet } from '../cli/support/ecunet.ts';
import { inProcess } from '../cli/support/inProcess.ts';
import { asText, startNs } from './support/records.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-run-capture-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(path: string): Promise<readonly CaptureRecord[]> {
  const all: CaptureRecord[] = [];
  for await (const some of readCaptureFile(path)) all.push(...some);
  return all;
}

interface BusWindow {
  readonly type: string;
  readonly bus: string;
  readonly frames: number;
}

/** Frames by bus, as the trace's own counters have them. */
function counted(trace: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of readFileSync(trace, 'utf8').trimEnd().split('\n')) {
    const { type, bus, frames }: BusWindow = JSON.parse(line);
    if (type === 'bus.window') counts[bus] = (counts[bus] ?? 0) + frames;
  }
  return counts;
}

describe('ecunet run --capture', { timeout: 120_000 }, () => {
  it('holds each error frame of a virtual bus, as the result counts them', async () => {
    const path = join(folder, 'noisy.pcapng');
    const { stdout } = await inProcess('run', 'noisy-buses', '--json', '--capture', path);
    const { buses }: { buses: readonly { id: string; errorFrames: number }[] } = JSON.parse(stdout);
    const errors = (await read(path)).filter(({ type }) => type === 'error');
    const held = buses.map(({ id }) => ({ id, errorFrames: errors.filter(({ bus }) => bus === id).length }));
    expect(held).toEqual(buses.map(({ id, errorFrames }) => ({ id, errorFrames })));
    expect(errors.length).toBeGreaterThan(1000);
  });

  it('every format holds every frame of every bus, and the run comes out as without', async () => {
    const trace = join(folder, 'nominal.jsonl');
    const plain = await inProcess('run', 'nominal', '--json', '--trace', trace);
    const { traceDigest } = JSON.parse(plain.stdout);
    const read1: Record<string, readonly CaptureRecord[]> = {};
    for (const suffix of ['pcapng', 'log', 'asc.gz']) {
      const path = join(folder, `nominal.${suffix}`);
      const { code, stdout, stderr } = await inProcess('run', 'nominal', '--json', '--capture', path);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout).traceDigest).toBe(traceDigest);
      read1[suffix] = await read(path);
    }
    const exact = read1.pcapng ?? [];
    const perBus = (bus: string) => exact.filter((record) => record.bus === bus).length;
    const counts = counted(trace);
    expect(Object.fromEntries(Object.keys(counts).map((bus) => [bus, perBus(bus)]))).toEqual(counts);
    expect(Object.keys(counts).length).toBeGreaterThan(1);
    // The scenario's calendar begins at this time.
    expect(exact[0]?.timeNs).toBeGreaterThan(startNs);
    expect(
      exact.every((record, index) => index === 0 || record.timeNs >= (exact[index - 1] as CapturedFrame).timeNs),
    ).toBe(true);
    for (const suffix of ['log', 'asc.gz']) expect(asText(read1[suffix] ?? [])).toBe(asText(exact));
  });

  it('a path that cannot be is one line and exit code 2, and nothing runs', async () => {
    for (const [path, reason] of [
      [join(folder, 'a.txt'), /read, not written/],
      [join(folder, 'nowhere', 'a.log'), /cannot be written \(no such folder\)/],
    ] as const) {
      const { code, stdout, stderr } = await inProcess('run', 'nominal', '--json', '--capture', path);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(reason);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('a .pcap says what it has no place for', async () => {
    const path = join(folder, 'nominal.pcap');
    const { code, stderr } = await inProcess('run', 'nominal', '--json', '--capture', path);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `ecunet: ${path} has no place for the names of buses: all that they carry looks like one; .pcapng holds them\n`,
    });
    const read1 = await read(path);
    expect(new Set(read1.map(({ bus }) => bus))).toEqual(new Set(['0']));
    const all = await read(join(folder, 'nominal.pcapng'));
    expect(read1.map(({ timeNs }) => timeNs)).toEqual(all.map(({ timeNs }) => timeNs));
  });

  it('interrupted, what was recorded is kept under its name', async () => {
    const own = mkdtempSync(join(folder, 'interrupted-'));
    const path = join(own, 'cut.log');
    // TCP makes it a run in real time, which lasts for seconds.
    const args = ['run', 'nominal', '--no-dash', '--link', 'door-ecu=tcp', '--capture', path];
    const started = startEcunet(args);
    signalAt(started, 'metadata verified', 'SIGINT');
    expect((await started.ended).code).toBe(130);
    expect(readdirSync(own)).toEqual(['cut.log']);
    expect((await read(path)).length).toBeGreaterThan(0);
  });
});

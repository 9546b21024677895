// A recording that is too long for the head of a trace: run from its file, its frames in the trace, and replayed without the file.
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { completeInputs, type RunInputs } from '../../../src/sim/inputs/inputs.ts';
import { fileRecordings } from '../../../src/sim/recordings/fileRecordings.ts';
import { tracedRecordings } from '../../../src/sim/recordings/tracedRecordings.ts';
import { replayTrace } from '../../../src/sim/replay.ts';
import { type FinishedRun, runScenario } from '../../../src/sim/run.ts';
import { loadScenarioFile } from '../../../src/sim/scenario/load.ts';
import { trafficFramesMax } from '../../../src/vehicleFile/limits.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-recordings-'));
afterAll(() => rmSync(folder, { recursive: true }));
const scenarioFile = join(folder, 'scenario.yaml');
const logFile = join(folder, 'drive.log');
const traceFile = join(folder, 'trace.jsonl');
const scenarios = join(import.meta.dirname, '../../../scenarios');
const stepMs = 50;

function log(count: number, id = '123'): string {
  const line = (_: unknown, index: number) => {
    return `(${(1000 + (index * stepMs) / 1000).toFixed(6)}) can0 ${id}#${index.toString(16).padStart(8, '0')}\n`;
  };
  return Array.from({ length: count }, line).join('');
}

function load(): RunInputs & { readonly told: readonly string[] } {
  const told: string[] = [];
  const { scenario, recordings } = loadScenarioFile(scenarioFile, { tell: (line) => told.push(line) });
  const inputs = { scenario, seed: 1, givenImages: new Map(), interfaces: new Map(), links: new Map(), recordings };
  return { ...completeInputs(inputs), told };
}

const run = (inputs: RunInputs): Promise<FinishedRun> => runScenario({ inputs, observers: [], tracePath: traceFile });
const piecesOf = (text: string) => text.split('\n').filter((line) => line.startsWith('{"type":"recorded"'));

beforeAll(() => {
  const scenario = readFileSync(join(scenarios, 'busy-bus.yaml'), 'utf8');
  const vehicle = readFileSync(join(scenarios, 'vehicles/busy.yaml'), 'utf8');
  writeFileSync(scenarioFile, scenario.replace('vehicles/busy.yaml', 'vehicle.yaml'));
  writeFileSync(join(folder, 'vehicle.yaml'), vehicle.replace('{ dbc: body.dbc }', '{ log: drive.log }'));
  writeFileSync(logFile, log(trafficFramesMax + 1));
});

describe('a long recording', () => {
  it('stands in the head by what it is, and in the trace by the frames that the run took', async () => {
    const inputs = load();
    const lastNs = trafficFramesMax * stepMs * 1e6;
    expect(inputs.scenario.vehicle.buses.body?.traffic).toEqual({
      log: 'drive.log',
      recording: { frames: trafficFramesMax + 1, lastNs, pauseNs: stepMs * 1e6, ids: [0x123] },
    });
    const first = await run(inputs);
    expect(first.outcome).toBe('passed');
    const pieces = piecesOf(readFileSync(traceFile, 'utf8')).map((line) => JSON.parse(line));
    expect(pieces.length).toBe(1);
    expect(pieces[0]).toMatchObject({ t: 0, bus: 'body', frames: { length: 256, 1: [stepMs * 1e6, '123#00000001'] } });
    expect((await run(load())).traceDigest).toBe(first.traceDigest);
  });

  it('is replayed from the trace alone', async () => {
    await run(load());
    renameSync(logFile, `${logFile}.away`);
    try {
      expect(replayTrace(traceFile)).toMatchObject({ difference: undefined, givenUp: undefined });
      const text = readFileSync(traceFile, 'utf8');
      const [piece = ''] = piecesOf(text);
      writeFileSync(traceFile, text.replace(piece, piece.replace('123#00000000', '123#00000099')));
      expect(replayTrace(traceFile).difference).toBeDefined();
      writeFileSync(traceFile, text.replace(piece, piece.replace('"123#00000000"', '"hello"')));
      expect(() => replayTrace(traceFile)).toThrow(/:\d+: frames\[0\]\[1\]: a frame such as 123#DEADBEEF is needed/);
      writeFileSync(traceFile, text.replace(`${piece}\n`, ''));
      expect(replayTrace(traceFile).difference).toBeDefined();
    } finally {
      renameSync(`${logFile}.away`, logFile);
    }
  });

  it('is refused where it has ids of the vehicle’s own', () => {
    writeFileSync(logFile, log(trafficFramesMax + 1, '710'));
    expect(load).toThrow(/a frame of drive\.log: 0x710 is gateway-ecu’s/);
    writeFileSync(logFile, log(trafficFramesMax + 1));
  });

  it('that changed since it was read ends the run with what is wrong', async () => {
    const inputs = load();
    writeFileSync(logFile, log(100));
    const finished = await run(inputs);
    expect(finished).toMatchObject({ outcome: 'given-up', givenUp: { reason: 'error' } });
    expect(String(finished.cause)).toContain(
      `drive.log: the file has changed since it was read: ${trafficFramesMax + 1} frames`,
    );
    writeFileSync(logFile, log(trafficFramesMax + 1));
  });

  it('begins again after its last frame, and asks the file again', () => {
    writeFileSync(logFile, log(3));
    const lines: object[] = [];
    const inputs = { ...load(), recordings: new Map([['body', logFile]]) };
    const open = fileRecordings(inputs, new EventQueue(), { put: (line) => lines.push(line) });
    const recording = open('body', { frames: 3, lastNs: 100e6, pauseNs: 50e6, ids: [] });
    const times = Array.from({ length: 7 }, () => (recording.next()?.atNs ?? -1) / 1e6);
    recording.close();
    expect(times).toEqual([0, 50, 100, 0, 50, 100, 0]);
    expect(lines).toHaveLength(3);
  });

  it('has pieces of its own beside those of another bus', () => {
    const piece = (bus: string, id: string) => JSON.stringify({ type: 'recorded', t: 0, bus, frames: [[0, `${id}#`]] });
    writeFileSync(traceFile, `${piece('chassis', '001')}\n${piece('body', '002')}\n`);
    const lines: object[] = [];
    const recording = tracedRecordings(traceFile, { put: (line) => lines.push(line) })('body', {
      ...{ frames: 1, lastNs: 0, pauseNs: 1, ids: [2] },
    });
    expect([recording.next()?.frame.id, recording.next(), lines.length]).toEqual([2, undefined, 1]);
    recording.close();
  });

  it('tells what is left out of it', () => {
    writeFileSync(logFile, `(1000.0) can0 001##0\n${log(trafficFramesMax + 1)}`);
    expect(load().told).toEqual([`${logFile}: frames of CAN FD are left out: the bus is a classic one`]);
  });
});

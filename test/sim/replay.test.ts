import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashHex } from '../../src/crypto/hashes.ts';
import type { RunInputs } from '../../src/sim/inputs/inputs.ts';
import { replayTrace } from '../../src/sim/replay.ts';
import { type FinishedRun, runScenario } from '../../src/sim/run.ts';
import { inputsOf } from './support/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function traced(name: string, inputs: RunInputs): Promise<{ readonly path: string; readonly run: FinishedRun }> {
  const path = join(folder, `${name}.jsonl`);
  const run = await runScenario({ inputs, observers: [], tracePath: path });
  return { path, run };
}

describe('a trace', () => {
  it('has the digest that the run tells, the same for one seed, another for another', async () => {
    const first = await traced('first', inputsOf('nominal', { seed: 3 }));
    const second = await traced('second', inputsOf('nominal', { seed: 3 }));
    const other = await traced('other', inputsOf('nominal', { seed: 4 }));
    expect(first.run.traceDigest).toBe(hashHex('sha256', readFileSync(first.path)));
    expect(second.run.traceDigest).toBe(first.run.traceDigest);
    expect(other.run.traceDigest).not.toBe(first.run.traceDigest);
  });

  it('replaces an earlier trace when it is complete, and nothing else', async () => {
    const { path } = await traced('kept', inputsOf('nominal'));
    const before = readFileSync(path);
    const other = join(folder, 'firmware.bin');
    writeFileSync(other, 'precious');
    await expect(runScenario({ inputs: inputsOf('nominal'), observers: [], tracePath: other })).rejects.toThrow(
      /is no trace/,
    );
    expect(readFileSync(other, 'utf8')).toBe('precious');
    const broken = runScenario({
      inputs: inputsOf('nominal'),
      observers: [],
      tracePath: path,
      opened: () => {
        throw new Error('before it begins');
      },
    });
    await expect(broken).rejects.toThrow('before it begins');
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('replays the same from the file alone, with an image that was given', async () => {
    const bytes = new Uint8Array(70_000).map((_, index) => index * 7);
    const givenImages = new Map([['door-ecu', { filename: 'firmware v2.bin', bytes }]]);
    const { path, run } = await traced('given', inputsOf('nominal', { givenImages }));
    expect(run.outcome).toBe('passed');
    expect(run.ecus.find(({ id }) => id === 'door-ecu')?.installed).toMatchObject({
      filename: 'firmware v2.bin',
      sha256: hashHex('sha256', bytes),
      releaseCounter: 2,
    });
    expect(replayTrace(path)).toMatchObject({ difference: undefined });
  });

  it('updates an ECU to an empty file as to any other', async () => {
    const givenImages = new Map([['door-ecu', { filename: 'empty.bin', bytes: new Uint8Array() }]]);
    const { path, run } = await traced('empty', inputsOf('nominal', { givenImages }));
    expect(run.expectations.filter(({ passed }) => !passed)).toEqual([]);
    expect(replayTrace(path).difference).toBeUndefined();
  });

  describe('that was doctored', () => {
    let lines: readonly string[];
    beforeAll(async () => {
      const { path } = await traced('doctored', inputsOf('nominal'));
      lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    });

    function replayOf(changed: readonly string[]) {
      const path = join(folder, 'changed.jsonl');
      writeFileSync(path, `${changed.join('\n')}\n`);
      return replayTrace(path);
    }

    it('is found out at the first line that differs', () => {
      const index = lines.findIndex((line) => line.includes('"ecu.booted"') && line.includes('door-2.img'));
      const changed = lines.with(index, (lines[index] ?? '').replace('door-2.img', 'door-3.img'));
      const { difference } = replayOf(changed);
      expect(difference?.line).toBe(index + 1);
      expect(difference?.was).toContain('door-3.img');
      expect(difference?.is).toContain('door-2.img');
    });

    it('is found out where a line is missing, added, or the end is cut off', () => {
      expect(replayOf(lines.toSpliced(40, 1)).difference?.line).toBe(41);
      expect(replayOf(lines.toSpliced(50, 0, '{"type":"ecu.state","t":1}')).difference?.line).toBe(51);
      expect(replayOf(lines.slice(0, -3)).difference).toMatchObject({ line: lines.length - 2, was: undefined });
      expect(replayOf([...lines, '{"more":1}']).difference).toMatchObject({ line: lines.length + 1, is: undefined });
    });

    it.each([
      ['{"type":"input","t":-1,"port":"body/x/1","kind":"sent"}', /:9: t: /],
      ['{"type":"input","t":1,"port":"body/x/1","kind":"explode"}', /:9: kind: /],
      ['{"type":"input","t":1,"port":7,"kind":"sent"}', /:9: port: /],
      ['{"type":"input","t":1,"port":"p","kind":"message","base64":"%%"}', /:9: base64: /],
      ['{"type":"imageBytes","ecu":"door-ecu","base64":"AAAA"}', /:9: not an image of this trace/],
    ])('with an input of no such form is refused in one line: %s', (line, message) => {
      expect(() => replayOf(lines.toSpliced(8, 0, line))).toThrow(message);
    });

    it('comes out otherwise where an input was changed: the seed, or a published size', () => {
      const [head = '', ...rest] = lines;
      expect(replayOf([head.replace('"seed":1,"scenario"', '"seed":2,"scenario"'), ...rest]).difference).toBeDefined();
      expect(
        replayOf([head.replace('"sizeBytes":16384', '"sizeBytes":16385'), ...rest]).difference?.line,
      ).toBeGreaterThan(1);
    });
  });

  it.each([
    ['an empty file', '', /an empty file is no trace/],
    ['a text', 'hello\n', /:1: not a JSON object/],
    ['another JSON', '{"a":1}\n', /:1: type/],
    [
      'an earlier format',
      '{"type":"trace","format":1}\n',
      /:1: a trace of format 1; this ecunet reads format 2: run the scenario again with --trace/,
    ],
    [
      'a later format',
      '{"type":"trace","format":9}\n',
      /:1: a trace of format 9; .*: replay it with the ecunet that wrote it/,
    ],
    [
      'a bad scenario',
      '{"type":"trace","format":2,"seed":1,"scenario":{"start":0},"interfaces":{},"links":{}}\n',
      /:1: scenario/,
    ],
    ['a line without end', `{"type":"trace","format":1${' '.repeat(3 * 1024 * 1024)}`, /a line longer than/],
  ])('that is %s is refused in one line', (_name, text, message) => {
    const path = join(folder, 'bad.jsonl');
    writeFileSync(path, text);
    expect(() => replayTrace(path)).toThrow(message);
  });

  it('that is not there, or a folder, is refused in one line', () => {
    expect(() => replayTrace(join(folder, 'missing.jsonl'))).toThrow(/missing\.jsonl: no such file$/);
    expect(() => replayTrace(folder)).toThrow(/a folder stands where a file should be$/);
  });
});

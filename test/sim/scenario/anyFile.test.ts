// Any text for a scenario, a vehicle or a trace is taken, or refused in one line, never with a stack trace.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { utf8 } from '../../../src/core/bytes.ts';
import { InputError } from '../../../src/core/faults.ts';
import { replayTrace } from '../../../src/sim/replay.ts';
import { runScenario } from '../../../src/sim/run.ts';
import { loadScenario } from '../../../src/sim/scenario/load.ts';
import { broken, brokenFiles, randoms } from '../../mutations/brokenFiles.ts';
import { fc, prop } from '../../support/property.ts';
import { inputsOf } from '../support/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-any-'));
afterAll(() => rmSync(folder, { recursive: true }));
const scenarios = join(import.meta.dirname, '../../../scenarios');
/** To be written as JSON, which is YAML too. */
const asJson = (path: string): object => parse(readFileSync(join(scenarios, path), 'utf8'));

/** Undefined, or the one line of the refusal. */
function refusal(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return undefined;
}

/** Nothing, or a line on this file. */
const wellRefused = (path: string) => new RegExp(`^[^\\n]*${path}[^\\n]*$`);

describe('any text', () => {
  const scenario = asJson('nominal.yaml');
  const vehicle = asJson('vehicles/compact.yaml');

  prop([fc.oneof(brokenFiles([utf8(JSON.stringify({ ...scenario, vehicle }))]), fc.string().map(utf8))], {
    numRuns: 200,
  })('for a scenario makes one, or is refused in a line that names the file', (bytes) => {
    const path = join(folder, 'any.yaml');
    writeFileSync(path, bytes);
    expect(refusal(() => loadScenario(path)) ?? path).toMatch(wellRefused('any.yaml'));
  });

  prop([brokenFiles([utf8(JSON.stringify(vehicle))])], { numRuns: 120 })(
    'for a vehicle makes one, or is refused in a line that names the file',
    (bytes) => {
      const path = join(folder, 'of-any-vehicle.yaml');
      writeFileSync(join(folder, 'any-vehicle.yaml'), bytes);
      writeFileSync(path, JSON.stringify({ ...scenario, vehicle: 'any-vehicle.yaml' }));
      expect(refusal(() => loadScenario(path)) ?? path).toMatch(wellRefused('any-vehicle.yaml'));
    },
  );

  it('is no empty word: the files are sound', () => {
    writeFileSync(join(folder, 'sound.yaml'), JSON.stringify({ ...scenario, vehicle }));
    expect(refusal(() => loadScenario(join(folder, 'sound.yaml')))).toBeUndefined();
  });
});

describe('any text in a trace', () => {
  const path = join(folder, 'recorded.jsonl');
  let lines: readonly Uint8Array[] = [];
  beforeAll(async () => {
    await runScenario({ inputs: inputsOf('nominal'), observers: [], tracePath: path });
    lines = readFileSync(path, 'utf8').split('\n').slice(0, 60).map(utf8);
  });

  prop([randoms], { numRuns: 40 })('makes another trace, or is refused in a line that names the file', (random) => {
    const changed = random.below(2) === 0 ? 0 : random.below(lines.length);
    const text = lines.map((line, index) => (index === changed ? broken(line, random) : line));
    writeFileSync(join(folder, 'changed.jsonl'), text.map((line) => Buffer.from(line).toString('utf8')).join('\n'));
    let difference: unknown;
    const refused = refusal(() => {
      difference = replayTrace(join(folder, 'changed.jsonl')).difference;
    });
    if (refused === undefined) expect(difference).toMatchObject({ line: expect.any(Number) });
    else expect(refused).toMatch(wellRefused('changed.jsonl'));
  });
});

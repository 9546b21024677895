// A step, an attack and an expectation are each added by one new file and one line in an index: shown on a copy of the sources, through the
// command, and in the page of the documentation.
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = join(import.meta.dirname, '../../..');
const copy = mkdtempSync(join(tmpdir(), 'ecunet-registries-'));
afterAll(() => rmSync(copy, { recursive: true }));

/** The new file of a kind, by its registry. */
const kinds = {
  'steps/honk': `
import * as z from 'zod';
import { stepKind } from './step.ts';

export const honk = stepKind({
  schema: z.int().min(1).max(9),
  documented: [{ form: 'honk: 3', meaning: 'the horn sounds so often' }],
  text: (times) => \`honk \${times} times\`,
  run: ({ world }) => void world.recordings.set('honked', { director: undefined, image: undefined, attestation: undefined }),
});
`,
  'attackers/deafTimeserver': `
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { added, attackKind } from './attacker.ts';

export const deafTimeserver = attackKind({
  kind: 'deaf-timeserver',
  schema: z.strictObject({ kind: z.literal('deaf-timeserver'), id: name }),
  documented: { form: '', meaning: 'the timeserver answers nobody' },
  indicates: ['time-drop'],
  clauses: ['Y2'],
  start: (world) => ({
    text: 'the timeserver answers nobody',
    stop: added(world.network.filters, (request, genuine) => (request.type === 'time' ? { status: 'not-found' } : genuine)),
  }),
});
`,
  'expectations/honked': `
import * as z from 'zod';
import { expectationKind } from './expectation.ts';

export const honked = expectationKind({
  schema: z.strictObject({ honked: z.boolean() }),
  documented: { form: '{honked: true}', meaning: 'somebody sounded the horn' },
  judge: ({ honked: wanted }, world) => {
    const was = world.recordings.has('honked');
    return { text: \`the horn was \${wanted ? '' : 'not '}heard\`, passed: was === wanted, actual: was ? 'heard' : 'not heard' };
  },
});
`,
};

const scenario = `
title: Registered
vehicle: ${join(project, 'scenarios/vehicles/compact.yaml')}
steps:
  - expect: [{ honked: false }]
  - honk: 3
  - expect: [{ honked: true }]
  - attack: { kind: deaf-timeserver, id: deaf }
  - cycle: {}
  - expect: [{ ecu: telematics, finds: time-stale, clause: Y2 }]
`;

/** Runs the command of the copy once with each of the arguments, then brings its documentation up to date: one process, for loading is slow. */
const driver = `
import { commandLine } from './src/cli/commandLine.ts';
const called = [];
for (const args of JSON.parse(process.argv[2] ?? '')) {
  const call = { code: 0, stdout: '', stderr: '' };
  call.code = await commandLine(args, { out: (data) => void (call.stdout += data), err: (text) => void (call.stderr += text) });
  called.push(call);
}
console.log(JSON.stringify(called));
process.argv.length = 2;
await import('./scripts/scenarioTables.ts');
`;

interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('a new file and a line in its index', () => {
  let called: readonly Called[] = [];
  beforeAll(() => {
    for (const part of ['src', 'docs', 'scripts', 'package.json', 'tsconfig.json']) {
      cpSync(join(project, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
    for (const [file, source] of Object.entries(kinds)) {
      const [registry = '', kind = ''] = file.split('/');
      writeFileSync(join(copy, 'src/sim', `${file}.ts`), source.trimStart());
      appendFileSync(join(copy, 'src/sim', registry, 'index.ts'), `export { ${kind} } from './${kind}.ts';\n`);
    }
    writeFileSync(join(copy, 'registered.yaml'), scenario);
    writeFileSync(join(copy, 'loud.yaml'), scenario.replace('honk: 3', 'honk: 30'));
    writeFileSync(join(copy, 'driver.ts'), driver);
    const calls = [
      ['run', 'registered.yaml', '--json'],
      ['run', 'loud.yaml'],
    ];
    const args = ['--import', 'tsx', 'driver.ts', JSON.stringify(calls)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    called = JSON.parse(stdout);
  });

  it('are a step, an attack and an expectation that a scenario can use', () => {
    expect(called[0]).toMatchObject({ code: 0, stderr: '' });
    const { outcome, expectations } = JSON.parse(called[0]?.stdout ?? '');
    expect({ outcome, passed: expectations.map((one: { passed: boolean }) => one.passed) }).toEqual({
      outcome: 'passed',
      passed: [true, true, true],
    });
  });

  it('are checked as the others are', () => {
    expect(called[1]?.code).toBe(2);
    expect(called[1]?.stderr).toContain('loud.yaml:6: steps[1].honk: 1 to 9 is needed, not 30');
  });

  it('are rows of the documentation', () => {
    const page = readFileSync(join(copy, 'docs/scenarios.md'), 'utf8');
    expect(page).toContain('| `honk: 3` | the horn sounds so often |');
    expect(page).toContain('| `deaf-timeserver` | | the timeserver answers nobody | time-drop | Y2 |');
    expect(page).toContain('| `{honked: true}` | somebody sounded the horn |');
  });
});

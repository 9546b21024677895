// An output of `ecunet run` that is one of its inputs, or another output, is refused before anything is written.
import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { inProcess } from './support/inProcess.ts';

const root = mkdtempSync(join(tmpdir(), 'ecunet-outputs-'));
afterAll(() => rmSync(root, { recursive: true }));
const scenarios = join(import.meta.dirname, '../../scenarios');
const nominal = parse(readFileSync(join(scenarios, 'nominal.yaml'), 'utf8'));
const compact = parse(readFileSync(join(scenarios, 'vehicles/compact.yaml'), 'utf8'));
const [first = '', second = ''] = Object.keys(compact.buses);

const dbc = `BU_: Engine
BO_ 256 Speed: 8 Engine
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 10000;
BA_ "GenMsgCycleTime" BO_ 256 100;
`;
/** Each of a form that an output may replace. */
const inputs: Readonly<Record<string, string>> = {
  'drive.log': '(1.000000) can0 123#00\n',
  'bus.dbc': dbc,
  'image.jsonl': '{"type":"trace"}\n',
  'scenario.yaml': stringify({ ...nominal, vehicle: 'vehicle.yaml' }),
  'vehicle.yaml': stringify({
    ...compact,
    buses: {
      ...compact.buses,
      [first]: { ...compact.buses[first], traffic: { log: 'drive.log' } },
      [second]: { ...compact.buses[second], traffic: { dbc: 'bus.dbc' } },
    },
  }),
};

describe('ecunet run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(root, 'case-'));
    for (const [name, text] of Object.entries(inputs)) writeFileSync(join(folder, name), text);
  });
  it('tells on standard error what is left out of a bus’s traffic', async () => {
    writeFileSync(join(folder, 'bus.dbc'), `${dbc}BO_ 257 Silent: 8 Engine\n`);
    const { stderr, code } = await inProcess('run', join(folder, 'scenario.yaml'), '--json');
    const why = 'without a cycle (GenMsgCycleTime), and the traffic names none (`cycle`)';
    expect([code, stderr]).toEqual([0, `ecunet: ${join(folder, 'bus.dbc')}: message Silent left out: ${why}\n`]);
  });

  const filesNow = () =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

  it.each<[option: string, name: string, input: string]>([
    ['--capture', 'drive.log', `the traffic of ${first}`],
    ['--trace', 'bus.dbc', `the traffic of ${second}`],
    ['--trace', 'image.jsonl', 'the image of door-ecu'],
    ['--trace', 'scenario.yaml', 'the scenario'],
    ['--trace', 'vehicle.yaml', 'the vehicle'],
    ['--trace', 'x.log', ''],
    ['--capture', 'link.log', `the traffic of ${first}`],
    ['--trace', 'second.jsonl', 'the image of door-ecu'],
  ])('refuses %s %s', async (option, name, input) => {
    symlinkSync('drive.log', join(folder, 'link.log'));
    linkSync(join(folder, 'image.jsonl'), join(folder, 'second.jsonl'));
    const before = filesNow();
    const path = (file: string) => join(folder, file);
    const others = input === '' ? ['--capture', path(name)] : [];
    const image = ['--image', `door-ecu=${path('image.jsonl')}`];
    const args = ['run', path('scenario.yaml'), '--json', ...image, option, path(name), ...others];
    const line =
      input === ''
        ? `--capture ${path(name)}: --trace is written there; name another file`
        : `${option} ${path(name)}: this is ${input}, which is read; name another file`;
    expect(await inProcess(...args)).toMatchObject({ code: 2, stdout: '', stderr: `ecunet: ${line}\n` });
    expect(filesNow()).toEqual(before);
  });
});

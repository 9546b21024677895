// Owns: the tables of steps, bus faults, attacks and expectations in docs/scenarios.md, from the registries: `tsx scripts/scenarioTables.ts`
// writes them, with `--check` it says whether they are today's.
import { readFileSync, writeFileSync } from 'node:fs';
import { attackKinds } from '../src/sim/attackers/attacks.ts';
import { busFaultKinds } from '../src/sim/busFaults/busFaults.ts';
import { expectationKinds } from '../src/sim/expectations/expectations.ts';
import type { Documented } from '../src/sim/setting/registry.ts';
import { stepKinds } from '../src/sim/steps/steps.ts';

const page = 'docs/scenarios.md';

const row = ({ form, meaning }: Documented) => `| \`${form}\` | ${meaning} |`;
const steps = Object.entries(stepKinds).filter(([name]) => !Object.hasOwn(busFaultKinds, name));

/** By the name of the table, as it stands between its marks. */
const tables: Readonly<Record<string, readonly string[]>> = {
  steps: ['| step | what happens |', '| --- | --- |', ...steps.flatMap(([, { documented }]) => documented.map(row))],
  'bus faults': [
    '| fault | what happens to a bus, and [how it is modelled](buses.md) |',
    '| --- | --- |',
    ...Object.values(busFaultKinds).flatMap(({ documented }) => documented.map(row)),
  ],
  attacks: [
    '| kind | fields | what the attacker does | indicates | found by |',
    '| --- | --- | --- | --- | --- |',
    ...attackKinds.map(({ kind, documented: { form, meaning }, indicates, clauses }) =>
      `| \`${kind}\` | ${form} | ${meaning} | ${indicates.join(', ')} | ${clauses.join(', ')} |`.replaceAll(
        '|  |',
        '| |',
      ),
    ),
  ],
  expectations: [
    '| expectation | holds when |',
    '| --- | --- |',
    ...Object.values(expectationKinds).map(({ documented }) => row(documented)),
  ],
};

const before = readFileSync(page, 'utf8');
const after = Object.entries(tables).reduce((text, [name, lines]) => {
  const marked = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
  if (!marked.test(text)) throw new Error(`${page} has no table marked ${name}`);
  return text.replace(marked, (_all, begin: string, end: string) => `${begin}${lines.join('\n')}\n${end}`);
}, before);

if (!process.argv.includes('--check')) writeFileSync(page, after);
else if (before !== after) {
  console.error(`${page} has not the tables that its registries give: npm run generate`);
  process.exitCode = 1;
}

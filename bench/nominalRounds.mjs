// Owns: the warm nominal run of one built `dist` folder, a round of runs each time its parent asks. Loads nothing of the sources, so
// that another checkout's build is measured as it is, wherever its files stand.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist] = process.argv.slice(2);
const files = readdirSync(dist, { recursive: true });

/** What a module exports, found by its name: checkouts differ in their folders. */
async function exported(file, name) {
  for (const path of files.filter((each) => basename(each) === file)) {
    const module = await import(pathToFileURL(join(dist, path)).href);
    if (module[name] !== undefined) return module[name];
  }
  throw new Error(`${dist} has no ${file} that exports ${name}`);
}

const runScenario = await exported('run.js', 'runScenario');
const loadScenario = await exported('load.js', 'loadScenario');
const scenarioPath = await exported('load.js', 'scenarioPath');
const scenario = loadScenario(scenarioPath('nominal'));

/** Seeds differ, as in real use: nothing that one run leaves behind can help the next. */
async function round(seeds) {
  const digests = [];
  const timesMs = [];
  for (const seed of seeds) {
    const before = process.cpuUsage();
    // `tcpLinks`: for builds before traces of format 2
    const inputs = {
      scenario,
      seed,
      givenImages: new Map(),
      interfaces: new Map(),
      links: new Map(),
      tcpLinks: new Set(),
    };
    digests.push((await runScenario({ inputs, observers: [] })).traceDigest);
    const { user, system } = process.cpuUsage(before);
    timesMs.push((user + system) / 1000);
  }
  // The median: a burst of another program's slows single runs to twice their time.
  return { runMs: timesMs.sort((a, b) => a - b)[seeds.length >> 1], digests };
}

process.on('message', async (seeds) => process.send(await round(seeds)));
process.send('ready');

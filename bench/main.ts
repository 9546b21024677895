// Owns: `npm run bench`: how fast the simulation goes on this machine. Figures to compare side by side, never to assert on.
import { cpus } from 'node:os';
import { Bench } from 'tinybench';
import { createRandom } from '../src/core/random.ts';
import { EventQueue } from '../src/core/time/clock.ts';
import { ed25519Noble } from '../src/crypto/ed25519Noble.ts';
import { ed25519Node } from '../src/crypto/ed25519Node.ts';
import { loadScenario, scenarioPath } from '../src/sim/scenario/load.ts';
import { Simulation } from '../src/sim/simulation.ts';
import { virtualTransports } from '../src/sim/transports/transports.ts';
import { benchBuses } from './buses.ts';
import { benchRefresh } from './refresh.ts';

/** Work done in one call of a task, so that rates can be given in the unit a user thinks in. */
const unitsOf = new Map<string, { readonly amount: number; readonly unit: string }>();
const bench = new Bench({ time: 1500, warmupTime: 300 });

function add(name: string, amount: number, unit: string, run: () => void): void {
  unitsOf.set(name, { amount, unit });
  bench.add(name, run);
}

const scenario = loadScenario(scenarioPath('nominal'));

let seed = 0;

/** Each with a seed of its own, as in real use: nothing that one run leaves behind can help the next. */
function nominal(): void {
  seed += 1;
  const queue = new EventQueue();
  const inputs = { scenario, seed, givenImages: new Map(), interfaces: new Map(), links: new Map() };
  const simulation = new Simulation(inputs, queue, virtualTransports(inputs, queue), () => {});
  simulation.begin();
  while (simulation.result === undefined) queue.step();
}

add('nominal update of five ECUs', 1, 'update cycles', nominal);

const secret = createRandom('bench').bytes(32);
const message = new Uint8Array(2000);
for (const [name, signatures] of [
  ['node:crypto', ed25519Node()],
  ['@noble/ed25519', ed25519Noble()],
] as const) {
  const publicKey = signatures.publicKey(secret);
  const signature = signatures.sign(secret, message);
  add(`ed25519 verify, ${name}`, 1, 'signatures', () => {
    if (!signatures.verify(publicKey, message, signature)) throw new Error('a good signature is refused');
  });
}

await bench.run();
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
for (const task of bench.tasks) {
  const { amount, unit } = unitsOf.get(task.name) ?? { amount: 1, unit: 'calls' };
  const { result } = task;
  if (result.state !== 'completed') {
    console.log(`${task.name}: ${result.state}`);
    process.exitCode = 1;
    continue;
  }
  const perSecond = (1000 / result.latency.p50) * amount;
  const rate = perSecond >= 100 ? Math.round(perSecond).toLocaleString('en') : perSecond.toFixed(1);
  console.log(`${task.name.padEnd(40)} ${rate.padStart(10)} ${unit}/s (median of ${result.latency.samplesCount})`);
}
benchBuses();
await benchRefresh();
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);

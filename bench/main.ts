// Owns: `npm run bench`: how fast the simulation goes on this machine. Figures to compare side by side, never to assert on.
import { cpus } from 'node:os';
import { Bench } from 'tinybench';
import { classicFrame, fdFrame } from '../src/bus/bus.ts';
import { attachIsoTpNode } from '../src/bus/isoTpLink.ts';
import { createVirtualCan } from '../src/bus/virtualCan.ts';
import { EventQueue } from '../src/core/clock.ts';
import { createRandom } from '../src/core/random.ts';
import { NS_PER_S } from '../src/core/units.ts';
import { ed25519Noble } from '../src/crypto/ed25519Noble.ts';
import { ed25519Node } from '../src/crypto/ed25519Node.ts';
import { loadScenario, scenarioPath } from '../src/sim/scenario/load.ts';
import { Simulation } from '../src/sim/simulation.ts';
import { virtualBuses } from '../src/sim/transports.ts';
import { benchRefresh } from './refresh.ts';

/** Work done in one call of a task, so that rates can be given in the unit a user thinks in. */
const unitsOf = new Map<string, { readonly amount: number; readonly unit: string }>();
const bench = new Bench({ time: 1500, warmupTime: 300 });

function add(name: string, amount: number, unit: string, run: () => void): void {
  unitsOf.set(name, { amount, unit });
  bench.add(name, run);
}

function runToEnd(queue: EventQueue): void {
  while (queue.step());
}

const framesPerCall = 200_000;

function frames(fd: boolean): () => void {
  return () => {
    const queue = new EventQueue();
    const bus = createVirtualCan({ name: 'bench', clock: queue, bitrate: 500_000, dataBitrate: 2_000_000, fd });
    const data = new Uint8Array(fd ? 64 : 8);
    const frame = fd ? fdFrame(0x100, data) : classicFrame(0x100, data);
    let left = framesPerCall;
    const sender = bus.attach('sender', {
      frameReceived: () => {},
      frameSent: () => {
        left -= 1;
        if (left > 0) sender.send(frame);
      },
      nodeFailed: () => {},
    });
    bus.attach('receiver', { frameReceived: () => {}, frameSent: () => {}, nodeFailed: () => {} });
    sender.send(frame);
    runToEnd(queue);
  };
}

const messageBytes = 32 * 1024;

function isoTp(fd: boolean): () => void {
  return () => {
    const queue = new EventQueue();
    const bus = createVirtualCan({ name: 'bench', clock: queue, bitrate: 500_000, dataBitrate: 2_000_000, fd });
    const sender = attachIsoTpNode(bus, 'a', queue, [{ name: 'b', transmitId: 1, receiveId: 2 }]).links.get('b');
    const receiver = attachIsoTpNode(bus, 'b', queue, [{ name: 'a', transmitId: 2, receiveId: 1 }]).links.get('a');
    let received = 0;
    receiver?.listen({
      messageReceived: (message) => {
        received += message.length;
      },
      messageSent: () => {},
      transferFailed: () => {},
    });
    sender?.send(new Uint8Array(messageBytes));
    while (received === 0 && queue.nowNs() < 60 * NS_PER_S && queue.step());
    if (received !== messageBytes) throw new Error('the message did not arrive');
  };
}

const scenario = loadScenario(scenarioPath('nominal'));

function nominal(): void {
  const queue = new EventQueue();
  const inputs = { scenario, seed: 1, givenImages: new Map(), interfaces: new Map(), tcpLinks: new Set<string>() };
  const transports = { buses: virtualBuses(scenario.vehicle, queue), links: new Map() };
  const simulation = new Simulation(inputs, queue, transports, () => {});
  simulation.begin();
  while (simulation.result === undefined) queue.step();
}

add('CAN frames, two nodes', framesPerCall, 'frames', frames(false));
add('CAN FD frames of 64 bytes, two nodes', framesPerCall, 'frames', frames(true));
add('ISO-TP over CAN, 32 KiB message', Math.ceil(messageBytes / 7), 'frames', isoTp(false));
add('ISO-TP over CAN FD, 32 KiB message', Math.ceil(messageBytes / 63), 'frames', isoTp(true));
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
await benchRefresh();
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);

// Owns: `npm run bench:socketcan`: frames per second over a virtual CAN interface, ecunet next to can-utils' cangen and candump, in turns.
// Runs in the guest of scripts/guest, where all of it is emulated: the ratio is what counts. cangen waits for nobody, so receive buffers
// are made long enough for all of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type Bus, type CanFrame, classicFrame, fdFrame } from '../src/bus/bus.ts';
import { openSocketCanBus } from '../src/bus/socketcan/openSocketCanBus.ts';
import { EventQueue } from '../src/core/time/clock.ts';
import { hostTimer, monotonicMs } from '../src/core/time/hostTime.ts';
import { Pacer } from '../src/core/time/pacer.ts';

const interfaceName = process.argv[2] ?? 'vcan0';
const framesASide = 20_000;
const rounds = 3;
/** Frames given and not echoed: enough to keep the interface busy. */
const aheadMax = 64;

const queue = new EventQueue();
const pacer = new Pacer(queue, 1, (cause) => {
  throw cause;
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => hostTimer(1, resolve));
}

function rawListeners(): number {
  const lists = ['all', 'fil', 'sff', 'eff', 'inv'].map((list) =>
    readFileSync(`/proc/net/can/rcvlist_${list}`, 'utf8'),
  );
  return lists.join('\n').split(`${interfaceName} `).length - 1;
}

/** How many frames came, and how many a second. */
interface Heard {
  readonly frames: number;
  readonly perSecond: number;
}

async function openBus(fd: boolean): Promise<Bus> {
  const enter = (run: () => void) => pacer.enter(run);
  const bus = await openSocketCanBus({ name: 'bench', interface: interfaceName, fd, clock: queue, enter });
  if (!bus.ok) throw new Error(bus.fault.message);
  return bus.value;
}

/** By the kernel's times, which candump logs, while `send` runs; until all have come or nothing more comes. */
async function heardByCandump(send: () => Promise<void>): Promise<Heard> {
  const before = rawListeners();
  const dump = spawn('candump', ['-L', '-n', String(framesASide), '-T', '2000', interfaceName], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(dump, 'close');
  let text = '';
  dump.stdout.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
  });
  await until(() => rawListeners() > before);
  await send();
  await closed;
  const times = [...text.matchAll(/^\((\d+\.\d+)\)/gm)].map(([, seconds]) => Number(seconds));
  const spanS = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return { frames: times.length, perSecond: times.length / spanS };
}

async function sendByCangen(fd: boolean): Promise<void> {
  const kind = fd ? ['-f', '-b', '-L', '64'] : ['-L', '8'];
  const generator = spawn('cangen', [interfaceName, '-g', '0', '-n', String(framesASide), '-I', '123', ...kind], {
    stdio: 'inherit',
  });
  await once(generator, 'close');
}

async function sendByEcunet(fd: boolean): Promise<void> {
  const bus = await openBus(fd);
  let next = 0;
  let left = 0;
  const frameOf = (index: number): CanFrame => {
    const data = new Uint8Array(fd ? 64 : 8);
    new DataView(data.buffer).setUint32(0, index);
    return fd ? fdFrame(0x123, data) : classicFrame(0x123, data);
  };
  const send = () => {
    for (; next < framesASide && next - left < aheadMax; next += 1) node.send(frameOf(next));
  };
  const node = bus.attach('sender', {
    frameReceived() {},
    frameSent() {
      left += 1;
      send();
    },
    nodeFailed() {},
  });
  bus.attach('receiver', { frameReceived() {}, frameSent() {}, nodeFailed() {} });
  pacer.enter(send);
  await until(() => left === framesASide);
  bus.close();
}

/** What a node of ours hears of cangen. */
async function heardByEcunet(fd: boolean): Promise<Heard> {
  const bus = await openBus(fd);
  let frames = 0;
  let firstMs = 0;
  let lastMs = 0;
  bus.attach('receiver', {
    frameReceived() {
      lastMs = monotonicMs();
      if (frames === 0) firstMs = lastMs;
      frames += 1;
    },
    frameSent() {},
    nodeFailed() {},
  });
  await sendByCangen(fd);
  let seen = -1;
  while (seen !== frames) {
    seen = frames;
    await new Promise<void>((resolve) => hostTimer(300, resolve));
  }
  bus.close();
  return { frames, perSecond: (1000 * frames) / (lastMs - firstMs) };
}

function median(heard: readonly Heard[]): Heard {
  return [...heard].sort((a, b) => a.perSecond - b.perSecond)[heard.length >> 1] ?? { frames: 0, perSecond: 0 };
}

function line(name: string, { frames, perSecond }: Heard, reference: Heard): void {
  const rate = Math.round(perSecond).toLocaleString('en').padStart(9);
  const lost = frames < framesASide ? `, ${framesASide - frames} of ${framesASide} lost` : '';
  console.log(`${name.padEnd(44)} ${rate} frames/s  ${(perSecond / reference.perSecond).toFixed(2)}${lost}`);
}

if (process.env.ECUNET_GUEST === '1') writeFileSync('/proc/sys/net/core/rmem_default', String(64 * 1024 * 1024));
pacer.start();
for (const fd of [false, true]) {
  const ways = { reference: [] as Heard[], sent: [] as Heard[], heard: [] as Heard[] };
  for (let round = 0; round < rounds; round += 1) {
    ways.reference.push(await heardByCandump(() => sendByCangen(fd)));
    ways.sent.push(await heardByCandump(() => sendByEcunet(fd)));
    ways.heard.push(await heardByEcunet(fd));
  }
  const kind = fd ? 'CAN FD, 64 bytes' : 'CAN, 8 bytes';
  const reference = median(ways.reference);
  line(`${kind}: cangen to candump`, reference, reference);
  line(`${kind}: ecunet, two nodes, to candump`, median(ways.sent), reference);
  line(`${kind}: cangen to ecunet`, median(ways.heard), reference);
}
pacer.stop();

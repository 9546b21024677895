// Owns: how fast simulated buses go: next to python-can's virtual bus, which models no timing, in one run and by turns; how cost grows with
// nodes; whether memory grows with frames. Two nodes each, random data, one process and one core.
import { spawnSync } from 'node:child_process';
import { type CanFrame, classicFrame, fdFrame } from '../src/bus/bus.ts';
import { attachIsoTpNode } from '../src/bus/isotp/node.ts';
import { createVirtualCan } from '../src/bus/virtualCan/virtualCan.ts';
import { createRandom } from '../src/core/random.ts';
import { EventQueue } from '../src/core/time/clock.ts';
import { NS_PER_S } from '../src/core/units.ts';

const rounds = 5;
const silent = { frameReceived: () => {}, frameSent: () => {}, nodeFailed: () => {} };

function openBus(fd: boolean) {
  const queue = new EventQueue();
  const bus = createVirtualCan({ name: 'bench', clock: queue, bitrate: 500_000, dataBitrate: 2_000_000, fd });
  return { queue, bus };
}

function randomFrames(fd: boolean): readonly CanFrame[] {
  const random = createRandom('bench');
  return Array.from({ length: 256 }, () =>
    fd ? fdFrame(random.below(0x800), random.bytes(64)) : classicFrame(random.below(0x800), random.bytes(8)),
  );
}

/** Sends `count` frames from one node to `nodes` - 1 others, back to back; gives seconds. */
function sendFrames(count: number, fd: boolean, nodes = 2): number {
  const { queue, bus } = openBus(fd);
  const frames = randomFrames(fd);
  let sent = 0;
  const sender = bus.attach('sender', {
    ...silent,
    frameSent: () => {
      sent += 1;
      if (sent < count) sender.send(frames[sent & 255] as CanFrame);
    },
  });
  for (let node = 1; node < nodes; node += 1) bus.attach(`receiver ${node}`, silent);
  const startMs = performance.now();
  sender.send(frames[0] as CanFrame);
  while (queue.step());
  return (performance.now() - startMs) / 1000;
}

/** Sends messages of 32 KiB over ISO-TP; gives the bus's frames a second, flow control included. */
function isoTpRate(messages: number, fd: boolean): number {
  const { queue, bus } = openBus(fd);
  const sender = attachIsoTpNode(bus, 'a', queue, [{ name: 'b', transmitId: 1, receiveId: 2 }]).links.get('b');
  attachIsoTpNode(bus, 'b', queue, [{ name: 'a', transmitId: 2, receiveId: 1 }]);
  const message = createRandom('bench').bytes(32 * 1024);
  let sent = 0;
  sender?.listen({
    messageReceived: () => {},
    messageSent: () => {
      sent += 1;
      if (sent < messages) sender.send(message);
    },
    transferFailed: (_, fault) => {
      throw new Error(fault.message);
    },
  });
  const startMs = performance.now();
  sender?.send(message);
  while (sent < messages && queue.step());
  return bus.load().frames / ((performance.now() - startMs) / 1000);
}

const pythonScript = `
import can, sys, time
count = int(sys.argv[1])
a = can.Bus('ecunet', interface='virtual')
b = can.Bus('ecunet', interface='virtual')
message = can.Message(arbitration_id=0x100, data=bytes(range(8)), is_extended_id=False)
start = time.perf_counter()
for _ in range(count):
    a.send(message)
    b.recv(1)
print(count / (time.perf_counter() - start))
`;

/** Frames a second of Debian's python3-can, or undefined where it is not installed. */
function pythonRate(count: number): number | undefined {
  const { status, stdout } = spawnSync('/usr/bin/python3', ['-c', pythonScript, String(count)], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function line(name: string, rate: number, rest = ''): void {
  console.log(`${name.padEnd(40)} ${Math.round(rate).toLocaleString('en').padStart(10)} frames/s${rest}`);
}

function besidePython(): void {
  const rates = { can: [] as number[], fd: [] as number[], isoTp: [] as number[], isoTpFd: [] as number[] };
  const python: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const count = 300_000;
    const measured = {
      can: count / sendFrames(count, false),
      fd: count / sendFrames(count, true),
      isoTp: isoTpRate(60, false),
      isoTpFd: isoTpRate(300, true),
    };
    const theirs = pythonRate(50_000);
    // The first round warms up.
    if (round === 0) continue;
    for (const name of ['can', 'fd', 'isoTp', 'isoTpFd'] as const) rates[name].push(measured[name]);
    if (theirs !== undefined) python.push(theirs);
  }
  const theirs = median(python);
  const times = (rate: number) => (python.length === 0 ? '' : `, ${(rate / theirs).toFixed(1)} times python-can's`);
  for (const [name, title] of [
    ['can', 'CAN frames, exact timing'],
    ['fd', 'CAN FD frames of 64 bytes, exact timing'],
    ['isoTp', 'ISO-TP over CAN, end to end'],
    ['isoTpFd', 'ISO-TP over CAN FD, end to end'],
  ] as const) {
    const rate = median(rates[name]);
    line(title, rate, times(rate));
  }
  if (python.length > 0) line("python-can's virtual bus, no timing", theirs);
  else console.log('python3-can is not installed: nothing to compare with');
}

/** Nanoseconds a frame, and a frame's delivery, by the number of nodes. */
function byNodes(): void {
  for (const nodes of [2, 10, 50, 100]) {
    const count = 200_000;
    const seconds = median(Array.from({ length: 3 }, () => sendFrames(count, false, nodes)));
    const nsAFrame = (1e9 * seconds) / count;
    const ns = `${Math.round(nsAFrame)} ns a frame, ${(nsAFrame / nodes).toFixed(1)} ns a frame and node`;
    console.log(`${`CAN frames, ${nodes} nodes`.padEnd(40)} ${ns}`);
  }
}

/** The heap after so many frames of one long run. */
function memory(): void {
  const { queue, bus } = openBus(false);
  const frames = randomFrames(false);
  let sent = 0;
  const sender = bus.attach('sender', {
    ...silent,
    frameSent: () => {
      sent += 1;
      sender.send(frames[sent & 255] as CanFrame);
    },
  });
  bus.attach('receiver', silent);
  sender.send(frames[0] as CanFrame);
  const heaps: string[] = [];
  for (const millions of [1, 4, 7, 10]) {
    while (sent < millions * 1_000_000) queue.step();
    globalThis.gc?.();
    heaps.push(`${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(1)} MiB after ${millions} million`);
  }
  const simulated = `${Math.round(queue.nowNs() / NS_PER_S)} s simulated`;
  console.log(`${'heap of one long run'.padEnd(40)} ${heaps.join(', ')} (${simulated})`);
}

export function benchBuses(): void {
  besidePython();
  byNodes();
  memory();
}

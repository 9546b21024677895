// How near an update comes to what the bus can carry: one image of 1 MiB as a single ISO-TP message on an idle bus is the limit; blocks,
// acknowledgements, time, metadata and verification come on top. Flash and processors take next to no time here: the bus is what is measured.
import { describe, expect, test } from 'vitest';
import { classicFrame, fdFrame } from '../../src/bus/bus.ts';
import { frameTimeNs } from '../../src/bus/virtualCan/bits/frameTiming.ts';
import { createRandom } from '../../src/core/random.ts';
import { MIB } from '../../src/core/units.ts';
import { completeInputs } from '../../src/sim/inputs/inputs.ts';
import { scenarioSchema } from '../../src/sim/scenario/schema.ts';
import { vehicleSchema } from '../../src/vehicleFile/vehicle.ts';
import { sampled } from '../support/heavy.ts';
import { runVirtual } from './support/runs.ts';

const bitrate = 500_000;
const dataBitrate = 2_000_000;
const image = { size: '1 MiB', releaseCounter: 2 };
const flash = { bank: '2 MiB', bytesPerSecond: 1_000_000_000 };

/** `block`: what a Secondary takes at a time; what they take by default where it is left out. */
function described(secondaries: number, fd: boolean, block?: string) {
  const bus = fd ? { kind: 'can-fd', bitrate, dataBitrate } : { kind: 'can', bitrate };
  const ecu = (index: number) => ({
    ...{ role: 'secondary', verification: 'full', hardware: `h${index}`, bus: 'body', flash },
    ...(block !== undefined && { block }),
    ...{ requestId: 0x700 + index, responseId: 0x780 + index, bootTime: '1ms', verifyTime: '1ms' },
    image: { filename: `e${index}-1.img`, size: '1 KiB', releaseCounter: 1 },
  });
  const numbers = Array.from({ length: secondaries }, (_, index) => index);
  const hub = {
    ...{ role: 'primary', hardware: 'hub', buses: ['body'], bootTime: '1ms' },
    image: { filename: 'hub-1.img', size: '1 KiB', releaseCounter: 1 },
  };
  const ecus = { hub, ...Object.fromEntries(numbers.map((index) => [`e${index}`, ecu(index)])) };
  const publish = Object.fromEntries(numbers.map((index) => [`e${index}`, { filename: `e${index}-2.img`, ...image }]));
  const described = { vin: 'WECUNET0000000077', buses: { body: bus }, ecus };
  const vehicle = vehicleSchema.parse(described);
  const network = { latency: 0, bitsPerSecond: 100_000_000_000 };
  const steps = [{ publish }, { cycle: {} }, { expect: [{ manifest: 'confirmed' }] }];
  const scenario = { ...scenarioSchema.parse({ title: 'limit', vehicle: described, network, steps }), vehicle };
  return completeInputs({ scenario, seed: 1, givenImages: new Map(), interfaces: new Map(), links: new Map() });
}

/** 1 MiB of random data in one message: a first frame, and consecutive frames of 7 or 63 bytes back to back; its flow control beside. */
function limitNs(fd: boolean): number {
  const random = createRandom('limit');
  const rates = { bitrate, dataBitrate };
  const bytes = fd ? 64 : 8;
  const frameNs = (first: number, length: number) => {
    const data = Uint8Array.of(first, ...random.bytes(length - 1));
    return frameTimeNs(fd ? fdFrame(0x700, data) : classicFrame(0x700, data), rates);
  };
  const frames = Math.ceil((MIB - (bytes - 6)) / (bytes - 1));
  const consecutive = Array.from({ length: frames }, (_, index) => frameNs(0x20 | ((index + 1) & 15), bytes));
  return consecutive.reduce((sum, ns) => sum + ns, frameNs(0x10, bytes) + frameNs(0x30, fd ? 8 : 3));
}

describe.each([
  ['CAN, 500 kbit/s', false],
  ['CAN FD, 500k/2M', true],
])('%s', (_, fd) => {
  test.each(
    sampled<readonly [number, string, string | undefined]>(
      [
        [1, 'their default', undefined],
        [1, '32 KiB', '32 KiB'],
        [4, '32 KiB', '32 KiB'],
      ],
      2,
    ),
  )(
    'of %i Secondaries with blocks of %s takes less than a twentieth longer than the limit',
    { timeout: 120_000 },
    (secondaries, _block, block) => {
      const { events, result } = runVirtual(described(secondaries, fd, block));
      expect(result.outcome).toBe('passed');
      const times = events.flatMap((event) =>
        event.type === 'message' && (event.name === 'time' || event.name === 'installing') ? [event.t] : [],
      );
      // From the first message of the distribution to the last ECU's word that it installs.
      const tookNs = Math.max(...times) - Math.min(...times);
      const share = (secondaries * limitNs(fd)) / tookNs;
      expect(share).toBeGreaterThanOrEqual(0.95);
      expect(share).toBeLessThan(1);
    },
  );
});

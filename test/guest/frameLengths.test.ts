// Frame lengths against can-utils: canbusload -e computes each classic frame's bits with exact stuffing, and prints sums per second.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bus, type CanFrame, classicFrame } from '../../src/bus/bus.ts';
import { classicFrameBits } from '../../src/bus/frameBits.ts';
import { openSocketCanBus } from '../../src/bus/socketcan.ts';
import { createRandom } from '../../src/core/random.ts';
import { BusRecorder, hostRun, type Run, value } from '../bus/harness.ts';
import { withReason } from '../skips.ts';
import { kernelListeners, startTool, type Tool } from './canUtils.ts';

const interfaceName = process.env.ECUNET_CAN_INTERFACES?.split(',')[0] ?? '';
const skipped = interfaceName === '' ? 'npm run test:socketcan names the interface' : undefined;
const patienceMs = 60_000;
const frameCount = 10_000;
/** Frames on their way: canbusload's socket holds some 278. */
const aheadMax = 16;

/** Random ids of both lengths and random data; every fourth frame has data that need many stuff bits. */
function randomFrames(): readonly CanFrame[] {
  const random = createRandom('frame lengths');
  return Array.from({ length: frameCount }, (_, index) => {
    const extended = random.below(2) === 1;
    const data = random.bytes(random.below(9));
    const hard = index % 4 === 0 ? data.map((byte) => (byte & 1 ? 0xff : 0x00)) : data;
    return { ...classicFrame(random.below(extended ? 0x2000_0000 : 0x800), hard), extended };
  });
}

/** The sums of frames and bits in the lines ` vcan0@500000   12   1340 ...`. */
function sums(text: string): { readonly frames: number; readonly bits: number } {
  const rows = [...text.matchAll(/@500000\s+(\d+)\s+(\d+)/g)];
  return {
    frames: rows.reduce((sum, [, frames]) => sum + Number(frames), 0),
    bits: rows.reduce((sum, [, , bits]) => sum + Number(bits), 0),
  };
}

describe.skipIf(skipped !== undefined)(
  withReason(`canbusload on ${interfaceName}`, skipped),
  { timeout: 2 * patienceMs },
  () => {
    let run: Run;
    let bus: Bus;
    let load: Tool | undefined;

    beforeEach(async () => {
      run = hostRun(patienceMs, 100);
      const { clock, enter } = run;
      bus = value(await openSocketCanBus({ name: 'body', interface: interfaceName, fd: true, clock, enter }));
    });

    afterEach(async () => {
      load?.kill();
      await run.until(() => load?.ended.code !== undefined);
      bus.close();
      run.stop();
    });

    test(`${frameCount} random classic frames of both id lengths have the same bits`, async () => {
      const before = kernelListeners(interfaceName, 'raw');
      load = startTool('stdbuf', ['-oL', 'canbusload', '-e', `${interfaceName}@500000`]);
      const { ended, output } = load;
      await run.until(() => kernelListeners(interfaceName, 'raw') > before || ended.code !== undefined);
      const frames = randomFrames();
      const recorder = new BusRecorder();
      const node = bus.attach('ecu', recorder);
      let next = 0;
      const send = () => {
        for (; next < frames.length && next - recorder.sent.length < aheadMax; next += 1) {
          value(node.send(frames[next] as CanFrame));
        }
      };
      recorder.onSent = send;
      run.enter(send);
      await run.until(() => sums(output.text).frames >= frameCount || ended.code !== undefined);
      const bits = frames.reduce((sum, frame) => sum + classicFrameBits(frame), 0);
      expect({ errors: output.errors, ...sums(output.text) }).toEqual({ errors: '', frames: frameCount, bits });
    });
  },
);

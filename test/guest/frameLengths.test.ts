// Frame lengths against can-utils: canbusload -e computes each classic frame's bits with exact stuffing, and prints sums per second.

import { describe, expect, test } from 'vitest';
import { type CanFrame, classicFrame } from '../../src/bus/bus.ts';
import { classicFrameBits } from '../../src/bus/virtualCan/bits/frameBits.ts';
import { createRandom } from '../../src/core/random.ts';
import { BusRecorder, value } from '../bus/support/harness.ts';
import { withReason } from '../support/skips.ts';
import { kernelListeners } from './canUtils.ts';
import { canUtilsScene } from './canUtilsScene.ts';

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
    const scene = canUtilsScene(interfaceName, patienceMs);

    test(`${frameCount} random classic frames of both id lengths have the same bits`, async () => {
      const before = kernelListeners(interfaceName, 'raw');
      const load = scene.start('stdbuf', ['-oL', 'canbusload', '-e', `${interfaceName}@500000`]);
      const { ended, output } = load;
      await scene.run.until(() => kernelListeners(interfaceName, 'raw') > before || ended.code !== undefined);
      const frames = randomFrames();
      const recorder = new BusRecorder();
      const node = scene.bus.attach('ecu', recorder);
      let next = 0;
      const send = () => {
        for (; next < frames.length && next - recorder.sent.length < aheadMax; next += 1) {
          value(node.send(frames[next] as CanFrame));
        }
      };
      recorder.onSent = send;
      scene.run.enter(send);
      await scene.run.until(() => sums(output.text).frames >= frameCount || ended.code !== undefined);
      const bits = frames.reduce((sum, frame) => sum + classicFrameBits(frame), 0);
      expect({ errors: output.errors, ...sums(output.text) }).toEqual({ errors: '', frames: frameCount, bits });
    });
  },
);

// Frames as can-utils' cansend and candump see them: the kernel's formats, flags included, over a real interface.

import { describe, expect, test } from 'vitest';
import { type CanFrame, classicFrame, fdFrame } from '../../src/bus/bus.ts';
import { BusRecorder, payload, value } from '../bus/support/harness.ts';
import { withReason } from '../support/skips.ts';
import { kernelListeners } from './canUtils.ts';
import { canUtilsScene } from './canUtilsScene.ts';

const interfaceName = process.env.ECUNET_CAN_INTERFACES?.split(',')[0] ?? '';
const skipped = interfaceName === '' ? 'npm run test:socketcan names the interface' : undefined;
const patienceMs = 20_000;

/** candump's log form: `#R` remote, `##` FD with its flags: 1 is the bit rate switch, 4 says that it is FD (kernels from 6.1 on). */
const frames: readonly (readonly [title: string, frame: CanFrame, log: RegExp, send: string])[] = [
  ['no data', classicFrame(0x7ff, payload(0)), /^7FF#$/, '7FF#'],
  ['8 bytes', classicFrame(0x123, payload(8)), /^123#00070E151C232A31$/, '123#00070E151C232A31'],
  ['29 bits', { ...classicFrame(0x12, payload(2)), extended: true }, /^00000012#0007$/, '00000012#0007'],
  ['remote', { ...classicFrame(0x100, payload(0)), remote: true }, /^100#R0?$/, '100#R'],
  [
    'FD with the switch',
    fdFrame(0x201, payload(12)),
    /^201##[15]00070E151C232A31383F464D$/,
    '201##100070E151C232A31383F464D',
  ],
  ['FD without', { ...fdFrame(0x202, payload(1)), brs: false }, /^202##[04]00$/, '202##000'],
  ['FD, 64 bytes', fdFrame(0x203, new Uint8Array(64)), /^203##[15](00){64}$/, `203##1${'00'.repeat(64)}`],
];

describe.skipIf(skipped !== undefined)(
  withReason(`can-utils on ${interfaceName}`, skipped),
  { timeout: patienceMs + 5000 },
  () => {
    const scene = canUtilsScene(interfaceName, patienceMs);

    test('candump logs what we send', async () => {
      const before = kernelListeners(interfaceName, 'raw');
      const dump = scene.start('candump', ['-L', '-n', String(frames.length), interfaceName]);
      await scene.run.until(() => kernelListeners(interfaceName, 'raw') > before || dump.ended.code !== undefined);
      const node = scene.bus.attach('ecu', new BusRecorder());
      scene.run.enter(() => {
        for (const [, frame] of frames) value(node.send(frame));
      });
      await scene.run.until(() => dump.ended.code !== undefined);
      const logged = dump.output.text
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[2] ?? line);
      expect(logged).toEqual(frames.map(([, , log]) => expect.stringMatching(log)));
    });

    test.each(frames)('we receive what cansend sends: %s', async (_, frame, __, send) => {
      const recorder = new BusRecorder();
      scene.bus.attach('ecu', recorder);
      scene.start('cansend', [interfaceName, send]);
      await scene.run.until(() => recorder.received.length > 0);
      const { id, extended, remote, data } = frame;
      expect(recorder.received).toMatchObject([{ id, extended, remote, data }]);
    });
  },
);

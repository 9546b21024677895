// Captures and can-utils on a real interface: canplayer replays our log, and we read what candump logged.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { classicFrame, fdFrame } from '../../src/bus/bus.ts';
import { captureBuses } from '../../src/capture/busCapture.ts';
import { readCaptureFile } from '../../src/capture/readCaptureFile.ts';
import type { CaptureRecord } from '../../src/capture/record/captureRecord.ts';
import { CaptureFile } from '../../src/capture/writeCaptureFile.ts';
import { BusRecorder, payload, value } from '../bus/support/harness.ts';
import { captured, startS, twoBuses } from '../capture/support/records.ts';
import { withReason } from '../support/skips.ts';
import { kernelListeners } from './canUtils.ts';
import { canUtilsScene } from './canUtilsScene.ts';

const interfaceName = process.env.ECUNET_CAN_INTERFACES?.split(',')[0] ?? '';
const skipped = interfaceName === '' ? 'npm run test:socketcan names the interface' : undefined;
const patienceMs = 20_000;
const folder = mkdtempSync(join(tmpdir(), 'ecunet-captures-'));
afterAll(() => rmSync(folder, { recursive: true }));

const frames = [
  classicFrame(0x123, payload(8)),
  classicFrame(0x7ff, payload(0)),
  { ...classicFrame(0x123, payload(2)), extended: true },
  { ...classicFrame(0x321, payload(0)), remote: true },
  fdFrame(0x201, payload(12)),
  fdFrame(0x202, payload(64)),
];

describe.skipIf(skipped !== undefined)(
  withReason(`captures and can-utils on ${interfaceName}`, skipped),
  { timeout: patienceMs + 5000 },
  () => {
    const scene = canUtilsScene(interfaceName, patienceMs);

    test('canplayer replays our log', async () => {
      const path = join(folder, 'ours.log');
      const file = new CaptureFile(path, { startS, buses: twoBuses });
      for (const [index, frame] of frames.entries()) file.put(captured(frame, index * 10_000_000));
      file.put(captured(classicFrame(0x555, payload(1)), 1e9, { bus: 'chassis' }));
      file.finish();
      const heard = new BusRecorder();
      scene.bus.attach('ecu', heard);
      const player = scene.start('canplayer', ['-I', path, `${interfaceName}=body`]);
      await scene.run.until(() => player.ended.code !== undefined && heard.received.length >= frames.length);
      expect(player).toMatchObject({ ended: { code: 0 }, output: { errors: '' } });
      const kept = ({ id, extended, remote, data }: (typeof frames)[number]) => ({ id, extended, remote, data });
      expect(heard.received.map(kept)).toEqual(frames.map(kept));
    });

    test('what candump logged is what a tap heard', async () => {
      const before = kernelListeners(interfaceName, 'raw');
      const dump = scene.start('candump', ['-L', '-n', String(frames.length), interfaceName]);
      await scene.run.until(() => kernelListeners(interfaceName, 'raw') > before || dump.ended.code !== undefined);
      const tapped: CaptureRecord[] = [];
      const end = captureBuses([[interfaceName, scene.bus]], startS, (record) => tapped.push(record));
      const node = scene.bus.attach('ecu', new BusRecorder());
      scene.run.enter(() => {
        for (const frame of frames) value(node.send(frame));
      });
      await scene.run.until(() => dump.ended.code !== undefined && tapped.length === frames.length);
      end();
      const path = join(folder, 'theirs.log');
      writeFileSync(path, dump.output.text);
      const logged: CaptureRecord[] = [];
      for await (const some of readCaptureFile(path)) logged.push(...some);
      const timeless = (records: readonly CaptureRecord[]) => records.map((record) => ({ ...record, timeNs: 0n }));
      expect(timeless(logged)).toEqual(timeless(tapped));
    });
  },
);

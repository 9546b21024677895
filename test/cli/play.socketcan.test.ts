// `ecunet play` onto a real interface, with can-utils' candump as the witness. Runs by `npm run test:socketcan`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openSocketCanBus } from '../../src/bus/socketcan/openSocketCanBus.ts';
import { playFile } from '../../src/capture/player/playFile.ts';
import { hostTimer, monotonicMs } from '../../src/core/time/hostTime.ts';
import { hostRun, value } from '../bus/support/harness.ts';
import { kernelListeners, startTool, type Tool } from '../guest/canUtils.ts';
import { withReason } from '../support/skips.ts';
import { startEcunet } from './support/ecunet.ts';

const interfaceName = process.env.ECUNET_CAN_INTERFACES?.split(',')[0] ?? '';
const skipped = interfaceName === '' ? 'npm run test:socketcan names the interface' : undefined;
/** The command takes half a minute to load where a busy machine emulates another. */
const patienceMs = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'ecunet-play-'));
afterAll(() => rmSync(folder, { recursive: true }));

function logFile(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

async function until(condition: () => boolean): Promise<void> {
  const startMs = monotonicMs();
  while (!condition()) {
    if (monotonicMs() - startMs > patienceMs) throw new Error(`the condition did not hold within ${patienceMs} ms`);
    await new Promise<void>((resolve) => hostTimer(5, resolve));
  }
}

describe.skipIf(skipped !== undefined)(
  withReason(`playing onto ${interfaceName}`, skipped),
  { timeout: 2 * patienceMs },
  () => {
    let dump: Tool | undefined;
    afterEach(() => dump?.kill());

    async function startCandump(frames: number): Promise<Tool> {
      const before = kernelListeners(interfaceName, 'raw');
      const tool = startTool('candump', ['-L', '-n', String(frames), interfaceName]);
      dump = tool;
      await until(() => kernelListeners(interfaceName, 'raw') > before || tool.ended.code !== undefined);
      return tool;
    }

    /** What candump saw; the flag that says FD, which newer kernels set, left out. */
    function frames(tool: Tool): readonly string[] {
      const texts = tool.output.text
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[2] ?? line);
      const flags = (digit: string) => String(Number.parseInt(digit, 16) & 3);
      return texts.map((text) =>
        text.replace(/##([0-9A-F])/, (_, digit: string) => `##${flags(digit)}`).replace(/#R0$/, '#R'),
      );
    }

    it('ecunet play sends what another bus carried, of every kind, again and again until Ctrl-C', async () => {
      const content = [
        ...['123#DEADBEEF', '7FF#', '00000123#01', '123#R'],
        ...['201##10102030405060708090A0B0C', `203##0${'5A'.repeat(64)}`],
      ];
      const time = (index: number) => `(1436509052.${String(index * 10_000).padStart(6, '0')})`;
      const path = logFile('kinds.log', [
        ...content.map((text, index) => `${time(index)} can7 ${text}`),
        `${time(6)} can8 100#`,
        `${time(7)} can7 20000080#0000000000000000`,
      ]);
      const tool = await startCandump(2 * content.length);
      const { child, ended } = startEcunet(['play', path, '--onto', `${interfaceName}=can7`, '--loop', 'i']);
      await until(() => tool.ended.code !== undefined || child.exitCode !== null);
      child.kill('SIGINT');
      const { code, stdout, stderr } = await ended;
      expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
      expect(stdout).toMatch(
        /kinds\.log: \d+ frames played onto \S+ in \d+\.\d s, at most \d+\.\d ms late; \d+ error frames left out\n$/,
      );
      expect(frames(tool)).toEqual([...content, ...content]);
    });

    it('a burst is given to the interface as fast as it takes it, and none is lost', async () => {
      const run = hostRun(patienceMs, 100);
      const { clock, enter } = run;
      const bus = value(await openSocketCanBus({ name: 'can', interface: interfaceName, fd: true, clock, enter }));
      const echoed: number[] = [];
      bus.tap((frame) => echoed.push(frame.id));
      const ids = Array.from({ length: 2000 }, (_, index) => index);
      const path = logFile(
        'burst.log',
        ids.map((id) => `(1.0) can7 ${id.toString(16).padStart(3, '0')}#00`),
      );
      const played = await playFile({
        path,
        routes: [{ onto: bus, from: undefined }],
        timing: { speed: 1, gapMs: 0 },
        loops: 2,
        clock,
        enter,
        presentNs: () => clock.nowNs(),
        signal: new AbortController().signal,
      });
      expect(played).toMatchObject({ frames: 4000, fault: undefined });
      expect(echoed).toEqual([...ids, ...ids]);
      bus.close();
      run.stop();
    });
  },
);

// SocketCAN through slcan, as docs/attach.md says: the kernel's own driver, started by can-utils' slcand, on a simulated bus.
import { existsSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type CanFrame, classicFrame } from '../../src/bus/bus.ts';
import { formatFrame } from '../../src/bus/frame/frameText.ts';
import { type AttachRun, attachRun, openSlcan, type SlcanPoint } from '../attach/support/attachRun.ts';
import { payload } from '../bus/support/harness.ts';
import { withReason } from '../support/skips.ts';
import { ipLink, kernelListeners, startTool, type Tool } from './canUtils.ts';

const name = 'slcan7';
const notInGuest = process.env.ECUNET_GUEST === '1' ? undefined : 'only in scripts/guest';

describe.skipIf(notInGuest !== undefined)(withReason('slcand on --slcan', notInGuest), () => {
  const folder = mkdtempSync(join(tmpdir(), 'ecunet-slcand-'));
  const tools: Tool[] = [];
  let run: AttachRun;
  let point: SlcanPoint;

  afterEach(async () => {
    for (const tool of tools) tool.kill();
    await run.until(() => tools.every(({ ended }) => ended.code !== undefined));
    point.close();
    run.stop();
    rmSync(folder, { recursive: true });
  });

  function start(program: string, ...args: readonly string[]): Tool {
    const tool = startTool(program, args);
    tools.push(tool);
    return tool;
  }

  /** Until it holds, or one of the programs ends, which tells why. */
  async function until(holds: () => boolean): Promise<void> {
    const over = () => tools.filter(({ ended }) => ended.code !== undefined);
    await run.until(() => holds() || over().length > 0);
    expect(over().map(({ output }) => output)).toEqual([]);
  }

  test('candump on the interface hears what the bus carries, and cansend is heard by ECUs', async () => {
    run = attachRun();
    point = await openSlcan(run);
    const serial = join(folder, 'serial');
    start('socat', `pty,link=${serial},raw`, `tcp:127.0.0.1:${point.port}`);
    await until(() => existsSync(serial));
    start('slcand', '-F', '-o', '-c', '-s6', readlinkSync(serial), name);
    await until(() => existsSync(`/sys/class/net/${name}`));
    ipLink('set', name, 'up');
    const candump = start('candump', '-L', name);
    await until(() => kernelListeners(name, 'raw') === 1);

    const ours: readonly CanFrame[] = [
      classicFrame(0x7ff, payload(0)),
      classicFrame(0x123, payload(8)),
      { ...classicFrame(0x1234_5678, payload(3)), extended: true },
      { ...classicFrame(0x100, payload(0)), remote: true },
    ];
    for (const frame of ours) run.send(frame);
    const logged = () => candump.output.text.split('\n').flatMap((line) => line.split(' ')[2] ?? []);
    await until(() => logged().length === ours.length);
    expect(logged()).toEqual(ours.map(formatFrame));

    for (const text of ['321#0102030405060708', '1ABCDEF0#AA', '200#R']) {
      const before = run.ecu.received.length;
      const { ended } = startTool('cansend', [name, text]);
      await until(() => run.ecu.received.length > before && ended.code === 0);
      expect(run.ecu.received.map(formatFrame).at(-1)).toBe(text);
    }
  });
});

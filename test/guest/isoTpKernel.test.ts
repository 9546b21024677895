// ecunet's ISO-TP against the Linux kernel's, both ways over a real interface. Runs by `npm run test:socketcan`.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Bus } from '../../src/bus/bus.ts';
import { attachIsoTpNode } from '../../src/bus/isotp/node.ts';
import type { IsoTpParams } from '../../src/bus/isotp/params.ts';
import type { Link } from '../../src/bus/link.ts';
import { openSocketCanBus } from '../../src/bus/socketcan/openSocketCanBus.ts';
import { BusRecorder, hostRun, LinkRecorder, payload, present, type Run, value } from '../bus/support/harness.ts';
import { withReason } from '../support/skips.ts';
import { kernelListeners, spacedHex, startTool, type Tool } from './canUtils.ts';
import { hasLongBuffers, longReceiveBuffers } from './receiveBuffers.ts';

const interfaceName = process.env.ECUNET_CAN_INTERFACES?.split(',')[0] ?? '';
const skipped = interfaceName === '' ? 'npm run test:socketcan names the interface' : undefined;
const patienceMs = 20_000;

/** The kernel's end: its ids mirror ours. `-p CC:CC -P a` makes it check our padding's length and content. */
const kernelEnd = ['-s', '7E8', '-d', '7E0'];
const checkedPadding = ['-p', 'CC:CC', '-P', 'a'];
const fdFrames = ['-L', '72:64:1'];

interface Exchange {
  readonly clause: string;
  readonly bytes: number;
  readonly params?: Partial<IsoTpParams>;
  readonly kernel?: readonly string[];
  readonly fd?: boolean;
}

/** Lengths at which the frames change. */
const classicLengths: readonly Exchange[] = [
  { clause: '9.6.2 SF, shortest', bytes: 1 },
  { clause: '9.6.2 SF, longest', bytes: 7 },
  { clause: '9.6.3 FF, shortest', bytes: 8 },
  { clause: '9.6.4 CF, one short', bytes: 14 },
  { clause: '9.6.4.3 SN wraps', bytes: 6 + 7 * 16 + 1 },
  { clause: '9.6.3 FF_DL, longest of 12 bits', bytes: 4095 },
  { clause: '9.6.3 FF_DL, escape', bytes: 4096 },
];
const fdLengths: readonly Exchange[] = [
  { clause: '9.6.2 SF, shortest', bytes: 1 },
  { clause: '9.6.2 SF without escape, longest', bytes: 7 },
  { clause: '9.6.2 SF with escape, shortest', bytes: 8 },
  { clause: '10.4.2.1 SF padded to 12', bytes: 9 },
  { clause: '9.6.2 SF with escape, longest', bytes: 62 },
  { clause: '9.6.3 FF, shortest', bytes: 63 },
  { clause: '9.6.4.3 SN wraps', bytes: 62 + 63 * 16 + 1 },
  { clause: '9.6.3 FF_DL, escape', bytes: 4096 },
].map((row) => ({ ...row, fd: true }));

/** BS 0 and 8, STmin 0 and 500 us, classic and FD. */
const flows = [false, true].flatMap((fd) =>
  [0, 8].flatMap((blocksize) => [0x00, 0xf5].map((stmin) => ({ fd, blocksize, stmin }))),
);

/** We send; the kernel's receiver asks for what its options say. */
const sending: readonly Exchange[] = [
  ...[...classicLengths, ...fdLengths].map((row) => ({ ...row, kernel: checkedPadding })),
  ...flows.map(({ fd, blocksize, stmin }) => ({
    clause: `9.6.5 BS ${blocksize}, STmin ${stmin.toString(16)}`,
    bytes: 4095,
    kernel: ['-b', String(blocksize), '-m', stmin.toString(16)],
    fd,
  })),
  { clause: '10.4.2.1 no padding', bytes: 20, params: { tx_padding: undefined } },
  { clause: '9.6.5 BS 1', bytes: 200, kernel: ['-b', '1'] },
  { clause: '9.6.5 BS 8, STmin 100 us', bytes: 1000, kernel: ['-b', '8', '-m', 'F1'] },
  { clause: '9.6.5 STmin 2 ms', bytes: 200, kernel: ['-m', '2'] },
  { clause: '9.6.5 BS 8, STmin 900 us, FD', bytes: 4000, kernel: ['-b', '8', '-m', 'F9'], fd: true },
];

/** The kernel sends; we ask. More than some 270 frames at one go would overrun a usual socket's receive buffer: hence the BS of long ones. */
const receiving: readonly Exchange[] = [
  ...classicLengths.map((row) => ({ ...row, params: { blocksize: row.bytes < 1000 ? 0 : 64 } })),
  ...fdLengths,
  ...flows.map(({ fd, blocksize, stmin }) => ({
    clause: `9.6.5 BS ${blocksize}, STmin ${stmin.toString(16)}`,
    bytes: fd || blocksize > 0 || hasLongBuffers ? 4095 : 1500,
    params: { blocksize, stmin },
    fd,
  })),
  { clause: '10.4.2.1 padded', bytes: 20, kernel: checkedPadding },
  { clause: '9.6.5 BS 1', bytes: 200, params: { blocksize: 1 } },
  { clause: '9.6.5 BS 8, STmin 100 us', bytes: 1000, params: { blocksize: 8, stmin: 0xf1 } },
  { clause: '9.6.5 STmin 2 ms', bytes: 200, params: { stmin: 2 } },
  {
    clause: '9.6.5 BS 255, FD, shorter frames',
    bytes: 4000,
    params: { blocksize: 255 },
    kernel: ['-L', '72:32:0'],
    fd: true,
  },
];

function title({ clause, bytes, fd = false }: Exchange): string {
  return `${clause}: ${bytes} bytes${fd ? ', FD' : ''}`;
}

describe.skipIf(skipped !== undefined)(
  withReason(`ISO-TP with the kernel over ${interfaceName}`, skipped),
  { timeout: patienceMs + 5000 },
  () => {
    longReceiveBuffers();
    let run: Run;
    let buses: Bus[];
    let tools: Tool[];

    beforeEach(() => {
      run = hostRun(patienceMs, 100);
      buses = [];
      tools = [];
    });

    afterEach(async () => {
      for (const tool of tools) tool.kill();
      await run.until(() => tools.every(({ ended }) => ended.code !== undefined));
      for (const bus of buses) bus.close();
      run.stop();
    });

    async function openLink({
      fd = false,
      params = {},
    }: Partial<Exchange>): Promise<{ bus: Bus; link: Link; heard: LinkRecorder }> {
      const { clock, enter } = run;
      const bus = value(await openSocketCanBus({ name: 'body', interface: interfaceName, fd, clock, enter }));
      buses.push(bus);
      const address = { name: 'kernel', transmitId: 0x7e0, receiveId: 0x7e8 };
      const link = present(attachIsoTpNode(bus, 'ecu', clock, [address], params).links.get('kernel'));
      const heard = new LinkRecorder();
      link.listen(heard);
      return { bus, link, heard };
    }

    function start(name: string, args: readonly string[]): Tool {
      const tool = startTool(name, [...args, interfaceName]);
      tools.push(tool);
      return tool;
    }

    async function startReceiver(args: readonly string[]): Promise<Tool> {
      const tool = start('isotprecv', args);
      await run.until(() => kernelListeners(interfaceName, 'isotp') > 0 || tool.ended.code !== undefined);
      return tool;
    }

    test.each(sending.map((row) => [title(row), row] as const))('to the kernel, %s', async (_, row) => {
      const { fd = false, kernel = [] } = row;
      const { link, heard } = await openLink(row);
      const receiver = await startReceiver([...kernelEnd, ...kernel, ...(fd ? fdFrames : [])]);
      const message = payload(row.bytes);
      run.enter(() => value(link.send(message)));
      await run.until(() => receiver.ended.code !== undefined || heard.failures.length > 0);
      expect(receiver.output.text.trim()).toBe(spacedHex(message));
      await run.until(() => heard.calls > 0);
      expect(heard).toMatchObject({ sent: 1, failures: [] });
    });

    test.each(receiving.map((row) => [title(row), row] as const))('from the kernel, %s', async (_, row) => {
      const { fd = false, kernel = [] } = row;
      const { heard } = await openLink(row);
      const message = payload(row.bytes);
      const sender = start('isotpsend', [...kernelEnd, '-b', ...(fd ? fdFrames : []), ...kernel]);
      sender.input(spacedHex(message));
      await run.until(() => sender.ended.code !== undefined && heard.calls > 0);
      expect(sender).toMatchObject({ ended: { code: 0 }, output: { errors: '' } });
      expect(heard.failures).toEqual([]);
      expect(heard.received).toEqual([message]);
    });

    test('9.6.5.1 OVFLW: the kernel reports a message that we say is too long', async () => {
      const { heard } = await openLink({ params: { max_frame_size: 1000 } });
      const sender = start('isotpsend', [...kernelEnd, '-b', '-D', '1001']);
      sender.input('');
      await run.until(() => sender.ended.code !== undefined);
      expect(sender.output.errors).toContain('Message too long');
      expect(heard.received).toEqual([]);
    });

    test('10.4.2.1: a kernel that checks padding refuses another byte', async () => {
      const { link } = await openLink({ params: { tx_padding: 0x55 } });
      const receiver = await startReceiver([...kernelEnd, ...checkedPadding]);
      run.enter(() => value(link.send(payload(3))));
      await run.until(() => receiver.ended.code !== undefined);
      expect(receiver.output.text.trim()).toBe('');
    });

    test('9.8 N_Bs: nobody answers us', async () => {
      const { link, heard } = await openLink({ params: { rx_flowcontrol_timeout: 50 } });
      run.enter(() => value(link.send(payload(100))));
      await run.until(() => heard.calls > 0);
      expect(heard.failures).toMatchObject([{ direction: 'sending', fault: { code: 'unreachable' } }]);
    });

    test('9.8 N_Cr: the kernel stops in the middle, and its next message arrives', async () => {
      const { bus, heard } = await openLink({
        params: { blocksize: 1, stmin: 0x7f, rx_consecutive_frame_timeout: 400 },
      });
      const observer = new BusRecorder();
      bus.attach('observer', observer, { acceptIds: [0x7e8] });
      const stopped = start('isotpsend', [...kernelEnd, '-D', '4000']);
      stopped.input('');
      await run.until(() => observer.received.length > 2);
      stopped.kill();
      await run.until(() => heard.calls > 0);
      expect(heard).toMatchObject({
        received: [],
        failures: [{ direction: 'receiving', fault: { code: 'unreachable' } }],
      });
      start('isotpsend', kernelEnd).input(spacedHex(payload(20)));
      await run.until(() => heard.calls > 1);
      expect(heard.received).toEqual([payload(20)]);
    });
  },
);

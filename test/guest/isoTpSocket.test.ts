// ecunet's ISO-TP against the Linux kernel's at a CAN_ISOTP socket, which takes longer messages than can-utils and tells its errors by
// name. Both ways over a virtual interface of the guest, whose receive buffers are made long enough for a message at one go.
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bus, type BusNode, classicFrame } from '../../src/bus/bus.ts';
import { attachIsoTpNode } from '../../src/bus/isotp/node.ts';
import type { IsoTpParams } from '../../src/bus/isotp/params.ts';
import { openSocketCanBus } from '../../src/bus/socketcan/openSocketCanBus.ts';
import {
  BusRecorder,
  brief,
  hostRun,
  LinkRecorder,
  payload,
  present,
  type Run,
  value,
} from '../bus/support/harness.ts';
import { withReason } from '../support/skips.ts';
import { startTool, type Tool } from './canUtils.ts';
import { longReceiveBuffers } from './receiveBuffers.ts';

const skipped = process.env.ECUNET_GUEST === '1' ? undefined : 'only in scripts/guest';
const interfaceName = 'vcan0';
const patienceMs = 120_000;

/** CAN_ISOTP_OPTS. */
const padded = 0x004 | 0x008;
const checksPadding = padded | 0x010 | 0x020;

interface Options {
  readonly flags?: number;
  readonly blockSize?: number;
  readonly stmin?: number;
  readonly fd?: boolean;
  /** Of the message to send; to receive one where absent. */
  readonly length?: number;
}

interface Exchange {
  readonly bytes: number;
  readonly fd: boolean;
  readonly blocksize: number;
  readonly stmin: number;
}

const us500 = 0xf5;
const flows = [
  { blocksize: 0, stmin: 0 },
  { blocksize: 8, stmin: 0 },
  { blocksize: 0, stmin: us500 },
  { blocksize: 8, stmin: us500 },
];
const exchanges: readonly Exchange[] = [
  ...[1, 7, 8, 20, 62, 63, 4095, 4096].flatMap((bytes) =>
    [false, true].flatMap((fd) => flows.slice(0, bytes < 4095 ? 1 : 4).map((flow) => ({ bytes, fd, ...flow }))),
  ),
  ...[false, true].flatMap((fd) => flows.map((flow) => ({ bytes: 66_000, fd, ...flow }))),
];

function title({ bytes, fd, blocksize, stmin }: Exchange): string {
  return `${bytes} bytes, ${fd ? 'FD' : 'classic'}, BS ${blocksize}, STmin ${stmin === us500 ? '500 us' : stmin}`;
}

describe.skipIf(skipped !== undefined)(
  withReason('ISO-TP with a socket of the kernel', skipped),
  { timeout: patienceMs + 5000 },
  () => {
    let run: Run;
    let bus: Bus;
    /** One process for all: python takes seconds to start where a busy machine emulates another. */
    let tool: Tool | undefined;
    let answered = '';

    longReceiveBuffers();
    afterAll(() => tool?.kill());
    beforeEach(() => {
      run = hostRun(patienceMs, 100);
    });
    afterEach(() => {
      bus.close();
      run.stop();
      if (answered !== '') return;
      tool?.kill();
      tool = undefined;
    });

    async function openBus(fd: boolean): Promise<Bus> {
      const { clock, enter } = run;
      bus = value(await openSocketCanBus({ name: 'body', interface: interfaceName, fd, clock, enter }));
      return bus;
    }

    async function openLink(fd: boolean, params: Partial<IsoTpParams>) {
      await openBus(fd);
      const address = { name: 'kernel', transmitId: 0x7e0, receiveId: 0x7e8 };
      const link = present(attachIsoTpNode(bus, 'ecu', run.clock, [address], params).links.get('kernel'));
      const heard = new LinkRecorder();
      link.listen(heard);
      return { link, heard };
    }

    /** Its ids mirror ours. Comes back when it listens. */
    async function startSocket(options: Options): Promise<void> {
      tool ??= startTool('python3', ['-I', join(import.meta.dirname, 'isoTpSocket.py')]);
      const { output, ended } = tool;
      output.text = '';
      answered = '';
      const request = { interface: interfaceName, receiveId: 0x7e0, transmitId: 0x7e8, ...options };
      tool.write(`${JSON.stringify(request)}\n`);
      await run.until(() => output.text.includes('ready\n') || ended.code !== undefined);
    }

    async function result(): Promise<string> {
      const { output, ended } = present(tool);
      await run.until(() => /ready\n.+\n/.test(output.text) || ended.code !== undefined);
      expect(output.errors).toBe('');
      answered = output.text.replace('ready\n', '').trim();
      return answered;
    }

    test.each(exchanges.map((row) => [title(row), row] as const))('to it, %s', async (_, row) => {
      const { bytes, fd, blocksize: blockSize, stmin } = row;
      const { link, heard } = await openLink(fd, { max_frame_size: 100_000 });
      await startSocket({ fd, blockSize, stmin, flags: padded });
      const message = payload(bytes);
      run.enter(() => value(link.send(message)));
      const [length, hash] = brief(message).split(' bytes, ');
      expect(await result()).toBe(`received ${length} ${hash}`);
      await run.until(() => heard.calls > 0);
      expect(heard).toMatchObject({ sent: 1, failures: [] });
    });

    test.each(exchanges.map((row) => [title(row), row] as const))('from it, %s', async (_, row) => {
      const { bytes, fd, blocksize, stmin } = row;
      const { heard } = await openLink(fd, { blocksize, stmin, max_frame_size: 100_000 });
      await startSocket({ fd, flags: padded, length: bytes });
      expect(await result()).toBe('sent');
      await run.until(() => heard.calls > 0);
      expect(heard.failures).toEqual([]);
      expect(heard.received.map(brief)).toEqual([brief(payload(bytes))]);
    });

    /** Our side is a node that does it wrong, frame by frame; `FC` waits for the kernel's flow control. */
    async function misbehave(node: BusNode, heard: BusRecorder, frames: readonly (readonly number[] | 'FC')[]) {
      for (const frame of frames) {
        if (frame === 'FC') await run.until(() => heard.received.some(({ data }) => (data[0] ?? 0) >> 4 === 3));
        else run.enter(() => value(node.send(classicFrame(0x7e0, Uint8Array.from(frame)))));
      }
    }

    test.each([
      ['a wrong SN', {}, [[0x10, 20, 0, 1, 2, 3, 4, 5], 'FC', [0x22, 6, 7, 8, 9, 10, 11, 12]], 'EILSEQ'],
      ['no consecutive frame in N_Cr', {}, [[0x10, 20, 0, 1, 2, 3, 4, 5], 'FC'], 'ETIMEDOUT'],
      ['another byte of padding', { flags: checksPadding }, [[0x01, 1, 0, 0, 0, 0, 0, 0]], 'EBADMSG'],
      ['no padding', { flags: checksPadding }, [[0x01, 1]], 'EBADMSG'],
    ] as const)('it reports %s of ours', async (_, options, frames, error) => {
      const heard = new BusRecorder();
      const node = (await openBus(false)).attach('ecu', heard, { acceptIds: [0x7e8] });
      await startSocket(options);
      await misbehave(node, heard, frames);
      expect(await result()).toBe(`error ${error}`);
    });

    test.each([
      ['overflow', {}, [0x32, 0, 0], 'EMSGSIZE'],
      ['no flow control in N_Bs', {}, undefined, 'ECOMM'],
      ['an unknown flow status', {}, [0x37, 0, 0], 'EBADMSG'],
      ['a flow control with another byte of padding', { flags: checksPadding }, [0x30, 0, 0, 0, 0, 0, 0, 0], 'EBADMSG'],
    ] as const)('it reports %s of ours', async (_, options, flowControl, error) => {
      const heard = new BusRecorder();
      const node = (await openBus(false)).attach('ecu', heard, { acceptIds: [0x7e8] });
      heard.onReceived = ({ data }) => {
        const isFirst = (data[0] ?? 0) >> 4 === 1;
        if (isFirst && flowControl !== undefined) value(node.send(classicFrame(0x7e0, Uint8Array.from(flowControl))));
      };
      await startSocket({ ...options, length: 100 });
      expect(await result()).toBe(`error ${error}`);
    });

    test('to it, longer than it takes: it refuses, and we say so', async () => {
      const { link, heard } = await openLink(true, { max_frame_size: 100_000 });
      await startSocket({ fd: true, flags: padded });
      run.enter(() => value(link.send(payload(66_001))));
      await run.until(() => heard.calls > 0);
      expect(heard.failures).toMatchObject([{ direction: 'sending', fault: { code: 'too-long' } }]);
      expect(heard.failures[0]?.fault.message).toContain('N_BUFFER_OVFLW');
    });
  },
);

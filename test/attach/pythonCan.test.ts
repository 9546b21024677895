import { afterEach, describe, expect, it } from 'vitest';
import { type CanFrame, classicFrame, fdFrame } from '../../src/bus/bus.ts';
import { fdDataLengths } from '../../src/bus/frame/checkFrame.ts';
import { formatFrame, parseFrame } from '../../src/bus/frame/frameText.ts';
import { attachIsoTpNode } from '../../src/bus/isotp/node.ts';
import { createRandom } from '../../src/core/random.ts';
import { brief, LinkRecorder, payload, present, value } from '../bus/support/harness.ts';
import { withReason } from '../support/skips.ts';
import { type AttachRun, attachRun, openSlcan, SlcanClient, type SlcanPoint } from './support/attachRun.ts';
import { noPythonCan, noScapy, noSlcanFd, PythonProgram } from './support/python.ts';

let run: AttachRun;
let point: SlcanPoint;
let program: PythonProgram | undefined;

async function start(fd: boolean): Promise<void> {
  run = attachRun({ fd });
  point = await openSlcan(run);
}

afterEach(() => {
  program?.kill();
  point.close();
  run.stop();
});

const random = createRandom('python-can');

/** `lowestBit` of the id tells who sends it. */
function randomFrame(fd: boolean, lowestBit: 0 | 1): CanFrame {
  const extended = random.below(2) === 0;
  const id = 2 * random.below(extended ? 2 ** 28 : 2 ** 10) + lowestBit;
  const isRemote = !fd && random.below(10) === 0;
  const length = isRemote ? 0 : (fdDataLengths[random.below(fd ? fdDataLengths.length : 9)] ?? 0);
  const frame = fd ? fdFrame(id, random.bytes(length)) : classicFrame(id, random.bytes(length));
  return { ...frame, extended, remote: isRemote, brs: fd && random.below(2) === 0 };
}

/** Frames of the ECU, of python-can and of another client, all on the bus at once: everybody hears what the tap hears. */
async function talk(fd: boolean): Promise<void> {
  const tapped: string[] = [];
  run.bus.tap((frame) => tapped.push(formatFrame(frame)));
  const python = new PythonProgram('pythonCan.py', point.port);
  program = python;
  await run.until(() => python.lines.length > 0);
  expect(python.lines.shift()).toBe('version (1, 1) 0001');
  const other = new SlcanClient(point.port);
  other.write('O\r');
  await run.until(() => other.take() === '.');
  const own = Array.from({ length: 300 }, () => randomFrame(fd, 0));
  const pythons = Array.from({ length: 300 }, () => formatFrame(randomFrame(fd, 1)));
  python.write(pythons.map((text) => `${text}\n`).join(''));
  run.ecu.onSent = () => {
    const next = own[run.ecu.sent.length];
    if (next !== undefined) run.clock.after(0, () => run.send(next));
  };
  run.send(present(own[0]));
  await run.until(() => tapped.length === 600);
  await run.until(() => python.lines.length === 300 && run.ecu.received.length === 300);
  expect(run.ecu.received.map(formatFrame)).toEqual(pythons);
  const isPythons = new Set(pythons);
  expect(python.lines).toEqual(tapped.filter((text) => !isPythons.has(text)));
  expect(python.lines).toEqual(own.map(formatFrame));
  await run.until(() => other.shown.split('.').length === 601);
  python.end();
  expect(await python.ended).toBe(0);
  expect(python.stderr).toBe('');
  await run.until(() =>
    run.told.some((line) => /^slcan-1 on body: left; 300 frames sent, 300 heard, 0 lost$/.test(line)),
  );
}

describe.skipIf(noPythonCan !== undefined)(withReason('python-can over slcan', noPythonCan), () => {
  it('hears the same frames as our tap, and sends frames that ECUs and other clients hear', async () => {
    await start(false);
    await talk(false);
  });

  it('sends its last frames even where it closes at once', async () => {
    await start(false);
    const python = new PythonProgram('pythonCan.py', point.port);
    program = python;
    const texts = Array.from({ length: 500 }, (_, index) =>
      formatFrame(classicFrame(index, Uint8Array.of(index & 255))),
    );
    python.write(texts.map((text) => `${text}\n`).join(''));
    python.end();
    expect(await python.ended).toBe(0);
    await run.until(() => run.ecu.received.length === 500);
    expect(run.ecu.received.map(formatFrame)).toEqual(texts);
    expect(run.ecu.received.map(formatFrame).map((text) => parseFrame(text))).not.toContain(undefined);
  });

  it.skipIf(noSlcanFd !== undefined)(withReason('does so with CAN FD frames', noSlcanFd), async () => {
    await start(true);
    await talk(true);
  });
});

describe.skipIf(noScapy !== undefined)(withReason('scapy’s ISO-TP over python-can’s slcan', noScapy), () => {
  it.each([
    ['without a block size', 0, 0],
    ['in blocks of 8, with a separation of 1 ms and padding', 8, 1],
  ])('exchanges messages of one and of many frames with ours, both ways, %s', async (_, blockSize, stMin) => {
    await start(false);
    const link = present(
      attachIsoTpNode(run.bus, 'isotp', run.clock, [{ name: 'scapy', transmitId: 0x7e8, receiveId: 0x7e0 }]).links.get(
        'scapy',
      ),
    );
    const recorder = new LinkRecorder();
    link.listen(recorder);
    const messages = [1, 7, 8, 20, 62, 500, 4095].map((length) => payload(length, blockSize));
    const scapy = new PythonProgram('scapyIsoTp.py', point.port, blockSize, stMin, messages.length);
    program = scapy;
    await run.until(() => scapy.lines.includes('ready'));
    for (const [index, message] of messages.entries()) {
      run.enter(() => value(link.send(message)));
      await run.until(() => recorder.received.length === index + 1);
      expect(brief(present(recorder.received[index]))).toBe(brief(message.toReversed()));
    }
    expect(recorder.failures).toEqual([]);
    scapy.end();
    expect(await scapy.ended).toBe(0);
  });
});

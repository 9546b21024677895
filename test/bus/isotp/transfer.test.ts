// Whole messages over the real virtual bus: all arrive, and where a frame is lost the right side says so, at the right time.
import { expect, test } from 'vitest';
import type { Bus, CanFrame } from '../../../src/bus/bus.ts';
import { fdDataLengths } from '../../../src/bus/frame/checkFrame.ts';
import type { IsoTpParams } from '../../../src/bus/isotp/params.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { wrappedBus } from '../../../src/bus/wrappedBus.ts';
import type { EnvironmentFault } from '../../../src/core/faults.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { NS_PER_S } from '../../../src/core/units.ts';
import { fc, prop } from '../../support/property.ts';
import { brief, codeOf, payload, recorded } from '../support/harness.ts';
import { addressingModes, isoTpPair } from '../support/isoTpPair.ts';

const lengthMax = 70_000;

function virtualBus(fd: boolean) {
  const clock = new EventQueue();
  return { clock, bus: createVirtualCan({ name: 'can0', clock, bitrate: 500_000, dataBitrate: 2_000_000, fd }) };
}

prop(
  {
    // Few frames where all is slow, and the whole range.
    length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: lengthMax })),
    mode: fc.constantFrom(...addressingModes),
    fd: fc.boolean(),
    txDl: fc.constantFrom(...fdDataLengths.filter((length) => length >= 8)),
    least: fc.option(fc.constantFrom(...fdDataLengths.slice(1)), { nil: undefined }),
    blocksize: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })),
    stmin: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0xf1, max: 0xf9 })),
    padding: fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }),
  },
  { numRuns: 150 },
)('any message arrives, whatever its length, addressing mode, TX_DL, least length, BS, STmin and padding', (drawn) => {
  const { length, mode, fd, txDl, least, blocksize, stmin, padding } = drawn;
  const { clock, bus } = virtualBus(fd);
  const shared: Partial<IsoTpParams> = {
    max_frame_size: lengthMax,
    tx_data_length: fd ? txDl : 8,
    tx_data_min_length: least === undefined ? undefined : Math.min(least, fd ? txDl : 8),
    tx_padding: padding,
  };
  const { a, b } = isoTpPair(bus, bus, clock, shared, { ...shared, blocksize, stmin }, mode);
  const [heardA, heardB] = [recorded(a), recorded(b)];
  expect(codeOf(a.send(payload(length)))).toBe('ok');
  while (clock.step());
  expect(heardB.received.map(brief)).toEqual([payload(length)].map(brief));
  expect(heardA.sent).toBe(1);
  expect([...heardA.failures, ...heardB.failures]).toEqual([]);
});

/** Every node of `bus` misses the frame of this index, which its sender believes to have left. */
function missing(bus: Bus, lost: number): Bus {
  let heard = 0;
  return wrappedBus(bus, {
    attach: (node, listener, options) =>
      bus.attach(
        node,
        {
          frameReceived: (frame) => {
            if (heard++ !== lost) listener.frameReceived(frame);
          },
          frameSent: (frame) => listener.frameSent(frame),
          nodeFailed: (fault) => listener.nodeFailed(fault),
        },
        options,
      ),
  });
}

interface Seen {
  readonly frame: CanFrame;
  readonly endNs: number;
}

/** What must happen where the frame of index `lost` is missed, from the frames that were on the bus; N_Bs and N_Cr are a second. */
function expectedAfterLoss(seen: readonly Seen[], lost: number): { a: string | undefined; b: string | undefined } {
  const at = (index: number) => seen[index]?.endNs ?? Number.NaN;
  const type = (index: number) => (seen[index]?.frame.data[0] ?? 0) >> 4;
  const late = (result: string, sinceNs: number) => `${result} at ${sinceNs + NS_PER_S}`;
  const last = seen.length - 1;
  switch (type(lost)) {
    case 0:
      // Nobody waits for a single frame.
      return { a: undefined, b: undefined };
    case 1:
      return { a: late('N_TIMEOUT_Bs', at(lost)), b: undefined };
    case 3:
      return { a: late('N_TIMEOUT_Bs', at(lost - 1)), b: late('N_TIMEOUT_Cr', at(lost)) };
    default: {
      // A last frame that is shorter than the one that should come is ignored, as no frame can be.
      const isFull = seen[lost + 1]?.frame.data.length === seen[0]?.frame.data.length;
      const b = isFull ? `N_WRONG_SN at ${at(lost + 1)}` : late('N_TIMEOUT_Cr', at(lost - 1));
      return { a: late('N_TIMEOUT_Bs', at(last)), b };
    }
  }
}

prop(
  {
    length: fc.integer({ min: 1, max: 1500 }),
    fd: fc.boolean(),
    blocksize: fc.integer({ min: 0, max: 6 }),
    stmin: fc.constantFrom(0, 0xf1, 2),
    which: fc.nat(),
    mode: fc.constantFrom(...addressingModes.filter((name) => name.startsWith('Normal'))),
  },
  { numRuns: 200 },
)('the loss of any one frame is told by its ISO name, on the right side, at the right time', (drawn) => {
  const { length, fd, blocksize, stmin, which, mode } = drawn;
  const run = (lost: number) => {
    const { clock, bus } = virtualBus(fd);
    const seen: Seen[] = [];
    bus.tap((frame, endNs) => seen.push({ frame, endNs }));
    const lossy = missing(bus, lost);
    const { a, b } = isoTpPair(lossy, lossy, clock, {}, { blocksize, stmin }, mode);
    const told = { a: undefined as string | undefined, b: undefined as string | undefined, sent: 0, received: 0 };
    const text = (fault: EnvironmentFault) => `${/\((.*)\)$/.exec(fault.message)?.[1]} at ${clock.nowNs()}`;
    a.listen({
      messageReceived: () => {},
      messageSent: () => {
        told.sent += 1;
      },
      transferFailed: (_, fault) => {
        told.a = text(fault);
      },
    });
    b.listen({
      messageReceived: () => {
        told.received += 1;
      },
      messageSent: () => {},
      transferFailed: (_, fault) => {
        told.b = text(fault);
      },
    });
    a.send(payload(length));
    while (clock.step());
    return { seen, told };
  };
  const whole = run(-1);
  expect(whole.told).toEqual({ a: undefined, b: undefined, sent: 1, received: 1 });
  const lost = which % whole.seen.length;
  const { seen, told } = run(lost);
  const wanted = expectedAfterLoss(seen, lost);
  // The sender of consecutive frames that no further flow control answers believes that all is well.
  const isSent = seen.length === whole.seen.length && seen.at(-1)?.frame.data[0] !== 0x30;
  expect(told).toEqual({ ...wanted, a: isSent ? undefined : wanted.a, sent: isSent ? 1 : 0, received: 0 });
});

test('a frame that never leaves: N_TIMEOUT_A for its sender', () => {
  const { clock, bus } = virtualBus(false);
  const { a, b } = isoTpPair(bus, bus, clock);
  const [heardA, heardB] = [recorded(a), recorded(b)];
  // A frame of higher priority after the other: the bus has no room.
  const flood: CanFrame = { id: 1, extended: false, remote: false, fd: false, brs: false, data: payload(8) };
  const node = bus.attach('babbler', {
    frameReceived: () => {},
    frameSent: () => {
      if (clock.nowNs() < 3 * NS_PER_S) node.send(flood);
    },
    nodeFailed: () => {},
  });
  a.send(payload(1000));
  clock.at(20_000_000, () => node.send(flood));
  while (clock.step());
  expect(heardA.failures).toMatchObject([{ direction: 'sending', fault: { message: /N_TIMEOUT_A/ } }]);
  expect(heardB.failures).toMatchObject([{ direction: 'receiving', fault: { message: /N_TIMEOUT_Cr/ } }]);
});

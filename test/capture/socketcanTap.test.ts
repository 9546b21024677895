// What a tap hears of a real interface: the echoes of this process's frames and everybody else's, in the order of the bus.
import { expect, it } from 'vitest';
import { type CanFrame, classicFrame, fdFrame } from '../../src/bus/bus.ts';
import { SocketCanBus } from '../../src/bus/socketcan/socketcanBus.ts';
import { captureBuses } from '../../src/capture/busCapture.ts';
import type { CaptureRecord } from '../../src/capture/record/captureRecord.ts';
import { environmentFault } from '../../src/core/faults.ts';
import { EventQueue } from '../../src/core/time/clock.ts';
import { BusRecorder, payload, value } from '../bus/support/harness.ts';
import { captured, startS } from './support/records.ts';

it('a tap on SocketCAN hears own frames when they are echoed, with their flags, and those of others', () => {
  const clock = new EventQueue();
  const taken: CanFrame[] = [];
  const port = {
    interfaceName: 'can9',
    send: (frame: CanFrame) => taken.push(frame) > 0,
    isBusOff: () => false,
    revive: () => true,
    hearOnly() {},
    downFault: () => environmentFault('interface-down', 'down'),
    busOffFault: () => environmentFault('interface-down', 'bus-off'),
    close() {},
  };
  const bus = new SocketCanBus('can9', true, clock, port);
  const records: CaptureRecord[] = [];
  const stop = captureBuses([['body', bus]], startS, (record) => records.push(record));
  const node = bus.attach('a', new BusRecorder());
  const own = { ...fdFrame(0x123, payload(8)), brs: false };
  value(node.send(own));
  expect([taken.length, records.length]).toEqual([1, 0]);
  const heard = ({ id, extended, remote, data }: CanFrame) => bus.heard({ id, extended, remote, data });
  clock.advanceTo(1000);
  heard(classicFrame(0x100, payload(64)));
  clock.advanceTo(2500);
  heard(own);
  expect(records).toEqual([captured(fdFrame(0x100, payload(64)), 1000), captured(own, 2500)]);
  const error = { errorClass: 0x80, data: new Uint8Array(8) };
  bus.heardError(error);
  expect(records.slice(2)).toEqual([{ type: 'error', bus: 'body', timeNs: expect.any(BigInt), ...error }]);
  stop();
  bus.heardError(error);
  heard(own);
  expect(records).toHaveLength(3);
  bus.close();
});

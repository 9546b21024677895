import { expect, it } from 'vitest';
import { type Bus, type BusListener, type CanFrame, classicFrame } from '../../../src/bus/bus.ts';
import { errorClass } from '../../../src/bus/frame/canErrorFrame.ts';
import { formatFrame } from '../../../src/bus/frame/frameText.ts';
import { transmitQueueFramesMax } from '../../../src/bus/limits.ts';
import type { WatchInterface } from '../../../src/bus/socketcan/interfaceRecord.ts';
import { frameTimeNs } from '../../../src/bus/virtualCan/bits/frameTiming.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { hostTimer } from '../../../src/core/time/hostTime.ts';
import type { Player, Recorder, TapeContent, TapeInput } from '../../../src/sim/tape/tape.ts';
import { playedBus, recordedBus } from '../../../src/sim/tape/taped.ts';

/** Two nodes that talk: one answers what it hears, the other sends until its queue is full. */
function talk(bus: Bus): { readonly told: string[]; readonly results: boolean[] } {
  const told: string[] = [];
  const results: boolean[] = [];
  const teller = (node: string): BusListener => ({
    frameReceived: (frame) => {
      told.push(`${node} hears ${formatFrame(frame)}`);
      if (node === 'b' && frame.data[0] === 1) results.push(b.send(classicFrame(0x200, Uint8Array.of(2))).ok);
    },
    frameSent: (frame: CanFrame) => told.push(`${node} sent ${formatFrame(frame)}`),
    nodeFailed: (fault) => told.push(`${node} failed ${fault.code}`),
  });
  const a = bus.attach('a', teller('a'));
  const b = bus.attach('b', teller('b'));
  for (let count = 0; count < transmitQueueFramesMax + 2; count += 1) {
    results.push(a.send(classicFrame(0x100 + count, Uint8Array.of(count % 3))).ok);
  }
  return { told, results };
}

it('plays a bus back as it was: what was heard, sent and refused, and the load', () => {
  const clock = new EventQueue();
  const tape: TapeInput[] = [];
  const put = (port: string, content: TapeContent) => tape.push({ type: 'input', t: clock.nowNs(), port, ...content });
  const recorder: Recorder = {
    input(port, content, deliver) {
      put(port, content);
      deliver();
    },
    note: put,
  };
  const place = { interfaceName: 'can0', rates: { bitrate: 500_000, dataBitrate: 500_000 } };
  let happens: WatchInterface = () => {};
  const watch = (watcher: WatchInterface) => {
    happens = watcher;
  };
  const bus = Object.assign(createVirtualCan({ name: 'body', clock, bitrate: 500_000, fd: false }), { watch });
  const real = recordedBus(bus, place, clock, recorder);
  const changes: string[] = [];
  real.watch((text) => changes.push(text));
  const first = talk(real);
  while (clock.step());
  expect(first.results.filter((taken) => !taken)).toHaveLength(2);
  expect(first.told.length).toBeGreaterThan(100);
  const passive = {
    errorClass: errorClass.controller | errorClass.busError,
    data: Uint8Array.of(0, 0x20, 0, 0, 0, 0, 128, 3),
  };
  happens({ type: 'interfaceDown', message: 'can0 is down' });
  happens({ type: 'interfaceUp' });
  happens({ type: 'errorFrame', error: passive });
  expect(changes).toEqual([
    'can0 is down; frames wait',
    'the CAN interface can0 carries frames again',
    'the CAN interface can0: error-passive by transmit errors, bus error (TEC 128, REC 3)',
  ]);
  expect(real.load()).toMatchObject({
    errorFrames: 1,
    nodes: [{ node: 'can0', state: 'error-passive', transmitErrors: 128, receiveErrors: 3 }],
  });

  const again = new EventQueue();
  const listeners = new Map<string, (content: TapeContent) => void>();
  const player: Player = {
    listen: (port, play) => listeners.set(port, play),
    refusal(port, call) {
      const refused = tape.find((input) => input.kind === 'refused' && input.port === port && input.call === call);
      return refused?.kind === 'refused' ? refused.fault : undefined;
    },
  };
  const played = playedBus('body', place, false, again, player);
  const playedChanges: string[] = [];
  played.watch((text) => playedChanges.push(text));
  const second = talk(played);
  for (const input of tape) {
    if (input.kind === 'refused') continue;
    again.advanceTo(input.t);
    listeners.get(input.port)?.(input);
  }
  expect(second).toEqual(first);
  expect(playedChanges).toEqual(changes);
  expect(played.load()).toEqual(real.load());
});

it('counts what others send on the interface, and plays that back', async () => {
  const clock = new EventQueue();
  const tape: TapeContent[] = [];
  const recorder: Recorder = {
    input(_, content, deliver) {
      tape.push(content);
      deliver();
    },
    note: () => {},
  };
  const rates = { bitrate: 500_000, dataBitrate: 500_000 };
  const place = { interfaceName: 'can0', rates };
  const bus = Object.assign(createVirtualCan({ name: 'body', clock, bitrate: 500_000, fd: false }), {
    watch: () => {},
  });
  const real = recordedBus(bus, place, clock, recorder);
  const silent: BusListener = { frameReceived: () => {}, frameSent: () => {}, nodeFailed: () => {} };
  const own = real.attach('ecu', silent, { acceptIds: [] });
  const other = bus.attach('cangen', silent);
  const frame = classicFrame(0x123, Uint8Array.of(1, 2, 3));
  for (let count = 0; count < 3; count += 1) own.send({ ...frame });
  for (let count = 0; count < 5; count += 1) other.send({ ...frame, id: 0x321 });
  while (clock.step());
  expect(real.load()).toMatchObject({ frames: 3, busyNs: 3 * frameTimeNs(frame, rates) });
  const carried = () => tape.filter(({ kind }) => kind === 'carried');
  while (carried().length === 0) await new Promise<void>((resolve) => hostTimer(5, resolve));
  expect(carried()).toEqual([{ kind: 'carried', frames: 5, busyNs: 5 * frameTimeNs({ ...frame, id: 0x321 }, rates) }]);
  expect(real.load().frames).toBe(8);
  const played = new Map<string, (content: TapeContent) => void>();
  const again = playedBus('body', place, false, clock, {
    listen: (port, play) => played.set(port, play),
    refusal: () => undefined,
  });
  for (const content of carried()) played.get('interface/body')?.(content);
  expect(again.load()).toMatchObject({ frames: 5, nodes: real.load().nodes.map(() => ({ frames: 0 })) });
});

// Buses and links over real CAN interfaces, all in this one file: tests of one file do not run side by side, and a second
// file on the same interface would be heard here. `ECUNET_CAN_INTERFACES` names the interfaces (vcan0,vcan1); an entry such as
// can0+can1 is two controllers on one cable. Runs in the guest of scripts/guest where this kernel has no CAN.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Bus, classicFrame } from '../../../src/bus/bus.ts';
import { checkInterface } from '../../../src/bus/socketcan/canInterface.ts';
import { openSocketCanBus } from '../../../src/bus/socketcan/openSocketCanBus.ts';
import { ipLink } from '../../guest/canUtils.ts';
import { withReason } from '../../support/skips.ts';
import { busSuite } from '../support/busSuite.ts';
import { BusRecorder, codeOf, hostRun, payload, type Run, value } from '../support/harness.ts';
import { isoTpPair } from '../support/isoTpPair.ts';
import { linkSuite } from '../support/linkSuite.ts';

const asked = process.env.ECUNET_CAN_INTERFACES;
const cables = (asked ?? 'vcan0').split(',').map((entry) => entry.split('+'));
/** Where the interfaces were asked for by name, a missing one is a failure, not a skip. */
const mayMiss = asked === undefined;
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
/** An emulated machine on a busy host may stand still for seconds. */
const patient = {
  rx_flowcontrol_timeout: 30_000,
  rx_consecutive_frame_timeout: 30_000,
  tx_confirmation_timeout: 30_000,
};
const run = () => hostRun(60_000, 100);

function open(name: string, fd: boolean, { clock, enter }: Run): Promise<Bus> {
  return openSocketCanBus({ name, interface: name, fd, clock, enter }).then(value);
}

for (const [first = '', second = first] of cables) {
  for (const fd of [false, true]) {
    const problem = [first, second].map((name) => checkInterface(name, fd)).find((result) => !result.ok);
    const reason = problem === undefined || problem.ok ? undefined : problem.fault.message;
    const carriesNoFd = reason !== undefined && fd && checkInterface(first, false).ok;
    const skipped = reason !== undefined && (mayMiss || carriesNoFd) ? { skipped: reason } : {};
    const kind = fd ? 'CAN FD' : 'CAN';
    if (first === second) {
      busSuite({
        name: `SocketCAN on ${first}, ${kind}`,
        fd,
        run,
        make: (host) => open(first, fd, host),
        lacks: {
          arbitration: 'the kernel’s queue is first in, first out',
          ...(fd ? { fdFlags: 'the native module tells no FD flag of frames of up to 8 bytes' } : {}),
        },
        ...skipped,
      });
    }
    linkSuite({
      name: `ISO-TP over SocketCAN, ${kind}, ${first === second ? `two openings of ${first}` : `${first} to ${second}`}`,
      run,
      lengthMax: 20_000,
      async make(host) {
        const busA = await open(first, fd, host);
        const busB = await open(second, fd, host);
        const pair = isoTpPair(busA, busB, host.clock, patient);
        return {
          ...pair,
          close() {
            pair.close();
            busA.close();
            busB.close();
          },
        };
      },
      ...skipped,
    });
  }
}

describe('what cannot be opened', () => {
  const host = hostRun(1000, 1);
  afterAll(() => host.stop());
  const attempt = (name: string) =>
    openSocketCanBus({ name: 'bus', interface: name, fd: true, clock: host.clock, enter: host.enter });

  test.each(['', '../../etc', 'vcan0/..', '..', 'a name', '-vcan0', 'sixteen-letters-', 'vcan0\n'])(
    'a name that is none: %j',
    async (name) => {
      const result = await attempt(name);
      expect(result).toMatchObject({ ok: false, fault: { code: 'interface-missing' } });
      expect(result.ok ? '' : result.fault.message).toContain('1 to 15');
    },
  );

  test('an interface that is not there: the fault names it and what to do', async () => {
    const result = await attempt('nosuchcan7');
    expect(codeOf(result)).toBe('interface-missing');
    const message = result.ok ? '' : result.fault.message;
    expect(message).toContain('nosuchcan7');
    if (existsSync('/proc/net/can')) {
      expect(message).toContain('sudo ip link add dev nosuchcan7 type vcan mtu 72 && sudo ip link set up nosuchcan7');
    } else expect(message).toMatch(/this kernel has no CAN|sudo modprobe vcan/);
    expect(message).not.toContain('\n');
  });

  test('an interface that is no CAN interface', async () => {
    const result = await attempt('lo');
    expect(result).toMatchObject({
      ok: false,
      fault: { code: 'interface-missing', message: 'lo is not a CAN interface' },
    });
  });
});

/** Opens, uses and closes a bus as a program does: exits by itself only if nothing of it stays behind. */
const program = `
import { EventQueue } from './dist/core/time/clock.js';
import { openSocketCanBus } from './dist/bus/socketcan/openSocketCanBus.js';
const [, name] = process.argv;
const opened = await openSocketCanBus({ name, interface: name, fd: false, clock: new EventQueue(), enter: (run) => run() });
if (!opened.ok) throw new Error(opened.fault.message);
const bus = opened.value;
const listener = { frameReceived() {}, frameSent: () => { bus.close(); console.log('closed'); }, nodeFailed() {} };
bus.attach('a', listener).send({ id: 1, extended: false, remote: false, fd: false, brs: false, data: Uint8Array.of(1) });
`;

// Makes an interface of its own, so only where it cannot harm: in the guest.
describe.skipIf(process.env.ECUNET_GUEST !== '1')(
  withReason('an interface of the guest’s', process.env.ECUNET_GUEST === '1' ? undefined : 'only in scripts/guest'),
  () => {
    const name = 'ecunet0';
    beforeEach(() => {
      ipLink('add', 'dev', name, 'type', 'vcan');
      ipLink('set', 'up', name);
    });
    afterEach(() => ipLink('del', name));

    test('that is down: the fault says what to do', async () => {
      ipLink('set', 'down', name);
      const host = run();
      const { clock, enter } = host;
      expect(await openSocketCanBus({ name, interface: name, fd: false, clock, enter })).toMatchObject({
        ok: false,
        fault: { code: 'interface-down', message: expect.stringContaining(`sudo ip link set up ${name}`) },
      });
      host.stop();
    });

    test('of MTU 16: opened as FD, the fault says how it becomes one', async () => {
      ipLink('set', 'down', name);
      ipLink('set', name, 'mtu', '16');
      ipLink('set', 'up', name);
      const host = run();
      const result = await openSocketCanBus({ name, interface: name, fd: true, clock: host.clock, enter: host.enter });
      expect(result).toMatchObject({
        ok: false,
        fault: { code: 'interface-down', message: expect.stringContaining('mtu 72') },
      });
      host.stop();
    });

    test('is let go by close: the program ends by itself', () => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--input-type=module', '--eval', program, '--', name],
        { encoding: 'utf8', timeout: 60_000 },
      );
      expect([status, stdout, stderr]).toEqual([0, 'closed\n', '']);
    });
  },
);

const single = cables[0]?.[0] ?? '';
const missing = checkInterface(single, false);
const noSingle = missing.ok ? undefined : missing.fault.message;
describe.skipIf(noSingle !== undefined)(
  withReason(`the process after its bus on ${single} is closed`, noSingle),
  () => {
    test('hears nothing more, and close works twice and from a callback', async () => {
      const host = run();
      const bus = await open(single, false, host);
      const heard = new BusRecorder();
      bus.attach('b', heard);
      heard.onReceived = () => bus.close();
      const node = bus.attach('a', new BusRecorder());
      node.send(classicFrame(1, payload(8)));
      node.send(classicFrame(2, payload(8)));
      await host.until(() => heard.received.length === 1);
      bus.close();
      await host.settle();
      expect(heard.received).toHaveLength(1);
      host.stop();
    });
  },
);

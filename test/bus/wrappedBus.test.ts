import { expect, test } from 'vitest';
import type { Bus } from '../../src/bus/bus.ts';
import { createVirtualCan } from '../../src/bus/virtualCan/virtualCan.ts';
import { wrappedBus } from '../../src/bus/wrappedBus.ts';
import { EventQueue } from '../../src/core/time/clock.ts';
import { busSuite } from './support/busSuite.ts';
import { virtualRun } from './support/harness.ts';

const wire = (clock: EventQueue) => createVirtualCan({ name: 'can0', clock, bitrate: 500_000, fd: true });

busSuite({
  name: 'a bus over another one that changes nothing',
  fd: true,
  run: virtualRun,
  make: async ({ clock }) => wrappedBus(createVirtualCan({ name: 'can0', clock, bitrate: 500_000, fd: true }), {}),
  lacks: {},
});

test('a change stands in the place of the bus’s own member, and what is added beside them', () => {
  const bus = wire(new EventQueue());
  const closed: string[] = [];
  const wrapped = wrappedBus<Bus & { readonly note: string }>(bus, { note: 'added', close: () => closed.push('here') });
  wrapped.close();
  expect(closed).toEqual(['here']);
  expect(wrapped).toMatchObject({ name: 'can0', fd: true, note: 'added' });
  expect(wrapped.load()).toEqual(bus.load());
});

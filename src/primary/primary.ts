// Owns: a running Primary: its statechart. A reboot ends it; whoever powers it starts a new one on the same parts.
import { createActor } from 'xstate';
import type { Ecu } from '../ecu/ecu.ts';
import { stopOnError, xstateClock } from '../ecu/xstateClock.ts';
import { providePrimary } from './actors.ts';
import { primaryMachine } from './machine.ts';
import type { PrimaryParts } from './ports.ts';
import { PrimaryUnit } from './unit.ts';

export interface RunningPrimary {
  readonly ecu: Ecu;
  /** Begins an update cycle; without effect while one is under way. */
  startCycle(): void;
  /** Cuts the power. */
  stop(): void;
}

/** Boots a Primary. */
export function startPrimary(parts: PrimaryParts): RunningPrimary {
  const unit = new PrimaryUnit(parts);
  const actor = createActor(providePrimary(primaryMachine, unit), {
    clock: xstateClock(parts.clock),
    input: { timing: parts.timing },
  });
  let running = true;
  let entered = '';
  stopOnError(actor, parts.clock);
  actor.subscribe((snapshot) => {
    const state = typeof snapshot.value === 'string' ? snapshot.value : (Object.keys(snapshot.value)[0] ?? '');
    if (state !== entered) parts.observer.stateEntered(state);
    entered = state;
    if (snapshot.status === 'done') parts.clock.after(0, () => running && parts.rebooted());
  });
  actor.start();
  return {
    ecu: unit.ecu,
    startCycle: () => actor.send({ type: 'cycle.started' }),
    stop() {
      running = false;
      actor.stop();
    },
  };
}

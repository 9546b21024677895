// Owns: a running Primary: its statechart. A reboot ends it; whoever powers it starts a new one on the same parts.
import { createActor } from 'xstate';
import type { Ecu } from '../ecu/ecu.ts';
import { follow, xstateClock } from '../ecu/xstateClock.ts';
import { primaryImplementation } from './actors.ts';
import { PrimaryBehaviour } from './behaviour.ts';
import { primaryMachine } from './machine.ts';
import type { PrimaryParts } from './ports.ts';

export interface RunningPrimary {
  readonly ecu: Ecu;
  /** Begins an update cycle; without effect while one is under way. */
  startCycle(): void;
  /** Cuts the power. */
  stop(): void;
}

/** Boots a Primary. */
export function startPrimary(parts: PrimaryParts): RunningPrimary {
  const behaviour = new PrimaryBehaviour(parts);
  const actor = createActor(primaryMachine, {
    clock: xstateClock(parts.clock),
    input: { timing: parts.timing, implementation: primaryImplementation(behaviour) },
  });
  let running = true;
  follow(
    actor,
    parts.clock,
    (state) => parts.observer.stateEntered(state),
    () => running && parts.rebooted(),
  );
  actor.start();
  return {
    ecu: behaviour.ecu,
    startCycle: () => actor.send({ type: 'cycle.started' }),
    stop() {
      running = false;
      actor.stop();
    },
  };
}

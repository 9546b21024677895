// Owns: a running Primary: its statechart. A reboot ends it; its owner starts a new one on the same ports.
import { createActor } from 'xstate';
import type { Ecu } from '../ecu/ecu.ts';
import { follow, xstateClock } from '../ecu/xstateClock.ts';
import { primaryImplementation } from './actors.ts';
import { PrimaryBehaviour } from './cycle/behaviour.ts';
import type { PrimaryPorts } from './cycle/ports.ts';
import { primaryMachine } from './machine.ts';

export interface RunningPrimary {
  readonly ecu: Ecu;
  /** Begins an update cycle; without effect while one is under way. */
  startCycle(): void;
  /** Cuts the power. */
  stop(): void;
}

/** Boots a Primary. */
export function startPrimary(ports: PrimaryPorts): RunningPrimary {
  const behaviour = new PrimaryBehaviour(ports);
  const actor = createActor(primaryMachine, {
    clock: xstateClock(ports.clock),
    input: { timing: ports.timing, implementation: primaryImplementation(behaviour) },
  });
  let running = true;
  follow(
    actor,
    ports.clock,
    (state) => ports.observer.stateEntered(state),
    () => running && ports.rebooted(),
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

// Running scenarios in tests: from a file or a changed copy of one, with everything that the run told.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EventQueue } from '../../../src/core/time/clock.ts';
import type { EventOf, SimEvent } from '../../../src/sim/events/events.ts';
import { completeInputs, type RunInputs } from '../../../src/sim/inputs/inputs.ts';
import { loadScenario } from '../../../src/sim/scenario/load.ts';
import { type RunResult, Simulation } from '../../../src/sim/simulation.ts';
import { virtualTransports } from '../../../src/sim/transports/transports.ts';

const scenariosFolder = join(import.meta.dirname, '../../../scenarios');

export function scenarioNames(): readonly string[] {
  return readdirSync(scenariosFolder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length));
}

export function inputsOf(name: string, changes: Partial<RunInputs> = {}): RunInputs {
  const scenario = loadScenario(join(scenariosFolder, `${name}.yaml`));
  const empty = { givenImages: new Map(), interfaces: new Map(), links: new Map() };
  return completeInputs({ scenario, seed: scenario.seed, ...empty, ...changes });
}

export interface VirtualRun {
  readonly simulation: Simulation;
  readonly result: RunResult;
  readonly events: readonly SimEvent[];
}

/** Runs to the end on the virtual buses, synchronously. `observe` sees the world as each event is told. */
export function runVirtual(
  inputs: RunInputs,
  observe: (event: SimEvent, simulation: Simulation) => void = () => {},
): VirtualRun {
  const queue = new EventQueue();
  const events: SimEvent[] = [];
  const transports = virtualTransports(inputs, queue);
  const simulation: Simulation = new Simulation(inputs, queue, transports, (event) => {
    events.push(event);
    observe(event, simulation);
  });
  simulation.begin();
  while (simulation.result === undefined) {
    if (!queue.step()) throw new Error('nothing is left to happen');
  }
  return { simulation, result: simulation.result, events };
}

export function eventsOf<Type extends SimEvent['type']>(
  events: readonly SimEvent[],
  type: Type,
): readonly EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type);
}

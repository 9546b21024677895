// Owns: carrying out a scenario's steps, one after the other, as a task on the run's clock.
import type { Timer } from '../../core/clock.ts';
import { runTask, type Task, wait } from '../../core/task.ts';
import { NS_PER_MS } from '../../core/units.ts';
import type { RunningAttack } from '../attackers/attacker.ts';
import { startAttack } from '../attackers/index.ts';
import { judge, type Verdict } from '../expectations/judge.ts';
import type { Ledger } from '../ledger.ts';
import { busDeedsOf, busOf } from '../scenario/busReferences.ts';
import type { BusDeed, CampaignDescription, Interruption, Rotation, Step } from '../scenario/schema.ts';
import type { World } from '../world.ts';
import { busDeedText, doToBus } from './busFaults.ts';

/** The verdicts of all expectations, in order. */
export function* runSteps(world: World, ledger: Ledger): Task<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  const attacks = new Map<string, RunningAttack>();
  for (const [index, step] of world.scenario.steps.entries()) {
    world.emit({ type: 'step.started', index, text: stepText(step) });
    yield* runStep(world, ledger, step, attacks, verdicts);
  }
  return verdicts;
}

function* runStep(
  world: World,
  ledger: Ledger,
  step: Step,
  attacks: Map<string, RunningAttack>,
  verdicts: Verdict[],
): Task<void> {
  if (step.publish !== undefined) {
    for (const [ecu, image] of Object.entries(step.publish)) world.operator.assign(ecu, image);
    world.operator.publish();
    ledger.manifest = undefined;
  } else if (step.offer !== undefined) {
    for (const [ecu, image] of Object.entries(step.offer)) world.operator.offer(ecu, image);
    world.operator.publish();
  } else if (step.campaign !== undefined) {
    world.operator.order(step.campaign);
    ledger.manifest = undefined;
  } else if (step.cancel !== undefined) {
    world.operator.cancel(step.cancel);
    ledger.manifest = undefined;
  } else if (step.cycle !== undefined) {
    const missed = yield* runCycle(world, ledger, step.cycle.during);
    const verdict = missed && { text: busDeedText(missed), passed: false, actual: 'it never came to that' };
    if (verdict !== undefined) {
      verdicts.push(verdict);
      world.emit({ type: 'expectation', ...verdict });
    }
  } else if (step.wait !== undefined) {
    yield* pause(world, step.wait);
  } else if (step.parked !== undefined) {
    world.operator.waitOut(step.parked);
    world.boot();
    yield* pause(world, bootMs(world));
  } else if (step.record !== undefined) {
    const { director, imageRepository } = world.servers;
    const attestation = world.network.lastAttestation;
    world.recordings.set(step.record, { director: director.current(), image: imageRepository.current(), attestation });
  } else if (step.rotate !== undefined) {
    world.operator.rotate(step.rotate);
    ledger.manifest = undefined;
  } else if (step.attack !== undefined) {
    const attack = startAttack(world, step.attack);
    attacks.set(step.attack.id, attack);
    world.emit({ type: 'attack.started', id: step.attack.id, text: attack.text });
  } else if (step.stop !== undefined) {
    attacks.get(step.stop)?.stop();
    world.emit({ type: 'attack.stopped', id: step.stop });
  } else if (step.failActivation !== undefined) {
    const ecu = world.vehicle.ecus.get(step.failActivation.ecu);
    if (ecu !== undefined) ecu.failNextActivation = true;
  }
  changeBuses(world, step);
  for (const expectation of step.expect ?? []) {
    const verdict = judge(world, ledger, expectation);
    verdicts.push(verdict);
    world.emit({ type: 'expectation', ...verdict });
  }
}

/** Until the slowest ECU is up. */
export function bootMs(world: World): number {
  return Math.max(...Object.values(world.scenario.vehicle.ecus).map(({ bootMs }) => bootMs)) + 1;
}

export function* pause(world: World, durationMs: number): Task<void> {
  yield* wait<void>((done) => {
    const timer = world.clock.after(Math.round(durationMs * NS_PER_MS), done);
    return () => timer.cancel();
  });
}

/**
 * One update cycle, from the Primary's start to its last manifest, with what happens to the buses meanwhile. Gives the first
 * interruption that never came about.
 */
function* runCycle(world: World, ledger: Ledger, during: readonly Interruption[]): Task<Interruption | undefined> {
  ledger.beginCycle();
  const left = [...during];
  yield* wait<void>((done) => {
    const stopInterruptions = runTask(interrupt(world, ledger, left), () => {});
    world.cycleCompleted = () => {
      stopInterruptions();
      done();
    };
    world.vehicle.primary.program.startCycle();
    return stopInterruptions;
  });
  return left[0];
}

/** Takes each from `left` once it has happened. */
function* interrupt(world: World, ledger: Ledger, left: Interruption[]): Task<void> {
  for (let next = left[0]; next !== undefined; next = left[0]) {
    const { received, afterMs } = next;
    if (received !== undefined) yield* untilReceived(world, ledger, received);
    else yield* pause(world, afterMs ?? 0);
    left.shift();
    changeBuses(world, next);
  }
}

function changeBuses(world: World, deeds: BusDeed): void {
  for (const deed of busDeedsOf(deeds)) {
    doToBus(world.transports, deed);
    world.emit({ type: 'bus.changed', bus: busOf(deed), text: busDeedText(deed) });
  }
}

function* untilReceived(
  world: World,
  ledger: Ledger,
  wanted: { readonly ecu: string; readonly percent: number },
): Task<void> {
  yield* wait<void>((done) => {
    let timer: Timer | undefined;
    const before = ledger.watcher;
    ledger.watcher = (event) => {
      before(event);
      if (timer !== undefined || event.type !== 'ecu.progress' || event.ecu !== wanted.ecu) return;
      if (event.receivedBytes * 100 < wanted.percent * event.totalBytes) return;
      ledger.watcher = before;
      timer = world.clock.after(0, done); // not from inside the ECU that is telling its progress
    };
    return () => {
      ledger.watcher = before;
      timer?.cancel();
    };
  });
}

function durationText(ms: number): string {
  const [size, unit] = ms >= 86_400_000 ? [86_400_000, 'days'] : ms >= 1000 ? [1000, 's'] : [1, 'ms'];
  return `${Number((ms / size).toFixed(1))} ${unit}`;
}

function rotationText({ director, image, timeserver }: Rotation): string {
  return [
    ...(director === undefined ? [] : [`${director.join(', ')} of the Director`]),
    ...(image === undefined ? [] : [`${image.join(', ')} of the Image repository`]),
    ...(timeserver === undefined ? [] : ['the timeserver']),
  ].join('; ');
}

function campaignText({ id, product, versions, ecus }: CampaignDescription): string {
  return `campaign ${id}: ${product} ${versions} for ${ecus.join(', ')}`;
}

function stepText(step: Step): string {
  if (step.publish !== undefined) return `publish new images for ${Object.keys(step.publish).join(', ')}`;
  if (step.offer !== undefined) return `offer new images for ${Object.keys(step.offer).join(', ')}`;
  if (step.campaign !== undefined) return campaignText(step.campaign);
  if (step.cancel !== undefined) return `campaign ${step.cancel} is cancelled`;
  if (step.cycle !== undefined) return 'update cycle';
  if (step.wait !== undefined) return `wait ${durationText(step.wait)}`;
  if (step.parked !== undefined) return `parked for ${durationText(step.parked)}`;
  if (step.record !== undefined) return `an attacker records what it sees as ${step.record}`;
  if (step.rotate !== undefined) return `new keys for ${rotationText(step.rotate)}`;
  if (step.attack !== undefined) return `attack ${step.attack.id}: ${step.attack.kind}`;
  if (step.stop !== undefined) return `attack ${step.stop} ends`;
  if (step.failActivation !== undefined) return `the next image of ${step.failActivation.ecu} will not come up`;
  const deeds = busDeedsOf(step);
  return deeds.length > 0 ? deeds.map(busDeedText).join('; ') : 'check expectations';
}

// Owns: whether what a scenario names exists: ECUs, buses, recordings, attacks.

import type { Problem } from '../../vehicleFile/problem.ts';
import type { Vehicle } from '../../vehicleFile/vehicle.ts';
import { vehicleProblems } from '../../vehicleFile/vehicleProblems.ts';
import { busDeedProblems, busDeedsOf, nodesOf } from './busReferences.ts';
import type { Scenario, Step } from './schema.ts';

const kinds = [
  ...(['publish', 'offer', 'campaign', 'cancel', 'cycle', 'wait', 'parked', 'record', 'rotate'] as const),
  ...(['attack', 'stop', 'failActivation', 'partition', 'disturb', 'babble', 'repair', 'expect'] as const),
];

/** The first problem, or undefined. */
export function checkReferences(scenario: Scenario): Problem | undefined {
  return [...vehicleProblems(scenario.vehicle), ...stepProblems(scenario)][0];
}

/** Simulated time that a scenario may merely wait for: an idle hour is dull, an idle year is `parked`. */
const waitsMsMax = 86_400_000;

function* stepProblems(scenario: Scenario): Generator<Problem> {
  const known = new Known(scenario);
  let waitsMs = 0;
  for (const [index, step] of scenario.steps.entries()) {
    const path = ['steps', index];
    const given = kinds.filter((kind) => step[kind] !== undefined);
    if (given.length !== 1) yield { path, message: `one of ${kinds.join(', ')} is needed, not ${given.length}` };
    waitsMs += step.wait ?? 0;
    if (waitsMs > waitsMsMax)
      yield { path: [...path, 'wait'], message: 'more than a day of waiting in all: use parked' };
    yield* singleStepProblems(scenario.vehicle, step, path, known);
    if (step.cycle !== undefined) known.hasCycled = true;
  }
}

/** What the steps so far have brought into the world. */
class Known {
  readonly recordings = new Set<string>();
  readonly attacks = new Set<string>();
  readonly eavesdroppers = new Set<string>();
  /** All that were ever made, and those that were not cancelled. */
  readonly campaigns = new Set<string>();
  readonly openCampaigns = new Set<string>();
  readonly suppliers: Scenario['suppliers'];
  hasAttackersImage = false;
  hasCycled = false;
  /** Whose each image is. */
  readonly owners = new Map<string, string>();

  constructor({ vehicle, suppliers }: Scenario) {
    this.suppliers = suppliers;
    for (const [ecu, { image }] of Object.entries(vehicle.ecus)) this.owners.set(image.filename, ecu);
  }
}

function* singleStepProblems(
  vehicle: Vehicle,
  step: Step,
  path: readonly PropertyKey[],
  known: Known,
): Generator<Problem> {
  for (const [ecu, at] of namedEcus(step)) {
    const isGateway = vehicle.gateways[ecu] !== undefined;
    const message = isGateway ? `${ecu} is a gateway, which gets no updates` : `there is no ECU ${ecu}`;
    if (vehicle.ecus[ecu] === undefined) yield { path: [...path, ...at], message };
  }
  for (const [node, at] of namedNodes(step)) {
    const isThere = vehicle.ecus[node] !== undefined || vehicle.gateways[node] !== undefined;
    if (!isThere) yield { path: [...path, ...at], message: `there is no ECU ${node}` };
  }
  yield* imageProblems(vehicle, step.publish ?? {}, [...path, 'publish'], known);
  yield* imageProblems(vehicle, step.offer ?? {}, [...path, 'offer'], known);
  yield* campaignProblems(step, path, known);
  for (const [index, interruption] of (step.cycle?.during ?? []).entries()) {
    const at = [...path, 'cycle', 'during', index];
    const { received, afterMs } = interruption;
    if ((received === undefined) === (afterMs === undefined))
      yield { path: at, message: 'either received or after is needed' };
    if (busDeedsOf(interruption).length !== 1)
      yield { path: at, message: 'one of partition, disturb, babble, repair is needed' };
    yield* busDeedProblems(vehicle, interruption, at);
  }
  yield* busDeedProblems(vehicle, step, path);
  for (const [index, expectation] of (step.expect ?? []).entries()) {
    if ('gateway' in expectation && vehicle.gateways[expectation.gateway] === undefined)
      yield { path: [...path, 'expect', index, 'gateway'], message: `there is no gateway ${expectation.gateway}` };
    if ('bus' in expectation && vehicle.buses[expectation.bus] === undefined)
      yield { path: [...path, 'expect', index, 'bus'], message: `there is no bus ${expectation.bus}` };
  }
  if (step.record !== undefined) {
    known.recordings.add(step.record);
    if (!known.hasCycled)
      yield { path: [...path, 'record'], message: 'before the first cycle there is nothing to record' };
  }
  if (step.stop !== undefined && !known.attacks.delete(step.stop)) {
    yield { path: [...path, 'stop'], message: `no attack ${step.stop} is under way` };
  }
  if (step.attack !== undefined) yield* attackProblems(vehicle, step.attack, [...path, 'attack'], known);
  for (const [index, expectation] of (step.expect ?? []).entries()) {
    if ('runsImageOf' in expectation && !known.hasAttackersImage) {
      yield { path: [...path, 'expect', index], message: 'no attacker has an image of its own' };
    }
    if ('campaign' in expectation && !known.campaigns.has(expectation.campaign)) {
      const at = [...path, 'expect', index, 'campaign'];
      yield { path: at, message: `there is no campaign ${expectation.campaign}` };
    }
    if ('eavesdropper' in expectation) {
      const { eavesdropper } = expectation;
      const file = 'reads' in expectation ? expectation.reads : expectation.cannotRead;
      const at = [...path, 'expect', index];
      if (!known.eavesdroppers.has(eavesdropper)) yield { path: at, message: `nobody listens as ${eavesdropper}` };
      if (!known.owners.has(file)) yield { path: at, message: `there is no image ${file}` };
    }
    if ('runs' in expectation && known.owners.get(expectation.runs) !== expectation.ecu) {
      const message = `${expectation.runs} is no image of ${expectation.ecu}`;
      yield { path: [...path, 'expect', index, 'runs'], message };
    }
  }
}

function* imageProblems(
  vehicle: Vehicle,
  images: NonNullable<Step['publish']>,
  path: readonly PropertyKey[],
  known: Known,
): Generator<Problem> {
  for (const [name, image] of Object.entries(images)) {
    const owner = known.owners.get(image.filename);
    const at = [...path, name, 'filename'];
    if (owner !== undefined) yield { path: at, message: `the name ${image.filename} is taken by an image of ${owner}` };
    known.owners.set(image.filename, name);
    if (image.supplier !== undefined && known.suppliers[image.supplier] === undefined) {
      yield { path: [...path, name, 'supplier'], message: `there is no supplier ${image.supplier}` };
    }
    const bank = vehicle.ecus[name]?.flash.bankBytes ?? 0;
    if (image.sizeBytes > bank)
      yield { path: [...path, name, 'size'], message: `larger than the flash bank of ${bank} bytes` };
  }
}

function* campaignProblems({ campaign, cancel }: Step, path: readonly PropertyKey[], known: Known): Generator<Problem> {
  if (campaign !== undefined) {
    if (known.campaigns.has(campaign.id)) {
      yield { path: [...path, 'campaign', 'id'], message: `there was a campaign ${campaign.id} already` };
    }
    known.campaigns.add(campaign.id);
    known.openCampaigns.add(campaign.id);
  }
  if (cancel !== undefined && !known.openCampaigns.delete(cancel)) {
    yield { path: [...path, 'cancel'], message: `no campaign ${cancel} is under way` };
  }
}

function* attackProblems(
  vehicle: Vehicle,
  attack: NonNullable<Step['attack']>,
  path: readonly PropertyKey[],
  known: Known,
): Generator<Problem> {
  if (known.attacks.has(attack.id))
    yield { path: [...path, 'id'], message: `attack ${attack.id} is under way already` };
  known.attacks.add(attack.id);
  if ('recording' in attack && !known.recordings.has(attack.recording)) {
    yield { path: [...path, 'recording'], message: `nothing was recorded as ${attack.recording}` };
  }
  const victims = 'ecu' in attack ? [attack.ecu] : 'ecus' in attack ? (attack.ecus ?? []) : [];
  const throughPrimary =
    attack.kind === 'stolen-director-keys' || ('position' in attack && attack.position === 'primary');
  if (throughPrimary && victims.some((ecu) => vehicle.ecus[ecu]?.role === 'primary')) {
    yield { path, message: 'the Primary hands on to Secondaries: name those' };
  }
  if ('position' in attack && !throughPrimary && 'ecus' in attack && attack.ecus !== undefined) {
    yield { path: [...path, 'ecus'], message: 'on the network an attack meets the whole vehicle' };
  }
  if (attack.kind === 'eavesdropper') known.eavesdroppers.add(attack.id);
  if (attack.kind === 'stolen-supplier-key' && known.suppliers[attack.supplier] === undefined) {
    yield { path: [...path, 'supplier'], message: `there is no supplier ${attack.supplier}` };
  }
  const forges = attack.kind === 'stolen-director-keys' || attack.kind === 'stolen-both-repositories';
  if (forges && 'filename' in attack.image) {
    known.hasAttackersImage = true;
    const owner = known.owners.get(attack.image.filename);
    if (owner !== undefined) {
      const message = `the name ${attack.image.filename} is taken by an image of ${owner}`;
      yield { path: [...path, 'image', 'filename'], message };
    }
  }
}

/** Every ECU that a step names as one that gets updates, with where. */
function* namedEcus(step: Step): Generator<[string, readonly PropertyKey[]]> {
  for (const ecu of Object.keys(step.publish ?? {})) yield [ecu, ['publish', ecu]];
  for (const ecu of Object.keys(step.offer ?? {})) yield [ecu, ['offer', ecu]];
  for (const ecu of step.campaign?.ecus ?? []) yield [ecu, ['campaign', 'ecus']];
  for (const [index, interruption] of (step.cycle?.during ?? []).entries()) {
    const at = ['cycle', 'during', index];
    if (interruption.received !== undefined) yield [interruption.received.ecu, [...at, 'received', 'ecu']];
  }
  if (step.failActivation !== undefined) yield [step.failActivation.ecu, ['failActivation', 'ecu']];
  const { attack } = step;
  if (attack !== undefined && 'ecu' in attack) yield [attack.ecu, ['attack', 'ecu']];
  if (attack !== undefined && 'ecus' in attack) for (const ecu of attack.ecus ?? []) yield [ecu, ['attack', 'ecus']];
  if (attack?.kind === 'stolen-director-keys' && 'imageOf' in attack.image)
    yield [attack.image.imageOf, ['attack', 'image', 'imageOf']];
  for (const [index, expectation] of (step.expect ?? []).entries()) {
    if ('ecu' in expectation) yield [expectation.ecu, ['expect', index, 'ecu']];
  }
}

/** Every node of a bus that a step names, be it a gateway, with where. */
function* namedNodes(step: Step): Generator<[string, readonly PropertyKey[]]> {
  for (const [index, interruption] of (step.cycle?.during ?? []).entries()) {
    for (const node of nodesOf(interruption)) yield [node, ['cycle', 'during', index]];
  }
  for (const node of nodesOf(step)) yield [node, []];
  for (const [index, expectation] of (step.expect ?? []).entries()) {
    if ('node' in expectation) yield [expectation.node, ['expect', index, 'node']];
    if ('babbling' in expectation && expectation.babbling !== 'nobody')
      yield [expectation.babbling, ['expect', index, 'babbling']];
  }
}

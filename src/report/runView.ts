// Owns: what a watcher knows of a run, without a terminal: built from the run's events, and from what is known of the scenario
// beforehand. What draws or prints takes the present view. Must not know ink, React, the terminal or the host's time.
import type { EventOf, Outcome, SimEvent } from '../sim/events/events.ts';
import type { ScenarioOutline, StepOutline } from '../sim/scenario/outline.ts';
import { type BusView, initialBusView, updateBusNode, updateBusView } from './busView.ts';
import { describeEvent, type Note } from './describe.ts';
import { type EcuEvent, type EcuView, initialEcuView, isSameInstalled, updateEcuView } from './ecuView.ts';
import type { GivenUp } from './givenUp.ts';
import { type Place, type Position, placeOf, positionAfter } from './place.ts';

/** Log lines kept: a few screens. */
export const logLinesMax = 200;
/** Expectations kept; a scenario has a handful. */
const expectationsMax = 1000;

export interface LogLine extends Note {
  readonly t: number;
  /** How many times in a row it was said. */
  readonly count: number;
}

export interface Expectation {
  readonly text: string;
  readonly passed: boolean;
  readonly actual: string;
  readonly place?: Place;
}

/** Attack named by a check of an ECU or of the Director. */
interface Detection {
  readonly attack: string;
  readonly by: string;
}

type GatewayTotal = Omit<EventOf<'gateway.total'>, 'type' | 't'>;

export interface RunView {
  /** What is known of the scenario beforehand. */
  readonly outline?: ScenarioOutline;
  readonly scenario: string;
  readonly seed: number;
  /** Simulated time of the last event, in nanoseconds. */
  readonly timeNs: number;
  readonly step?: { readonly index: number; readonly text: string };
  readonly position?: Position;
  readonly ecus: readonly EcuView[];
  readonly buses: readonly BusView[];
  /** What each gateway forwarded and dropped, at the end of the run. */
  readonly gateways: readonly GatewayTotal[];
  /** Attacks under way. */
  readonly attacks: readonly { readonly id: string; readonly text: string }[];
  readonly attacksStarted: number;
  readonly detections: readonly Detection[];
  readonly manifests: { readonly accepted: number; readonly refused: number; readonly confirmed: boolean };
  readonly messages: number;
  readonly requests: number;
  readonly expectations: readonly Expectation[];
  /** Undefined while the run goes on. */
  readonly outcome?: Outcome;
  readonly givenUp?: GivenUp;
  /** Oldest first. */
  readonly log: readonly LogLine[];
}

export const emptyView: RunView = {
  scenario: '',
  seed: 0,
  timeNs: 0,
  ecus: [],
  buses: [],
  gateways: [],
  attacks: [],
  attacksStarted: 0,
  detections: [],
  manifests: { accepted: 0, refused: 0, confirmed: false },
  messages: 0,
  requests: 0,
  expectations: [],
  log: [],
};

/** The view of a run that has not begun. */
export function initialView(outline?: ScenarioOutline): RunView {
  return outline === undefined ? emptyView : { ...emptyView, outline };
}

function updateEcu(view: RunView, event: EcuEvent): RunView {
  const ecus = view.ecus.map((ecu) => (ecu.id === event.ecu ? updateEcuView(ecu, event) : ecu));
  const next = { ...view, ecus };
  return event.type === 'ecu.fault' ? detected(next, event.fault.attack, event.ecu) : next;
}

function updateBus(view: RunView, id: string, update: (bus: BusView) => BusView): RunView {
  return { ...view, buses: view.buses.map((bus) => (bus.id === id ? update(bus) : bus)) };
}

function detected(view: RunView, attack: string | undefined, by: string): RunView {
  if (attack === undefined) return view;
  if (view.detections.some((known) => known.attack === attack && known.by === by)) return view;
  return { ...view, detections: [...view.detections, { attack, by }] };
}

function updateManifests(view: RunView, event: EventOf<'director.manifest'>): RunView {
  const { accepted, refused } = view.manifests;
  const manifests = event.accepted
    ? { accepted: accepted + 1, refused, confirmed: event.confirms }
    : { ...view.manifests, refused: refused + 1 };
  return detected({ ...view, manifests }, event.fault?.attack, 'Director');
}

/** From a step on, ECUs are to get an image, or no longer. */
function updateWants(ecus: readonly EcuView[], step: StepOutline | undefined): readonly EcuView[] {
  const { wants = [], campaign, cancels } = step ?? {};
  if (wants.length === 0 && cancels === undefined) return ecus;
  return ecus.map((ecu) => {
    const left = ecu.wantedBy.filter((by) => by === undefined || by !== cancels);
    const isNew = wants.includes(ecu.id) && !left.includes(campaign);
    return { ...ecu, wantedBy: isNew ? [...left, campaign] : left };
  });
}

/** An expectation with where it stands, in a run that stands at `view`. */
function expectationOf({ outline, position }: RunView, event: EventOf<'expectation'>): Expectation {
  const { text, passed, actual } = event;
  const place = placeOf(outline, position);
  return { text, passed, actual, ...(place && { place }) };
}

function withLogLine(log: readonly LogLine[], note: Note, t: number): readonly LogLine[] {
  const last = log.at(-1);
  if (last !== undefined && last.subject === note.subject && last.text === note.text) {
    return [...log.slice(0, -1), { ...last, t, count: last.count + 1 }];
  }
  return [...log.slice(1 - logLinesMax), { ...note, t, count: 1 }];
}

function updateState(view: RunView, event: SimEvent): RunView {
  switch (event.type) {
    case 'run.started': {
      const { scenario, seed } = event;
      const ecus = event.ecus.map(initialEcuView);
      return { ...initialView(view.outline), scenario, seed, ecus, buses: event.buses.map(initialBusView) };
    }
    case 'step.started': {
      const { index, text } = event;
      return { ...view, step: { index, text }, ecus: updateWants(view.ecus, view.outline?.steps[index]) };
    }
    case 'ecu.state':
    case 'ecu.progress':
    case 'ecu.booted':
    case 'ecu.time':
    case 'ecu.fault':
    case 'ecu.verified':
    case 'network.fault':
      return updateEcu(view, event);
    case 'message':
      return { ...view, messages: view.messages + 1 };
    case 'remote':
      return { ...view, requests: view.requests + 1 };
    case 'bus.window':
      return updateBus(view, event.bus, (bus) => updateBusView(bus, event));
    case 'bus.node':
      return updateBus(view, event.bus, (bus) => updateBusNode(bus, event));
    case 'bus.traffic':
      return updateBus(view, event.bus, (bus) => ({ ...bus, traffic: event }));
    case 'bus.babbling':
      return updateBus(view, event.bus, (bus) => ({ ...bus, babbling: [...bus.babbling, event.node] }));
    case 'director.manifest':
      return updateManifests(view, event);
    case 'attack.started': {
      const attacks = [...view.attacks, { id: event.id, text: event.text }];
      return { ...view, attacks, attacksStarted: view.attacksStarted + 1 };
    }
    case 'attack.stopped':
      return { ...view, attacks: view.attacks.filter(({ id }) => id !== event.id) };
    case 'expectation':
      return { ...view, expectations: [...view.expectations, expectationOf(view, event)].slice(0, expectationsMax) };
    case 'gateway.total':
      return { ...view, gateways: [...view.gateways, event] };
    case 'gateway.dropped':
    case 'bus.changed':
      return view;
    case 'run.finished':
      return { ...view, outcome: event.outcome };
    case 'run.givenUp': {
      const { type: _, ...givenUp } = event;
      return { ...view, outcome: 'given-up', givenUp };
    }
    default:
      return event satisfies never;
  }
}

/** Booting the image that an ECU has already is no achievement. */
function quieted(note: Note | undefined, event: SimEvent, { ecus }: RunView): Note | undefined {
  if (note === undefined || event.type !== 'ecu.booted') return note;
  const known = ecus.some(({ id, now }) => id === event.ecu && isSameInstalled(now, event.installed));
  return known ? { ...note, tone: 'dim' } : note;
}

/** The view after `event`. Neither argument is changed. */
export function updateView(view: RunView, event: SimEvent): RunView {
  const next = updateState(view, event);
  const note = quieted(describeEvent(event, placeOf(view.outline, view.position)), event, view);
  const log = note === undefined ? next.log : withLogLine(next.log, note, event.t);
  const position = positionAfter(next.position, event);
  return { ...next, timeNs: event.t, log, ...(position && { position }) };
}

/** Holds the present view of a run. `update` fits where an `Observer` is asked for. */
export interface RunStore {
  readonly update: (event: SimEvent) => void;
  readonly view: () => RunView;
  /** All that were judged, of which the view keeps the first. */
  readonly expectations: () => readonly Expectation[];
}

export function createRunStore(outline?: ScenarioOutline): RunStore {
  let present = initialView(outline);
  const expectations: Expectation[] = [];
  return {
    update(event) {
      if (event.type === 'run.started') expectations.length = 0;
      if (event.type === 'expectation') expectations.push(expectationOf(present, event));
      present = updateView(present, event);
    },
    view: () => present,
    expectations: () => expectations,
  };
}

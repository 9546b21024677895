// Owns: an event of a run as a sentence. The event log and the progress lines both speak through here.
import type { EventOf, FoundFault, SimEvent } from '../sim/events/events.ts';
import { formatBytes, formatCount, plural } from './format.ts';
import { givenUpWords } from './givenUp.ts';
import { type Place, placeWords } from './place.ts';
import type { Tone } from './text/line.ts';

/** `subject` is who it is about: an ECU, a bus, or a part of the product. */
export interface Note {
  readonly subject: string;
  readonly tone: Tone;
  readonly text: string;
}

/** A fault: its code first, where it is seen on a narrow screen too, then what, by which clause and by which attack. */
function faultWords(fault: FoundFault): string {
  const attack = fault.attack === undefined ? '' : `, ${attackWords(fault.attack)} attack`;
  return `${fault.code}: ${fault.message} [${fault.clause}${attack}]`;
}

/** `mix-and-match` stays; the others lose their hyphens. */
export function attackWords(attack: string): string {
  return attack === 'mix-and-match' ? attack : attack.replaceAll('-', ' ');
}

function versionWords(versions: Readonly<Record<string, number>>): string {
  const parts = Object.entries(versions).map(([file, version]) => `${file} ${version}`);
  return parts.length === 0 ? 'metadata verified' : `metadata verified: ${parts.join(', ')}`;
}

function describeManifest(event: EventOf<'director.manifest'>): Note {
  const subject = 'Director';
  if (!event.accepted) {
    const why = event.fault === undefined ? '' : `, ${faultWords(event.fault)}`;
    return { subject, tone: 'bad', text: `✗ manifest refused${why}` };
  }
  if (event.confirms) return { subject, tone: 'good', text: 'manifest confirms the update on every ECU' };
  return { subject, tone: 'plain', text: 'accepts the manifest' };
}

function describeProgress(event: EventOf<'ecu.progress'>): Note | undefined {
  if (event.receivedBytes < event.totalBytes) return undefined;
  return { subject: event.ecu, tone: 'plain', text: `has all of ${event.filename}, ${formatBytes(event.totalBytes)}` };
}

/** A failed one: its place first, where it is seen on a narrow screen too. */
function describeExpectation({ text, passed, actual }: EventOf<'expectation'>, place: Place | undefined): Note {
  if (passed) return { subject: 'expected', tone: 'good', text: `✓ ${text}` };
  const where = place === undefined ? '' : `${placeWords(place)}: `;
  return { subject: 'expected', tone: 'bad', text: `✗ ${where}${text}; actual: ${actual}` };
}

function describeBoot({ ecu, installed, bank, maker }: EventOf<'ecu.booted'>): Note {
  const text = `runs ${installed.filename}, release ${installed.releaseCounter}, from bank ${bank}`;
  if (maker === 'attacker') return { subject: ecu, tone: 'bad', text: `✗ ${text}: the attacker’s bytes` };
  return { subject: ecu, tone: 'good', text };
}

/** What an update did to the other traffic. */
export function trafficWords({
  frames,
  lost,
  latestNs,
  latestId,
  delaysNs,
}: Omit<EventOf<'bus.traffic'>, 'type' | 't' | 'bus'>): string {
  const mean = frames === 0 ? 0 : delaysNs / frames;
  const late =
    frames === 0 ? '' : `, ${formatMs(mean)} to leave, at most ${formatMs(latestNs)} (id 0x${latestId.toString(16)})`;
  return `${plural(frames, 'background frame')}${late}${lost === 0 ? '' : `, ${formatCount(lost)} lost`}`;
}

function formatMs(ns: number): string {
  return `${Number((ns / 1e6).toPrecision(3))} ms`;
}

/** A controller that is off the bus for some milliseconds, as it can be often on a bad cable, is told as one line a look. */
function describeNode({ bus, node, state, busOffs }: EventOf<'bus.node'>): Note | undefined {
  if (busOffs === 0 && state !== 'bus-off') return undefined;
  const times = busOffs > 1 ? ` ${busOffs} times` : '';
  const back = state === 'bus-off' ? '' : `, and is back ${state}`;
  return { subject: bus, tone: 'bad', text: `${node} went bus-off${times}${back}` };
}

const dropReasons: ReadonlyMap<string, string> = new Map([
  ['queue-full', 'its queue is full'],
  ['too-long', 'too long for a classic bus'],
  ['remote', 'a remote request has no FD form'],
  ['not-sent', 'the other side did not take them'],
  ['not-received', 'they did not come to their end'],
  ['overflow', 'its buffer is full'],
]);

/** Without numbers, so that a gateway that drops and drops is told once; those are in the summary. */
function describeDrops({ gateway, drops }: EventOf<'gateway.dropped'>): Note {
  const words = drops.map(
    ({ what, from, to, reason }) => `${what} from ${from} to ${to}: ${dropReasons.get(reason) ?? reason}`,
  );
  return { subject: gateway, tone: 'busy', text: `drops ${words.join('; ')}` };
}

/** Answered: no news, only a number. A Primary asks for the next root until there is none, so `not-found` is an answer. */
export function isAnswered(outcome: string): boolean {
  return outcome === 'ok' || outcome === 'not-found';
}

/** The sentence for an event, or undefined for what only moves a number or a state. `place`: of an expectation. */
export function describeEvent(event: SimEvent, place?: Place): Note | undefined {
  switch (event.type) {
    case 'run.started':
      return {
        subject: 'run',
        tone: 'strong',
        text: `${event.scenario}, seed ${event.seed}: ${plural(event.ecus.length, 'ECU')} on ${plural(event.buses.length, 'bus', 'buses')}`,
      };
    case 'step.started':
      return { subject: `step ${event.index + 1}`, tone: 'strong', text: event.text };
    case 'ecu.progress':
      return describeProgress(event);
    case 'ecu.booted':
      return describeBoot(event);
    case 'ecu.time':
      return { subject: event.ecu, tone: 'dim', text: `accepts the time ${event.time}` };
    case 'ecu.fault':
      return { subject: event.ecu, tone: 'bad', text: `✗ ${faultWords(event.fault)}` };
    case 'ecu.verified':
      return { subject: event.ecu, tone: 'info', text: versionWords(event.versions) };
    case 'remote':
      return isAnswered(event.outcome)
        ? undefined
        : { subject: 'remote', tone: 'busy', text: `${event.request}: ${event.outcome}` };
    case 'network.fault':
      return { subject: event.ecu, tone: 'busy', text: `network: ${event.message}` };
    case 'bus.changed':
      return { subject: event.bus, tone: 'busy', text: event.text };
    case 'bus.node':
      return describeNode(event);
    case 'bus.traffic':
      return { subject: event.bus, tone: 'plain', text: trafficWords(event) };
    case 'bus.babbling':
      return { subject: event.bus, tone: 'bad', text: `✗ ${event.node} babbles: it keeps the others off the bus` };
    case 'gateway.dropped':
      return describeDrops(event);
    case 'director.manifest':
      return describeManifest(event);
    case 'attack.started':
      return { subject: 'attack', tone: 'alarm', text: `begins: ${event.text}` };
    case 'attack.stopped':
      return { subject: 'attack', tone: 'plain', text: `${event.id} ends` };
    case 'expectation':
      return describeExpectation(event, place);
    case 'run.finished':
      return { subject: 'run', tone: event.outcome === 'passed' ? 'good' : 'bad', text: event.outcome };
    case 'run.givenUp':
      return { subject: 'run', tone: 'busy', text: `given up ${givenUpWords(event)}` };
    case 'ecu.state':
    case 'message':
    case 'bus.window':
    case 'gateway.total':
      return undefined;
    default:
      return event satisfies never;
  }
}

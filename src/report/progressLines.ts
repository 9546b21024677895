// Owns: a run as plain lines, for where no dashboard can be drawn: a pipe, a log file, CI. No colour, no cursor movement.
import type { SimEvent } from '../sim/events/events.ts';
import type { ScenarioOutline } from '../sim/scenario/outline.ts';
import { describeEvent, isAnswered, type Note } from './describe.ts';
import { formatTime, plural, stateWords } from './format.ts';
import { type Position, placeOf, positionAfter } from './place.ts';
import { visibleText } from './text/cells.ts';

/** Wide enough for an hour of simulated time and for most names; a longer one moves its own line only. */
const timeChars = 11;
const subjectChars = 16;

/** No line for these: waiting is no news, and of the others the end is told, be it a success or a fault. */
const quietStates: ReadonlySet<string> = new Set([
  ...['booting', 'idle', 'awaitingImage', 'completed', 'closing'],
  ...['collectingReports', 'sendingManifest', 'attestingTime', 'distributingTime', 'distributingMetadata'],
  ...['verifyingMetadata', 'verifyingImage', 'activating'],
]);

/** Turns the events of one run into lines. Remembers what it has said, so each run needs its own. */
export type ProgressLines = (event: SimEvent) => readonly string[];

function progressLine(t: number, subject: string, text: string): string {
  return visibleText(`${formatTime(t).padStart(timeChars)}  ${subject.padEnd(subjectChars)}  ${text}`);
}

/**
 * One line per meaningful event, with simulated time in front. State changes of an ECU are condensed to the
 * phases that take their time. Requests that servers answered are counted and told with the next line.
 */
export function createProgressLines(outline?: ScenarioOutline): ProgressLines {
  const phases = new Map<string, string>();
  let position: Position;
  let requests = 0;
  let lastSaid = '';

  function noteOf(event: SimEvent): Note | undefined {
    if (event.type !== 'ecu.state') {
      const note = describeEvent(event, placeOf(outline, position));
      position = positionAfter(position, event);
      return note;
    }
    const known = phases.get(event.ecu);
    phases.set(event.ecu, event.state);
    if (event.state === known || quietStates.has(event.state)) return undefined;
    return { subject: event.ecu, tone: 'plain', text: stateWords(event.state) };
  }

  return (event) => {
    if (event.type === 'remote' && isAnswered(event.outcome)) {
      requests += 1;
      return [];
    }
    const note = noteOf(event);
    const said = note === undefined ? '' : `${note.subject} ${note.text}`;
    // A fault that an ECU finds again in every cycle is said once until something else happens.
    if (note === undefined || said === lastSaid) return [];
    const lines = requests === 0 ? [] : [progressLine(event.t, 'remote', plural(requests, 'request'))];
    requests = 0;
    lastSaid = said;
    return [...lines, progressLine(event.t, note.subject, note.text)];
  };
}

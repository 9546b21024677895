// Owns: the closing summary of a run, as text for any terminal, file or mail: at most 80 columns, with or without colour.
import { type BusView, knowsLoad, meanLoad, runLoad } from './busView.ts';
import { attackWords, trafficWords } from './describe.ts';
import { type EcuVerdict, type EcuView, ecuVerdict, isSameInstalled, isWanted } from './ecuView.ts';
import { formatCount, formatPercent, formatTime, formatWallTime, plural } from './format.ts';
import type { Expectation, RunView } from './runView.ts';
import { cellWidth, visibleText } from './text/cells.ts';
import { type Column, tableLines } from './text/columns.ts';
import { type Line, span, type Tone, terminalText, truncateLine } from './text/line.ts';
import { verdictLine } from './verdict.ts';

export interface SummaryOptions {
  /** Host time that the run took, in milliseconds. */
  readonly wallMs: number;
  readonly color: boolean;
}

const columnsMax = 80;
const labelCells = 12;

const verdicts: Readonly<Record<EcuVerdict, { readonly words: string; readonly tone: Tone }>> = {
  updated: { words: '✓ updated', tone: 'good' },
  unchanged: { words: '· unchanged', tone: 'dim' },
  compromised: { words: '✗ attacker’s', tone: 'bad' },
  suspect: { words: '✗ suspect', tone: 'bad' },
};

const ecuColumns: readonly Column<EcuView>[] = [
  { title: 'ECU', rank: 0, minCells: 8, maxCells: 20, draw: ({ id }) => [span(id, 'strong')] },
  { title: 'ROLE', rank: 3, minCells: 9, maxCells: 9, draw: ({ role }) => [span(role)] },
  { title: 'MODE', rank: 2, minCells: 7, maxCells: 12, draw: ({ mode }) => [span(mode)] },
  { title: 'BUS', rank: 4, minCells: 6, maxCells: 16, draw: ({ buses }) => [span(buses.join(' + '))] },
  {
    title: 'RELEASE',
    rank: 1,
    minCells: 7,
    maxCells: 11,
    draw: ({ before, now }) =>
      isSameInstalled(now, before)
        ? [span(String(now.releaseCounter))]
        : [span(`${before.releaseCounter} → ${now.releaseCounter}`)],
  },
  {
    title: 'VERDICT',
    rank: 1,
    minCells: 11,
    maxCells: 12,
    draw: (ecu) => {
      const { words, tone } = verdicts[ecuVerdict(ecu)];
      return [span(words, tone)];
    },
  },
];

/** The first of what an ECU refused, and how many other kinds. */
const refusedColumn: Column<EcuView> = {
  title: 'REFUSED',
  rank: 1,
  minCells: 8,
  maxCells: 26,
  draw: ({ refused: [first, ...others] }) => {
    if (first === undefined) return [];
    return [span(first, 'busy'), span(others.length === 0 ? '' : ` +${others.length}`, 'dim')];
  },
};

/** What was refused has a column only where anything was. */
function columnsFor(ecus: readonly EcuView[]): readonly Column<EcuView>[] {
  return ecus.some(({ refused }) => refused.length > 0) ? [...ecuColumns, refusedColumn] : ecuColumns;
}

/** Breaks at spaces, so that no line takes more than `cells`; a longer word is left to the line's own truncation. */
function wrapWords(text: string, cells: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && cellWidth(line) + 1 + cellWidth(word) > cells) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** A label, and words beside it that go on below one another. */
function labelled(label: string, text: string, tone: Tone = 'plain'): readonly Line[] {
  return wrapWords(text, columnsMax - labelCells - 1).map((words, index) => [
    span(` ${(index === 0 ? label : '').padEnd(labelCells - 1)}`, 'dim'),
    span(words, tone),
  ]);
}

function imageLines(ecus: readonly EcuView[]): readonly Line[] {
  const changed = ecus.filter(({ before, now }) => !isSameInstalled(now, before));
  if (changed.length === 0) return labelled('Images', 'all as before');
  return changed.flatMap(({ before, now }, index) =>
    labelled(index === 0 ? 'Images' : '', `${before.filename} → ${now.filename}`),
  );
}

function attackLines({ attacksStarted, detections, ecus }: RunView): readonly Line[] {
  const names = [...new Set(detections.map(({ attack }) => attack))];
  const finders = (name: string) => detections.filter(({ attack }) => attack === name).map(({ by }) => by);
  const found = names.map((name) => `${attackWords(name)} (by ${finders(name).join(', ')})`);
  if (attacksStarted === 0 && found.length === 0) return labelled('Attacks', 'none');
  const begun = attacksStarted === 0 ? [] : [`${formatCount(attacksStarted)} carried out`];
  return [
    ...labelled('Attacks', [...begun, `detected: ${found.length === 0 ? 'none' : found.join('; ')}`].join('; ')),
    ...(attacksStarted === 0 ? [] : successLines(ecus)),
  ];
}

/** On whom the attacks succeeded, as far as images tell: whose ECU runs the attacker's bytes, and which were kept from their update. */
function successLines(ecus: readonly EcuView[]): readonly Line[] {
  const named = (words: string, ones: readonly EcuView[]) =>
    ones.length === 0 ? [] : [`${words} ${ones.map(({ id }) => id).join(', ')}`];
  const runs = ecus.filter(({ maker }) => maker === 'attacker');
  const ran = ecus.filter(({ maker, wasCompromised }) => wasCompromised && maker !== 'attacker');
  const kept = ecus.filter((ecu) => isWanted(ecu) && ecuVerdict(ecu) === 'unchanged');
  const parts = [
    ...named('the attacker’s image runs on', runs),
    ...named('it ran for a time on', ran),
    ...named('not updated:', kept),
  ];
  return labelled(
    '',
    `succeeded: ${parts.length === 0 ? 'on no ECU' : parts.join('; ')}`,
    runs.length > 0 ? 'bad' : 'plain',
  );
}

function busWords(bus: BusView, timeNs: number): string {
  return `${bus.id}: ${plural(bus.frames, 'frame')}${loadWords(bus, timeNs)}${troubleWords(bus)}`;
}

function loadWords(bus: BusView, timeNs: number): string {
  if (!knowsLoad(bus) || bus.observedNs === 0) return '';
  const load = bus.kind === 'ethernet' ? 'busiest link' : 'load';
  const shares = [formatPercent(runLoad(bus, timeNs)), formatPercent(meanLoad(bus)), formatPercent(bus.peakLoad)];
  return `, ${load} ${shares[0]} (${shares[1]} when busy, at most ${shares[2]})`;
}

/** What went wrong on a bus, and which nodes had a part in it. */
function troubleWords({ errorFrames, lostFrames, droppedFrames, nodes, babbling, traffic }: BusView): string {
  const parts = [
    ...(traffic === undefined ? [] : [trafficWords(traffic)]),
    ...(errorFrames === 0 ? [] : [plural(errorFrames, 'error frame')]),
    ...(lostFrames === 0 ? [] : [`${plural(lostFrames, 'frame')} lost`]),
    ...(droppedFrames === 0 ? [] : [`${plural(droppedFrames, 'frame')} dropped by full queues`]),
    ...nodes
      .filter(({ busOffs }) => busOffs > 0)
      .map(({ node, busOffs }) => `${node} bus-off ${plural(busOffs, 'time')}`),
    ...babbling.map((node) => `${node} babbles`),
  ];
  return parts.map((part) => `; ${part}`).join('');
}

function gatewayWords(gateway: RunView['gateways'][number]): string {
  const { framesForwarded, framesDropped, messagesForwarded, messagesDropped } = gateway;
  const ofFrames = `${plural(framesForwarded, 'frame')} forwarded, ${formatCount(framesDropped)} dropped`;
  const ofMessages = `${plural(messagesForwarded, 'message')} forwarded, ${formatCount(messagesDropped)} dropped`;
  const hasMessages = messagesForwarded + messagesDropped > 0;
  const hasFrames = framesForwarded + framesDropped > 0 || !hasMessages;
  return `${gateway.gateway}: ${[...(hasFrames ? [ofFrames] : []), ...(hasMessages ? [ofMessages] : [])].join('; ')}`;
}

function timeWords(timeNs: number, wallMs: number): string {
  const simulatedMs = timeNs / 1_000_000;
  const factor =
    wallMs > 0 && simulatedMs > 0 ? ` (${Number((simulatedMs / wallMs).toPrecision(2))} times real time)` : '';
  return `${formatTime(timeNs)} simulated in ${formatWallTime(wallMs)}${factor}`;
}

function failureLines({ expectations }: RunView): readonly Line[] {
  return expectations
    .filter(({ passed }) => !passed)
    .flatMap(({ text, actual, place }) => {
      const lines = [labelled('', `expected: ${text}`, 'bad'), labelled('', `actual: ${actual}`, 'dim')].flat();
      return [[span('   ✗'.padEnd(labelCells), 'bad'), ...placeSpans(place)], ...lines];
    });
}

/** The end of a long path is what tells. */
function placeSpans(place: Expectation['place']): Line {
  if (place === undefined) return [];
  const { step, file, line } = place;
  const head = `step ${step}`;
  if (file === undefined) return [span(head)];
  const where = [...visibleText(`${file}:${line}`)];
  while (cellWidth(where.join('')) > columnsMax - labelCells - head.length - 3) where.shift();
  const cut = where.length < [...visibleText(`${file}:${line}`)].length ? '…' : '';
  return [span(`${head}, ${cut}${where.join('')}`)];
}

/** The summary of a run from its final view; lines end in newlines. */
export function summaryText(view: RunView, { wallMs, color }: SummaryOptions): string {
  const table = tableLines(columnsFor(view.ecus), view.ecus, columnsMax - 2).map((line): Line => [span(' '), ...line]);
  const { accepted, refused } = view.manifests;
  const lines: readonly Line[] = [
    [span(` ${view.scenario}`, 'strong'), span(`, seed ${view.seed}`, 'dim')],
    [],
    ...table,
    [],
    ...imageLines(view.ecus),
    ...attackLines(view),
    ...labelled('Manifests', `${accepted} accepted, ${refused} refused`),
    ...view.buses.flatMap((bus, index) => labelled(index === 0 ? 'Buses' : '', busWords(bus, view.timeNs))),
    ...view.gateways.flatMap((gateway, index) => labelled(index === 0 ? 'Gateways' : '', gatewayWords(gateway))),
    ...labelled('Time', timeWords(view.timeNs, wallMs)),
    [],
    [span(' '), ...verdictLine(view)],
    ...failureLines(view),
  ];
  return lines.map((line) => `${terminalText(truncateLine(line, columnsMax), color)}\n`).join('');
}

// Owns: the panel of buses: what each carries now, at its most and in all, and what went wrong on it.
import type { ReactElement } from 'react';
import { type BusNodeView, type BusView, busAt, knowsLoad, runLoad } from '../../report/busView.ts';
import { barCells, formatBitrate, formatCount, formatPercent, plural, sparkline } from '../../report/format.ts';
import { type Column, tableLines } from '../../report/text/columns.ts';
import { type Line, lineWidth, ruleLine, type Span, span, type Tone } from '../../report/text/line.ts';
import { Lines } from './Lines.tsx';

export interface BusPanelProps {
  readonly buses: readonly BusView[];
  /** Simulated time: a bus that fell silent is drawn quiet. */
  readonly timeNs: number;
  /** Lines for buses, at least 1. */
  readonly rows: number;
  readonly width: number;
  readonly color: boolean;
}

function kindWords({ kind, bitrate, dataBitrate }: BusView): string {
  if (kind === 'ethernet') return `Ethernet ${formatBitrate(bitrate)}`;
  const rates = dataBitrate === undefined ? [bitrate] : [bitrate, dataBitrate];
  return `${kind === 'can-fd' ? 'CAN FD' : 'CAN'} ${rates.map(formatBitrate).join('/')}`;
}

function loadTone(load: number): Tone {
  if (load >= 0.8) return 'bad';
  return load >= 0.5 ? 'busy' : 'good';
}

/** Frames per second have no whole: the peak stands for it. */
function fractionOf(bus: BusView): number {
  if (knowsLoad(bus)) return bus.load;
  return bus.peakFramesPerSecond > 0 ? bus.framesPerSecond / bus.peakFramesPerSecond : 0;
}

function drawBar(bus: BusView, cells: number): Line {
  const fraction = fractionOf(bus);
  const filled = barCells(fraction, cells);
  return [span(filled, loadTone(knowsLoad(bus) ? fraction : 0)), span('░'.repeat(cells - filled.length), 'dim')];
}

function drawNow(bus: BusView): Line {
  return [span(knowsLoad(bus) ? formatPercent(bus.load) : `${formatCount(Math.round(bus.framesPerSecond))}/s`)];
}

function drawPeak(bus: BusView): Line {
  const peak = knowsLoad(bus) ? formatPercent(bus.peakLoad) : `${formatCount(Math.round(bus.peakFramesPerSecond))}/s`;
  return [span(peak, 'dim')];
}

function drawHistory(bus: BusView, cells: number): Line {
  const whole = knowsLoad(bus) ? 1 : Math.max(1, bus.peakFramesPerSecond);
  const fractions = bus.history.map((value) => value / whole);
  return [span(sparkline(fractions, cells), 'info')];
}

/** `timeNs`: of the run so far. */
const columnsAt = (timeNs: number): readonly Column<BusView>[] => [
  { title: 'BUS', rank: 0, minCells: 6, maxCells: 16, draw: ({ id }) => [span(id)] },
  { title: 'KIND', rank: 3, minCells: 8, maxCells: 18, draw: (bus) => [span(kindWords(bus), 'dim')] },
  { title: 'CARRIER', rank: 6, minCells: 7, maxCells: 10, draw: (bus) => [span(bus.interface ?? 'virtual', 'dim')] },
  { title: 'LOAD', rank: 2, minCells: 8, maxCells: 30, grows: true, draw: drawBar },
  { title: 'NOW', rank: 1, minCells: 4, maxCells: 9, align: 'right', draw: drawNow },
  { title: 'PEAK', rank: 4, minCells: 4, maxCells: 9, align: 'right', draw: drawPeak },
  {
    title: 'RUN',
    rank: 7,
    minCells: 4,
    maxCells: 9,
    align: 'right',
    draw: (bus) => [span(knowsLoad(bus) ? formatPercent(runLoad(bus, timeNs)) : '', 'dim')],
  },
  { title: 'HISTORY', rank: 5, minCells: 12, maxCells: 120, grows: true, draw: drawHistory },
  {
    title: 'FRAMES',
    rank: 2,
    minCells: 7,
    maxCells: 12,
    align: 'right',
    draw: ({ frames }) => [span(formatCount(frames))],
  },
];

const isOff = ({ state }: BusNodeView) => state === 'bus-off';

function offSpan(node: BusNodeView): Span {
  const times = node.busOffs > 1 ? ` ×${formatCount(node.busOffs)}` : '';
  const words = `bus-off ${node.node}${times}`;
  return isOff(node) ? span(`✗ ${words}`, 'bad') : span(words, 'busy');
}

/** What went wrong on a bus but for its error frames, the worst first: who keeps the others off it, who is off it, or was. */
function troubles({ babbling, nodes, lostFrames, droppedFrames }: BusView): readonly Span[] {
  return [
    ...babbling.map((node) => span(`✗ babbler ${node}`, 'bad')),
    ...nodes.filter(isOff).map(offSpan),
    ...nodes.filter((node) => !isOff(node) && node.busOffs > 0).map(offSpan),
    ...(lostFrames === 0 ? [] : [span(`${formatCount(lostFrames)} lost`, 'busy')]),
    ...(droppedFrames === 0 ? [] : [span(`${formatCount(droppedFrames)} dropped`, 'busy')]),
  ];
}

/** Those that fit whole; an ellipsis stands for the others. */
function drawTrouble(bus: BusView, cells: number): Line {
  const all = troubles(bus);
  const joined = (count: number): Line => {
    const shown = [...all.slice(0, count), ...(count < all.length ? [span('…', 'dim')] : [])];
    return shown.flatMap((one, index) => (index === 0 ? [one] : [span(', ', 'dim'), one]));
  };
  const counts = all.map((_, index) => all.length - index);
  const fits = counts.find((count) => lineWidth(joined(count)) <= cells);
  return fits === undefined ? all.slice(0, 1) : joined(fits);
}

function drawErrors({ errorFrames }: BusView): Line {
  return [span(formatCount(errorFrames), errorFrames === 0 ? 'dim' : 'busy')];
}

/** From this many columns on there is room for more than one trouble of a bus. */
const wideCells = 100;

/** Columns of trouble only where there is any. */
function columnsFor(buses: readonly BusView[], timeNs: number, width: number): readonly Column<BusView>[] {
  const trouble: Column<BusView> = {
    title: 'TROUBLE',
    rank: 2,
    minCells: 12,
    maxCells: width >= wideCells ? 60 : 26,
    draw: drawTrouble,
  };
  const errors: Column<BusView> = {
    title: 'ERRORS',
    rank: 2,
    minCells: 6,
    maxCells: 10,
    align: 'right',
    draw: drawErrors,
  };
  return [
    ...columnsAt(timeNs),
    ...(buses.some(({ errorFrames }) => errorFrames > 0) ? [errors] : []),
    ...(buses.some((bus) => troubles(bus).length > 0) ? [trouble] : []),
  ];
}

/** The lines of the panel, at most `rows` + 2; where not all fit, buses in trouble before others, and the busiest. */
export function busLines({ buses, timeNs, rows, width }: Omit<BusPanelProps, 'color'>): readonly Line[] {
  const present = buses.map((bus) => busAt(bus, timeNs));
  const inTrouble = (bus: BusView) => (troubles(bus).length > 0 ? 1 : 0);
  const ranked = [...present].sort((a, b) => inTrouble(b) - inTrouble(a) || b.frames - a.frames);
  const first = new Set(ranked.slice(0, rows));
  const shown = present.filter((bus) => first.has(bus));
  const hidden = present.length - shown.length;
  const right: Line = hidden === 0 ? [] : [span(`${plural(hidden, 'other bus', 'other buses')} not shown`, 'dim')];
  const table = tableLines(columnsFor(present, timeNs, width), shown, width - 4, present);
  return [ruleLine('Buses', right, width), ...table.map((line): Line => [span('   '), ...line])];
}

export function BusPanel({ color, ...props }: BusPanelProps): ReactElement {
  return <Lines lines={busLines(props)} width={props.width} color={color} />;
}

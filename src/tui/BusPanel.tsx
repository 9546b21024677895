// Owns: the panel of buses: what each carries now, at its most and in all.
import type { ReactElement } from 'react';
import { type BusView, busAt, knowsLoad } from './busView.ts';
import { type Column, tableLines } from './columns.ts';
import { barCells, formatBitrate, formatCount, formatPercent, plural, sparkline } from './format.ts';
import { Lines } from './Lines.tsx';
import { type Line, ruleLine, span, type Tone } from './line.ts';

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

const columns: readonly Column<BusView>[] = [
  { title: 'BUS', rank: 0, minCells: 6, maxCells: 16, draw: ({ id }) => [span(id)] },
  { title: 'KIND', rank: 3, minCells: 8, maxCells: 18, draw: (bus) => [span(kindWords(bus), 'dim')] },
  { title: 'CARRIER', rank: 6, minCells: 7, maxCells: 10, draw: (bus) => [span(bus.interface ?? 'virtual', 'dim')] },
  { title: 'LOAD', rank: 2, minCells: 8, maxCells: 30, grows: true, draw: drawBar },
  { title: 'NOW', rank: 1, minCells: 4, maxCells: 9, align: 'right', draw: drawNow },
  { title: 'PEAK', rank: 4, minCells: 4, maxCells: 9, align: 'right', draw: drawPeak },
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

/** The lines of the panel, at most `rows` + 2; the busiest buses where not all fit. */
function busLines({ buses, timeNs, rows, width }: Omit<BusPanelProps, 'color'>): readonly Line[] {
  const present = buses.map((bus) => busAt(bus, timeNs));
  const busiest = new Set([...present].sort((a, b) => b.frames - a.frames).slice(0, rows));
  const shown = present.filter((bus) => busiest.has(bus));
  const hidden = present.length - shown.length;
  const right: Line = hidden === 0 ? [] : [span(`${plural(hidden, 'quieter bus', 'quieter buses')} not shown`, 'dim')];
  const table = tableLines(columns, shown, width - 4, present);
  return [ruleLine('Buses', right, width), ...table.map((line): Line => [span('   '), ...line])];
}

export function BusPanel({ color, ...props }: BusPanelProps): ReactElement {
  return <Lines lines={busLines(props)} width={props.width} color={color} />;
}

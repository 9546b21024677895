// Owns: the table of ECUs: one row each, with what it does, what it runs and what it refused.
import type { ReactElement } from 'react';
import { type EcuView, ecuVerdict, isWanted } from '../../report/ecuView.ts';
import { barCells, formatBytes, formatPercent, plural, stateWords } from '../../report/format.ts';
import { type Column, tableLines } from '../../report/text/columns.ts';
import { type Line, lineWidth, ruleLine, span, type Tone } from '../../report/text/line.ts';
import { Lines } from './Lines.tsx';

export interface EcuTableProps {
  readonly ecus: readonly EcuView[];
  /** Lines for ECUs, at least 1; where they are too few, those that were active last are shown. */
  readonly rows: number;
  readonly width: number;
  readonly color: boolean;
}

/** From this many columns on there is room to name both buses of a Primary and each role. */
const wideCells = 100;
/** From here on the role has a column of its own. */
const roleCells = 110;
/** `2026-06-01 08:00:05Z`, the same without seconds, and the date alone. */
const attestedCells = { whole: 20, minutes: 17, date: 10 };

function stateTone(state: string): Tone {
  const words = stateWords(state);
  if (words === 'idle') return 'dim';
  if (/fail|refus|crash|off\b/.test(words)) return 'bad';
  return /verif|attest|check/.test(words) ? 'info' : 'busy';
}

function dotTone(ecu: EcuView): Tone {
  const verdict = ecuVerdict(ecu);
  if (verdict === 'compromised' || verdict === 'suspect' || ecu.refusing) return 'bad';
  if (ecu.state !== 'idle') return stateTone(ecu.state);
  return verdict === 'updated' ? 'good' : 'dim';
}

const barCellsMax = 24;
/** ` of 64 MiB` and the like. */
const sizeCells = 12;

function drawProgress({ receivedBytes, totalBytes }: NonNullable<EcuView['progress']>, cells: number): Line {
  const fraction = totalBytes > 0 ? receivedBytes / totalBytes : 1;
  const percent = formatPercent(fraction).padStart(5);
  const size = cells >= barCellsMax + sizeCells ? ` of ${formatBytes(totalBytes)}` : '';
  const room = Math.max(1, Math.min(barCellsMax, cells) - percent.length);
  const filled = barCells(fraction, room);
  return [span(filled, 'busy'), span('░'.repeat(room - filled.length), 'dim'), span(percent), span(size, 'dim')];
}

function drawActivity(ecu: EcuView, cells: number): Line {
  if (ecu.progress !== undefined) return drawProgress(ecu.progress, cells);
  if (ecu.refusing && ecu.lastFault !== undefined) {
    const { code, clause, attack } = ecu.lastFault;
    const head: Line = [span(`✗ ${code}`, 'bad')];
    const full: Line = [
      ...head,
      span(` ${clause}${attack === undefined || attack === code ? '' : `, ${attack}`}`, 'dim'),
    ];
    return lineWidth(full) <= cells ? full : head;
  }
  return [];
}

function drawVersion(ecu: EcuView): Line {
  const { before, now } = ecu;
  const verdict = ecuVerdict(ecu);
  if (verdict === 'updated') {
    return [span(`${before.releaseCounter} → `, 'dim'), span(`${now.releaseCounter} ✓`, 'good')];
  }
  if (verdict === 'compromised' || verdict === 'suspect')
    return [span(`${before.releaseCounter} → ${now.releaseCounter} ✗`, 'bad')];
  return [span(String(now.releaseCounter), 'dim')];
}

function drawBuses({ buses }: EcuView, wide: boolean): Line {
  return [span(buses.length > 1 && !wide ? plural(buses.length, 'bus', 'buses') : buses.join(' + '))];
}

/** An ISO 8601 time as date and time of day, as far as there is room: the date is what a replayed or a stolen time changes. */
function drawTime(time: string | undefined, cells: number): Line {
  if (time === undefined) return [];
  const [date = '', clock = ''] = time.replace('Z', '').split('T');
  if (cells >= attestedCells.whole) return [span(`${date} ${clock}Z`, 'dim')];
  return [span(cells >= attestedCells.minutes ? `${date} ${clock.slice(0, 5)}Z` : date, 'dim')];
}

function columnsFor(width: number): readonly Column<EcuView>[] {
  const wide = width >= wideCells;
  const text = (words: string, tone: Tone = 'plain'): Line => [span(words, tone)];
  const hasRole = width >= roleCells;
  const drawRole = ({ role, mode }: EcuView) => text(!hasRole && role === 'primary' ? role : mode);
  return [
    {
      title: '  ECU',
      rank: 0,
      minCells: 8,
      maxCells: wide ? 30 : 18,
      draw: (ecu) => [span('● ', dotTone(ecu)), span(ecu.id, ecu.role === 'primary' ? 'strong' : 'plain')],
    },
    {
      title: 'ROLE',
      rank: hasRole ? 7 : 99,
      minCells: hasRole ? 9 : 1000,
      maxCells: 9,
      draw: ({ role }) => text(role),
    },
    { title: 'MODE', rank: 5, minCells: 7, maxCells: 12, draw: drawRole },
    { title: 'BUS', rank: 6, minCells: 4, maxCells: wide ? 16 : 8, draw: (ecu) => drawBuses(ecu, wide) },
    { title: 'LINK', rank: 8, minCells: 5, maxCells: 5, draw: ({ link }) => text(link ?? '', 'dim') },
    {
      title: 'STATE',
      rank: 1,
      minCells: 18,
      maxCells: wide ? 24 : 18,
      draw: ({ state }) => text(stateWords(state), stateTone(state)),
    },
    { title: 'ACTIVITY', rank: 2, minCells: 11, maxCells: 36, grows: true, draw: drawActivity },
    { title: 'RELEASE', rank: 3, minCells: 7, maxCells: 12, draw: drawVersion },
    { title: 'IMAGE', rank: 9, minCells: 12, maxCells: 40, draw: ({ now }) => text(now.filename, 'dim') },
    {
      title: 'ATTESTED',
      rank: 4,
      minCells: attestedCells.date,
      maxCells: attestedCells.whole,
      draw: (ecu, cells) => drawTime(ecu.attestedTime, cells),
    },
  ];
}

/** The ECUs that get a row: all, or those last active, in their own order. */
function shownEcus(ecus: readonly EcuView[], rows: number): readonly EcuView[] {
  if (ecus.length <= rows) return ecus;
  const latest = new Set([...ecus].sort((a, b) => b.activeNs - a.activeNs).slice(0, Math.max(0, rows - 1)));
  return ecus.filter((ecu) => latest.has(ecu));
}

function tally(ecus: readonly EcuView[]): Line {
  const count = (verdict: string) => ecus.filter((ecu) => ecuVerdict(ecu) === verdict).length;
  const bad = count('suspect');
  const compromised = count('compromised');
  const refused = ecus.filter(({ refusing }) => refusing).length;
  const updated = count('updated');
  const wanted = ecus.filter(isWanted).length;
  return [
    ...(compromised > 0 ? [span(`${compromised} run an attacker’s image`, 'bad'), span(' · ', 'dim')] : []),
    ...(bad > 0 ? [span(`${bad} suspect`, 'bad'), span(' · ', 'dim')] : []),
    ...(refused > 0 ? [span(`${refused} refusing`, 'bad'), span(' · ', 'dim')] : []),
    wanted === 0
      ? span('no update so far', 'dim')
      : span(`${updated} of ${wanted} updated`, updated > 0 ? 'good' : 'dim'),
  ];
}

/** The lines of the table, at most `rows` + 2. */
export function ecuLines({ ecus, rows, width }: Omit<EcuTableProps, 'color'>): readonly Line[] {
  const shown = shownEcus(ecus, rows);
  const [title = [], ...body] = tableLines(columnsFor(width), shown, width - 2, ecus);
  const hidden = ecus.length - shown.length;
  const more: readonly Line[] =
    hidden === 0 ? [] : [[span(`   … and ${plural(hidden, 'other ECU')}, less active`, 'dim')]];
  const indented = [title, ...body].map((line): Line => [span(' '), ...line]);
  return [ruleLine('ECUs', tally(ecus), width), ...indented, ...more];
}

export function EcuTable({ color, ...props }: EcuTableProps): ReactElement {
  return <Lines lines={ecuLines(props)} width={props.width} color={color} />;
}

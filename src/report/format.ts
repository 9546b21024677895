// Owns: numbers, times and states as words and signs that a user reads.
import { KIB, MIB, NS_PER_MS } from '../core/units.ts';

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Simulated time as `m:ss.mmm`, with hours from one hour on. */
export function formatTime(timeNs: number): string {
  const ms = Math.floor(timeNs / NS_PER_MS);
  const pad = (value: number, digits: number) => String(value).padStart(digits, '0');
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = `${pad(Math.floor(ms / 1000) % 60, 2)}.${pad(ms % 1000, 3)}`;
  return hours > 0 ? `${hours}:${pad(minutes, 2)}:${seconds}` : `${minutes}:${seconds}`;
}

/** Simulated time as `3.412 s`. */
export function formatSeconds(timeNs: number): string {
  return `${(Math.floor(timeNs / NS_PER_MS) / 1000).toFixed(3)} s`;
}

/** Host time as `12 ms`, `3.4 s` or `2 min 5 s`. */
export function formatWallTime(wallMs: number): string {
  if (wallMs < 999.5) return `${Math.round(wallMs)} ms`;
  const seconds = wallMs / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}

export function formatBytes(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  const [value, unit] = bytes < MIB ? [bytes / KIB, 'KiB'] : [bytes / MIB, 'MiB'];
  return `${value < 9.95 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** A whole number with a comma between thousands. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Bits per second as `500k`, `2M` or `1G`. */
export function formatBitrate(bitrate: number): string {
  if (bitrate >= 1_000_000_000) return `${Number((bitrate / 1_000_000_000).toFixed(1))}G`;
  if (bitrate >= 1_000_000) return `${Number((bitrate / 1_000_000).toFixed(1))}M`;
  return `${Number((bitrate / 1000).toFixed(1))}k`;
}

export function formatSpeed(speed: number): string {
  return `×${Number(speed.toFixed(3))}`;
}

/** States whose names say little to who has not read the statechart, or too much for their column. */
const plainStates: ReadonlyMap<string, string> = new Map([
  ['distributingTime', 'sending time'],
  ['distributingMetadata', 'sending metadata'],
  ['distributingImages', 'sending images'],
  ['closing', 'reporting back'],
]);

/** A statechart's state in plain words: `verifyingMetadata` as `verifying metadata`; of a nested state the innermost. */
export function stateWords(state: string): string {
  const name = state.slice(state.lastIndexOf('.') + 1);
  const words = plainStates.get(name);
  if (words !== undefined) return words;
  return name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
}

/** The filled part of a bar of `cells`, to an eighth of a cell. Anything at all shows, and only all of it is full. */
export function barCells(fraction: number, cells: number): string {
  const inEighths = Math.round(Math.min(1, Math.max(0, fraction)) * cells * 8);
  const shown = Math.max(fraction > 0 ? 1 : 0, Math.min(inEighths, fraction < 1 ? cells * 8 - 1 : cells * 8));
  return '█'.repeat(shown >> 3) + (eighths[shown & 7] ?? '');
}

/** The last `cells` of a history of fractions as a line of small bars. */
export function sparkline(history: readonly number[], cells: number): string {
  const shown = history.slice(Math.max(0, history.length - cells));
  const bars = shown.map((fraction) => levels[Math.min(7, Math.max(0, Math.ceil(fraction * 8) - 1))] ?? '▁');
  return bars.join('').padStart(cells);
}

export function formatPercent(fraction: number): string {
  if (fraction > 0 && fraction < 0.01) return '<1%';
  return `${fraction < 1 ? Math.min(99, Math.round(fraction * 100)) : 100}%`;
}

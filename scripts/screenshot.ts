// Owns: a picture of a terminal screen. Runs a command in a pseudo-terminal and writes its screen, at a chosen moment, as SVG.
//
//   tsx scripts/screenshot.ts [--columns 100] [--rows 30] [--until TEXT] [--after MS] [--title TEXT] --out FILE -- COMMAND ARGS...
//
// The moment: `after` milliseconds (default 0) from when `until` appears, or from the start where it is not given; at the
// latest when the command ends.
//
// docs/dashboard.svg, after `npm run build`: --until '2 of 5' --after 40 --title 'npm start' --out docs/dashboard.svg -- node
// dist/cli/main.js run nominal
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { IBufferCell, Terminal } from '@xterm/headless';
import { hostTimer } from '../src/core/time/hostTime.ts';
import { openTerminal } from '../test/tui/support/terminal.ts';

const cellWidth = 8.4;
const cellHeight = 18;
const margin = 16;
const barHeight = 30;
const background = '#14171f';
const foreground = '#d6dbe5';
const fonts = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";
/** The sixteen colours of the terminal, dark then bright. */
const palette = [
  ...['#2a2f3a', '#f0616d', '#7fd88f', '#e8c268', '#6aa9f7', '#c792ea', '#56c8d8', '#d6dbe5'],
  ...['#6b7385', '#ff7b86', '#98eda6', '#ffd985', '#8cc0ff', '#d9aef5', '#7be0ee', '#ffffff'],
];

interface Look {
  readonly fill: string;
  readonly back: string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
}

interface Run {
  readonly column: number;
  readonly cells: number;
  readonly text: string;
  readonly look: Look;
}

function cubeColor(index: number): string {
  if (index < 16) return palette[index] ?? foreground;
  if (index >= 232)
    return `rgb(${Array(3)
      .fill(8 + 10 * (index - 232))
      .join(',')})`;
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))},${level(Math.floor(cube / 6) % 6)},${level(cube % 6)})`;
}

function lookOf(cell: IBufferCell): Look {
  const color = (isRgb: boolean, isPalette: boolean, value: number) => {
    if (isRgb) return `#${value.toString(16).padStart(6, '0')}`;
    return isPalette ? cubeColor(value) : undefined;
  };
  const fore = color(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor());
  const back = color(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor());
  const inverse = cell.isInverse() !== 0;
  return {
    fill: (inverse ? back : fore) ?? (inverse ? background : foreground),
    back: inverse ? (fore ?? foreground) : back,
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
  };
}

function sameLook(a: Look, b: Look): boolean {
  return a.fill === b.fill && a.back === b.back && a.bold === b.bold && a.dim === b.dim;
}

/**
 * Neighbouring cells of one look. Block characters are drawn as rectangles, free of the font's gaps: only like joins like,
 * and those that fill a part of their cell stand alone.
 */
function runsOf(model: Terminal, row: number): readonly Run[] {
  const line = model.buffer.active.getLine(model.buffer.active.baseY + row);
  const runs: Run[] = [];
  for (let column = 0; column < model.cols; column += 1) {
    const cell = line?.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const next: Run = { column, cells: cell.getWidth(), text: cell.getChars() || ' ', look: lookOf(cell) };
    const last = runs.at(-1);
    if (last === undefined || !sameLook(last.look, next.look) || !joins(last.text, next.text)) {
      runs.push(next);
      continue;
    }
    runs[runs.length - 1] = { ...last, cells: last.cells + next.cells, text: last.text + next.text };
  }
  return runs;
}

function isBlock(text: string): boolean {
  return /^[\u2581-\u258f\u2591\u2500]/.test(text);
}

function joins(before: string, next: string): boolean {
  if (!isBlock(before) && !isBlock(next)) return true;
  return before.startsWith(next) && /^[\u2588\u2591\u2500]$/.test(next);
}

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: string;
  readonly opacity?: number;
}

function rect({ x, y, width, height, fill, opacity = 1 }: Rect): string {
  const shown = opacity === 1 ? '' : ` opacity="${opacity}"`;
  const round = (value: number) => Number(value.toFixed(2));
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}"${shown}/>`;
}

function blockRect({ text, cells, look }: Run, x: number, y: number): string {
  const code = text.codePointAt(0) ?? 0;
  const { fill, dim } = look;
  const opacity = dim ? 0.5 : 1;
  const width = cells * cellWidth;
  const top = y + 3;
  const height = cellHeight - 6;
  if (code === 0x2500) {
    return rect({ x, y: y + cellHeight / 2, width, height: 1, fill, opacity: dim ? 0.3 : 1 });
  }
  const block = { x, y: top, width, height, fill, opacity };
  if (code === 0x2591) return rect({ ...block, opacity: dim ? 0.12 : 0.25 });
  if (code === 0x2588) return rect(block);
  if (code > 0x2588) return rect({ ...block, width: (width * (0x2590 - code)) / 8 });
  const part = (height * (code - 0x2580)) / 8;
  return rect({ ...block, y: top + height - part, width: cellWidth - 1, height: part });
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function drawRun(run: Run, row: number): string {
  const x = margin + run.column * cellWidth;
  const y = barHeight + row * cellHeight;
  const { look, text, cells } = run;
  const back =
    look.back === undefined ? '' : rect({ x, y, width: cells * cellWidth, height: cellHeight, fill: look.back });
  if (isBlock(text)) return back + blockRect(run, x, y);
  const shown = text.trimEnd();
  if (shown.trim() === '') return back;
  const lead = shown.length - shown.trimStart().length;
  const words = escapeXml(shown.trimStart());
  const width = (cells - (text.length - shown.length) - lead) * cellWidth;
  const style = `${look.bold ? ' font-weight="700"' : ''}${look.dim ? ' opacity="0.55"' : ''}`;
  const position = `x="${(x + lead * cellWidth).toFixed(1)}" y="${(y + 13).toFixed(1)}" textLength="${width.toFixed(1)}"`;
  return `${back}<text ${position} fill="${look.fill}"${style} xml:space="preserve">${words}</text>`;
}

function drawScreen(model: Terminal, title: string): string {
  const width = model.cols * cellWidth + 2 * margin;
  const height = model.rows * cellHeight + barHeight + margin / 2;
  const dots = ['#f0616d', '#e8c268', '#7fd88f'].map(
    (color, index) => `<circle cx="${margin + 5 + index * 18}" cy="15" r="5.5" fill="${color}"/>`,
  );
  const name = `<text x="${width / 2}" y="19" text-anchor="middle" fill="#6b7385">${escapeXml(title)}</text>`;
  const rows = Array.from({ length: model.rows }, (_, row) =>
    runsOf(model, row)
      .map((run) => drawRun(run, row))
      .join(''),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(1)} ${height}" width="${width.toFixed(0)}" height="${height}"`,
    ` font-family="${fonts}" font-size="14" role="img" aria-label="${escapeXml(title)}">`,
    `<rect width="100%" height="100%" rx="9" fill="${background}"/>${dots.join('')}${name}\n${rows.filter(Boolean).join('\n')}\n</svg>\n`,
  ].join('');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    columns: { type: 'string', default: '100' },
    rows: { type: 'string', default: '30' },
    until: { type: 'string' },
    after: { type: 'string', default: '0' },
    title: { type: 'string' },
    out: { type: 'string' },
  },
});
const [command, ...args] = positionals;
if (command === undefined || values.out === undefined) {
  console.error(
    'usage: screenshot.ts [--columns N] [--rows N] [--until TEXT] [--after MS] --out FILE -- COMMAND ARGS...',
  );
  process.exit(2);
}
const { out, until, title = [command, ...args].join(' ') } = values;
const size = { columns: Number(values.columns), rows: Number(values.rows) };
const session = openTerminal(command, args, size);
if (until !== undefined) await session.until((rows) => rows.some((row) => row.includes(until)), 120_000);
const pause = new Promise<void>((resolve) => hostTimer(Number(values.after), resolve));
await Promise.race([pause, session.ended]);
writeFileSync(out, drawScreen(session.model, title));
session.end();

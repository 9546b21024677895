// Owns: a line of the terminal as plain data: spans of text that each carry a tone. Panels, the summary and the tests share
// it, so that columns are counted in one place. Must not know ink or React.
import { cellWidth, truncateText, visibleText } from './cells.ts';

/** What a span means; the colour follows from it. */
export type Tone =
  | 'plain'
  /** Background matter: rules, labels, what has not changed. */
  | 'dim'
  | 'strong'
  /** As it should be: a new image, a passed expectation. */
  | 'good'
  /** Refused, failed, forged. */
  | 'bad'
  /** On its way. */
  | 'busy'
  | 'info'
  /** An attack under way. */
  | 'alarm'
  /** The product's name. */
  | 'brand';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Span[];

/** A span; unsafe characters are taken out here, the one way into a line. */
export function span(text: string, tone: Tone = 'plain'): Span {
  return { text: visibleText(text), tone };
}

export function lineWidth(line: Line): number {
  return line.reduce((cells, { text }) => cells + cellWidth(text), 0);
}

export function plainText(line: Line): string {
  return line.map(({ text }) => text).join('');
}

/** The line in at most `cells`, its end replaced by an ellipsis where it is longer. */
export function truncateLine(line: Line, cells: number): Line {
  if (lineWidth(line) <= cells) return line;
  const shown: Span[] = [];
  let left = cells;
  for (const piece of line) {
    const cellsOfPiece = cellWidth(piece.text);
    if (cellsOfPiece < left) {
      shown.push(piece);
      left -= cellsOfPiece;
      continue;
    }
    // The ellipsis must be seen even where this piece would just fit: more of the line follows.
    shown.push({ text: truncateText(`${piece.text} `, left), tone: piece.tone });
    break;
  }
  return shown;
}

/** The line in exactly `cells`. */
export function fitLine(line: Line, cells: number, align: 'left' | 'right' = 'left'): Line {
  const shown = truncateLine(line, cells);
  const padding = span(' '.repeat(Math.max(0, cells - lineWidth(shown))));
  if (padding.text === '') return shown;
  return align === 'left' ? [...shown, padding] : [padding, ...shown];
}

/** `left` and `right` at the two ends of exactly `cells`; where both do not fit, `left` gives way. */
export function spreadLine(left: Line, right: Line, cells: number): Line {
  const rightShown = truncateLine(right, cells);
  const room = cells - lineWidth(rightShown);
  return [...fitLine(left, room), ...rightShown];
}

/** A title within a horizontal rule: what separates panels. */
export function ruleLine(title: string, right: Line, cells: number): Line {
  const head: Line = [span('── ', 'dim'), span(title, 'strong'), span(' ', 'dim')];
  const tail: Line = right.length === 0 ? [span('──', 'dim')] : [span(' '), ...right, span(' ──', 'dim')];
  const fill = cells - lineWidth(head) - lineWidth(tail);
  if (fill < 1) return fitLine(head, cells);
  return [...head, span('─'.repeat(fill), 'dim'), ...tail];
}

const sgr: Readonly<Record<Tone, string>> = {
  plain: '',
  dim: '2',
  strong: '1',
  good: '32',
  bad: '31',
  busy: '33',
  info: '36',
  alarm: '1;31',
  brand: '1;36',
};

/** The line as text for a terminal: coloured, or plain where `color` is false. No space at its end. */
export function terminalText(line: Line, color: boolean): string {
  if (!color) return plainText(line).trimEnd();
  return line
    .map(({ text, tone }) => (sgr[tone] === '' || text.trim() === '' ? text : `\u001b[${sgr[tone]}m${text}\u001b[0m`))
    .join('')
    .trimEnd();
}

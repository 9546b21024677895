// Owns: how many terminal cells a text takes, and making a text safe to show. Names and messages can come from an attacker:
// nothing that a terminal would obey or that turns the reading direction may reach it.
import { replaceUnprintable } from '../../core/text.ts';

/** Made when it is first needed: making one takes some 30 ms. */
let segmenter: Intl.Segmenter | undefined;

function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

const printableAscii = /^[ -~]*$/;
const mark = /^\p{M}/u;
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u;

function cellsOf(grapheme: string): number {
  if (wide.test(grapheme)) return 2;
  return mark.test(grapheme) ? 0 : 1;
}

/** One line of visible text: control, formatting and direction characters become `?`. */
export function visibleText(text: string): string {
  return printableAscii.test(text) ? text : replaceUnprintable(text, '?');
}

/** The cells that a visible text takes. */
export function cellWidth(text: string): number {
  if (printableAscii.test(text)) return text.length;
  let cells = 0;
  for (const { segment } of graphemesOf(text)) cells += cellsOf(segment);
  return cells;
}

/** The longest beginning of a visible text that takes at most `cells`. */
function headOf(text: string, cells: number): string {
  if (printableAscii.test(text)) return text.slice(0, cells);
  let taken = 0;
  let head = '';
  for (const { segment } of graphemesOf(text)) {
    taken += cellsOf(segment);
    if (taken > cells) break;
    head += segment;
  }
  return head;
}

/** The text, or its beginning and an ellipsis, in at most `cells`. */
export function truncateText(text: string, cells: number): string {
  const shown = visibleText(text);
  if (cellWidth(shown) <= cells) return shown;
  return cells < 1 ? '' : `${headOf(shown, cells - 1).trimEnd()}…`;
}

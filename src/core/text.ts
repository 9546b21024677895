// Owns: making text that came from outside fit to be shown, logged and signed, and the one way in which a text is cut.

/**
 * Control characters move a terminal's cursor, format characters reverse the reading order, half a surrogate pair cannot be encoded,
 * and the separators end a line for some readers.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const allUnprintable = new RegExp(unprintable, 'gu');

/** Whether every character is for printing. */
export function isPrintable(text: string): boolean {
  return !unprintable.test(text);
}

/** The text with something else for each character that is not for printing. */
export function replaceUnprintable(text: string, by: string | ((character: string) => string)): string {
  return typeof by === 'string' ? text.replace(allUnprintable, by) : text.replace(allUnprintable, by);
}

/**
 * The text with U+FFFD for each character that is not for printing, cut to `charsMax`. Every name that a file of another tool gives
 * comes in by way of it.
 */
export function printable(text: string, charsMax: number): string {
  return replaceUnprintable(shortened(text, charsMax), '\ufffd');
}

/**
 * The text where it has at most `charsMax` characters (UTF-16 units), else its beginning and an ellipsis in as many. No character and no
 * escape is cut in two, and a quotation (between `"`, as JSON writes it) that is cut keeps its end.
 */
export function shortened(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const kept = beginning(text, charsMax - 1);
  if (!endsInQuotation(kept)) return `${kept}…`.slice(0, Math.max(charsMax, 0));
  const shorter = beginning(text, charsMax - 2);
  return endsInQuotation(shorter) ? `${shorter}…"` : `${shorter}…`;
}

/** An escape of JSON that lacks its end, after whole ones. */
const halfEscape = /(?<=(?:^|[^\\])(?:\\\\)*)\\(?:u[\da-fA-F]{0,3})?$/;
const highSurrogate = /[\ud800-\udbff]$/;

function beginning(text: string, length: number): string {
  const cut = text.slice(0, Math.max(length, 0)).replace(highSurrogate, '');
  return endsInQuotation(cut) ? cut.replace(halfEscape, '') : cut;
}

function endsInQuotation(text: string): boolean {
  return (text.replace(/\\[\s\S]?/g, '').split('"').length - 1) % 2 === 1;
}

// Owns: making text that came from outside fit to be shown, logged and signed, and the one way in which a text is cut.

/** Control characters move a terminal's cursor, format characters reverse the reading order, half a surrogate pair cannot be encoded. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text with U+FFFD for each character that is not for printing, cut to `charsMax`. */
export function printable(text: string, charsMax: number): string {
  return shortened(text, charsMax).replace(unprintable, '\ufffd');
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

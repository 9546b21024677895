// Owns: making text that came from outside fit to be shown, logged and signed.

/** Control characters move a terminal's cursor, format characters reverse the reading order, half a surrogate pair cannot be encoded. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text with U+FFFD for each character that is not for printing, cut to `charsMax`. */
export function printable(text: string, charsMax: number): string {
  return text.slice(0, charsMax).replace(unprintable, '\ufffd');
}

// Owns: the name that somebody most likely meant by one that is not known, and how a message asks for it. Must not know what is named.

/** Longer texts are no slip of a known name, and comparing takes time with the square of the length. */
const charsMax = 64;
/** Known names that one text is compared with. */
const namesMax = 1000;

/** Of the known names the one that is hardly different from `text`: in case and separators, or in a letter or a few. */
export function nearest(text: string, names: Iterable<string>): string | undefined {
  if (text.length > charsMax) return undefined;
  const plain = plainOf(text);
  let best: string | undefined;
  let bestDistance = slipsMax(plain) + 1;
  let compared = 0;
  for (const name of names) {
    compared += 1;
    if (compared > namesMax) break;
    if (name.length > charsMax || name === text) continue;
    const distance = slips(plain, plainOf(name), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** `: did you mean NAME?`, to be put behind a message; empty where no name is near. */
export function didYouMean(text: string, names: Iterable<string>): string {
  const name = nearest(text, names);
  return name === undefined ? '' : `: did you mean ${name}?`;
}

function plainOf(text: string): string {
  return text.toLowerCase().replace(/[\s._-]/g, '');
}

/** One slip in a short word, up to three in a long one: with more, any word is near to any other. */
function slipsMax(text: string): number {
  return Math.min(3, Math.max(1, Math.floor(text.length / 3)));
}

/** Letters left out, put in, changed, or two side by side exchanged, from `a` to `b` (optimal string alignment); `enough` where it is no less. */
function slips(a: string, b: string, enough: number): number {
  if (Math.abs(a.length - b.length) >= enough) return enough;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      const isExchanged = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isExchanged ? (beforeLast[column - 2] ?? 0) + 1 : enough,
      );
    }
    if (Math.min(...current) >= enough) return enough;
    [beforeLast, last] = [last, current];
  }
  return Math.min(enough, last[b.length] ?? enough);
}

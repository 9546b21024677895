// Owns: whether a file name matches a pattern of a delegation: `*`, `?` and `[...]` as in a shell. E4
// Never quadratic by much: a star is tried again only from the last one, so time grows with pattern times name.

/** One element of a pattern. */
type Element = '*' | ((character: string) => boolean);

function classAt(
  pattern: readonly string[],
  start: number,
): { readonly test: Element; readonly end: number } | undefined {
  let at = start + 1;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at += 1;
  // A closing bracket that comes first stands for itself.
  const end = pattern.indexOf(']', at + 1);
  if (end < 0) return undefined;
  const members = pattern.slice(at, end);
  const ranges: (readonly [string, string])[] = [];
  for (let index = 0; index < members.length; index += 1) {
    const from = members[index] ?? '';
    const isRange = members[index + 1] === '-' && index + 2 < members.length;
    ranges.push([from, isRange ? (members[index + 2] ?? from) : from]);
    if (isRange) index += 2;
  }
  const within = (character: string) => ranges.some(([from, to]) => character >= from && character <= to);
  return { test: (character) => within(character) !== negated, end };
}

function elementsOf(text: string): readonly Element[] {
  const pattern = [...text];
  const elements: Element[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    const found = character === '[' ? classAt(pattern, at) : undefined;
    if (found !== undefined) {
      elements.push(found.test);
      at = found.end;
    } else if (character === '*') elements.push('*');
    else elements.push(character === '?' ? () => true : (other) => other === character);
  }
  return elements;
}

/** Whether a whole text matches a pattern whose `*` stands for any characters at all. */
export function matchesText(pattern: string, text: string): boolean {
  const elements = elementsOf(pattern);
  const characters = [...text];
  let element = 0;
  let at = 0;
  let star: { readonly element: number; at: number } | undefined;
  while (at < characters.length) {
    const current = elements[element];
    if (current === '*') {
      star = { element, at };
      element += 1;
    } else if (current?.(characters[at] ?? '')) {
      element += 1;
      at += 1;
    } else if (star !== undefined) {
      star.at += 1;
      at = star.at;
      element = star.element + 1;
    } else return false;
  }
  while (elements[element] === '*') element += 1;
  return element === elements.length;
}

/** The same, part by part: no wildcard matches a slash, so that `a/*` is what lies in `a` and not below. */
export function matchesPath(pattern: string, path: string): boolean {
  const patterns = pattern.split('/');
  const parts = path.split('/');
  return patterns.length === parts.length && patterns.every((part, index) => matchesText(part, parts[index] ?? ''));
}

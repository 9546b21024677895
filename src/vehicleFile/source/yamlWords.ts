// Owns: what is told of text that is no sound YAML: in words of our own, by the library's code for it. Must not know what the text is for.
import type { CST, ErrorCode, YAMLParseError } from 'yaml';
import { printable } from '../../core/text.ts';

export interface YamlFault {
  /** Into the text, from 0. */
  readonly offset: number;
  readonly text: string;
}

const words: { readonly [code in ErrorCode]: string } = {
  ALIAS_PROPS: 'an alias (*name) has no anchor and no tag of its own',
  BAD_ALIAS: 'an anchor (&) or alias (*) needs a name directly behind it; text that begins with & or * needs quotes',
  BAD_COLLECTION_TYPE: 'the tag (!) does not fit what stands behind it',
  BAD_DIRECTIVE: 'this directive (%) is not known here',
  BAD_DQ_ESCAPE:
    'behind \\ in double quotes a letter is needed that YAML knows, such as \\n; in single quotes a \\ stands for itself',
  BAD_INDENT:
    'the indentation fits no line above: the fields of one map, and the entries of one list, begin in the same column',
  BAD_PROP_ORDER: 'an anchor (&) or a tag (!) stands behind "-", "?" or ":", not before it',
  BAD_SCALAR_START: 'text cannot begin with this character: put it in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a second ":" for one field: text with ": " in it needs quotes, and a field within a field a line of its own',
  BLOCK_IN_FLOW: 'a "," is missing, or indented lines stand within [ ] or { }',
  DUPLICATE_KEY: 'this field is given twice',
  IMPOSSIBLE: 'this cannot be read as YAML',
  KEY_OVER_1024_CHARS: 'the name of a field has at most 1024 characters: a ":" may be missing',
  MISSING_CHAR: 'this is no field: "name: value", with a space behind the ":", is needed',
  MULTILINE_IMPLICIT_KEY: 'a ":" is missing: the name of a field and its ":" stand on one line',
  MULTIPLE_ANCHORS: 'one anchor (&) is enough',
  MULTIPLE_DOCS: 'a second document begins: a file holds one',
  MULTIPLE_TAGS: 'one tag (!) is enough',
  NON_STRING_KEY: 'the name of a field is text',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  TAB_AS_INDENT: 'a tab stands where only spaces may: indent with spaces',
  TAG_RESOLVE_FAILED: 'this tag (!) is not known here',
  UNEXPECTED_TOKEN: 'it does not belong here',
};

/** How much of the text is shown of what does not belong where it is. */
const shownMax = 20;

/** The library's first error, at the place where a person would mend it. */
export function yamlFault(error: YAMLParseError, text: string, tokens: readonly CST.Token[]): YamlFault {
  const [offset] = error.pos;
  const open = unclosed(tokens, offset);
  if (open !== undefined) return open;
  if (error.code === 'UNEXPECTED_TOKEN') {
    const shown = printable(/^.\S*/.exec(text.slice(offset, offset + shownMax))?.[0] ?? '', shownMax);
    return { offset, text: `\`${shown}\` does not belong here` };
  }
  if (error.code === 'BAD_SCALAR_START')
    return { offset, text: `text cannot begin with ${text[offset]}: put it in quotes` };
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY') return blockAsKey(offset, text);
  if (error.code === 'MISSING_CHAR' && text[offset] === '#') return { offset, text: 'a space is missing before the #' };
  if (error.code === 'MISSING_CHAR' && flowsAround(tokens, offset)) return { offset, text: 'a "," is missing' };
  return { offset, text: words[error.code] };
}

/** All tokens that hold others or text, the outer ones first; without recursion, as text may nest as deeply as it likes. */
export function* nested(tokens: readonly CST.Token[]): Generator<readonly [token: CST.Token, depth: number]> {
  const left: (readonly [CST.Token, number])[] = tokens.map((token) => [token, 0] as const).reverse();
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    yield next;
    const [token, depth] = next;
    const items = 'items' in token ? token.items : [];
    const inner = token.type === 'document' ? [token.value] : items.flatMap(({ key, value }) => [key, value]);
    for (const one of inner.reverse()) if (one) left.push([one, token.type === 'document' ? depth : depth + 1]);
  }
}

/** The innermost quote or bracket, opened before the error, that has no end. */
function unclosed(tokens: readonly CST.Token[], before: number): YamlFault | undefined {
  let found: YamlFault | undefined;
  for (const [token] of nested(tokens)) {
    const { offset } = token as { readonly offset: number };
    if (offset > before) continue;
    if (token.type === 'flow-collection' && !isEnded(token)) {
      const [mark, end] = token.start.type === 'flow-map-start' ? ['{', '}'] : ['[', ']'];
      found = { offset: token.start.offset, text: `the ${mark} that begins here has no ${end}` };
    }
    const isQuoted = token.type === 'double-quoted-scalar' || token.type === 'single-quoted-scalar';
    if (isQuoted && !isClosed(token.source)) {
      found = { offset, text: `the ${token.source.slice(0, 1)} that begins here has no end` };
    }
  }
  return found;
}

function isEnded({ start, end }: CST.FlowCollection): boolean {
  const wanted = start.type === 'flow-map-start' ? 'flow-map-end' : 'flow-seq-end';
  return end.some(({ type }) => type === wanted);
}

/** A second field on one line; or one that is indented as if it belonged to the value above. */
function blockAsKey(offset: number, text: string): YamlFault {
  const key = text.slice(offset, text.indexOf(':', offset));
  const [onItsLine] = /^[^\n]*\n\s*/.exec(key) ?? [''];
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  if (onItsLine === '' && before.includes(':')) return { offset, text: words.BLOCK_AS_IMPLICIT_KEY };
  return { offset: offset + onItsLine.length, text: words.BAD_INDENT };
}

function isClosed(source: string): boolean {
  const quote = source.slice(0, 1);
  const form = quote === '"' ? /^"(?:[^"\\]|\\[\s\S])*"$/ : /^'(?:[^']|'')*'$/;
  return form.test(source);
}

/** Whether it is within [ ] or { }. */
function flowsAround(tokens: readonly CST.Token[], offset: number): boolean {
  for (const [token] of nested(tokens)) {
    if (token.type !== 'flow-collection' || token.offset > offset) continue;
    if (offset <= (token.end.at(-1)?.offset ?? token.offset)) return true;
  }
  return false;
}

// Owns: a YAML file as plain values, and where each member of them stands. Bounded: the depth, the aliases, and time that grows with
// the text alone. Must not know what a file is to hold.
import { Composer, type CST, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, Parser } from 'yaml';
import { fromUtf8 } from '../../core/bytes.ts';
import { InputError } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { printable } from '../../core/text.ts';
import { readBoundedFile } from '../../files/regularFile.ts';
import { yamlDepthMax, yamlValuesMax } from '../limits.ts';
import { type Finding, pathText } from './finding.ts';
import type { Told } from './told.ts';
import { nested, type YamlFault, yamlFault } from './yamlWords.ts';

/** Where a value stands, and what is in it. Offsets count from 0. */
interface Place {
  /** Of its name, where it is a member; of itself elsewhere. */
  readonly offset: number;
  readonly inner: ReadonlyMap<string | number, Place>;
}

export interface Source {
  readonly path: string;
  readonly value: unknown;
  /** What is told of a member, at the place of it or of the nearest one around it that is there. */
  finding(told: Pick<Told, 'path' | 'text'>): Finding;
}

const nameShownMax = 60;

/** Reads a file of at most `bytesMax` bytes. Throws an InputError where it cannot be read as a file. */
export function readSource(path: string, bytesMax: number): Result<Source, Finding> {
  const text = fromUtf8(readBoundedFile(path, bytesMax));
  if (text === undefined) throw new InputError(`${path}: not well-formed UTF-8`);
  return parseSource(path, text);
}

export function parseSource(path: string, text: string): Result<Source, Finding> {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const read = compose(tokens, text);
  if ('fault' in read)
    return fail({ file: path, ...at(read.fault.offset), path: pathText(read.path), text: read.fault.text });
  const finding: Source['finding'] = (told) => {
    return { file: path, ...at(offsetOf(read.place, told.path)), path: pathText(told.path), text: told.text };
  };
  return ok({ path, value: read.value, finding });
}

function offsetOf(place: Place, path: readonly PropertyKey[]): number {
  let found = place;
  for (const key of path) {
    const next = typeof key === 'symbol' ? undefined : found.inner.get(key);
    if (next === undefined) break;
    found = next;
  }
  return found.offset;
}

type Read = { readonly value: unknown; readonly place: Place };
type Unread = { readonly fault: YamlFault; readonly path: readonly PropertyKey[] };

function compose(tokens: readonly CST.Token[], text: string): Read | Unread {
  const at = (offset: number, words: string): Unread => ({ fault: { offset, text: words }, path: [] });
  for (const [token, depth] of nested(tokens)) {
    if (depth > yamlDepthMax) return at(token.offset, `nested more than ${yamlDepthMax} levels deep`);
  }
  // Its own search for names given twice takes time with the square of their number: `Building` looks for them.
  const composer = new Composer({ uniqueKeys: false, merge: false, schema: 'core', prettyErrors: false });
  const [document, second] = composer.compose(tokens, true, text.length);
  if (document === undefined) return { value: null, place: { offset: 0, inner: new Map() } };
  const [error] = document.errors;
  if (error !== undefined) return { fault: yamlFault(error, text, tokens), path: [] };
  if (second !== undefined) return at(second.range[0], 'a second document begins: a file holds one');
  const building = new Building();
  try {
    return building.build(document.contents, 0, []);
  } catch (error) {
    if (error instanceof Refusal) return { fault: { offset: error.offset, text: error.message }, path: error.path };
    throw error;
  }
}

class Refusal extends Error {
  readonly offset: number;
  readonly path: readonly PropertyKey[];

  constructor(offset: number, path: readonly PropertyKey[], text: string) {
    super(text);
    this.offset = offset;
    this.path = path;
  }
}

/** From the library's nodes to plain values. Aliases are built anew each time, so that all that they make is counted. */
class Building {
  private values = 0;
  private readonly anchors = new Map<string, Node>();
  /** Those that are being built: an alias in what it stands for would never end. */
  private readonly open = new Set<Node>();

  build(node: Node | null, offset: number, path: readonly PropertyKey[]): Read {
    this.values += 1;
    if (this.values > yamlValuesMax)
      throw new Refusal(offset, path, `more than ${yamlValuesMax} values, each use of an alias (*) counted`);
    if (path.length > yamlDepthMax)
      throw new Refusal(offset, path.slice(0, 1), `nested more than ${yamlDepthMax} levels deep`);
    const start = node?.range?.[0] ?? offset;
    if (isAlias(node)) return this.build(this.anchored(node.source, start, path), start, path);
    if (node !== null && 'anchor' in node && node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (node !== null) this.open.add(node);
    const read = this.collection(node, start, path);
    if (node !== null) this.open.delete(node);
    return read;
  }

  private anchored(name: string, offset: number, path: readonly PropertyKey[]): Node {
    const node = this.anchors.get(name);
    const shown = printable(name, nameShownMax);
    if (node === undefined) throw new Refusal(offset, path, `no anchor &${shown} stands before the alias *${shown}`);
    if (this.open.has(node)) throw new Refusal(offset, path, `the alias *${shown} stands in what it stands for`);
    return node;
  }

  private collection(node: Node | null, start: number, path: readonly PropertyKey[]): Read {
    if (isMap(node)) return this.map(node.items, start, path);
    if (isSeq(node)) {
      const inner = new Map<number, Place>();
      const value = node.items.map((item, index) => {
        const read = this.build(item as Node | null, start, [...path, index]);
        inner.set(index, read.place);
        return read.value;
      });
      return { value, place: { offset: start, inner } };
    }
    return { value: isScalar(node) ? node.value : null, place: { offset: start, inner: new Map() } };
  }

  private map(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    start: number,
    path: readonly PropertyKey[],
  ): Read {
    const inner = new Map<string, Place>();
    const members: [string, unknown][] = [];
    for (const { key, value } of items) {
      const at = (key as Node | null)?.range?.[0] ?? start;
      const name = nameOf(key, at, path);
      if (inner.has(name)) throw new Refusal(at, [...path, name], 'this field is given twice');
      const read = this.build(value as Node | null, at, [...path, name]);
      inner.set(name, { ...read.place, offset: at });
      members.push([name, read.value]);
    }
    return { value: Object.fromEntries(members), place: { offset: start, inner } };
  }
}

function nameOf(key: unknown, offset: number, path: readonly PropertyKey[]): string {
  if (isScalar(key) && key.value !== null) {
    const name = String(key.value);
    // What JavaScript takes for an object's prototype would be overlooked when its members are checked.
    if (name === '__proto__') throw new Refusal(offset, path, 'this name is not allowed');
    return name;
  }
  const given = isMap(key) ? 'a map' : isSeq(key) ? 'a list' : isAlias(key) ? 'an alias' : 'nothing';
  throw new Refusal(offset, path, `the name of a field is needed before the ":", not ${given}`);
}

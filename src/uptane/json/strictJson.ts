// Owns: JSON from outside, read strictly: well-formed UTF-8, no duplicate keys, bounded nesting, integers exact.
// Found here, before anything is canonicalised, because two readers that disagree on a duplicate key disagree on what was signed.
// Also the same for a form of others, whose numbers are kept as exactly as they keep them.
import { fromUtf8 } from '../../core/bytes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { shortened } from '../../core/text.ts';
import { jsonDepthMax, jsonValuesMax, nameWordsCharsMax } from '../limits.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
/** Has no prototype, so that a member named `__proto__` is one like any other. */
export interface JsonObject {
  readonly [member: string]: JsonValue | undefined;
}

/** The same with numbers as aktualizr has them: integers of 64 bits exactly, and all else a double, `1.0` included. */
export type ExactJson = null | boolean | bigint | number | string | readonly ExactJson[] | ExactJsonObject;
export interface ExactJsonObject {
  readonly [member: string]: ExactJson | undefined;
}

/** What a reader takes that is no JSON, or that two readers may read in two ways. Nothing that is trusted is read so. */
export type JsonTolerance = 'comments' | 'trailing-commas' | 'repeated-members' | 'text-after-end';

class Malformed extends Error {}

const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escapeForm = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const loneSurrogate = /\p{Surrogate}/u;
/** A comment, or a run of them and of white space. */
const commentsForm = /(?:[\t\n\r ]|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n\r]*)*/y;
const [leastInteger, greatestInteger] = [-(2n ** 63n), 2n ** 64n - 1n];
const [tab, lineFeed, carriageReturn, blank, quote, backslash] = [0x09, 0x0a, 0x0d, 0x20, 0x22, 0x5c];

/** `N`: what a number becomes. */
type Value<N> = null | boolean | string | N | readonly Value<N>[] | { readonly [member: string]: Value<N> | undefined };

/** The value of a number's text, or what is wrong with it. */
type NumberReader<N> = (literal: string) => Result<N, string>;

class Parser<N> {
  private readonly text: string;
  private readonly readNumber: NumberReader<N>;
  private readonly tolerances: readonly JsonTolerance[];
  private at = 0;
  private values = 0;

  constructor(text: string, readNumber: NumberReader<N>, tolerances: readonly JsonTolerance[]) {
    this.text = text;
    this.readNumber = readNumber;
    this.tolerances = tolerances;
  }

  document(): Value<N> {
    this.comments();
    const value = this.value(0);
    this.comments();
    if (this.at !== this.text.length && !this.takes('text-after-end')) this.malformed('something follows the value');
    return value;
  }

  /** Around the outermost value alone: those within it are part of what aktualizr takes for signed. */
  private comments(): void {
    if (this.takes('comments')) this.match(commentsForm);
  }

  private takes(tolerance: JsonTolerance): boolean {
    return this.tolerances.includes(tolerance);
  }

  private value(depth: number): Value<N> {
    if (depth > jsonDepthMax) this.malformed(`nested deeper than ${jsonDepthMax}`);
    this.values += 1;
    if (this.values > jsonValuesMax) this.malformed(`more than ${jsonValuesMax} values`);
    this.space();
    const value = this.bare(depth);
    this.space();
    return value;
  }

  private bare(depth: number): Value<N> {
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth);
      case '[':
        return this.array(depth);
      case '"':
        return this.string();
      case 't':
        return this.word('true', true);
      case 'f':
        return this.word('false', false);
      case 'n':
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  private object(depth: number): Value<N> {
    const object: Record<string, Value<N>> = Object.create(null);
    this.at += 1;
    this.space();
    if (this.taken('}')) return object;
    do {
      this.space();
      if (this.takes('trailing-commas') && this.taken('}')) return object;
      const key = this.string();
      if (key in object && !this.takes('repeated-members'))
        this.malformed(`the member ${shortened(JSON.stringify(key), nameWordsCharsMax)} appears twice`);
      this.space();
      this.expect(':');
      object[key] = this.value(depth + 1);
    } while (this.taken(','));
    this.expect('}');
    return object;
  }

  private array(depth: number): readonly Value<N>[] {
    const array: Value<N>[] = [];
    this.at += 1;
    this.space();
    if (this.taken(']')) return array;
    do {
      this.space();
      if (this.takes('trailing-commas') && this.taken(']')) return array;
      array.push(this.value(depth + 1));
    } while (this.taken(','));
    this.expect(']');
    return array;
  }

  private string(): string {
    const start = this.at;
    if (!this.taken('"')) this.malformed('a string is needed');
    let isPlain = true;
    for (let code = this.code(); code !== quote; code = this.code()) {
      if (code === backslash && this.match(escapeForm) !== undefined) isPlain = false;
      else if (code >= blank && code !== backslash) this.at += 1;
      else this.malformed('the string does not end'); // also at the end of the text, where the code is no number
    }
    this.at += 1;
    if (isPlain) return this.text.slice(start + 1, this.at - 1);
    const unescaped: string = JSON.parse(this.text.slice(start, this.at));
    if (loneSurrogate.test(unescaped)) this.malformed('half a surrogate pair');
    return unescaped;
  }

  private number(): N {
    const value = this.readNumber(this.match(numberForm) ?? this.malformed('a value is needed'));
    return value.ok ? value.value : this.malformed(value.fault);
  }

  private word<T extends null | boolean>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.malformed('a value is needed');
    this.at += word.length;
    return value;
  }

  /** Code by code, as all that every value passes: an expression for each costs several times as much. */
  private space(): void {
    for (let code = this.code(); ; code = this.code()) {
      if (code !== blank && code !== lineFeed && code !== carriageReturn && code !== tab) return;
      this.at += 1;
    }
  }

  private code(): number {
    return this.text.charCodeAt(this.at);
  }

  private taken(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private expect(character: string): void {
    if (!this.taken(character)) this.malformed(`'${character}' is needed`);
  }

  private match(form: RegExp): string | undefined {
    form.lastIndex = this.at;
    const text = form.exec(this.text)?.[0];
    if (text !== undefined) this.at += text.length;
    return text;
  }

  private malformed(what: string): never {
    throw new Malformed(`${what} at character ${this.at}`);
  }
}

const outOfRange = fail('a number out of range');

function readSafe(literal: string): Result<number, string> {
  const value = Number(literal);
  if (!Number.isFinite(value)) return outOfRange;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return fail('an integer beyond 2^53 - 1');
  return ok(value);
}

function readExact(literal: string): Result<bigint | number, string> {
  if (/^-?\d+$/.test(literal)) {
    const integer = BigInt(literal);
    if (integer >= leastInteger && integer <= greatestInteger) return ok(integer);
  }
  const value = Number(literal);
  return Number.isFinite(value) ? ok(value) : outOfRange;
}

function parse<N>(
  bytes: Uint8Array,
  readNumber: NumberReader<N>,
  tolerances: readonly JsonTolerance[],
): Result<Value<N>, string> {
  const text = fromUtf8(bytes);
  if (text === undefined) return fail('not well-formed UTF-8');
  try {
    return ok(new Parser(text, readNumber, tolerances).document());
  } catch (error) {
    if (error instanceof Malformed) return fail(error.message);
    throw error;
  }
}

/** The value that JSON bytes stand for, or one line on what is wrong with them. The caller has bounded their length. */
export function parseStrictJson(bytes: Uint8Array): Result<JsonValue, string> {
  return parse(bytes, readSafe, []);
}

/** The same with exact numbers; `tolerances` are for what is read only to tell what others make of it. */
export function parseExactJson(
  bytes: Uint8Array,
  tolerances: readonly JsonTolerance[] = [],
): Result<ExactJson, string> {
  return parse(bytes, readExact, tolerances);
}

/** The value with every number as the nearest double: integers beyond 2^53 are no longer exact, and no reader takes them for safe. */
export function plainJson(value: ExactJson): JsonValue {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plainJson);
  const plain: Record<string, JsonValue> = Object.create(null);
  for (const [member, part] of Object.entries(value)) if (part !== undefined) plain[member] = plainJson(part);
  return plain;
}

// Owns: JSON from outside, read strictly: well-formed UTF-8, no duplicate keys, bounded nesting, integers exact.
// Found here, before anything is canonicalised, because two readers that disagree on a duplicate key disagree on what was signed.
import { fromUtf8 } from '../../core/bytes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { shortened } from '../../core/text.ts';
import { jsonDepthMax, jsonValuesMax, nameWordsCharsMax } from '../limits.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
/** Has no prototype, so that a member named `__proto__` is one like any other. */
export interface JsonObject {
  readonly [member: string]: JsonValue | undefined;
}

class Malformed extends Error {}

const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escapeForm = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const loneSurrogate = /\p{Surrogate}/u;
const [tab, lineFeed, carriageReturn, blank, quote, backslash] = [0x09, 0x0a, 0x0d, 0x20, 0x22, 0x5c];

class Parser {
  private readonly text: string;
  private at = 0;
  private values = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): JsonValue {
    const value = this.value(0);
    if (this.at !== this.text.length) this.malformed('something follows the value');
    return value;
  }

  private value(depth: number): JsonValue {
    if (depth > jsonDepthMax) this.malformed(`nested deeper than ${jsonDepthMax}`);
    this.values += 1;
    if (this.values > jsonValuesMax) this.malformed(`more than ${jsonValuesMax} values`);
    this.space();
    const value = this.bare(depth);
    this.space();
    return value;
  }

  private bare(depth: number): JsonValue {
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

  private object(depth: number): JsonObject {
    const object: Record<string, JsonValue> = Object.create(null);
    this.at += 1;
    this.space();
    if (this.taken('}')) return object;
    do {
      this.space();
      const key = this.string();
      if (key in object)
        this.malformed(`the member ${shortened(JSON.stringify(key), nameWordsCharsMax)} appears twice`);
      this.space();
      this.expect(':');
      object[key] = this.value(depth + 1);
    } while (this.taken(','));
    this.expect('}');
    return object;
  }

  private array(depth: number): readonly JsonValue[] {
    const array: JsonValue[] = [];
    this.at += 1;
    this.space();
    if (this.taken(']')) return array;
    do array.push(this.value(depth + 1));
    while (this.taken(','));
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

  private number(): number {
    const value = Number(this.match(numberForm) ?? this.malformed('a value is needed'));
    if (!Number.isFinite(value)) this.malformed('a number out of range');
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) this.malformed('an integer beyond 2^53 - 1');
    return value;
  }

  private word<T extends JsonValue>(word: string, value: T): T {
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

/** The value that JSON bytes stand for, or one line on what is wrong with them. The caller has bounded their length. */
export function parseStrictJson(bytes: Uint8Array): Result<JsonValue, string> {
  const text = fromUtf8(bytes);
  if (text === undefined) return fail('not well-formed UTF-8');
  try {
    return ok(new Parser(text).document());
  } catch (error) {
    if (error instanceof Malformed) return fail(error.message);
    throw error;
  }
}

// Owns: the words, signs and strings of a DBC file's text, with their lines, and strings that do not end. Must not know statements.
import type { DbcFault } from './dbcFile.ts';

export interface Token {
  readonly kind: 'word' | 'sign' | 'string' | 'end';
  readonly text: string;
  readonly line: number;
  readonly isFirstOfLine: boolean;
}

export const unclosed = 'the string that begins here is not closed';

/** A line that begins with `//` is no DBC's, but files of some tools have them. */
const tokenForm = /[^\S\n]+|\n|\/\/[^\n]*|"|[:;,()[\]|@]|[^\s":;,()[\]|@]+/y;
const endForm = /[^\S\n]*(?:;|\n|$)/y;
const commentForm = /[^\n]*"(?=[^\S\n]*;[^\S\n]*(?:\n|$))/y;

/** The words and signs of a text, and its strings without their quotation marks. */
export class Tokens {
  /** The first string that does not end. */
  fault: DbcFault | undefined;
  private readonly text: string;
  private at = 0;
  private line = 1;
  private isFirst = true;
  private ahead: Token | undefined;
  private isComment = false;

  constructor(text: string) {
    this.text = text;
  }

  /** What comes next is a statement of that keyword. */
  begin(keyword: string): void {
    this.isComment = keyword === 'CM_';
  }

  peek(): Token {
    this.ahead ??= this.take();
    return this.ahead;
  }

  next(): Token {
    const token = this.peek();
    this.ahead = undefined;
    return token;
  }

  private take(): Token {
    for (;;) {
      tokenForm.lastIndex = this.at;
      const [text] = tokenForm.exec(this.text) ?? [];
      if (text === undefined) return { kind: 'end', text: '', line: this.line, isFirstOfLine: true };
      this.at += text.length;
      if (text === '\n') {
        this.line += 1;
        this.isFirst = true;
      } else if (text === '"') return this.string();
      else if (text.trim() !== '' && !text.startsWith('//'))
        return this.token(/^[:;,()[\]|@]$/.test(text) ? 'sign' : 'word', text, this.line);
    }
  }

  private string(): Token {
    const { line } = this;
    const plain = this.plainString();
    const closed = plain !== undefined && this.isComment ? this.wholeComment(plain) : plain;
    if (closed === undefined) {
      this.fault ??= { line, message: unclosed };
      this.at = this.text.length;
      return this.token('end', '', line);
    }
    this.at += closed.length;
    const token = this.token('string', closed.slice(0, -1).replaceAll('\\"', '"'), line);
    for (let end = closed.indexOf('\n'); end >= 0; end = closed.indexOf('\n', end + 1)) this.line += 1;
    return token;
  }

  /** Up to its quotation mark: `\"` stands for one within a string. */
  private plainString(): string | undefined {
    for (let end = this.text.indexOf('"', this.at); end >= 0; end = this.text.indexOf('"', end + 1)) {
      if (this.text[end - 1] !== '\\') return this.text.slice(this.at, end + 1);
    }
    return undefined;
  }

  /** People forget the backslash before a quotation mark: a comment of one line then goes on to the last one before its `;`. */
  private wholeComment(plain: string): string {
    endForm.lastIndex = this.at + plain.length;
    commentForm.lastIndex = this.at;
    const [longer] = endForm.test(this.text) ? [] : (commentForm.exec(this.text) ?? []);
    return longer ?? plain;
  }

  private token(kind: Token['kind'], text: string, line: number): Token {
    const isFirstOfLine = this.isFirst;
    this.isFirst = false;
    return { kind, text, line, isFirstOfLine };
  }
}

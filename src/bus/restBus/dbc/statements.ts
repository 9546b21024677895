// Owns: cutting the text of a DBC file into statements, whatever their lines: keyword, words in one form, strings apart. Must not know
// what they say.
import { fail, ok, type Result } from '../../../core/result.ts';
import { printable } from '../../../core/text.ts';
import { dbcStatementCharsMax } from '../../limits.ts';
import type { DbcFault } from './dbcFile.ts';
import { type Token, Tokens, unclosed } from './tokens.ts';

/** One statement, with one space between its words and signs, and `"N"` for string number N. */
export interface Statement {
  readonly keyword: string;
  readonly text: string;
  readonly strings: readonly string[];
  readonly line: number;
  /** Whether it ended with `;`. */
  readonly isClosed: boolean;
}

/** Statements without `;` at their end: the next one's keyword ends them. */
const open = ['VERSION', 'NS_', 'BS_', 'BU_', 'BO_', 'SG_'] as const;
/** Those that are read: their strings and names have a meaning. */
const read = ['BO_TX_BU_', 'BA_DEF_', 'BA_DEF_DEF_', 'BA_', 'SIG_VALTYPE_', 'SG_MUL_VAL_'] as const;
/** Those that say nothing of what is sent. */
const skipped = [
  ...[
    'CM_',
    'VAL_',
    'VAL_TABLE_',
    'EV_',
    'ENVVAR_DATA_',
    'EV_DATA_',
    'SIG_GROUP_',
    'SIG_TYPE_REF_',
    'SIGTYPE_VALTYPE_',
  ],
  ...[
    'SGTYPE_',
    'SGTYPE_VAL_',
    'BA_SGTYPE_',
    'BA_DEF_SGTYPE_',
    'BA_DEF_REL_',
    'BA_REL_',
    'BA_DEF_DEF_REL_',
    'BA_DEF_SGTYPE_',
  ],
  ...['BU_SG_REL_', 'BU_EV_REL_', 'BU_BO_REL_', 'CAT_', 'CAT_DEF_', 'FILTER', 'NS_DESC_'],
] as const;
const keywords: ReadonlySet<string> = new Set([...open, ...read, ...skipped]);
const opens: ReadonlySet<string> = new Set(open);
const skips: ReadonlySet<string> = new Set(skipped);
/** What a statement speaks of: on a line of its own it goes on with the one before. */
const objects: ReadonlySet<string> = new Set(['BO_', 'SG_', 'BU_', 'EV_']);

function isSkipped(keyword: string): boolean {
  return skips.has(keyword);
}

/** Whether it is a statement of DBC files at all. */
export function isKnown(keyword: string): boolean {
  return keywords.has(keyword);
}

/** The statements of a text in its order; the first fault ends them. */
export function* dbcStatements(text: string): Generator<Result<Statement, DbcFault>> {
  const tokens = new Tokens(text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n'));
  for (let first = tokens.next(); first.kind !== 'end'; first = tokens.next()) {
    if (first.text === ';' && first.kind === 'sign') continue;
    const statement = first.text === 'NS_' ? symbols(first, tokens) : whole(first, tokens);
    if (tokens.fault !== undefined) break;
    yield statement;
    if (!statement.ok) return;
  }
  if (tokens.fault !== undefined) yield fail(tokens.fault);
}

/** `NS_` lists keywords, so that none of them ends it: the first that has something else than a keyword behind it does. */
function symbols(first: Token, tokens: Tokens): Result<Statement, DbcFault> {
  let isSymbol = tokens.peek().text === ':';
  while (isSymbol) {
    tokens.next();
    const { text, kind, isFirstOfLine } = tokens.peek();
    isSymbol = kind === 'word' && (/^(?!BS_$|BU_$)[A-Z_]+_$/.test(text) || text === 'FILTER') && isFirstOfLine;
  }
  return ok({ keyword: 'NS_', text: '', strings: [], line: first.line, isClosed: false });
}

/** Their strings are texts that may go on over lines, but for an attribute's name, the first one. */
const hasTexts: ReadonlySet<string> = new Set(['CM_', 'BA_', 'BA_DEF_DEF_', 'BA_REL_', 'BA_DEF_DEF_REL_']);

function isUnclosed({ kind, text }: Token, keyword: string, isFirstString: boolean): boolean {
  if (kind !== 'string' || !text.includes('\n')) return false;
  return !hasTexts.has(keyword) || (isFirstString && keyword !== 'CM_');
}

function whole(first: Token, tokens: Tokens): Result<Statement, DbcFault> {
  const { text: keyword, line } = first;
  tokens.begin(keyword);
  const words = [keyword];
  const strings: string[] = [];
  let chars = keyword.length;
  let comment: Token | undefined;
  for (let token = tokens.peek(); token.kind !== 'end'; token = tokens.peek()) {
    if (token.kind === 'sign' && token.text === ';') {
      tokens.next();
      return ok({ keyword, text: words.join(' '), strings, line, isClosed: true });
    }
    if (endsBefore(token, keyword, comment !== undefined) || (token.isFirstOfLine && isComplete(words, strings))) break;
    tokens.next();
    if (isUnclosed(token, keyword, strings.length === 0)) return fail({ line: token.line, message: unclosed });
    // Behind a comment stands nothing but `;`: another word was within a string.
    if (comment !== undefined) return fail({ line: comment.line, message: unclosed });
    if (keyword === 'CM_' && token.kind === 'string') comment = token;
    if (isSkipped(keyword)) {
      if (token.kind === 'string') strings[0] = '';
      continue;
    }
    chars += token.text.length;
    if (chars > dbcStatementCharsMax) {
      const message = `the statement has more than the ${dbcStatementCharsMax} characters that are allowed`;
      return fail({ line, message });
    }
    words.push(token.kind === 'string' ? `"${strings.push(token.text) - 1}"` : token.text);
  }
  return ok({ keyword, text: words.join(' '), strings, line, isClosed: false });
}

/** Whether an open statement has all that belongs to it, so that what begins a line is not more of it. */
function isComplete(words: readonly string[], strings: readonly string[]): boolean {
  switch (words[0]) {
    case 'VERSION':
      return strings.length > 0;
    case 'BS_':
      return words.length > 1;
    case 'BO_':
      return words.length >= 6;
    case 'SG_':
      return strings.length > 0 && words.at(-1) !== ',';
    default:
      return false;
  }
}

/** Whether the keyword of another statement ends this one. */
function endsBefore({ kind, text, isFirstOfLine }: Token, keyword: string, hasComment: boolean): boolean {
  if (kind !== 'word' || !isFirstOfLine || !keywords.has(text)) return false;
  // Where a `;` is still to come, `BO_` and the like go on with the statement.
  return opens.has(keyword) || !keywords.has(keyword) || !objects.has(text) || hasComment;
}

/** What is wrong with a statement that has not the form that it needs. */
export function malformed(statement: Statement, form: string): DbcFault {
  const { line, strings } = statement;
  if (strings.some((string) => string.includes('\n')))
    return { line, message: `a string in it is not closed: ${shown(statement)}` };
  const isOpen = !statement.isClosed && !opens.has(statement.keyword);
  return {
    line,
    message: isOpen ? `there is no ; behind ${shown(statement)}` : `not of the form ${form}: ${shown(statement)}`,
  };
}

/** A statement as it is shown in a message. */
function shown({ text, strings }: Statement): string {
  return printable(
    text.replace(/"(\d+)"/g, (_, index) => `"${strings[Number(index)] ?? ''}"`),
    60,
  );
}

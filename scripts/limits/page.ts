// Owns: the page of all limits: name, value and reason of each, as they stand in the sources. The value is what the constant has, the
// reason is the comment right above it.
// Must not know where the files stand, nor any single limit.
import ts from 'typescript';
import { KIB, MIB } from '../../src/core/units.ts';

export interface Limit {
  readonly name: string;
  readonly value: number;
  /** Empty where none is given. */
  readonly reason: string;
}

/** The limits of one file. */
export interface RoomLimits {
  /** The folder that the file stands in. */
  readonly room: string;
  readonly limits: readonly Limit[];
}

function isExported(statement: ts.Statement): statement is ts.VariableStatement {
  if (!ts.isVariableStatement(statement)) return false;
  return statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function reasonAbove(statement: ts.Statement): string {
  const comment = ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc).at(-1)?.comment;
  return (ts.getTextOfJSDocComment(comment) ?? '').replace(/\s+/g, ' ').trim();
}

/**
 * The exported constants of a `limits.ts`, in their order.
 * @param values what the module exports
 */
export function limitsOf(source: string, values: Readonly<Record<string, unknown>>): readonly Limit[] {
  const file = ts.createSourceFile('limits.ts', source, ts.ScriptTarget.Latest, true);
  return file.statements.filter(isExported).flatMap((statement) => {
    const reason = reasonAbove(statement);
    return statement.declarationList.declarations.map((declaration): Limit => {
      const name = declaration.name.getText(file);
      const value = values[name];
      if (typeof value !== 'number') throw new Error(`${name} is no number: a limit is one`);
      return { name, value, reason };
    });
  });
}

interface Unit {
  readonly word: string;
  readonly of: number;
}

const sizes: readonly Unit[] = [
  { word: 'MiB', of: MIB },
  { word: 'KiB', of: KIB },
  { word: 'B', of: 1 },
];
/** In nanoseconds. */
const times: readonly Unit[] = [
  { word: 'h', of: 3_600_000_000_000 },
  { word: 'min', of: 60_000_000_000 },
  { word: 's', of: 1_000_000_000 },
  { word: 'ms', of: 1_000_000 },
  { word: 'µs', of: 1_000 },
  { word: 'ns', of: 1 },
];
const nsPer: Readonly<Record<string, number>> = { Ns: 1, Us: 1_000, Ms: 1_000_000, Seconds: 1_000_000_000 };
/** Names end in their unit, and in what kind of bound they are. */
const unitInName = /(BytesPerSecond|Bytes|Chars|Bits|Frames|Ns|Us|Ms|Seconds)(?:Max|Min)?$/;

/** Without Intl, whose separators depend on the machine. */
function counted(value: number): string {
  if (value >= 2 ** 31 && Number.isInteger(Math.log2(value))) return `2^${Math.log2(value)}`;
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

function time(ns: number): string {
  const whole = times.find(({ of }) => ns % of === 0);
  return whole === undefined ? `${ns} ns` : `${counted(ns / whole.of)} ${whole.word}`;
}

/** In the largest unit that it is whole in; where that takes too many digits, in MiB, with all its bytes behind it. */
function size(bytes: number): string {
  const whole = sizes.find(({ of }) => bytes % of === 0 && bytes / of < 10_000);
  if (whole !== undefined) return `${counted(bytes / whole.of)} ${whole.word}`;
  return `${(bytes / MIB).toFixed(2)} MiB (${counted(bytes)} B)`;
}

/** A limit's value with the unit that its name ends in; a count where it ends in none. */
export function valueWords(name: string, value: number): string {
  const unit = unitInName.exec(name)?.[1];
  if (unit === undefined) return counted(value);
  if (unit === 'Bytes') return size(value);
  if (unit === 'BytesPerSecond') return `${size(value)}/s`;
  const ns = nsPer[unit];
  if (ns !== undefined) return time(value * ns);
  return `${counted(value)} ${unit === 'Chars' ? 'characters' : unit.toLowerCase()}`;
}

/**
 * The page, room by room: a line a limit.
 * @throws where a limit has no reason
 */
export function limitsPage(rooms: readonly RoomLimits[]): string {
  const all = rooms.flatMap(({ limits }) => limits);
  const without = all.filter(({ reason }) => reason === '').map(({ name }) => name);
  if (without.length > 0) throw new Error(`no reason is given right above ${without.join(', ')}`);
  const nameWidth = Math.max(...all.map(({ name }) => name.length));
  const valueWidth = Math.max(...all.map(({ name, value }) => valueWords(name, value).length));
  const line = ({ name, value, reason }: Limit) =>
    `  ${name.padEnd(nameWidth)}  ${valueWords(name, value).padStart(valueWidth)}  ${reason}\n`;
  return rooms.map(({ room, limits }) => `${room}\n${limits.map(line).join('')}`).join('\n');
}

// Owns: the signals of a DBC file's messages: `SG_`, and what `SIG_VALTYPE_` and `SG_MUL_VAL_` add to them. Must not know messages.
import { printable } from '../../../core/text.ts';
import { signalBitsMax } from '../../limits.ts';
import type { DbcFault, DbcSignal, RawRange, SignalCondition } from './dbcFile.ts';
import { malformed, type Statement } from './statements.ts';

/** Names in letters of any language: the standard has only a few, tools write more. */
export const dbcNameCharsMax = 128;

/** A signal as its own statement says it: which signal switches it may come later. */
export interface ReadSignal extends Omit<DbcSignal, 'when' | 'startValue'> {
  /** Its `mN`: the value of its message's only switch with which it is in the frame. */
  readonly switchValue: number | undefined;
}

const number = '([-+]?(?:\\d{1,40}\\.?\\d{0,40}|\\.\\d{1,40})(?:[eE][-+]?\\d{1,3})?)';
const signalForm = new RegExp(
  `^SG_ (\\S{1,${dbcNameCharsMax}})(?: (M|m\\d{0,10}M?))? : (\\d{1,3}) \\| (\\d{1,3}) @ ([01]) ?([-+]) \\( ${number} , ${number} \\) \\[ ${number} \\| ${number} \\] "0"(?: [^"]*)?$`,
);
const valueTypeForm = /^SIG_VALTYPE_ (\d{1,10}) (\S+)(?: :)? ([0-3])$/;
const multiplexForm = /^SG_MUL_VAL_ (\d{1,10}) (\S+) (\S+) ([-\d , ]+)$/;
const rangeForm = /^(\d{1,15}) ?- ?(\d{1,15})$/;

/** Reads a `SG_`. */
export function readSignal(statement: Statement): ReadSignal | DbcFault {
  const form = signalForm.exec(statement.text);
  if (form === null)
    return malformed(statement, 'SG_ NAME : START|LENGTH@ORDER SIGN (FACTOR,OFFSET) [MIN|MAX] "UNIT" NODES');
  const [, name = '', mux = '', start, length, order, sign, factor, offset, min, max] = form;
  const bits = Number(length);
  if (bits < 1 || bits > signalBitsMax) {
    return {
      line: statement.line,
      message: `${printable(name, 60)}: a signal has 1 to ${signalBitsMax} bits, not ${bits}`,
    };
  }
  const [, value] = /^m(\d+)/.exec(mux) ?? [];
  return {
    name: printable(name, dbcNameCharsMax),
    start: Number(start),
    length: bits,
    bigEndian: order === '0',
    signed: sign === '-',
    float: false,
    factor: Number(factor),
    offset: Number(offset),
    min: Number(min),
    max: Number(max),
    unit: printable(statement.strings[0] ?? '', dbcNameCharsMax),
    isSwitch: mux.endsWith('M'),
    switchValue: value === undefined ? undefined : Number(value),
  };
}

/** What a statement says of a signal of another one, by the message's number and the signal's name. */
interface Addition<T> {
  readonly number: number;
  readonly signal: string;
  readonly says: T;
}

/** Reads a `SIG_VALTYPE_`: whether the signal's bits are an IEEE 754 number. */
export function readValueType(statement: Statement): Addition<boolean> | DbcFault {
  const [, message, signal = '', type] = valueTypeForm.exec(statement.text) ?? [];
  if (message === undefined) return malformed(statement, 'SIG_VALTYPE_ NUMBER SIGNAL : 0, 1 or 2;');
  return { number: Number(message), signal: printable(signal, dbcNameCharsMax), says: type === '1' || type === '2' };
}

/** Reads a `SG_MUL_VAL_`: which signal is the switch of another one, and its values with which that is in the frame. */
export function readCondition(statement: Statement): Addition<SignalCondition> | DbcFault {
  const [, message, signal = '', by = '', list = ''] = multiplexForm.exec(statement.text) ?? [];
  const ranges = list.split(',').map((range): RawRange | undefined => {
    const [, low, high] = rangeForm.exec(range.trim()) ?? [];
    return low === undefined ? undefined : [Number(low), Number(high)];
  });
  const whole = ranges.filter((range) => range !== undefined);
  if (message === undefined || whole.length < ranges.length)
    return malformed(statement, 'SG_MUL_VAL_ NUMBER SIGNAL SWITCH LOW-HIGH, ...;');
  return {
    number: Number(message),
    signal: printable(signal, dbcNameCharsMax),
    says: { switch: printable(by, dbcNameCharsMax), ranges: whole },
  };
}

/** When a signal is in the frame, where no `SG_MUL_VAL_` says it: the one switch of the message, with the value of its `mN`. */
export function plainCondition(
  { switchValue, name }: ReadSignal,
  signals: readonly ReadSignal[],
): SignalCondition | undefined {
  if (switchValue === undefined) return undefined;
  const others = signals.filter((signal) => signal.isSwitch && signal.name !== name);
  const top = others.find((signal) => signal.switchValue === undefined) ?? others[0];
  return top === undefined ? undefined : { switch: top.name, ranges: [[switchValue, switchValue]] };
}

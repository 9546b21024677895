// Owns: reading a DBC file's text: its messages with their signals and attributes, or what is wrong and in which line. Must not know
// files, or which messages are sent.
import { dbcMessagesMax } from '../../../core/limits.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { printable } from '../../../core/text.ts';
import { dbcSignalsMax, dbcUnknownMax } from '../../limits.ts';
import { Attributes } from './attributes.ts';
import type { DbcFault, DbcFile, DbcMessage, DbcSignal, SignalCondition } from './dbcFile.ts';
import {
  dbcNameCharsMax,
  plainCondition,
  type ReadSignal,
  readCondition,
  readSignal,
  readValueType,
} from './signals.ts';
import { dbcStatements, isKnown, malformed, type Statement } from './statements.ts';

/** The bit of a DBC's message number by which the id has 29 bits. */
const extendedFlag = 0x8000_0000;
/** The message that holds the signals of no message, by its number or its name. */
const independentSignals = { number: 0xc000_0000, name: 'VECTOR__INDEPENDENT_SIG_MSG' } as const;
/** `VFrameFormat` where the file has it as a bare number: the places of the names in the usual enumeration. */
const formats: Readonly<Record<string, string>> = {
  0: 'StandardCAN',
  1: 'ExtendedCAN',
  3: 'J1939PG',
  14: 'StandardCAN_FD',
  15: 'ExtendedCAN_FD',
};
/** Stands for no node. */
const nobody = 'Vector__XXX';

const messageForm = /^BO_ (\d{1,10}) (\S{1,128}) : (\d{1,6})(?: (\S{1,128}))?$/;
const sendersForm = /^BO_TX_BU_ (\d{1,10}) :((?: [^\s,]+| ,)+)$/;
const nodesForm = /^BU_ :((?: [^\s":;()[\]|@]+)*)$/;

interface Described {
  readonly number: number;
  readonly name: string;
  readonly bytes: number;
  readonly sender: string | undefined;
  readonly line: number;
  readonly signals: ReadSignal[];
}

class Reading {
  readonly attributes = new Attributes();
  private readonly messages = new Map<number, Described>();
  private readonly otherSenders = new Map<number, readonly string[]>();
  private readonly floats = new Set<string>();
  private readonly conditions = new Map<string, SignalCondition>();
  private readonly unknown = new Map<string, { readonly line: number; count: number }>();
  private nodes: readonly string[] = [];
  private signals = 0;
  /** Whose signals come next; undefined for one whose signals are of no message. */
  private current: Described | undefined;
  private isInMessage = false;

  take(statement: Statement): DbcFault | undefined {
    const { keyword } = statement;
    if (keyword === 'SG_') return this.takeSignal(statement);
    this.isInMessage = keyword === 'BO_' || (this.isInMessage && keyword === 'CM_');
    switch (keyword) {
      case 'BO_':
        return this.takeMessage(statement);
      case 'BU_':
        return this.takeNodes(statement);
      case 'BO_TX_BU_':
        return this.takeSenders(statement);
      case 'BA_DEF_':
      case 'BA_DEF_DEF_':
      case 'BA_':
        return this.attributes.take(statement);
      case 'SIG_VALTYPE_':
        return this.takeValueType(statement);
      case 'SG_MUL_VAL_':
        return this.takeCondition(statement);
    }
    if (!isKnown(keyword)) this.takeUnknown(statement);
    return undefined;
  }

  file(): DbcFile {
    const messages = Array.from(this.messages.values(), (described) => this.message(described));
    const notes = Array.from(this.unknown, ([keyword, { line, count }]) => {
      return `line ${line}: ${keyword} is no statement that is known${count === 1 ? '' : ` (${count} times, this is the first)`}`;
    });
    return { nodes: this.nodes.map((name) => this.nodeName(name)), messages, notes };
  }

  private takeMessage(statement: Statement): DbcFault | undefined {
    const [, digits, name = '', bytes = '', sender = nobody] = messageForm.exec(statement.text) ?? [];
    this.current = undefined;
    if (digits === undefined) return malformed(statement, 'BO_ ID NAME: LENGTH NODE');
    const { line } = statement;
    const number = Number(digits);
    if (number === independentSignals.number || name === independentSignals.name) return undefined;
    if (number >= 2 * extendedFlag) return { line, message: `the message number ${digits} is not one of 32 bits` };
    if (this.messages.has(number)) return { line, message: `the message number ${digits} is used twice` };
    if (this.messages.size >= dbcMessagesMax)
      return { line, message: `more than the ${dbcMessagesMax} messages that are allowed` };
    this.current = {
      ...{ number, bytes: Number(bytes), line, signals: [] },
      name: printable(name, dbcNameCharsMax),
      sender: sender === nobody ? undefined : printable(sender, dbcNameCharsMax),
    };
    this.messages.set(number, this.current);
    return undefined;
  }

  private takeSignal(statement: Statement): DbcFault | undefined {
    const { line } = statement;
    if (!this.isInMessage)
      return { line, message: 'a signal without a message: SG_ stands behind the BO_ whose signal it is' };
    const signal = readSignal(statement);
    if (!('name' in signal)) return this.current === undefined ? undefined : signal;
    this.signals += 1;
    if (this.signals > dbcSignalsMax)
      return { line, message: `more than the ${dbcSignalsMax} signals that are allowed` };
    this.current?.signals.push(signal);
    return undefined;
  }

  private takeNodes(statement: Statement): DbcFault | undefined {
    const [, names] = nodesForm.exec(statement.text) ?? [];
    if (names === undefined) return malformed(statement, 'BU_: NODE NODE ...');
    this.nodes = names.split(' ').flatMap((name) => (name === '' ? [] : [printable(name, dbcNameCharsMax)]));
    return undefined;
  }

  private takeSenders(statement: Statement): DbcFault | undefined {
    const [, number, names] = sendersForm.exec(statement.text) ?? [];
    if (names === undefined) return malformed(statement, 'BO_TX_BU_ NUMBER : NODE,NODE;');
    const senders = names.split(/[ ,]+/).filter((name) => name !== '' && name !== nobody);
    this.otherSenders.set(
      Number(number),
      senders.map((name) => printable(name, dbcNameCharsMax)),
    );
    return undefined;
  }

  private takeValueType(statement: Statement): DbcFault | undefined {
    const read = readValueType(statement);
    if (!('says' in read)) return read;
    if (read.says) this.floats.add(`${read.number} ${read.signal}`);
    return undefined;
  }

  private takeCondition(statement: Statement): DbcFault | undefined {
    const read = readCondition(statement);
    if (!('says' in read)) return read;
    this.conditions.set(`${read.number} ${read.signal}`, read.says);
    return undefined;
  }

  private takeUnknown({ keyword, line }: Statement): void {
    const shown = printable(keyword, 40);
    const known = this.unknown.get(shown);
    if (known !== undefined) known.count += 1;
    else if (this.unknown.size < dbcUnknownMax) this.unknown.set(shown, { line, count: 1 });
  }

  private nodeName(name: string): string {
    return longName(name, this.attributes.own(`BU_ ${name}`, 'SystemNodeLongSymbol'));
  }

  private message({ number, name, bytes, sender, line, signals }: Described): DbcMessage {
    const { attributes } = this;
    const owner = `BO_ ${number}` as const;
    const value = (attribute: string) => attributes.of(owner, attribute);
    const cycleMs = positive(value('GenMsgCycleTime'));
    const format = value('VFrameFormat') ?? '';
    const named = this.otherSenders.get(number) ?? [];
    const senders = [...new Set([...(sender === undefined ? [] : [sender]), ...named])];
    return {
      name: longName(name, attributes.own(owner, 'SystemMessageLongSymbol')),
      shortName: name,
      id: number % extendedFlag,
      extended: number >= extendedFlag,
      bytes,
      senders: senders.map((node) => this.nodeName(node)),
      signals: signals.map((signal) => this.signal(number, signal, signals)),
      format: formats[format] ?? value('VFrameFormat'),
      cycleMs,
      sendType: value('GenMsgSendType'),
      startDelayMs: positive(value('GenMsgStartDelayTime')),
      line,
    };
  }

  private signal(number: number, signal: ReadSignal, all: readonly ReadSignal[]): DbcSignal {
    const { switchValue: _, ...place } = signal;
    const owner = `SG_ ${number} ${signal.name}` as const;
    const condition = this.conditions.get(`${number} ${signal.name}`) ?? plainCondition(signal, all);
    const start = this.attributes.own(owner, 'GenSigStartValue') ?? this.attributes.defaultOf('GenSigStartValue');
    const nameOf = (name: string) =>
      longName(name, this.attributes.own(`SG_ ${number} ${name}`, 'SystemSignalLongSymbol'));
    return {
      ...place,
      name: nameOf(signal.name),
      float: this.floats.has(`${number} ${signal.name}`),
      when: condition && { ...condition, switch: nameOf(condition.switch) },
      startValue: start === undefined || start === '' || !Number.isFinite(Number(start)) ? undefined : Number(start),
    };
  }
}

function longName(name: string, given: string | undefined): string {
  return given === undefined || given.trim() === '' ? name : printable(given, dbcNameCharsMax);
}

/** A number above 0, and of a text that is none nothing: files have `""` for it. */
function positive(text: string | undefined): number | undefined {
  const value = Number(text ?? '');
  return value > 0 ? value : undefined;
}

/** What the text of a DBC file says; the first thing that is wrong with it. */
export function readDbc(text: string): Result<DbcFile, DbcFault> {
  const reading = new Reading();
  for (const statement of dbcStatements(text)) {
    if (!statement.ok) return statement;
    const fault = reading.take(statement.value);
    if (fault !== undefined) return fail(fault);
  }
  return ok(reading.file());
}

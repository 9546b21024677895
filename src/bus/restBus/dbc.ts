// Owns: what a DBC file says of a bus's cyclic messages: id, length, sender, cycle time, frame format. Signals, value tables and all
// else in it are skipped. Must not know files or buses.

import { dbcMessagesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { printable } from '../../core/text.ts';
import { classicDataBytesMax, fdDataBytesMax, fdLengthAtLeast } from '../frame/checkFrame.ts';
import { dbcLineCharsMax } from '../limits.ts';

/** A message that its node sends again and again. */
export interface CyclicMessage {
  readonly name: string;
  readonly node: string;
  readonly id: number;
  readonly extended: boolean;
  readonly fd: boolean;
  readonly bytes: number;
  readonly cycleMs: number;
}

export interface DbcFault {
  readonly line: number;
  readonly message: string;
}

/** Cycle times: below, a message would fill any bus by itself; above, it would not come within a drive. */
export const cycleMsMin = 0.5;
export const cycleMsMax = 3_600_000;

/** The bit of a DBC's message number by which the id has 29 bits. */
const extendedFlag = 0x8000_0000;
/** The message that holds the signals of no message. */
const independentSignals = 0xc000_0000;
/** The sender of messages that no node sends. */
const nobody = 'Vector__XXX';

/** Names in letters of any language: the standard has only a few, tools write more. */
const dbcNameCharsMax = 128;
const messageForm = /^BO_\s+(\d{1,10})\s+([^\s:"]{1,128})\s*:\s*(\d{1,4})\s+([^\s"]{1,128})\s*$/;
const valueForm = /^BA_\s+"(\w{1,128})"\s+BO_\s+(\d{1,10})\s+"?([^";]{1,64})"?\s*;/;
const defaultForm = /^BA_DEF_DEF_\s+"(\w{1,128})"\s+"?([^";]{0,64})"?\s*;/;
const enumForm = /^BA_DEF_\s+BO_\s+"(\w{1,128})"\s+ENUM\s+(.*);/;
const cycleTime = 'GenMsgCycleTime';
const frameFormat = 'VFrameFormat';

interface Described {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  readonly node: string;
  readonly line: number;
}

class Reading {
  readonly messages = new Map<number, Described>();
  readonly values = new Map<string, string>();
  readonly defaults = new Map<string, string>();
  formats: readonly string[] = [];

  value(attribute: string, id: number): string | undefined {
    return this.values.get(`${attribute} ${id}`) ?? this.defaults.get(attribute);
  }
}

/** The cyclic messages of a DBC file's text, in its order: those with a sender and a `GenMsgCycleTime` above 0. */
export function readDbc(text: string): Result<readonly CyclicMessage[], DbcFault> {
  const reading = new Reading();
  let inText = false;
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.trim();
    // A comment goes on over lines, which may look like anything.
    const isText = inText;
    if ((line.replaceAll('\\"', '').split('"').length & 1) === 0) inText = !inText;
    if (line.length > dbcLineCharsMax)
      return fail({
        line: index + 1,
        message: `the line has ${line.length} characters, at most ${dbcLineCharsMax} are allowed`,
      });
    const problem = isText ? undefined : readLine(line, index + 1, reading);
    if (problem !== undefined) return fail({ line: index + 1, message: problem });
  }
  const messages: CyclicMessage[] = [];
  for (const described of reading.messages.values()) {
    const message = cyclic(described, reading);
    if (typeof message === 'string') return fail({ line: described.line, message });
    if (message !== undefined) messages.push(message);
  }
  return ok(messages);
}

/** What is wrong with the line, if anything. */
function readLine(text: string, line: number, reading: Reading): string | undefined {
  if (/^BO_\s/.test(text)) return readMessage(text, line, reading);
  const [, attribute, id, value] = valueForm.exec(text) ?? [];
  if (attribute !== undefined && value !== undefined) reading.values.set(`${attribute} ${Number(id)}`, value);
  const [, defaulted, standard] = defaultForm.exec(text) ?? [];
  if (defaulted !== undefined && standard !== undefined) reading.defaults.set(defaulted, standard);
  const [, enumerated, list = ''] = enumForm.exec(text) ?? [];
  if (enumerated === frameFormat) reading.formats = [...list.matchAll(/"([^"]*)"/g)].map(([, name = '']) => name);
  return undefined;
}

function readMessage(text: string, line: number, reading: Reading): string | undefined {
  const [, id = '', name = '', bytes = '', node = ''] = messageForm.exec(text) ?? [];
  if (id === '') return `not of the form BO_ ID NAME: LENGTH NODE: ${printable(text, 60)}`;
  const number = Number(id);
  if (number === independentSignals) return undefined;
  if (number >= 2 * extendedFlag) return `the message number ${id} is not one of 32 bits`;
  if (reading.messages.has(number)) return `the message number ${id} is used twice`;
  if (reading.messages.size >= dbcMessagesMax) return `more than the ${dbcMessagesMax} messages that are allowed`;
  reading.messages.set(number, {
    ...{ id: number, bytes: Number(bytes), line },
    name: printable(name, dbcNameCharsMax),
    node: printable(node, dbcNameCharsMax),
  });
  return undefined;
}

function cyclic({ id: number, name, bytes, node }: Described, reading: Reading): CyclicMessage | string | undefined {
  const cycleMs = Number(reading.value(cycleTime, number) ?? 0);
  if (!(cycleMs > 0) || node === nobody) return undefined;
  if (cycleMs < cycleMsMin || cycleMs > cycleMsMax) {
    return `${name}: a cycle of ${cycleMs} ms is not one of ${cycleMsMin} to ${cycleMsMax} ms`;
  }
  const extended = number >= extendedFlag;
  const id = number % extendedFlag;
  if (id > (extended ? 0x1fff_ffff : 0x7ff)) return `${name}: the id ${id} is not one of ${extended ? 29 : 11} bits`;
  const given = reading.value(frameFormat, number) ?? '';
  const format = reading.formats[Number(given)] ?? given;
  const fd = /_?FD$/i.test(format) || bytes > classicDataBytesMax;
  if (bytes > fdDataBytesMax) return `${name}: a frame has 0 to ${fdDataBytesMax} bytes, not ${bytes}`;
  return { name, node, id, extended, fd, bytes: fd ? (fdLengthAtLeast(bytes) ?? bytes) : bytes, cycleMs };
}

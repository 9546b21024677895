// Owns: which messages of a DBC file are background traffic: those that were chosen, that have a cycle, and that go in one frame. Must
// not know files or buses.
import { didYouMean } from '../../../core/nearest.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { classicDataBytesMax, fdDataBytesMax, fdLengthAtLeast } from '../../frame/checkFrame.ts';
import type { DrivenSignal } from '../signals/signalDrivers.ts';
import type { DbcFault, DbcFile, DbcMessage } from './dbcFile.ts';

/** A message that its node sends again and again. */
export interface CyclicMessage {
  readonly name: string;
  readonly node: string;
  readonly id: number;
  readonly extended: boolean;
  readonly fd: boolean;
  readonly bytes: number;
  readonly cycleMs: number;
  /** The first one is sent so long after the start; at a moment within the first cycle when omitted. */
  readonly delayMs?: number | undefined;
  /** What it carries where no signal says more; drawn anew each time when omitted. In hexadecimal. */
  readonly data?: string | undefined;
  readonly signals?: readonly DrivenSignal[] | undefined;
}

/** Cycle times: below, a message would fill any bus by itself; above, it would not come within a drive. */
export const cycleMsMin = 0.5;
export const cycleMsMax = 3_600_000;

/** The node that sends what the file gives to no node. */
export const restBusNode = 'rest-bus';

/** What the user wants of a file. */
export interface MessageChoice {
  /** Of messages that have no cycle of their own. */
  readonly cycleMs?: number | undefined;
  /** By name: these alone, spontaneous ones as well; or all but those. */
  readonly messages?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  /** Those that one of these sends. */
  readonly nodes?: readonly string[] | undefined;
}

/** What is wrong with the choice: which member, and which of its values. */
export interface ChoiceFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface ChosenMessage {
  readonly described: DbcMessage;
  readonly cyclic: CyclicMessage;
}

export interface ChosenMessages {
  readonly chosen: readonly ChosenMessage[];
  /** What is left out, and why, a line for each reason. */
  readonly notes: readonly string[];
}

/** Send types by which a message is not sent by the clock; in those that name both, the clock counts. */
const spontaneous = /spontan|event|change|write|active|request|trigger|notused/i;
const byClock = /cycl|period/i;

/** Names told of a group of messages. */
const namesToldMax = 3;

export function chooseMessages(
  { messages, nodes, notes }: DbcFile,
  choice: MessageChoice,
): Result<ChosenMessages, DbcFault | ChoiceFault> {
  const unknown = unknownName(messages, nodes, choice);
  if (unknown !== undefined) return fail(unknown);
  const leftOut = new Map<string, string[]>();
  const chosen: ChosenMessage[] = [];
  for (const described of messages.filter((message) => isWanted(message, choice))) {
    const reason = reasonToLeaveOut(described, choice);
    if (reason !== undefined) {
      leftOut.set(reason, [...(leftOut.get(reason) ?? []), described.name]);
      continue;
    }
    const cyclic = cyclicMessage(described, choice);
    if (typeof cyclic === 'string') return fail({ line: described.line, message: cyclic });
    chosen.push({ described, cyclic });
  }
  const reasons = Array.from(leftOut, ([reason, names]) => `${some(names)} left out: ${reason}`);
  return ok({ chosen, notes: [...notes, ...reasons] });
}

function hasName({ name, shortName }: DbcMessage, names: readonly string[]): boolean {
  return names.includes(name) || names.includes(shortName);
}

function isWanted(message: DbcMessage, { messages, exclude, nodes }: MessageChoice): boolean {
  if (messages !== undefined && !hasName(message, messages)) return false;
  if (exclude !== undefined && hasName(message, exclude)) return false;
  return nodes === undefined || message.senders.some((sender) => nodes.includes(sender));
}

function unknownName(
  all: readonly DbcMessage[],
  nodes: readonly string[],
  choice: MessageChoice,
): ChoiceFault | undefined {
  const names = all.flatMap(({ name, shortName }) => [name, shortName]);
  const senders = [...new Set([...all.flatMap((message) => message.senders), ...nodes])];
  for (const [member, what, known] of [
    ['messages', 'message', names],
    ['exclude', 'message', names],
    ['nodes', 'node', senders],
  ] as const) {
    for (const [index, name] of (choice[member] ?? []).entries()) {
      if (known.includes(name)) continue;
      return { path: [member, index], message: `the file has no ${what} ${name}${didYouMean(name, known)}` };
    }
  }
  const idle = choice.nodes?.findIndex((node) => !all.some((message) => message.senders.includes(node))) ?? -1;
  const node = choice.nodes?.[idle];
  return node === undefined ? undefined : { path: ['nodes', idle], message: `${node} sends no message of the file` };
}

function reasonToLeaveOut(message: DbcMessage, { cycleMs, messages }: MessageChoice): string | undefined {
  const { bytes, format, sendType = '' } = message;
  if (format === 'J1939PG' && bytes > classicDataBytesMax)
    return 'longer than a frame, which J1939 sends in pieces by a protocol that the traffic does not have';
  const isNamed = messages !== undefined;
  if (spontaneous.test(sendType) && !byClock.test(sendType) && !isNamed)
    return 'not sent by the clock (GenMsgSendType); what `messages` names is sent all the same';
  if ((message.cycleMs ?? cycleMs) === undefined)
    return 'without a cycle (GenMsgCycleTime), and the traffic names none (`cycle`)';
  return undefined;
}

function cyclicMessage(message: DbcMessage, choice: MessageChoice): CyclicMessage | string {
  const { name, id, extended, bytes, format = '', senders, startDelayMs } = message;
  const cycleMs = message.cycleMs ?? choice.cycleMs ?? 0;
  if (cycleMs < cycleMsMin || cycleMs > cycleMsMax) {
    return `${name}: a cycle of ${cycleMs} ms is not one of ${cycleMsMin} to ${cycleMsMax} ms`;
  }
  if (id > (extended ? 0x1fff_ffff : 0x7ff)) return `${name}: the id ${id} is not one of ${extended ? 29 : 11} bits`;
  if (bytes > fdDataBytesMax) return `${name}: a frame has 0 to ${fdDataBytesMax} bytes, not ${bytes}`;
  const fd = /_?FD$/i.test(format) || bytes > classicDataBytesMax;
  const node = senders.find((sender) => choice.nodes?.includes(sender)) ?? senders[0] ?? restBusNode;
  const delayMs = startDelayMs !== undefined && startDelayMs <= cycleMsMax ? startDelayMs : undefined;
  const length = fd ? (fdLengthAtLeast(bytes) ?? bytes) : bytes;
  return { name, node, id, extended, fd, bytes: length, cycleMs, ...(delayMs !== undefined && { delayMs }) };
}

function some(names: readonly string[]): string {
  const told = names.slice(0, namesToldMax).join(', ');
  const others = names.length - namesToldMax;
  const text = others > 0 ? `${told} and ${others} more` : told;
  return `${names.length === 1 ? 'message' : `${names.length} messages`} ${text}`;
}

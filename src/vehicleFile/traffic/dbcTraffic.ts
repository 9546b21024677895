// Owns: background traffic that a DBC file describes: what a vehicle file says beside its name, and reading it.
import * as z from 'zod';
import { type CyclicMessage, chooseMessages, cycleMsMax } from '../../bus/restBus/dbc/cyclicMessages.ts';
import { readDbc } from '../../bus/restBus/dbc/readDbc.ts';
import { withContents } from '../../bus/restBus/signals/drivenMessages.ts';
import { fromUtf8 } from '../../core/bytes.ts';
import { InputError } from '../../core/faults.ts';
import { dbcMessagesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { readBoundedFile } from '../../files/regularFile.ts';
import { trafficFileBytesMax } from '../limits.ts';
import { durationBetween } from '../quantities.ts';
import { dbcName, driverOf, wantedDriver } from './signalForms.ts';
import { type TrafficFault, trafficFileName } from './trafficFile.ts';

const names = z.array(dbcName).min(1).max(dbcMessagesMax);

export const dbcTraffic = z
  .strictObject({
    dbc: trafficFileName,
    /** Of the messages that name none. */
    cycle: durationBetween(1, cycleMsMax, 'a duration such as 100ms').optional(),
    messages: names.optional(),
    exclude: names.optional(),
    nodes: names.optional(),
    /** What the messages carry where `signals` says no more: bits from the seed, or the start values of their signals. */
    contents: z.enum(['seed', 'start-values']).optional(),
    signals: z.record(dbcName, z.record(dbcName, wantedDriver)).optional(),
  })
  .superRefine(({ messages, exclude }, context) => {
    if (messages === undefined || exclude === undefined) return;
    context.addIssue({ code: 'custom', path: ['exclude'], message: 'it does not go with messages' });
  });

type DbcTraffic = z.output<typeof dbcTraffic>;

interface DbcTrafficRead {
  readonly messages: CyclicMessage[];
  readonly notes: readonly string[];
}

/** The messages that are sent, and what is left out. Throws an InputError that names the file and the line. */
export function readDbcTraffic(traffic: DbcTraffic, path: string): Result<DbcTrafficRead, TrafficFault> {
  const bytes = readBoundedFile(path, trafficFileBytesMax);
  // What is no UTF-8 is of the code page of Western Windows, in which tools have written DBC files since they exist.
  const read = readDbc(fromUtf8(bytes) ?? new TextDecoder('windows-1252').decode(bytes));
  if (!read.ok) throw new InputError(`${path}:${read.fault.line}: ${read.fault.message}`);
  const { cycle: cycleMs, messages, exclude, nodes, contents, signals = {} } = traffic;
  const picked = chooseMessages(read.value, { cycleMs, messages, exclude, nodes });
  if (!picked.ok) {
    if ('line' in picked.fault) throw new InputError(`${path}:${picked.fault.line}: ${picked.fault.message}`);
    return fail({ path: picked.fault.path, text: picked.fault.message });
  }
  const { chosen, notes } = picked.value;
  // Where a cycle was given, a file of spontaneous messages alone is quiet, and that is told.
  const isQuiet = cycleMs !== undefined && notes.length > 0 && read.value.messages.length > 0;
  if (chosen.length === 0 && !isQuiet) {
    const why =
      notes.length > 0 ? notes.join('; ') : read.value.messages.length === 0 ? 'it has none' : 'none was chosen';
    throw new InputError(`${path}: no message in it is left to be sent: ${why}`);
  }
  const filled = withContents(chosen, read.value.messages, {
    startValues: contents === 'start-values',
    signals: Object.fromEntries(
      Object.entries(signals).map(([message, drivers]) => [
        message,
        Object.fromEntries(Object.entries(drivers).map(([signal, wanted]) => [signal, driverOf(wanted)])),
      ]),
    ),
  });
  if (!filled.ok) return fail({ path: filled.fault.path, text: filled.fault.message });
  return ok({ messages: [...filled.value], notes: notes.map((note) => `${path}: ${note}`) });
}

// Owns: giving the messages of a DBC file their contents: start values, and the signals that the user drives, each judged against its
// bits and its frame. Must not know files.
import { toHex } from '../../../core/bytes.ts';
import { didYouMean } from '../../../core/nearest.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { signalSwitchesMax } from '../../limits.ts';
import type { ChoiceFault, ChosenMessage, CyclicMessage } from '../dbc/cyclicMessages.ts';
import type { DbcMessage, DbcSignal, SignalCondition, SignalPlace } from '../dbc/dbcFile.ts';
import { e2eCounterMax } from './e2eProfile1.ts';
import { fits, rawOfNumber, rawOfPhysical, rawRange } from './packSignal.ts';
import { type DrivenSignal, driveSignals, isChecksum, type SignalDriver } from './signalDrivers.ts';

type Checksum = Extract<SignalDriver, { crc: string } | { e2eProfile1: object }>;

/** What the user wants of a signal: a counter goes up to what its bits hold unless it is told otherwise. */
export type WantedDriver =
  | Exclude<SignalDriver, { counter: object }>
  | { readonly counter: { readonly from: number; readonly to?: number | undefined; readonly step: number } };

export interface WantedContents {
  /** Whether messages begin with the start values of their signals; else with bits from the seed. */
  readonly startValues: boolean;
  /** By message and signal, by their names in the file. */
  readonly signals: Readonly<Record<string, Readonly<Record<string, WantedDriver>>>>;
}

/** The messages with their contents; `all` names those that the file has besides. */
export function withContents(
  chosen: readonly ChosenMessage[],
  all: readonly DbcMessage[],
  { startValues, signals }: WantedContents,
): Result<readonly CyclicMessage[], ChoiceFault> {
  const wanted = new Map<DbcMessage, Readonly<Record<string, WantedDriver>>>();
  const keys = new Map<DbcMessage, string>();
  for (const [name, drivers] of Object.entries(signals)) {
    const isIt = ({ name: long, shortName }: DbcMessage) => long === name || shortName === name;
    const message = chosen.find(({ described }) => isIt(described))?.described;
    if (message === undefined) {
      const isLeftOut = all.some(isIt);
      const names = chosen.map(({ described }) => described.name);
      const why = isLeftOut
        ? `the message ${name} is not sent`
        : `the file has no message ${name}${didYouMean(name, names)}`;
      return fail({ path: ['signals', name], message: why });
    }
    wanted.set(message, drivers);
    keys.set(message, name);
  }
  const messages: CyclicMessage[] = [];
  for (const { described, cyclic } of chosen) {
    const filled = contentsOf(described, cyclic, wanted.get(described) ?? {}, startValues);
    if (!filled.ok) {
      const { path, message } = filled.fault;
      return fail({ path: ['signals', keys.get(described) ?? '', ...path], message });
    }
    messages.push({ ...cyclic, ...filled.value });
  }
  return ok(messages);
}

type Contents = Pick<CyclicMessage, 'data' | 'signals'>;

function contentsOf(
  message: DbcMessage,
  { bytes }: CyclicMessage,
  wanted: Readonly<Record<string, WantedDriver>>,
  startValues: boolean,
): Result<Contents, ChoiceFault> {
  const drivers = new Map<string, SignalDriver>();
  for (const [name, driver] of Object.entries(wanted)) {
    const signal = message.signals.find((one) => one.name === name);
    if (signal === undefined) {
      const names = message.signals.map((one) => one.name);
      return fail({ path: [name], message: `${message.name} has no signal ${name}${didYouMean(name, names)}` });
    }
    const judged = judgedDriver(signal, driver, wanted, bytes);
    if (!judged.ok) return fail({ path: [name, ...judged.fault.path], message: judged.fault.message });
    drivers.set(name, judged.value);
  }
  const inOrder = message.signals
    .filter((signal) => fits(signal, bytes))
    .map((signal) => ({ signal, when: switchesOf(signal, message.signals) }))
    .toSorted((a, b) => a.when.length - b.when.length);
  for (const { signal, when } of inOrder) if (drivers.has(signal.name)) setSwitches(when, message.signals, drivers);
  const moving = ({ when }: { readonly when: readonly SignalCondition[] }) => when.some((by) => drivers.has(by.switch));
  const data = new Uint8Array(bytes);
  if (startValues)
    driveSignals(
      data,
      inOrder.map((one) => driven(one, { raw: startOf(one.signal) })),
      { frame: 0, atMs: 0 },
    );
  const signals = inOrder.flatMap((one) => {
    const driver =
      drivers.get(one.signal.name) ?? (startValues && moving(one) ? { raw: startOf(one.signal) } : undefined);
    return driver === undefined ? [] : [driven(one, driver)];
  });
  return ok({ ...(startValues && { data: toHex(data) }), ...(signals.length > 0 && { signals }) });
}

/** Its conditions, the outermost first. */
function switchesOf(signal: DbcSignal, all: readonly DbcSignal[]): readonly SignalCondition[] {
  const conditions: SignalCondition[] = [];
  for (let at: DbcSignal | undefined = signal; at?.when !== undefined && conditions.length < signalSwitchesMax; ) {
    const { when }: DbcSignal = at;
    conditions.unshift(when);
    at = all.find(({ name }) => name === when.switch);
  }
  return conditions;
}

/** A switch that is not driven itself has a value with which the driven signal is in the frame. */
function setSwitches(
  conditions: readonly SignalCondition[],
  all: readonly DbcSignal[],
  drivers: Map<string, SignalDriver>,
): void {
  for (const { switch: name, ranges } of conditions) {
    const by = all.find((signal) => signal.name === name);
    if (by === undefined || drivers.has(name)) continue;
    const start = startOf(by);
    const isLetIn = ranges.some(([low, high]) => start >= low && start <= high);
    drivers.set(name, { raw: isLetIn ? start : (ranges[0]?.[0] ?? start) });
  }
}

function driven(
  { signal, when }: { readonly signal: DbcSignal; readonly when: readonly SignalCondition[] },
  driver: SignalDriver,
): DrivenSignal {
  const { name, start, length, bigEndian, signed, float, factor, offset } = signal;
  return { name, start, length, bigEndian, signed, float, factor, offset, driver, ...(when.length > 0 && { when }) };
}

/** Its raw start value: that of the file; else 0 where that is a value of the signal, else its least one. */
function startOf(signal: DbcSignal): number {
  const { startValue, min, max, offset } = signal;
  if (startValue !== undefined && rawOfNumber(signal, startValue) !== undefined) return startValue;
  const isZeroAllowed = min >= max || (offset >= min && offset <= max);
  return isZeroAllowed ? 0 : Number(rawOfPhysical(signal, min) ?? 0n);
}

function judgedDriver(
  signal: DbcSignal,
  wanted: WantedDriver,
  others: Readonly<Record<string, WantedDriver>>,
  bytes: number,
): Result<SignalDriver, ChoiceFault> {
  if (!fits(signal, bytes)) {
    const place = `${signal.start}|${signal.length}`;
    return fail({ path: [], message: `its bits (${place}) are not all within the ${bytes} bytes of the message` });
  }
  if (isChecksum(wanted)) return judgedChecksum(signal, wanted, others);
  const countsForE2e = Object.values(others).some(
    (other) => 'e2eProfile1' in other && other.e2eProfile1.countedBy === signal.name,
  );
  const driver = whole(signal, wanted, countsForE2e);
  const reached = reachedBy(driver);
  const isPhysical = !('raw' in driver || 'counter' in driver);
  for (const value of reached) {
    const raw = isPhysical ? rawOfPhysical(signal, value) : rawOfNumber(signal, value);
    if (raw === undefined) {
      return fail({ path: [], message: `${value} does not fit: the signal takes ${rangeText(signal, isPhysical)}` });
    }
  }
  return ok(driver);
}

function whole(signal: SignalPlace, wanted: Exclude<WantedDriver, Checksum>, countsForE2e: boolean): SignalDriver {
  if (!('counter' in wanted)) return wanted;
  const { from, to, step } = wanted.counter;
  const most = Math.min(Number(rawRange(signal)[1]), Number.MAX_SAFE_INTEGER);
  return { counter: { from, to: to ?? (countsForE2e ? Math.min(most, e2eCounterMax) : most), step } };
}

function reachedBy(driver: SignalDriver): readonly number[] {
  if ('raw' in driver) return [driver.raw];
  if ('value' in driver) return [driver.value];
  if ('ramp' in driver) return [driver.ramp.from, driver.ramp.to];
  return 'counter' in driver ? [driver.counter.from, driver.counter.to] : [];
}

function rangeText(signal: SignalPlace, isPhysical: boolean): string {
  if (signal.float)
    return signal.length === 32 || signal.length === 64 ? 'numbers of its IEEE 754 form' : 'no number of its length';
  const [low, high] = rawRange(signal);
  if (!isPhysical) return `raw values from ${low} to ${high}`;
  const ends = [low, high].map((raw) => Number((Number(raw) * signal.factor + signal.offset).toPrecision(12)));
  return `values from ${Math.min(...ends)} to ${Math.max(...ends)}`;
}

function judgedChecksum(
  { start, length, bigEndian }: SignalPlace,
  wanted: Checksum,
  others: Readonly<Record<string, WantedDriver>>,
): Result<SignalDriver, ChoiceFault> {
  if (length !== 8 || start % 8 !== (bigEndian ? 7 : 0)) {
    return fail({
      path: [],
      message: `a CRC of 8 bits needs a byte of its own; the signal has ${length} bits from ${start}`,
    });
  }
  if (!('e2eProfile1' in wanted)) return ok(wanted);
  const { countedBy, dataIdMode } = wanted.e2eProfile1;
  if (countedBy === undefined) {
    if (dataIdMode !== 'alternating') return ok(wanted);
    const message =
      'the signal that counts the frames is needed with `dataIdMode: alternating`, as in `countedBy: COUNTER`';
    return fail({ path: [], message });
  }
  const counters = Object.entries(others).flatMap(([name, driver]) => ('counter' in driver ? [name] : []));
  if (counters.includes(countedBy)) return ok(wanted);
  const message = `no signal of the message that is a counter here has the name ${countedBy}${didYouMean(countedBy, counters)}`;
  return fail({ path: ['e2eProfile1', 'countedBy'], message });
}

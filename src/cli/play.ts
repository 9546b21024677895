// Owns: `ecunet play`: recorded frames onto real interfaces, in real time.
import { Command, InvalidArgumentError } from 'commander';
import type { Bus } from '../bus/bus.ts';
import type { Enter } from '../bus/enter.ts';
import { checkInterface } from '../bus/socketcan/canInterface.ts';
import { openSocketCanBus } from '../bus/socketcan/openSocketCanBus.ts';
import { type PlayedFile, playFile } from '../capture/player/playFile.ts';
import { playRoutes } from '../capture/player/playRoutes.ts';
import { type Clock, EventQueue } from '../core/clock.ts';
import { InputError } from '../core/faults.ts';
import { monotonicMs } from '../core/hostTime.ts';
import { Pacer } from '../core/pacer.ts';
import { printable } from '../core/text.ts';
import { NS_PER_MS } from '../core/units.ts';

interface Options {
  readonly onto: readonly string[];
  readonly from?: readonly string[];
  readonly loop: number;
  readonly gap: number;
  readonly skip?: number;
  readonly speed: number;
}

const exitFailed = 1;
const exitInterrupted = 130;
const exitTerminated = 143;
const messageCharsMax = 500;

export function playCommand(): Command {
  return new Command('play')
    .description('send the frames of a capture on CAN interfaces, at the times at which they were recorded')
    .argument('<file>', 'a capture: .log of candump, .asc or .pcapng, each also with .gz')
    .requiredOption(
      '--onto <interface>',
      'where to send; can0=body sends there what body carried; may be repeated',
      collect,
    )
    .option(
      '--from <bus>',
      'send what this recorded bus carried, else all; may be repeated, once for each --onto',
      collect,
    )
    .option('--loop <n>', 'how often to play the file; i: until stopped', parseLoop, 1)
    .option('--gap <ms>', 'send what is due within the same so many milliseconds together', number(0), 0)
    .option('--skip <seconds>', 'leave out silences that are longer than this', number(0))
    .option('--speed <factor>', 'recorded seconds a second', number(Number.MIN_VALUE), 1)
    .action(play);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function parseLoop(text: string): number {
  if (text === 'i') return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('a whole number from 1, or i, is needed.');
  return Number(text);
}

/** A decimal number of at least `min`. */
function number(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,9}(\.\d{1,9})?$/.test(text) || value < min) {
      throw new InvalidArgumentError(min > 0 ? 'a number above 0 is needed.' : 'a number from 0 is needed.');
    }
    return value;
  };
}

async function play(path: string, { onto, from = [], loop, gap, skip, speed }: Options): Promise<void> {
  const routes = playRoutes(onto, from);
  const names = [...new Set(routes.map((route) => route.onto))];
  const interruption = new AbortController();
  const clock = new EventQueue();
  let failed: (cause: unknown) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    failed = reject;
  });
  const pacer = new Pacer(clock, 1, failed);
  const enter: Enter = (run) => pacer.enter(run);
  const buses = await openBuses(names, clock, enter);
  const startedMs = monotonicMs();
  pacer.start();
  const presentNs = () => (monotonicMs() - startedMs) * NS_PER_MS;
  stopOnSignals(interruption);
  try {
    const played = playFile({
      path,
      routes: routes.flatMap((route) => {
        const bus = buses.get(route.onto);
        return bus === undefined ? [] : [{ onto: bus, from: route.from }];
      }),
      timing: { speed, gapMs: gap, ...(skip !== undefined && { skipS: skip }) },
      loops: loop,
      clock,
      enter,
      presentNs,
      signal: interruption.signal,
    });
    report(path, names, await Promise.race([played, broken]), monotonicMs() - startedMs);
  } finally {
    pacer.stop();
    for (const bus of buses.values()) bus.close();
  }
}

/** Each carries FD frames where its interface does. Throws an InputError for one that cannot be had. */
async function openBuses(names: readonly string[], clock: Clock, enter: Enter): Promise<ReadonlyMap<string, Bus>> {
  const buses = new Map<string, Bus>();
  for (const name of names) {
    const fd = checkInterface(name, true).ok;
    const bus = await openSocketCanBus({ name, interface: name, fd, clock, enter, patienceMs: 0 });
    if (!bus.ok) {
      for (const opened of buses.values()) opened.close();
      throw new InputError(`--onto ${name}: ${bus.fault.message}`);
    }
    buses.set(name, bus.value);
  }
  return buses;
}

/** Whoever stops it is told what was played so far. */
function stopOnSignals(interruption: AbortController): void {
  const stop = (exitCode: number) => () => {
    process.exitCode = exitCode;
    interruption.abort();
  };
  process.once('SIGINT', stop(exitInterrupted));
  process.once('SIGTERM', stop(exitTerminated));
}

function report(path: string, names: readonly string[], played: PlayedFile, wallMs: number): void {
  const { frames, leftOut, latestNs, fault } = played;
  const late = `at most ${(latestNs / NS_PER_MS).toFixed(1)} ms late`;
  const errors = leftOut === 0 ? '' : `; ${leftOut} error frames left out`;
  const time = `${(wallMs / 1000).toFixed(1)} s`;
  const text = `${path}: ${frames} frames played onto ${names.join(', ')} in ${time}, ${late}${errors}`;
  process.stdout.write(`${printable(text, messageCharsMax)}\n`);
  if (fault === undefined) return;
  process.stderr.write(`ecunet: ${printable(fault.message, messageCharsMax)}\n`);
  process.exitCode = exitFailed;
}

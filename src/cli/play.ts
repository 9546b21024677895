// Owns: `ecunet play`: recorded frames onto real interfaces, in real time.
import type { Bus } from '../bus/bus.ts';
import type { Enter } from '../bus/enter.ts';
import { checkInterface } from '../bus/socketcan/canInterface.ts';
import { openSocketCanBus } from '../bus/socketcan/openSocketCanBus.ts';
import { type PlayedFile, playFile } from '../capture/player/playFile.ts';
import { playRoutes } from '../capture/player/playRoutes.ts';
import { InputError } from '../core/faults.ts';
import { printable } from '../core/text.ts';
import { type Clock, EventQueue } from '../core/time/clock.ts';
import { monotonicMs } from '../core/time/hostTime.ts';
import { Pacer } from '../core/time/pacer.ts';
import { NS_PER_MS } from '../core/units.ts';
import type { PlayOptions } from './commands/play.ts';
import { exitFailed, exitOk } from './process/exitCodes.ts';
import { type Io, tell } from './process/io.ts';
import { onEndingSignal } from './process/signals.ts';

const messageCharsMax = 500;

export async function play(
  io: Io,
  path: string,
  { onto, from = [], loop, gap, skip, speed }: PlayOptions,
): Promise<number> {
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
  // The user who stops it is told what was played so far.
  let stoppedWith: number | undefined;
  const stopListening = onEndingSignal((exitCode) => {
    if (stoppedWith !== undefined) process.exit(exitCode);
    stoppedWith = exitCode;
    interruption.abort();
  });
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
    const end = await Promise.race([played, broken]);
    report(io, path, names, end, monotonicMs() - startedMs);
    return end.fault === undefined ? (stoppedWith ?? exitOk) : exitFailed;
  } finally {
    stopListening();
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

function report(io: Io, path: string, names: readonly string[], played: PlayedFile, wallMs: number): void {
  const { frames, leftOut, latestNs, fault } = played;
  const late = `at most ${(latestNs / NS_PER_MS).toFixed(1)} ms late`;
  const errors = leftOut === 0 ? '' : `; ${leftOut} error frames left out`;
  const time = `${(wallMs / 1000).toFixed(1)} s`;
  const text = `${path}: ${frames} frames played onto ${names.join(', ')} in ${time}, ${late}${errors}`;
  io.out(`${printable(text, messageCharsMax)}\n`);
  if (fault !== undefined) tell(io, fault.message);
}

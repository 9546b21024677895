// Owns: `ecunet play`: recorded frames onto real interfaces, or into the attach points of a run, in real time.
import { parseCannelloniAddress, parseSlcanAddress } from '../attach/addresses.ts';
import { joinCannelloni } from '../attach/client/cannelloniSender.ts';
import type { RemoteBus } from '../attach/client/remoteBus.ts';
import { joinSlcan } from '../attach/client/slcanClient.ts';
import type { Bus } from '../bus/bus.ts';
import type { Enter } from '../bus/enter.ts';
import { checkInterface } from '../bus/socketcan/canInterface.ts';
import { openSocketCanBus } from '../bus/socketcan/openSocketCanBus.ts';
import { type PlayedFile, playFile } from '../capture/player/playFile.ts';
import { playRoutes } from '../capture/player/playRoutes.ts';
import { type EnvironmentFault, InputError } from '../core/faults.ts';
import type { Result } from '../core/result.ts';
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
  { onto = [], into = [], from = [], loop, gap, skip, speed }: PlayOptions,
): Promise<number> {
  const { interfaces, attachPoints } = playRoutes(onto, into, from);
  const routes = [...interfaces, ...attachPoints];
  if (routes.length === 0) throw new InputError('--onto INTERFACE or --into ADDRESS is needed: where to send');
  const interruption = new AbortController();
  const clock = new EventQueue();
  let failed: (cause: unknown) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    failed = reject;
  });
  const pacer = new Pacer(clock, 1, failed);
  const enter: Enter = (run) => pacer.enter(run);
  const opened = new Map<string, OpenBus>();
  const shut = () => {
    for (const bus of opened.values()) bus.close();
  };
  try {
    for (const { onto: name } of interfaces)
      if (!opened.has(name)) opened.set(name, await openInterface(name, clock, enter));
    for (const { onto: text } of attachPoints) if (!opened.has(text)) opened.set(text, await joinPoint(text, enter));
  } catch (problem) {
    shut();
    throw problem;
  }
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
        const bus = opened.get(route.onto);
        return bus === undefined ? [] : [{ onto: bus, from: route.from }];
      }),
      timing: { speed, gapMs: gap, ...(skip !== undefined && { skipS: skip }) },
      loops: loop,
      clock,
      enter,
      presentNs,
      tell: (note) => tell(io, note),
      signal: interruption.signal,
    });
    const end = await Promise.race([played, broken]);
    const refused = [...opened.values()].reduce((sum, bus) => sum + (bus.refused ?? 0), 0);
    const names = [...opened.values()].map(({ name }) => name);
    report(io, { path, names, refused, wallMs: monotonicMs() - startedMs }, end);
    return end.fault === undefined ? (stoppedWith ?? exitOk) : exitFailed;
  } finally {
    stopListening();
    pacer.stop();
    shut();
  }
}

type OpenBus = Pick<Bus, 'name' | 'attach' | 'close'> & Partial<Pick<RemoteBus, 'refused'>>;

/** It carries FD frames where its interface does. Throws an InputError for one that cannot be had. */
async function openInterface(name: string, clock: Clock, enter: Enter): Promise<OpenBus> {
  const fd = checkInterface(name, true).ok;
  const bus = await openSocketCanBus({ name, interface: name, fd, clock, enter, patienceMs: 0 });
  if (!bus.ok) throw new InputError(`--onto ${name}: ${bus.fault.message}`);
  return bus.value;
}

/** The attach point at an address of one of the two forms. Throws an InputError for one that cannot be had. */
async function joinPoint(text: string, enter: Enter): Promise<OpenBus> {
  const bus = await joined(text, enter);
  if (!bus.ok) throw new InputError(`--into ${text}: ${bus.fault.message}`);
  return bus.value;
}

function joined(text: string, enter: Enter): Promise<Result<RemoteBus, EnvironmentFault>> {
  const address = parseCannelloniAddress(text);
  if (address !== undefined) return joinCannelloni({ address, enter });
  const at = parseSlcanAddress(text);
  if (at !== undefined && at.port > 0) return joinSlcan({ at, enter });
  throw new InputError(`--into ${text}: PORT or HOST:PORT is needed for slcan, LOCALPORT:HOST:PORT for cannelloni`);
}

interface Played {
  readonly path: string;
  readonly names: readonly string[];
  /** Frames that the other end of an attach point did not take. */
  readonly refused: number;
  readonly wallMs: number;
}

function report(
  io: Io,
  { path, names, refused, wallMs }: Played,
  { frames, leftOut, latestNs, fault }: PlayedFile,
): void {
  const late = `at most ${(latestNs / NS_PER_MS).toFixed(1)} ms late`;
  const errors = leftOut === 0 ? '' : `; ${leftOut} error frame${leftOut === 1 ? '' : 's'} left out`;
  const unwanted = refused === 0 ? '' : `; ${refused} more were refused there`;
  const time = `${(wallMs / 1000).toFixed(1)} s`;
  const text = `${path}: ${frames - refused} frames played onto ${names.join(', ')} in ${time}, ${late}${errors}${unwanted}`;
  io.out(`${printable(text, messageCharsMax)}\n`);
  if (fault !== undefined) tell(io, fault.message);
}

// Owns: the host's clock and timers, for the whole project. No other file names Date, performance, setTimeout or setImmediate.
import { performance } from 'node:perf_hooks';

/** Milliseconds on a clock that never goes back; only differences mean anything. */
export function monotonicMs(): number {
  return performance.now();
}

/** The host's calendar, whole seconds since 1970: for commands, never for what a simulated ECU believes. */
export function hostSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** A longer timeout of Node's fires at once. */
const timeoutMsMax = 2 ** 31 - 1;

/** Calls `run` after `delayMs` of host time (24 days at the most), or on the next turn of the event loop for 0. Returns the canceller. */
export function hostTimer(delayMs: number, run: () => void): () => void {
  if (delayMs <= 0) {
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  }
  const timeout = setTimeout(run, Math.min(delayMs, timeoutMsMax));
  return () => clearTimeout(timeout);
}

/** Calls `run` every `periodMs` of host time, for as long as something else keeps the process. Returns the canceller. */
export function hostInterval(periodMs: number, run: () => void): () => void {
  const interval = setInterval(run, periodMs).unref();
  return () => clearInterval(interval);
}

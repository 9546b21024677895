// Owns: listening for the signals that end a process.
import { type EndingSignal, exitOfSignal } from './exitCodes.ts';

/** Calls `end` with the exit code of each signal, and its name, that asks the process to end. Returns a function that stops listening. */
export function onEndingSignal(end: (exitCode: number, signal: EndingSignal) => void): () => void {
  const listeners = Object.entries(exitOfSignal).map(
    ([signal, exitCode]) => [signal as EndingSignal, () => end(exitCode, signal as EndingSignal)] as const,
  );
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.removeListener(signal, listener);
  };
}

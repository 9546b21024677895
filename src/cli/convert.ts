// Owns: `ecunet convert`: a capture into another format.
import { type Conversion, convertFile } from '../capture/convert/convertFile.ts';
import { InputError } from '../core/faults.ts';
import { printable } from '../core/text.ts';
import { monotonicMs } from '../core/time/hostTime.ts';
import { assertOwnFiles } from '../files/outputs.ts';
import type { ConvertCommandOptions } from './commands/convert.ts';
import { ecunetVersion } from './ecunetVersion.ts';
import { linesPrintedCharsMax } from './limits.ts';
import { exitOk } from './process/exitCodes.ts';
import { type Io, tell } from './process/io.ts';
import { jsonLine } from './process/jsonLine.ts';
import { onEndingSignal } from './process/signals.ts';
import { isStandardOutput } from './process/standardOutput.ts';

/** A line of progress so often. */
const progressMs = 5000;

export async function convert(
  io: Io,
  input: string,
  output: string,
  { json = false }: ConvertCommandOptions,
): Promise<number> {
  const isPiped = isStandardOutput(output);
  if (isPiped && json) {
    throw new InputError(
      `${output} and --json both go to standard output: give the output a file, or leave --json out`,
    );
  }
  if (!isPiped) assertOwnFiles([{ what: 'the output', path: output }], [{ what: 'the input', path: input }]);
  const say = (text: string) => (isPiped ? io.err : io.out)(`${printable(text, linesPrintedCharsMax)}\n`);
  const startedMs = monotonicMs();
  let toldMs = startedMs;
  const progress = (records: number) => {
    if (json || monotonicMs() - toldMs < progressMs) return;
    toldMs = monotonicMs();
    say(`${input}: ${records} records read so far`);
  };
  const notes: string[] = [];
  const told = (note: string) => {
    if (json) notes.push(note);
    else tell(io, note);
  };
  const interruption = new AbortController();
  let stoppedWith: number | undefined;
  const stopListening = onEndingSignal((exitCode) => {
    if (stoppedWith !== undefined) process.exit(exitCode);
    stoppedWith = exitCode;
    interruption.abort();
  });
  try {
    const { signal } = interruption;
    const done = await convertFile({ input, output, out: isPiped ? io.out : undefined, tell: told, progress, signal });
    const wallMs = monotonicMs() - startedMs;
    if (json) io.out(jsonLine({ ecunet: ecunetVersion(), input, output, ...done, notes, wallMs: Math.round(wallMs) }));
    else
      say(
        `${summary(input, output, done)} in ${(wallMs / 1000).toFixed(1)} s${stoppedWith === undefined ? '' : ', then stopped'}`,
      );
    return stoppedWith ?? exitOk;
  } finally {
    stopListening();
  }
}

function summary(input: string, output: string, { frames, errors, packets, buses }: Conversion): string {
  const what = [
    counted(frames, 'frame'),
    ...(errors === 0 ? [] : [counted(errors, 'error frame')]),
    ...(packets === 0 ? [] : [counted(packets, 'Ethernet packet')]),
  ];
  return `${input}: ${what.join(', ')} of ${buses.length} bus${buses.length === 1 ? '' : 'es'} written to ${output}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

#!/usr/bin/env node
// Owns: this process as one call of the command line: its streams and its exit code.
import { setFlagsFromString } from 'node:v8';
import { commandLine } from './commandLine.ts';
import { exitBadInput, exitClosedPipe } from './process/exitCodes.ts';
import { type Io, tell } from './process/io.ts';

// Node 20 spends a third of a short run's processor time on optimising what is over before that pays (ADR 18). Later ones know neither
// the need nor the flag.
if (process.versions.v8.startsWith('11.3.')) setFlagsFromString('--interrupt-budget=1200000');

const io: Io = {
  out: (data) => void process.stdout.write(data),
  err: (text) => void process.stderr.write(text),
  ...(process.stdout.isTTY && { terminal: process.stdout }),
};

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader went away, as `| head` does: nobody is there to be told.
    if (error.code === 'EPIPE') process.exit(exitClosedPipe);
    if (stream === process.stdout) tell(io, `the output cannot be written (${error.code})`);
    process.exit(exitBadInput);
  });
}

process.exitCode = await commandLine(process.argv.slice(2), io);

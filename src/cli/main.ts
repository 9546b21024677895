#!/usr/bin/env node
// Owns: the command line: which command is which file, and what an error of the user looks like.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { InputError } from '../core/faults.ts';
import { printable } from '../core/text.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';

const exitFailed = 1;
const exitBadInput = 2;
const errorCharsMax = 500;

/** One line, whatever a path or a field name holds. */
function complain(message: string): void {
  process.stderr.write(`ecunet: ${printable(message.trim(), errorCharsMax)}\n`);
}

const { version }: { readonly version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

const program = new Command('ecunet')
  .version(version)
  .description('In-vehicle ECU network simulator for secure over-the-air updates with Uptane')
  .addCommand(runCommand())
  .addCommand(replayCommand());
for (const command of [program, ...program.commands]) {
  command
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: (text) => complain(text.replace(/^error: /, '')) });
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitFailed); // the reader went away, as `| head` does
  complain(`the output cannot be written (${error.code})`);
  process.exit(exitBadInput);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : exitBadInput;
  } else if (error instanceof InputError) {
    complain(error.message);
    process.exitCode = exitBadInput;
  } else {
    throw error;
  }
}

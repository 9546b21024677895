#!/usr/bin/env node
// Owns: the command line: which command is which file, and what an error of the user looks like.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { InputError } from '../core/faults.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';

/** The scenario passed, or the trace came out the same. */
const exitFailed = 1;
const exitBadInput = 2;

const { version }: { readonly version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

const program = new Command('ecunet')
  .version(version)
  .description('In-vehicle ECU network simulator for secure over-the-air updates with Uptane')
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(`ecunet: ${text.replace(/^error: /, '')}`) })
  .addCommand(runCommand())
  .addCommand(replayCommand());
for (const command of program.commands) {
  command.exitOverride().configureOutput({
    outputError: (text, write) => write(`ecunet: ${text.replace(/^error: /, '')}`),
  });
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitFailed); // the reader went away, as `| head` does
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : exitBadInput;
  } else if (error instanceof InputError) {
    process.stderr.write(`ecunet: ${error.message}\n`);
    process.exitCode = exitBadInput;
  } else {
    throw error;
  }
}

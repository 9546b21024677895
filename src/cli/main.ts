#!/usr/bin/env node
// Owns: the command line: which command is which file, and what an error of the user looks like.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { InputError } from '../core/faults.ts';
import { printable } from '../core/text.ts';

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

/** Each loads only what it needs: the simulator is large, and the clients are called often. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).runCommand(),
  replay: async () => (await import('./replay.ts')).replayCommand(),
  play: async () => (await import('./play.ts')).playCommand(),
  verify: async () => (await import('./verify.ts')).verifyCommand(),
  tuf: async () => (await import('./tuf.ts')).tufCommand(),
};

/** Errors are one line of this program's, and its exit codes; a command of a command inherits nothing by itself. */
function speaksPlainly(command: Command): void {
  command
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: (text) => complain(text.replace(/^error: /, '')) });
  for (const inner of command.commands) speaksPlainly(inner);
}

const program = new Command('ecunet')
  .version(version)
  .description('In-vehicle ECU network simulator for secure over-the-air updates with Uptane');
const named = Object.hasOwn(commands, process.argv[2] ?? '') ? [process.argv[2] ?? ''] : Object.keys(commands);
for (const name of named) {
  const command = await commands[name]?.();
  if (command !== undefined) program.addCommand(command);
}
speaksPlainly(program);

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

// Owns: the command line: which commands there are, and how an error of the user becomes one line and an exit code. Holds no state of
// the process, so that tests call it with streams of their own.
import { Command, CommanderError } from 'commander';
import { InputError } from '../core/faults.ts';
import { ecunetVersion } from './ecunetVersion.ts';
import { exitBadInput, exitOk } from './process/exitCodes.ts';
import { type Io, tell } from './process/io.ts';

/** What a command does; returns its exit code. Throws an InputError for what the user is to mend. */
type Work<Given extends readonly unknown[]> = (io: Io, ...given: Given) => number | Promise<number>;

/** Turns the work of a command, loaded when it is called, into what commander calls. */
type Act = <Given extends readonly unknown[]>(load: () => Promise<Work<Given>>) => (...given: Given) => Promise<void>;

/** In the order of the help. A declaration is small; the work behind it is loaded when the command is called. */
const commands: Readonly<Record<string, (act: Act) => Promise<Command>>> = {
  run: async (act) => (await import('./commands/run.ts')).runCommand(act(async () => (await import('./run.ts')).run)),
  replay: async (act) =>
    (await import('./commands/replay.ts')).replayCommand(act(async () => (await import('./replay.ts')).replay)),
  play: async (act) =>
    (await import('./commands/play.ts')).playCommand(act(async () => (await import('./play.ts')).play)),
  convert: async (act) =>
    (await import('./commands/convert.ts')).convertCommand(act(async () => (await import('./convert.ts')).convert)),
  verify: async (act) =>
    (await import('./commands/verify.ts')).verifyCommand(act(async () => (await import('./verify.ts')).verify)),
  tuf: async (act) => (await import('./commands/tuf.ts')).tufCommand(act(async () => (await import('./tuf.ts')).tuf)),
};

/** Those that a call needs: its own, none for the version, all of them for help and for a wrong name. */
function neededCommands(word = ''): readonly string[] {
  if (Object.hasOwn(commands, word)) return [word];
  return word === '--version' || word === '-V' ? [] : Object.keys(commands);
}

/** Errors are one line of this program's, and its exit codes; a command of a command inherits nothing by itself. */
function speaksPlainly(command: Command, io: Io): void {
  command
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text) => tell(io, text.replace(/^error: /, '')),
    });
  for (const inner of command.commands) speaksPlainly(inner, io);
}

/** One call of `ecunet ARGS`; resolves to its exit code. Only a bug rejects. */
export async function commandLine(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = exitOk;
  const act: Act =
    (load) =>
    async (...given) => {
      const work = await load();
      exitCode = await work(io, ...given);
    };
  const program = new Command('ecunet')
    .version(ecunetVersion())
    .description('In-vehicle ECU network simulator for secure over-the-air updates with Uptane');
  for (const name of neededCommands(args[0])) {
    const command = await commands[name]?.(act);
    if (command !== undefined) program.addCommand(command);
  }
  speaksPlainly(program, io);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitOk : exitBadInput;
    if (!(error instanceof InputError)) throw error;
    tell(io, error.message);
    return exitBadInput;
  }
}

// Owns: the arguments of `ecunet convert`.
import { Command } from 'commander';
import { isStandardOutput } from '../process/standardOutput.ts';

export interface ConvertCommandOptions {
  readonly json?: boolean;
}

/** `-.log` is a file here, which commander takes for an option: it lets all through, and other unknown ones are refused here. */
export function convertCommand(
  action: (input: string, output: string, options: ConvertCommandOptions) => Promise<void>,
): Command {
  const command = new Command('convert');
  return command
    .description('write a capture once more in another format')
    .argument('<in>', 'a capture of any format that is read; the end of its name says which (docs/captures.md)')
    .argument('<out>', 'the end of its name says the format; -.log, -.asc and so on are standard output')
    .option('--json', 'print the result as one JSON object')
    .allowUnknownOption()
    .action((input: string, output: string, options: ConvertCommandOptions) => {
      for (const word of [input, output]) {
        if (/^-./.test(word) && !isStandardOutput(word)) command.error(`error: unknown option '${word}'`);
      }
      return action(input, output, options);
    });
}

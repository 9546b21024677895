// Owns: the arguments of `ecunet replay`.
import { Command } from 'commander';

export function replayCommand(action: (trace: string) => Promise<void>): Command {
  return new Command('replay')
    .description('execute the inputs of a trace again, and say whether it comes out the same')
    .argument('<trace>', 'a file that ecunet run --trace wrote')
    .action(action);
}

// Owns: `ecunet replay`.
import { Command } from 'commander';
import { printable } from '../core/text.ts';
import { replayTrace } from '../sim/replay.ts';

const shownCharsMax = 400;

export function replayCommand(): Command {
  return new Command('replay')
    .description('execute the inputs of a trace again, and say whether it comes out the same')
    .argument('<trace>', 'a file that ecunet run --trace wrote')
    .action(replay);
}

function replay(path: string): void {
  const { lines, difference, title: recordedTitle } = replayTrace(path);
  const title = printable(recordedTitle, shownCharsMax);
  if (difference === undefined) {
    process.stdout.write(`${path}: ${title}: the same, all ${lines} lines\n`);
    return;
  }
  const shown = (line: string | undefined) => (line === undefined ? 'nothing more' : printable(line, shownCharsMax));
  const { line, was, is } = difference;
  process.stdout.write(
    `${path}:${line}: ${title}: the first difference\n  recorded: ${shown(was)}\n  now:      ${shown(is)}\n`,
  );
  process.exitCode = 1;
}

// Owns: `ecunet replay`.
import { printable } from '../core/text.ts';
import { givenUpWords } from '../report/givenUp.ts';
import { replayTrace } from '../sim/replay.ts';
import { exitFailed, exitOk } from './process/exitCodes.ts';
import type { Io } from './process/io.ts';

const shownCharsMax = 400;

export function replay({ out }: Io, path: string): number {
  const { lines, difference, title: recordedTitle, givenUp } = replayTrace(path);
  const title = printable(recordedTitle, shownCharsMax);
  if (difference === undefined) {
    const end =
      givenUp === undefined ? '' : `, to where the run was given up ${printable(givenUpWords(givenUp), shownCharsMax)}`;
    out(`${printable(path, shownCharsMax)}: ${title}: the same, all ${lines} lines${end}\n`);
    return exitOk;
  }
  const shown = (line: string | undefined) => (line === undefined ? 'nothing more' : printable(line, shownCharsMax));
  const { line, was, is } = difference;
  out(
    `${printable(path, shownCharsMax)}:${line}: ${title}: the first difference\n  recorded: ${shown(was)}\n  now:      ${shown(is)}\n`,
  );
  return exitFailed;
}

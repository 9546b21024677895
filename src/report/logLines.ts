// Owns: the log of a run as lines, cut to a width or whole.
import { formatTime } from './format.ts';
import type { LogLine } from './runView.ts';
import { fitLine, type Line, span, type Tone, truncateLine } from './text/line.ts';

const timeCells = 10;

/** The subject is quiet unless the event is grave: the sentence is what is read. */
function subjectTone(tone: Tone): Tone {
  return tone === 'bad' || tone === 'alarm' ? 'bad' : 'dim';
}

/** How often it was said is never cut off. */
function logLine({ t, subject, tone, text, count }: LogLine, subjectCells: number, width: number): Line {
  const times: Line = count > 1 ? [span(` ×${count}`, 'dim')] : [];
  const head: Line = [
    ...fitLine([span(formatTime(t), 'dim')], timeCells, 'right'),
    span('  '),
    ...fitLine([span(subject, subjectTone(tone))], subjectCells),
    span('  '),
  ];
  const room = width - timeCells - subjectCells - 4 - (times[0]?.text.length ?? 0);
  return [...head, ...truncateLine([span(text, tone === 'alarm' ? 'bad' : tone)], Math.max(1, room)), ...times];
}

/** Below this many cells, subjects have less room. */
const wideCells = 100;

/** A line for each entry, within `width` cells, or whole where none is given. */
export function logLines(log: readonly LogLine[], width = Number.POSITIVE_INFINITY): readonly Line[] {
  const longest = log.reduce((cells, { subject }) => Math.max(cells, subject.length), 8);
  const subjectCells = Math.min(longest, width >= wideCells ? 24 : 14);
  return log.map((entry) => logLine(entry, subjectCells, width));
}

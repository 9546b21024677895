// Owns: the panel of the last events, newest at the bottom.
import type { ReactElement } from 'react';
import { formatTime } from '../../report/format.ts';
import { fitLine, type Line, ruleLine, span, type Tone, truncateLine } from '../../report/line.ts';
import type { LogLine } from '../../report/runView.ts';
import { Lines } from '../Lines.tsx';

export interface EventLogProps {
  readonly log: readonly LogLine[];
  /** Lines for events, at least 1. */
  readonly rows: number;
  readonly width: number;
  readonly color: boolean;
}

const timeCells = 10;

/** The subject is quiet unless the event is grave: the sentence is what is read. */
function subjectTone(tone: Tone): Tone {
  return tone === 'bad' || tone === 'alarm' ? 'bad' : 'dim';
}

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

/** The lines of the panel, at most `rows` + 1. */
function logLines({ log, rows, width }: Omit<EventLogProps, 'color'>): readonly Line[] {
  const longest = log.reduce((cells, { subject }) => Math.max(cells, subject.length), 8);
  const subjectCells = Math.min(longest, width >= 100 ? 24 : 14);
  const shown = log.slice(Math.max(0, log.length - rows));
  return [ruleLine('Events', [], width), ...shown.map((line) => logLine(line, subjectCells, width - 1))];
}

export function EventLog({ color, ...props }: EventLogProps): ReactElement {
  return <Lines lines={logLines(props)} width={props.width} color={color} />;
}

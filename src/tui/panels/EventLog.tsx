// Owns: the panel of the last events, newest at the bottom.
import type { ReactElement } from 'react';
import { logLines } from '../../report/logLines.ts';
import type { LogLine } from '../../report/runView.ts';
import { ruleLine } from '../../report/text/line.ts';
import { Lines } from './Lines.tsx';

export interface EventLogProps {
  readonly log: readonly LogLine[];
  /** Lines for events, at least 1. */
  readonly rows: number;
  readonly width: number;
  readonly color: boolean;
}

export function EventLog({ log, rows, width, color }: EventLogProps): ReactElement {
  const shown = logLines(log, width - 1).slice(Math.max(0, log.length - rows));
  return <Lines lines={[ruleLine('Events', [], width), ...shown]} width={width} color={color} />;
}

// Owns: the verdict that takes the footer's place when a run has ended.
import type { ReactElement } from 'react';
import { plural } from '../../report/format.ts';
import type { RunView } from '../../report/runView.ts';
import { type Line, span, spreadLine } from '../../report/text/line.ts';
import { verdictLine } from '../../report/verdict.ts';
import { Lines } from './Lines.tsx';

export interface VerdictBarProps {
  readonly view: Pick<RunView, 'outcome' | 'givenUp' | 'expectations' | 'detections'>;
  readonly width: number;
  readonly color: boolean;
}

export function VerdictBar({ view, width, color }: VerdictBarProps): ReactElement {
  const attacks = new Set(view.detections.map(({ attack }) => attack)).size;
  const right: Line = attacks === 0 ? [] : [span(`${plural(attacks, 'kind')} of attack detected `, 'dim')];
  return <Lines lines={[spreadLine([span(' '), ...verdictLine(view)], right, width)]} width={width} color={color} />;
}

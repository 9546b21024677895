// Owns: the bottom line: the keys, and what has been said so far.
import type { ReactElement } from 'react';
import { plural } from '../../report/format.ts';
import type { RunView } from '../../report/runView.ts';
import { type Line, lineWidth, span, spreadLine } from '../../report/text/line.ts';
import { Lines } from './Lines.tsx';

export interface FooterProps {
  readonly view: Pick<RunView, 'messages' | 'requests'>;
  readonly paused: boolean;
  /** Where the input is no terminal there are no keys to name. */
  readonly hasKeys: boolean;
  readonly width: number;
  readonly color: boolean;
}

function keyLine(paused: boolean): Line {
  const keys = [
    ['space', paused ? 'resume' : 'pause'],
    ['+', 'faster'],
    ['-', 'slower'],
    ['q', 'quit'],
  ] as const;
  return [span(' '), ...keys.flatMap(([key, words]) => [span(key, 'strong'), span(` ${words}   `, 'dim')])];
}

function footerLine({ view, paused, hasKeys, width }: Omit<FooterProps, 'color'>): Line {
  const left: Line = hasKeys ? keyLine(paused) : [span(' no keys: the input is not a terminal', 'dim')];
  const words = `${plural(view.messages, 'message')} · ${plural(view.requests, 'server request')} `;
  const right: Line = lineWidth(left) + words.length <= width ? [span(words, 'dim')] : [];
  return spreadLine(left, right, width);
}

export function Footer({ color, ...props }: FooterProps): ReactElement {
  return <Lines lines={[footerLine(props)]} width={props.width} color={color} />;
}

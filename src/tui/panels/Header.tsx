// Owns: the top of the screen: which run, how fast, at which step, under which attack.
import type { ReactElement } from 'react';
import { formatSpeed, formatTime, plural } from '../../report/format.ts';
import type { RunView } from '../../report/runView.ts';
import { fitLine, type Line, span, spreadLine } from '../../report/text/line.ts';
import { Lines } from './Lines.tsx';

export interface HeaderProps {
  readonly view: Pick<RunView, 'scenario' | 'seed' | 'step' | 'attacks' | 'expectations' | 'outcome'>;
  /** Simulated time in nanoseconds. */
  readonly timeNs: number;
  readonly speed: number;
  readonly paused: boolean;
  readonly width: number;
  readonly color: boolean;
}

function status({ view, speed, paused }: Pick<HeaderProps, 'view' | 'speed' | 'paused'>): Line {
  if (view.outcome === 'passed') return [span('✓ passed', 'good')];
  if (view.outcome === 'failed') return [span('✗ failed', 'bad')];
  if (view.outcome === 'given-up') return [span('given up', 'busy')];
  if (paused) return [span('❚❚ paused ', 'busy'), span(formatSpeed(speed), 'strong')];
  return [span('► running ', 'good'), span(formatSpeed(speed), 'strong')];
}

function expectationTally({ expectations }: HeaderProps['view']): Line {
  if (expectations.length === 0) return [];
  const passed = expectations.filter((expectation) => expectation.passed).length;
  const failed = expectations.length - passed;
  if (failed === 0) return [span(`✓ ${passed} as expected`, 'good')];
  return [span(`✗ ${failed} of ${plural(expectations.length, 'expectation')} failed`, 'bad')];
}

function attackLine({ attacks }: HeaderProps['view'], width: number): Line {
  const [first, ...others] = attacks;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const words = fitLine([span(` ▲ ATTACK  ${first?.text ?? ''}${more}`, 'alarm')], width);
  // One bar from edge to edge: the padding is part of the alarm.
  return words.map(({ text }) => span(text, 'alarm'));
}

/** Two lines, and a third while an attack is under way. */
export function headerLines({ view, timeNs, speed, paused, width }: Omit<HeaderProps, 'color'>): readonly Line[] {
  const title: Line = [
    span(' ecunet ', 'brand'),
    span(` ${view.scenario}`, 'strong'),
    span(`  seed ${view.seed}`, 'dim'),
  ];
  const clock: Line = [...status({ view, speed, paused }), span(`  ${formatTime(timeNs).padStart(9)} `, 'strong')];
  const stepWords: Line =
    view.step === undefined
      ? [span(' waiting for the first step', 'dim')]
      : [span(` step ${view.step.index + 1}  `, 'info'), span(view.step.text)];
  const step = spreadLine(stepWords, [span(' '), ...expectationTally(view), span(' ')], width);
  const lines = [spreadLine(title, clock, width), step];
  return view.attacks.length === 0 ? lines : [...lines, attackLine(view, width)];
}

export function Header({ color, ...props }: HeaderProps): ReactElement {
  return <Lines lines={headerLines(props)} width={props.width} color={color} />;
}

// Owns: drawing lines with ink, and which colour a tone has.
import { Box, Text, type TextProps } from 'ink';
import type { ReactElement } from 'react';
import { type Line, type Tone, truncateLine } from '../../report/text/line.ts';

type Look = Pick<TextProps, 'color' | 'backgroundColor' | 'bold' | 'dimColor' | 'inverse'>;

const colored: Readonly<Record<Tone, Look>> = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  good: { color: 'green' },
  bad: { color: 'red' },
  busy: { color: 'yellow' },
  info: { color: 'cyan' },
  alarm: { color: 'whiteBright', backgroundColor: 'red', bold: true },
  brand: { color: 'black', backgroundColor: 'cyan', bold: true },
};

/** Without colour, weight alone tells what must not be missed. */
const uncolored: Readonly<Record<Tone, Look>> = {
  plain: {},
  dim: {},
  strong: { bold: true },
  good: {},
  bad: { bold: true },
  busy: {},
  info: {},
  alarm: { inverse: true },
  brand: { bold: true },
};

export interface LinesProps {
  readonly lines: readonly Line[];
  /** Cells of the terminal: no line is wider. */
  readonly width: number;
  readonly color: boolean;
}

function LineText({ line, color }: { readonly line: Line; readonly color: boolean }): ReactElement {
  const looks = color ? colored : uncolored;
  return (
    <Text wrap="truncate">
      {line.map(({ text, tone }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a span is nothing but its place in the line
        <Text key={index} {...looks[tone]}>
          {text}
        </Text>
      ))}
    </Text>
  );
}

const blank: Line = [{ text: ' ', tone: 'plain' }];

/** Lines one under another, each on one row of the screen. */
export function Lines({ lines, width, color }: LinesProps): ReactElement {
  const shown = lines.map((line) => (line.length === 0 ? blank : truncateLine(line, width)));
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      {shown.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is nothing but its place on the screen
        <LineText key={index} line={line} color={color} />
      ))}
    </Box>
  );
}

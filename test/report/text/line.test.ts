import { describe, expect, test } from 'vitest';
import { cellWidth, truncateText, visibleText } from '../../../src/report/text/cells.ts';
import { type Column, tableLines } from '../../../src/report/text/columns.ts';
import {
  fitLine,
  lineWidth,
  plainText,
  ruleLine,
  span,
  spreadLine,
  terminalText,
  truncateLine,
} from '../../../src/report/text/line.ts';
import { layoutFrame } from '../../../src/tui/frameLayout.ts';
import { fc, prop } from '../../support/property.ts';

const spans = fc.array(
  fc.string({ unit: 'binary' }).map((text) => span(text)),
  { maxLength: 5 },
);
const cells = fc.integer({ min: 0, max: 100 });

describe('text', () => {
  test.each([
    ['brake-ecu', 20, 'brake-ecu'],
    ['brake-ecu', 9, 'brake-ecu'],
    ['brake-ecu', 8, 'brake-e…'],
    ['brake ecu', 7, 'brake…'],
    ['brake-ecu', 1, '…'],
    ['brake-ecu', 0, ''],
    ['制動装置', 8, '制動装置'],
    ['制動装置', 6, '制動…'],
    ['e\u0301e\u0301', 2, 'e\u0301e\u0301'],
  ])('%s in %d cells', (text, width, expected) => {
    expect(truncateText(text, width)).toBe(expected);
  });

  test.each([
    ['an escape sequence', '\u001b[2Jgone', '?[2Jgone'],
    ['a new line', 'a\r\nb', 'a??b'],
    ['a turned reading direction', 'a\u202egpj.exe', 'a?gpj.exe'],
    ['an 8-bit control', 'a\u009b2J', 'a?2J'],
  ])('%s is not passed on to the terminal', (_, text, expected) => {
    expect(visibleText(text)).toBe(expected);
    expect(span(text).text).toBe(expected);
  });

  test.each([
    ['abc', 3],
    ['制', 2],
    ['😀', 2],
    ['e\u0301', 1],
    ['█▌░→✓✗●─', 8],
  ])('%s takes %d cells', (text, expected) => {
    expect(cellWidth(text)).toBe(expected);
  });
});

describe('lines', () => {
  prop([spans, cells])('a fitted line takes exactly its cells', (line, width) => {
    expect(lineWidth(truncateLine(line, width))).toBeLessThanOrEqual(width);
    expect(lineWidth(fitLine(line, width))).toBe(width);
    expect(lineWidth(fitLine(line, width, 'right'))).toBe(width);
  });

  prop([spans, spans, cells])('a spread line takes exactly its cells', (left, right, width) => {
    expect(lineWidth(spreadLine(left, right, width))).toBe(width);
  });

  prop([fc.string(), spans, cells])('a rule takes exactly its cells', (title, right, width) => {
    expect(lineWidth(ruleLine(title, right, width))).toBe(width);
  });

  test('an ellipsis shows that a line goes on, even at the end of a span', () => {
    expect(plainText(truncateLine([span('abcd'), span('ef')], 4))).toBe('abc…');
    expect(plainText(truncateLine([span('abcd')], 4))).toBe('abcd');
  });

  test('colour only where it is asked for', () => {
    const line = [span('good', 'good'), span(' '), span('plain'), span('  ')];
    expect(terminalText(line, false)).toBe('good plain');
    expect(terminalText(line, true)).toBe('\u001b[32mgood\u001b[0m plain');
  });
});

describe('a table', () => {
  const column = (title: string, rank: number, extra: Partial<Column<string>> = {}): Column<string> => {
    return { title, rank, minCells: 4, maxCells: 10, draw: (row) => [span(row)], ...extra };
  };
  const columns = [column('LAST', 2), column('ONE', 0), column('BAR', 1, { grows: true, minCells: 6, maxCells: 12 })];
  const widths = (width: number) => tableLines(columns, ['123456'], width).map(plainText);

  test.each([
    // 6 + 6 + 12 and two gaps of 2
    [40, ['LAST    ONE     BAR         ', '123456  123456  123456      ']],
    [24, ['LAST    ONE     BAR     ', '123456  123456  123456  ']],
    [20, ['LAST  ONE     BAR   ', '123…  123456  123456']],
    [16, ['ONE     BAR     ', '123456  123456  ']],
    [6, ['ONE   ', '123456']],
  ])('in %d cells', (width, expected) => {
    expect(widths(width)).toEqual(expected);
  });

  prop([cells])('is never wider than its cells', (width) => {
    for (const line of widths(width)) expect(line.length).toBeLessThanOrEqual(width);
  });
});

describe('the layout', () => {
  const contents = { ecus: 5, buses: 2, attacks: 0 };
  test.each([
    ['80x24', { columns: 80, rows: 24 }, contents, { ecuRows: 5, busRows: 2, logRows: 8 }],
    ['under attack', { columns: 80, rows: 24 }, { ...contents, attacks: 1 }, { ecuRows: 5, busRows: 2, logRows: 7 }],
    ['tall', { columns: 120, rows: 40 }, contents, { ecuRows: 5, busRows: 2, logRows: 24 }],
    ['100 ECUs', { columns: 80, rows: 24 }, { ...contents, ecus: 100 }, { ecuRows: 9, busRows: 2, logRows: 4 }],
    ['low', { columns: 80, rows: 16 }, contents, { ecuRows: 3, busRows: 2, logRows: 2 }],
    ['lower', { columns: 80, rows: 12 }, contents, { ecuRows: 3, busRows: 0, logRows: 2 }],
    ['no bus', { columns: 80, rows: 24 }, { ...contents, buses: 0 }, { ecuRows: 5, busRows: 0, logRows: 12 }],
  ])('%s', (_, size, of, expected) => {
    expect(layoutFrame(size, of)).toEqual(expected);
  });

  prop([
    fc.integer({ min: 9, max: 200 }),
    fc.record({
      ecus: fc.integer({ min: 1, max: 100 }),
      buses: fc.integer({ min: 0, max: 20 }),
      attacks: fc.integer({ min: 0, max: 3 }),
    }),
  ])('leaves the last row free', (rows, of) => {
    const { ecuRows, busRows, logRows } = layoutFrame({ columns: 80, rows }, of);
    const header = of.attacks > 0 ? 3 : 2;
    const lines = header + 2 + ecuRows + (busRows > 0 ? busRows + 2 : 0) + (logRows > 0 ? logRows + 1 : 0) + 1;
    expect(lines).toBeLessThanOrEqual(rows - 1);
    for (const count of [ecuRows, busRows, logRows]) expect(count).toBeGreaterThanOrEqual(0);
  });
});

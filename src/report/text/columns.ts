// Owns: laying a table's columns out in the width there is: which fit, how wide each is. Pure.
import { fitLine, type Line, lineWidth, span } from './line.ts';

export interface Column<T> {
  readonly title: string;
  /** Columns of lower rank are kept where not all fit. */
  readonly rank: number;
  readonly minCells: number;
  readonly maxCells: number;
  /** Numbers end at the same cell. */
  readonly align?: 'left' | 'right';
  /** As wide as its contents where false or absent; else takes what is left, up to `maxCells`. */
  readonly grows?: boolean;
  /** The cell of a row in at most `cells`; may be shorter. */
  readonly draw: (row: T, cells: number) => Line;
}

interface Placed<T> {
  readonly column: Column<T>;
  readonly cells: number;
}

const gapCells = 2;

function wantedCells<T>(column: Column<T>, rows: readonly T[]): number {
  if (column.grows === true) return column.minCells;
  const contents = rows.map((row) => lineWidth(column.draw(row, column.maxCells)));
  return Math.min(column.maxCells, Math.max(column.minCells, column.title.length, ...contents));
}

/** The columns that fit, in their own order, with their widths. Contents decide, then rank. */
function placeColumns<T>(columns: readonly Column<T>[], rows: readonly T[], cells: number): readonly Placed<T>[] {
  let left = cells + gapCells;
  const widths = new Map<Column<T>, number>();
  for (const column of [...columns].sort((a, b) => a.rank - b.rank)) {
    const wanted = wantedCells(column, rows);
    const width = left - gapCells >= wanted ? wanted : left - gapCells;
    if (width < column.minCells) continue;
    widths.set(column, width);
    left -= width + gapCells;
  }
  for (const [column, width] of widths) {
    if (column.grows !== true) continue;
    const more = Math.min(left, column.maxCells - width);
    widths.set(column, width + more);
    left -= more;
  }
  return columns.flatMap((column) => {
    const width = widths.get(column);
    return width === undefined ? [] : [{ column, cells: width }];
  });
}

function joinCells(cells: readonly Line[]): Line {
  return cells.flatMap((cell, index) => (index === 0 ? cell : [span(' '.repeat(gapCells)), ...cell]));
}

/** The table: its title line, then one line per row, none wider than `cells`. Widths follow `measured`, by default the rows. */
export function tableLines<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  cells: number,
  measured: readonly T[] = rows,
): readonly Line[] {
  const placed = placeColumns(columns, measured, cells);
  const title = joinCells(
    placed.map(({ column, cells: width }) => fitLine([span(column.title, 'dim')], width, column.align)),
  );
  const body = rows.map((row) =>
    joinCells(placed.map(({ column, cells: width }) => fitLine(column.draw(row, width), width, column.align))),
  );
  return [title, ...body];
}

// Owns: sharing the lines of the screen out among the panels. Pure.

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

export interface FrameContents {
  readonly ecus: number;
  readonly buses: number;
  readonly attacks: number;
}

/** Lines of each panel's body; 0: the panel is left out. */
export interface FrameLayout {
  readonly ecuRows: number;
  readonly busRows: number;
  readonly logRows: number;
}

/** What a panel has before any other gets more. */
const ecuRowsLow = 3;
const busRowsLow = 2;
const logRowsLow = 4;

/** A rule above each panel, and titles above the tables. */
const tableHeadRows = 2;
const logHeadRows = 1;

/**
 * Header, step and footer have a line each, attacks one more. On a low screen the buses go first, then the events; a taller
 * one shows all ECUs before it shows more events. The last row stays free: a terminal scrolls when it is written to its end.
 */
export function layoutFrame(size: FrameSize, contents: FrameContents): FrameLayout {
  let spare = size.rows - 1 - 3 - (contents.attacks > 0 ? 1 : 0) - tableHeadRows;
  const take = (wanted: number): number => {
    const taken = Math.max(0, Math.min(wanted, spare));
    spare -= taken;
    return taken;
  };
  let ecuRows = Math.max(1, take(Math.min(contents.ecus, ecuRowsLow)));
  const busesLow = Math.min(contents.buses, busRowsLow);
  const busesFit = busesLow > 0 && spare >= tableHeadRows + busesLow + logHeadRows + 1;
  let busRows = busesFit ? take(tableHeadRows + busesLow) - tableHeadRows : 0;
  const logFits = spare > logHeadRows;
  let logRows = logFits ? take(logHeadRows + logRowsLow) - logHeadRows : 0;
  ecuRows += take(contents.ecus - ecuRows);
  if (busesFit) busRows += take(Math.min(contents.buses - busRows, Math.floor(spare / 2)));
  if (logFits) logRows += take(spare);
  return { ecuRows, busRows, logRows };
}

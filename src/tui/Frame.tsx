// Owns: the whole screen, put together from the panels. A pure function of the view, the controls' state and the size.
import { Box } from 'ink';
import type { ReactElement } from 'react';
import type { RunView } from '../report/runView.ts';
import { type FrameSize, layoutFrame } from './frameLayout.ts';
import { BusPanel } from './panels/BusPanel.tsx';
import { EcuTable } from './panels/EcuTable.tsx';
import { EventLog } from './panels/EventLog.tsx';
import { Footer } from './panels/Footer.tsx';
import { Header } from './panels/Header.tsx';
import { VerdictBar } from './panels/VerdictBar.tsx';

export interface FrameProps {
  readonly view: RunView;
  /** Simulated time in nanoseconds. */
  readonly timeNs: number;
  readonly speed: number;
  readonly paused: boolean;
  readonly hasKeys: boolean;
  readonly size: FrameSize;
  readonly color: boolean;
  /** The frame that stays, below the log: no taller than its contents, with the verdict in place of the keys. */
  readonly last: boolean;
}

export function Frame({ view, timeNs, speed, paused, hasKeys, size, color, last }: FrameProps): ReactElement {
  const { ecuRows, busRows, logRows } = layoutFrame(size, {
    ecus: view.ecus.length,
    buses: view.buses.length,
    attacks: view.attacks.length,
  });
  const look = { width: size.columns, color };
  return (
    <Box flexDirection="column" width={size.columns} {...(last ? {} : { height: size.rows - 1 })} overflow="hidden">
      <Header view={view} timeNs={timeNs} speed={speed} paused={paused} {...look} />
      <EcuTable ecus={view.ecus} rows={ecuRows} {...look} />
      {busRows > 0 && <BusPanel buses={view.buses} timeNs={timeNs} rows={busRows} {...look} />}
      {logRows > 0 && !last && <EventLog log={view.log} rows={logRows} {...look} />}
      {!last && <Box flexGrow={1} />}
      {last ? <VerdictBar view={view} {...look} /> : <Footer view={view} paused={paused} hasKeys={hasKeys} {...look} />}
    </Box>
  );
}

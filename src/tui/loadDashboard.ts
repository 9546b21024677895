// Owns: whether the dashboard can be shown, and loading it. Ink takes some 0.4 s to load, so nothing else imports it.
import { sizeOf } from './screen.ts';

/** Below this the panels have no room to say anything. */
const columnsMin = 60;
const rowsMin = 12;

/**
 * Whether a dashboard can be shown on `stdout`: a terminal that moves its cursor, large enough, and not of a CI, where ink
 * draws nothing but the end.
 */
export function canShowDashboard(stdout: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  const isSet = (value: string | undefined) => value !== undefined && value !== '0' && value !== 'false';
  const { columns, rows } = sizeOf(stdout);
  if (stdout.isTTY !== true || columns < columnsMin || rows < rowsMin) return false;
  return env.TERM !== 'dumb' && !isSet(env.CI) && !isSet(env.CONTINUOUS_INTEGRATION);
}

/**
 * The dashboard's module. React's development build, which it takes by default, records every draw in the process's
 * performance timeline, without end: hence production, unless the user says otherwise.
 */
export function loadDashboard(): Promise<typeof import('./dashboard.tsx')> {
  process.env.NODE_ENV ??= 'production';
  return import('./dashboard.tsx');
}

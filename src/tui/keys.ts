// Owns: which key does what. Pure but for calling the controls.

/** What a watcher can do to a run; the one who paces the run provides it. */
export interface DashboardControls {
  readonly paused: () => boolean;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Simulated seconds a host second. */
  readonly speed: () => number;
  readonly setSpeed: (speed: number) => void;
  /** Asks for the end of the run. Who is asked then calls `finish` of the dashboard, or ends the process. */
  readonly quit: () => void;
  /** Simulated time where it is known better than by the last event. */
  readonly nowNs?: () => number;
}

export const speedMin = 0.125;
export const speedMax = 1000;

export type KeyAction = 'pauseOrResume' | 'faster' | 'slower' | 'quit' | 'interrupt';

/** What ink says of a key, as far as it matters here. */
export interface PressedKey {
  readonly ctrl: boolean;
  readonly upArrow: boolean;
  readonly downArrow: boolean;
}

/** `=` and `_` are + and - on the other side of the Shift key. */
const actions: ReadonlyMap<string, KeyAction> = new Map([
  [' ', 'pauseOrResume'],
  ['p', 'pauseOrResume'],
  ['+', 'faster'],
  ['=', 'faster'],
  ['-', 'slower'],
  ['_', 'slower'],
  ['q', 'quit'],
  ['\u0003', 'interrupt'],
]);

/** The actions of one report of ink's: keys pressed while the process was busy arrive as one text. */
export function keyActions(input: string, key: PressedKey): readonly KeyAction[] {
  if (key.ctrl) return input === 'c' ? ['interrupt'] : [];
  if (key.upArrow) return ['faster'];
  if (key.downArrow) return ['slower'];
  return [...input.toLowerCase()].flatMap((character) => actions.get(character) ?? []);
}

export function perform(action: KeyAction, controls: DashboardControls): void {
  switch (action) {
    case 'pauseOrResume':
      if (controls.paused()) controls.resume();
      else controls.pause();
      return;
    case 'faster':
      controls.setSpeed(Math.min(speedMax, controls.speed() * 2));
      return;
    case 'slower':
      controls.setSpeed(Math.max(speedMin, controls.speed() / 2));
      return;
    case 'quit':
    case 'interrupt':
      controls.quit();
      return;
    default:
      action satisfies never;
  }
}

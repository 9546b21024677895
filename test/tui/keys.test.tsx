import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, test } from 'vitest';
import { KeyListener } from '../../src/tui/KeyListener.tsx';
import { type DashboardControls, perform, speedMax, speedMin } from '../../src/tui/keys.ts';

interface FakeRun {
  readonly controls: DashboardControls;
  readonly done: string[];
}

function fakeRun(speed = 1): FakeRun {
  const done: string[] = [];
  let paused = false;
  let present = speed;
  return {
    done,
    controls: {
      paused: () => paused,
      pause() {
        paused = true;
        done.push('pause');
      },
      resume() {
        paused = false;
        done.push('resume');
      },
      speed: () => present,
      setSpeed(next) {
        present = next;
        done.push(`speed ${next}`);
      },
      quit() {
        done.push('quit');
      },
    },
  };
}

function press(run: FakeRun, ...keys: readonly string[]): readonly string[] {
  const { stdin } = render(<KeyListener act={(action) => perform(action, run.controls)} />);
  for (const key of keys) stdin.write(key);
  return run.done;
}

afterEach(cleanup);

describe('keys reach the run', () => {
  const rows: readonly [string, readonly string[], readonly string[]][] = [
    ['space pauses and resumes', [' ', ' '], ['pause', 'resume']],
    ['p pauses and resumes', ['p', 'P'], ['pause', 'resume']],
    ['+ and - double and halve', ['+', '+', '-'], ['speed 2', 'speed 4', 'speed 2']],
    ['the same without Shift', ['=', '_'], ['speed 2', 'speed 1']],
    ['the arrows too', ['\u001b[A', '\u001b[B', '\u001b[B'], ['speed 2', 'speed 1', 'speed 0.5']],
    ['q quits', ['q'], ['quit']],
    ['Ctrl+C quits', ['\u0003'], ['quit']],
    ['keys that arrive together', ['++ q'], ['speed 2', 'speed 4', 'pause', 'quit']],
    ['two Ctrl+C that arrive together', ['\u0003\u0003'], ['quit', 'quit']],
    ['other keys do nothing', ['x', '\r', '\u001b', '\u001b[C', '\u0010', '\u0011', '\t'], []],
  ];
  test.each(rows)('%s', (_, keys, expected) => {
    expect(press(fakeRun(), ...keys)).toEqual(expected);
  });

  test.each([
    ['+', speedMax, [`speed ${speedMax}`]],
    ['+', 600, ['speed 1000']],
    ['-', speedMin, [`speed ${speedMin}`]],
    ['-', 0.2, ['speed 0.125']],
  ])('%s at speed %d stays within bounds', (key, speed, expected) => {
    expect(press(fakeRun(speed), key)).toEqual(expected);
  });
});

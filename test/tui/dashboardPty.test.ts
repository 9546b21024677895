// The dashboard in a real pseudo-terminal: what is on the screen, what keys do, and that the terminal is given back.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { replayTrace } from '../../src/sim/replay.ts';
import { builtMain } from '../support/builtCommand.ts';
import { sampled } from '../support/heavy.ts';
import { type BuiltDemo, buildDemo } from './support/builtDemo.ts';
import { openTerminal, type TerminalOptions, type TerminalSession } from './support/terminal.ts';

const testTimeoutMs = 120_000;
const before = 'what stood here before';
let open: TerminalSession | undefined;
let demo: BuiltDemo | undefined;
beforeAll(() => {
  demo = buildDemo();
});
afterAll(() => demo?.remove());

/**
 * The demo under a shell, which then tells the exit code and the terminal's settings. `redirect` goes behind the demo's command.
 */
function start(demoArgs: string, options: Partial<TerminalOptions> = {}, redirect = ''): TerminalSession {
  return startCommand(`"${process.execPath}" "${demo?.path}" ${demoArgs} ${redirect}`, options);
}

function startCommand(command: string, options: Partial<TerminalOptions> = {}): TerminalSession {
  // A shell that is itself interrupted by Ctrl+C would end before it can tell: it ignores what its child gets. It stays when
  // it has told all, for node-pty drops what it has not read 200 ms after the end.
  const script = `trap : INT; echo '${before}'; ${command}; echo "code=$?"; stty -a; echo over; exec sleep 1000`;
  open = openTerminal('/bin/sh', ['-c', script], { columns: 80, rows: 24, ...options });
  return open;
}

afterEach(() => {
  open?.end();
  open = undefined;
});

function shows(text: string | RegExp): (rows: readonly string[]) => boolean {
  return (rows) => rows.some((row) => (typeof text === 'string' ? row.includes(text) : text.test(row)));
}

/** Everything that the normal screen holds, scrolled away or not. */
function normalText({ model }: TerminalSession): string {
  const { normal } = model.buffer;
  const rows = Array.from({ length: normal.length }, (_, row) => normal.getLine(row)?.translateToString(true) ?? '');
  return rows.join('\n');
}

async function demoPid(session: TerminalSession): Promise<number> {
  await session.until(shows(/demo-\d+/));
  return Number(/demo-(\d+)/.exec(session.screen().join('\n'))?.[1]);
}

/** Waits for the shell's last word, then checks all that a program can leave behind in a terminal. */
async function expectRestored(session: TerminalSession, exitCode: number): Promise<void> {
  await session.until(() => /^over$/m.test(normalText(session)));
  const text = normalText(session);
  expect(text).toContain(`code=${exitCode}`);
  expect(text).toContain(before);
  expect(session.model.buffer.active.type).toBe('normal');
  const transcript = session.transcript();
  expect(transcript.lastIndexOf('\u001b[?25h')).toBeGreaterThan(transcript.lastIndexOf('\u001b[?25l'));
  expect(transcript.lastIndexOf('\u001b[?2026l')).toBeGreaterThan(transcript.lastIndexOf('\u001b[?2026h'));
  // Raw mode turns these off.
  for (const setting of ['icanon', 'echo', 'isig', 'icrnl', 'opost']) {
    expect(text).toMatch(new RegExp(`(?<![-\\w])${setting}\\b`));
  }
}

/** The foreground colour in which `text` first stands on the screen, or undefined for the terminal's own. */
function colorOf({ model, screen }: TerminalSession, text: string): number | undefined {
  const row = screen().findIndex((line) => line.includes(text));
  const column = screen()[row]?.indexOf(text) ?? 0;
  const cell = model.buffer.active.getLine(model.buffer.active.baseY + row)?.getCell(column);
  return cell?.isFgPalette() ? cell.getFgColor() : undefined;
}

const red = 1;
const green = 2;

describe('the screen', { timeout: testTimeoutMs }, () => {
  test('fills 80x24 on the alternate screen, in colour', async () => {
    const session = start('end 4');
    // the footer comes last: with it the frame is whole
    await session.until((rows) => shows('✗ rollback')(rows) && rows[22]?.includes('messages') === true);
    expect(session.model.buffer.active.type).toBe('alternate');
    const rows = session.screen();
    expect(rows[0]).toMatch(/^ ecunet {2}demo-\d+ {2}seed 42 .*► running ×4 {3}0:0[67]\.\d{3}$/);
    expect(rows[2]).toBe(' ▲ ATTACK  old, validly signed Targets metadata to brake-ecu');
    expect(rows[22]).toMatch(/^ space pause {3}\+ faster {3}- slower {3}q quit .* messages/);
    expect(rows[23]).toBe('');
    expect(session.model.buffer.active.baseY).toBe(0);
    expect(colorOf(session, '✗ rollback')).toBe(red);
    expect(colorOf(session, '► running')).toBe(green);
  });

  test('respects NO_COLOR', async () => {
    const session = start('end 4', { env: { NO_COLOR: '1' } });
    await session.until(shows('✗ rollback'));
    const { model } = session;
    const cells = Array.from({ length: 80 * 24 }, (_, index) =>
      model.buffer.active.getLine(Math.floor(index / 80))?.getCell(index % 80),
    );
    expect(cells.filter((cell) => cell?.isFgDefault() !== true || cell.isBgDefault() !== true)).toEqual([]);
  });

  test('follows the size of the terminal both ways', async () => {
    const session = start('end 2');
    await session.until(shows('► running'));
    // The terminal itself moves old rows about at once: only a header in the new width tells a new frame.
    const drawn = (columns: number, rows: readonly string[]) => rows[0]?.length === columns - 1;
    const writtenBefore = session.transcript().length;
    session.resize(120, 40);
    await session.until((rows) => drawn(120, rows) && rows[38]?.includes('q quit') === true && shows('ROLE')(rows));
    session.resize(70, 20);
    // All of it at one moment: the screen goes on being drawn.
    const once = (text: string, rows: readonly string[]) => rows.filter((row) => row.includes(text)).length === 1;
    await session.until(
      (rows) =>
        drawn(70, rows) &&
        rows[18]?.includes('q quit') === true &&
        !shows('ROLE')(rows) &&
        once('ecunet', rows) &&
        once('q quit', rows),
    );
    // Terminals differ in what they make of the old rows, so each new size starts from an empty screen.
    expect(session.transcript().slice(writtenBefore).split('\u001b[2J\u001b[H')).toHaveLength(3);
    // Clearing the scrollback would take away what the user had there.
    expect(session.transcript()).not.toContain('\u001b[3J');
  });

  test('draws without keys where the input is no terminal, and ends by itself', async () => {
    const session = start('end 8', {}, '< /dev/null');
    await session.until(shows('no keys: the input is not a terminal'));
    await expectRestored(session, 0);
    expect(normalText(session)).toContain('PASSED');
  });
});

describe('keys', { timeout: testTimeoutMs }, () => {
  test('pause stops simulated time, resume goes on, + and - change the speed', async () => {
    const session = start('end 0.25');
    await session.until(shows('► running ×0.25'));
    session.press(' ');
    await session.until(shows('❚❚ paused'));
    const timeOf = () => /0:\d\d\.\d{3}$/.exec(session.screen()[0] ?? '')?.[0];
    const pausedAt = timeOf();
    session.press('+');
    await session.until(shows('❚❚ paused ×0.5'));
    expect(timeOf()).toBe(pausedAt);
    session.press('p');
    await session.until((rows) => shows('► running ×0.5')(rows) && timeOf() !== pausedAt);
    session.press('--');
    await session.until(shows('×0.125'));
    session.press('-');
    session.press('\u001b[A');
    await session.until(shows('×0.25'));
    session.press('\u001b[B');
    await session.until(shows('×0.125'));
  });
});

describe('the terminal is given back', { timeout: testTimeoutMs }, () => {
  test('at the end of the run, with the last frame and the summary below it', async () => {
    const session = start('end 20');
    await session.until(shows('► running'));
    await expectRestored(session, 0);
    const text = normalText(session);
    expect(text).toMatch(/✓ passed {3}0:20\.000/);
    expect(text.indexOf('── ECUs')).toBeLessThan(text.indexOf('VERDICT'));
    expect(text.match(/── ECUs/g)).toHaveLength(1);
    expect(text).toMatch(/PASSED {2}2 expectations met .*\n\n demo-/);
    // The log's last lines stand above it, whole and in order: the screen had cut the longer ones short.
    const log = text.slice(0, text.indexOf('── ECUs')).replaceAll('\n', '');
    expect(log).toMatch(
      /0:06\.400 +brake-ecu +✗ rollback: Targets .* 2 ?\[5\.4\.4\.6\.4, ?rollback attack\].* 0:20\.000 +run +passed/,
    );
  });

  test('after q in a run of its own, with the summary and a trace to there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ecunet-dashboard-'));
    const trace = join(folder, 't.jsonl');
    const command = `"${process.execPath}" "${builtMain}" run nominal --trace ${trace}`;
    const session = startCommand(command);
    await session.until(shows('► running'));
    session.press('q');
    await expectRestored(session, 130);
    expect(normalText(session)).toMatch(/ GIVEN UP at \d+\.\d{3} s, by its watcher; /);
    expect(replayTrace(trace)).toMatchObject({ difference: undefined, givenUp: { reason: 'quit' } });
    rmSync(folder, { recursive: true });
  });

  test.each(
    sampled<readonly [NodeJS.Signals, number]>(
      [
        ['SIGTERM', 143],
        ['SIGHUP', 129],
      ],
      1,
    ),
  )('after %s in a run of its own, with the summary and a trace to there', async (signal, exitCode) => {
    const folder = mkdtempSync(join(tmpdir(), 'ecunet-dashboard-'));
    const trace = join(folder, 't.jsonl');
    const node = `"${process.execPath}" "${builtMain}" run nominal --trace ${trace}`;
    const session = startCommand(`sh -c 'echo "pid=$$"; exec ${node}'`);
    await session.until(shows('► running'));
    const pid = Number(/pid=(\d+)/.exec(normalText(session))?.[1]);
    process.kill(pid, signal);
    await expectRestored(session, exitCode);
    expect(normalText(session)).toMatch(new RegExp(` GIVEN UP at \\d+\\.\\d{3} s, by ${signal}; `));
    expect(replayTrace(trace)).toMatchObject({ difference: undefined, givenUp: { reason: signal } });
    rmSync(folder, { recursive: true });
  });

  test.each(
    sampled(
      [
        ['Ctrl+C', '\u0003'],
        ['q', 'q'],
        ['Ctrl+C twice at once, the second while it ends', '\u0003\u0003'],
      ] as const,
      1,
    ),
  )('after %s', async (name, keys) => {
    const session = start('end 1');
    await session.until(shows('► running'));
    session.press(keys);
    await expectRestored(session, name.includes('twice') ? 130 : 0);
    if (!name.includes('twice')) expect(normalText(session)).toContain('STOPPED before its end');
  });

  test('after a second Ctrl+C where the run does not come to an end', async () => {
    const session = start('deaf 1');
    await session.until(shows('► running'));
    session.press('qq+');
    await session.until(shows('×2'));
    session.press('\u0003');
    await expectRestored(session, 130);
  });

  test.each(
    sampled<readonly [NodeJS.Signals, number]>(
      [
        ['SIGHUP', 129],
        ['SIGTERM', 143],
        ['SIGINT', 130],
      ],
      1,
    ),
  )('after %s, which ends the process as it should', async (signal, exitCode) => {
    const session = start('end 1');
    process.kill(await demoPid(session), signal);
    await expectRestored(session, exitCode);
  });

  test('after an exception, which is told on the normal screen', async () => {
    const session = start('throw 1');
    await session.until(shows('► running'));
    await expectRestored(session, 1);
    expect(normalText(session)).toContain('Error: thrown by the demo');
  });

  test('after a panel that throws', async () => {
    const session = start('panel 1');
    await session.until(shows('► running'));
    await expectRestored(session, 1);
    expect(normalText(session)).toContain('Error: thrown by a panel');
  });

  test('after process.exit', async () => {
    const session = start('exit 1');
    await session.until(shows('► running'));
    await expectRestored(session, 7);
  });
});

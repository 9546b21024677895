// A run that is given up from outside, as a user meets it: summary, exit code, trace and capture.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonResultSchema } from '../../src/report/jsonResult.ts';
import { replayTrace } from '../../src/sim/replay.ts';
import { sampled } from '../support/heavy.ts';
import { signalAt, startEcunet } from './support/ecunet.ts';
import { inProcess } from './support/inProcess.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-given-up-'));
afterAll(() => rmSync(folder, { recursive: true }));
const vehicle = join(import.meta.dirname, '../../scenarios/vehicles/compact.yaml');
/** Longer than any test waits. */
const long = join(folder, 'long.yaml');
writeFileSync(long, `title: Long\nabout: x\nvehicle: ${vehicle}\nsteps:\n${'  - cycle: {}\n'.repeat(400)}`);

describe('a run that is given up', { timeout: 60_000 }, () => {
  it.each(
    sampled<readonly [NodeJS.Signals, number, string]>(
      [
        ['SIGINT', 130, 'by Ctrl\\+C'],
        ['SIGTERM', 143, 'by SIGTERM'],
        ['SIGHUP', 129, 'by SIGHUP'],
      ],
      1,
    ),
  )('at %s ends soon with exit code %i, its summary, its trace and its capture', async (signal, exitCode, by) => {
    const trace = join(folder, `${signal}.jsonl`);
    const capture = join(folder, `${signal}.log`);
    const started = startEcunet(['run', long, '--no-dash', '--trace', trace, '--capture', capture]);
    signalAt(started, 'metadata verified', signal);
    const { code, stdout, stderr } = await started.ended;
    expect(code).toBe(exitCode);
    expect(stderr).toMatch(new RegExp(`^ecunet: the run was given up at \\d+\\.\\d{3} s, ${by}\\n$`));
    expect(stdout).toMatch(new RegExp(`\\n GIVEN UP at \\d+\\.\\d{3} s, ${by}; `));
    expect(stdout).toContain(' Manifests ');
    expect(replayTrace(trace)).toMatchObject({ difference: undefined, givenUp: { reason: signal } });
    const frames = readFileSync(capture, 'utf8').trimEnd().split('\n');
    expect(frames.length).toBeGreaterThan(10);
    for (const frame of frames) expect(frame).toMatch(/^\(\d+\.\d{6}\) \w+ [\dA-F]+##?[\dA-F]*$/);
    const replayed = await inProcess('replay', trace);
    expect(replayed).toMatchObject({ code: 0, stderr: '' });
    expect(replayed.stdout).toMatch(
      new RegExp(`: Long: the same, all \\d+ lines, to where the run was given up at \\d+\\.\\d{3} s, ${by}\\n$`),
    );
  });

  it('says so in JSON, in real time too', async () => {
    const started = startEcunet(['run', long, '--json', '--slcan', 'body=0']);
    let sent = false;
    started.child.stderr.on('data', () => {
      if (!sent) started.child.kill('SIGTERM');
      sent = true;
    });
    const { code, stdout } = await started.ended;
    expect(code).toBe(143);
    const result = jsonResultSchema.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ outcome: 'given-up', givenUp: { atMs: result.simulatedMs, reason: 'SIGTERM' } });
  });

  it('because nobody reads what it says has its trace to there', async () => {
    const trace = join(folder, 'closed.jsonl');
    const started = startEcunet(['run', long, '--no-dash', '--trace', trace]);
    started.child.stdout.once('data', () => started.child.stdout.destroy());
    await started.ended;
    expect(replayTrace(trace)).toMatchObject({ difference: undefined, givenUp: { reason: 'exit' } });
    expect(readdirSync(folder).filter((name) => name.includes('.partial'))).toEqual([]);
  });
});

// A run that is given up: its result, and its trace, which replays to there.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostTimer } from '../../src/core/time/hostTime.ts';
import { hashHex } from '../../src/crypto/hashes.ts';
import type { SimEvent } from '../../src/sim/events/events.ts';
import type { LinkKind, RunInputs } from '../../src/sim/inputs/inputs.ts';
import { replayTrace } from '../../src/sim/replay.ts';
import { type RunOptions, runScenario } from '../../src/sim/run.ts';
import { inputsOf } from './support/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-given-up-'));
afterAll(() => rmSync(folder, { recursive: true }));
const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');

/** Runs until `isMoment`, then gives up. */
async function givenUpAt(
  name: string,
  inputs: RunInputs,
  isMoment: (event: SimEvent) => boolean,
  extra: Partial<RunOptions> = {},
) {
  const tracePath = join(folder, `${name}.jsonl`);
  const stop = new AbortController();
  const events: SimEvent[] = [];
  const observe = (event: SimEvent) => {
    events.push(event);
    if (isMoment(event)) stop.abort('SIGTERM');
  };
  const run = await runScenario({ inputs, observers: [observe], tracePath, stop: stop.signal, ...extra });
  return { run, events, tracePath, lines: linesOf(tracePath) };
}

describe('a run without pace that is given up', () => {
  let whole: readonly string[];
  beforeAll(async () => {
    const tracePath = join(folder, 'whole.jsonl');
    await runScenario({ inputs: inputsOf('nominal'), observers: [], tracePath });
    whole = linesOf(tracePath);
  });

  it.each<[string, (event: SimEvent) => boolean]>([
    ['run.started', ({ type }) => type === 'run.started'],
    ['a message', ({ type, t }) => type === 'message' && t > 1e9],
    ['ecu.booted', (event) => event.type === 'ecu.booted' && event.installed.releaseCounter > 1],
    ['director.manifest', ({ type }) => type === 'director.manifest'],
  ])('at %s has a trace that is the beginning of the whole one, and replays to there', async (name, isMoment) => {
    const { run, events, tracePath, lines } = await givenUpAt(name, inputsOf('nominal'), isMoment);
    expect(run).toMatchObject({ outcome: 'given-up', givenUp: { reason: 'SIGTERM' } });
    expect(lines.slice(0, -1)).toEqual(whole.slice(0, lines.length - 1));
    expect(lines.length).toBeLessThan(whole.length);
    const t = Math.round(run.simulatedMs * 1e6);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ type: 'run.givenUp', t, reason: 'SIGTERM' });
    expect(events.at(-1)).toEqual({ type: 'run.givenUp', t, reason: 'SIGTERM' });
    expect(run.traceDigest).toBe(hashHex('sha256', readFileSync(tracePath)));
    expect(replayTrace(tracePath)).toMatchObject({
      ...{ difference: undefined, lines: lines.length, givenUp: { t, reason: 'SIGTERM' } },
    });
  });

  it('has the expectations that were judged so far, and what every gateway and bus carried', async () => {
    let judged = 0;
    const isMoment = ({ type }: SimEvent) => type === 'expectation' && ++judged === 1;
    const { run, events } = await givenUpAt('two-hops', inputsOf('two-hops'), isMoment);
    expect(run.expectations.length).toBeGreaterThan(0);
    expect(run.expectations).toHaveLength(events.filter(({ type }) => type === 'expectation').length);
    expect(events.some(({ type }) => type === 'gateway.total')).toBe(true);
    expect(run.ecus.length).toBeGreaterThan(2);
  });

  it('is found out where it was doctored, or where more follows', async () => {
    const isMoment = ({ type }: SimEvent) => type === 'ecu.booted';
    const { lines } = await givenUpAt('doctored', inputsOf('nominal'), isMoment);
    const replayOf = (changed: readonly string[]) => {
      const path = join(folder, 'changed.jsonl');
      writeFileSync(path, `${changed.join('\n')}\n`);
      return replayTrace(path);
    };
    expect(replayOf(lines.toSpliced(lines.length - 2, 1, '{"type":"ecu.state","t":1}')).difference?.line).toBe(
      lines.length - 1,
    );
    expect(replayOf([...lines, '{"more":1}']).difference?.line).toBe(lines.length);
    expect(() => replayOf(lines.with(-1, '{"type":"run.givenUp","t":1,"reason":"whim"}'))).toThrow(/:\d+: reason: /);
  });

  it.each([
    ['an event', { observers: [failAt('ecu.verified')] }],
    ['a frame', { opened: failAtFrame }],
  ])('for an error in the course of %s has its cause, and its trace to there', async (name, extra) => {
    const tracePath = join(folder, `${name}.jsonl`);
    const run = await runScenario({ inputs: inputsOf('nominal'), observers: [], tracePath, ...extra });
    expect(run).toMatchObject({ outcome: 'given-up', givenUp: { reason: 'error', error: 'a bug' } });
    expect(run.cause).toEqual(new Error('a bug'));
    const lines = linesOf(tracePath);
    expect(lines.slice(0, -1)).toEqual(whole.slice(0, lines.length - 1));
    expect(lines.at(-1)).toMatch(/^\{"type":"run.givenUp","t":\d+,"reason":"error","error":"a bug"\}$/);
    expect(replayTrace(tracePath)).toMatchObject({ difference: undefined, lines: lines.length });
  });

  it('is met within some hundredths of a second of host time, in the middle of a long run', async () => {
    const { steps, ...scenario } = inputsOf('nominal').scenario;
    const cycles = Array.from({ length: 400 }, () => ({ cycle: { during: [] } }));
    const inputs = inputsOf('nominal');
    const stop = new AbortController();
    let turns = 0;
    const watch = () => {
      turns += 1;
      if (turns === 3) stop.abort();
      else setImmediate(watch);
    };
    setImmediate(watch);
    const run = await runScenario({
      inputs: { ...inputs, scenario: { ...scenario, steps: [...cycles, ...steps] } },
      observers: [],
      stop: stop.signal,
    });
    expect(run).toMatchObject({ outcome: 'given-up', givenUp: { reason: 'quit' } });
    expect(run.simulatedMs).toBeLessThan(60_000);
  });
});

function failAt(type: SimEvent['type']): (event: SimEvent) => void {
  return (event) => {
    if (event.type === type) throw new Error('a bug');
  };
}

const failAtFrame: NonNullable<RunOptions['opened']> = ({ buses }) => {
  let frames = 0;
  for (const bus of buses.values()) {
    bus.tap(() => {
      frames += 1;
      if (frames === 500) throw new Error('a bug');
    });
  }
};

describe('a run in pace that is given up', { timeout: 60_000 }, () => {
  const isMoment = (event: SimEvent) => event.type === 'ecu.progress' && event.ecu === 'gateway-ecu';

  it.each<[string, Partial<RunInputs>, Partial<RunOptions>]>([
    ['on the dashboard', {}, { speed: 1000 }],
    ...(['tcp', 'tcp+tls', 'udp'] as const).map((kind): [string, Partial<RunInputs>, Partial<RunOptions>] => {
      const links = new Map<string, LinkKind>([['gateway-ecu', kind]]);
      return [`with a link on ${kind}`, { links }, {}];
    }),
  ])('%s replays to there', async (name, changes, extra) => {
    const { run, tracePath, lines } = await givenUpAt(name, inputsOf('nominal', changes), isMoment, extra);
    expect(run).toMatchObject({ outcome: 'given-up', givenUp: { reason: 'SIGTERM' } });
    expect(lines.length).toBeGreaterThan(100);
    expect(replayTrace(tracePath)).toMatchObject({
      ...{ difference: undefined, lines: lines.length, givenUp: { reason: 'SIGTERM' } },
    });
  });

  it('between two events is given up at that time, not at the last event', async () => {
    // Nothing happens between the start and the end of the first boot, 300 ms later.
    const tracePath = join(folder, 'gap.jsonl');
    const stop = new AbortController();
    const controlled = () => hostTimer(50, () => stop.abort('SIGINT'));
    const run = await runScenario({
      ...{ inputs: inputsOf('nominal'), observers: [], tracePath, speed: 1, stop: stop.signal, controlled },
    });
    expect(run.simulatedMs).toBeGreaterThanOrEqual(49);
    expect(replayTrace(tracePath)).toMatchObject({
      ...{ difference: undefined, givenUp: { reason: 'SIGINT', t: Math.round(run.simulatedMs * 1e6) } },
    });
  });

  it('for an error has its cause, and its trace to there', async () => {
    const tracePath = join(folder, 'paced-error.jsonl');
    const inputs = inputsOf('nominal');
    const run = await runScenario({ inputs, observers: [failAt('ecu.verified')], tracePath, speed: 1000 });
    expect(run.cause).toEqual(new Error('a bug'));
    expect(replayTrace(tracePath)).toMatchObject({ difference: undefined, givenUp: { reason: 'error' } });
  });

  it('leaves no half trace behind', () => {
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

// Owns: what `ecunet run --json` prints: its form, which docs/scenarios.md describes and which is a contract with scripts, and its making.
// A member that is added leaves `schema` as it is; one that is taken away, or means something else, raises it.
import * as z from 'zod';
import { NS_PER_MS } from '../core/units.ts';
import type { FinishedRun } from '../sim/run.ts';
import { type BusView, knowsLoad, meanLoad, runLoad } from './busView.ts';
import type { Expectation, RunView } from './runView.ts';

const jsonResultVersion = 1;

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const ms = z.number().min(0);

const fault = z.strictObject({
  code: z.string(),
  clause: z.string(),
  message: z.string(),
  attack: z.string().optional(),
});

const ecu = z.strictObject({
  id: z.string(),
  role: z.enum(['primary', 'secondary']),
  mode: z.string(),
  /** Its buses, with commas between them. */
  bus: z.string(),
  installed: z.strictObject({
    filename: z.string(),
    sha256: z.string(),
    lengthBytes: count,
    releaseCounter: z.int(),
  }),
  /** Whose image that is. */
  maker: z.enum(['genuine', 'attacker']),
  attacksDetected: z.array(fault),
});

const traffic = z.strictObject({
  frames: count,
  lost: count,
  meanMs: ms.optional(),
  latestMs: ms.optional(),
  latestId: count.optional(),
});

/** What does not apply, or is not known, is left out. */
const bus = z.strictObject({
  id: z.string(),
  kind: z.enum(['can', 'can-fd', 'ethernet']),
  interface: z.string().optional(),
  frames: count,
  load: share.optional(),
  peakLoad: share.optional(),
  runLoad: share.optional(),
  errorFrames: count.optional(),
  nodes: z.array(z.strictObject({ node: z.string(), state: z.string(), busOffs: count })).optional(),
  babbling: z.array(z.string()).optional(),
  traffic: traffic.optional(),
  lostFrames: count.optional(),
  droppedFrames: count.optional(),
});

const gateway = z.strictObject({
  id: z.string(),
  framesForwarded: count,
  framesDropped: count,
  messagesForwarded: count,
  messagesDropped: count,
  drops: z.array(
    z.strictObject({
      what: z.enum(['frames', 'messages']),
      from: z.string(),
      to: z.string(),
      reason: z.string(),
      count,
    }),
  ),
});

const expectation = z.strictObject({
  /** Counted from 1. */
  step: z.int().min(1),
  file: z.string(),
  line: z.int().min(1),
  expected: z.string(),
  actual: z.string(),
  passed: z.boolean(),
});

export const jsonResultSchema = z.strictObject({
  schema: z.literal(jsonResultVersion),
  /** The version of ecunet. */
  ecunet: z.string(),
  scenario: z.strictObject({ path: z.string(), title: z.string() }),
  outcome: z.enum(['passed', 'failed', 'given-up']),
  /** Where `outcome` is `given-up`. */
  givenUp: z
    .strictObject({
      atMs: ms,
      reason: z.enum(['quit', 'SIGINT', 'SIGTERM', 'SIGHUP', 'error', 'exit']),
      error: z.string().optional(),
    })
    .optional(),
  seed: count,
  traceDigest: z.string(),
  simulatedMs: ms,
  wallMs: count,
  ecus: z.array(ecu),
  buses: z.array(bus),
  gateways: z.array(gateway),
  /** Those that were judged, in order. */
  expectations: z.array(expectation),
});

export type JsonResult = z.output<typeof jsonResultSchema>;

export interface JsonResultParts {
  readonly ecunet: string;
  readonly path: string;
  readonly title: string;
  readonly finished: FinishedRun;
  /** As it stands at the end of the run. */
  readonly view: Pick<RunView, 'ecus' | 'buses' | 'timeNs'>;
  readonly expectations: readonly Expectation[];
}

export function jsonResult({ ecunet, path, title, finished, view, expectations }: JsonResultParts): JsonResult {
  const { outcome, givenUp, seed, traceDigest, simulatedMs, wallMs, ecus, gateways } = finished;
  return {
    ...{ schema: jsonResultVersion, ecunet, scenario: { path, title }, outcome },
    ...(givenUp !== undefined && { givenUp: { atMs: simulatedMs, ...givenUp } }),
    ...{ seed, traceDigest, simulatedMs, wallMs: Math.round(wallMs) },
    ecus: ecus.map(({ attacksDetected, ...result }) => {
      const { maker } = view.ecus.find(({ id }) => id === result.id) ?? { maker: 'genuine' as const };
      return { ...result, maker, attacksDetected: [...attacksDetected] };
    }),
    buses: view.buses.map((bus) => busResult(bus, view.timeNs)),
    gateways: gateways.map((one) => ({ ...one, drops: [...one.drops] })),
    expectations: expectations.map(({ text, passed, actual, place }) => {
      const { step = 1, line = 1 } = place ?? {};
      return { step, file: path, line, expected: text, actual, passed };
    }),
  };
}

function busResult(view: BusView, timeNs: number): JsonResult['buses'][number] {
  const { id, kind, frames, errorFrames, lostFrames, droppedFrames, nodes, babbling } = view;
  return {
    ...{ id, kind },
    ...(view.interface !== undefined && { interface: view.interface }),
    frames,
    ...(knowsLoad(view) && {
      load: rounded(meanLoad(view), 4),
      peakLoad: rounded(view.peakLoad, 4),
      runLoad: rounded(runLoad(view, timeNs), 4),
    }),
    ...(kind === 'ethernet'
      ? { lostFrames, droppedFrames }
      : { errorFrames, nodes: [...nodes], babbling: [...babbling] }),
    ...(view.traffic !== undefined && { traffic: trafficResult(view.traffic) }),
  };
}

function trafficResult({
  frames,
  lost,
  latestNs,
  latestId,
  delaysNs,
}: NonNullable<BusView['traffic']>): z.output<typeof traffic> {
  if (frames === 0) return { frames, lost };
  const inMs = (ns: number) => rounded(ns / NS_PER_MS, 3);
  return { frames, lost, meanMs: inMs(delaysNs / frames), latestMs: inMs(latestNs), latestId };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

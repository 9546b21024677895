// Owns: which recorded bus goes where, as the command line says it. Must not know interfaces or attach points.
import { InputError } from '../../core/faults.ts';

export interface Route {
  /** The interface that frames are sent on, or the attach point's address. */
  readonly onto: string;
  /** The recorded bus that they come from; any where undefined. */
  readonly from: string | undefined;
}

export interface PlayRoutes {
  readonly interfaces: readonly Route[];
  readonly attachPoints: readonly Route[];
}

/**
 * `--onto vcan0` and `--into 3333`: every recorded bus; with as many `--from` as there are of those, each from its own, in their order,
 * `--onto` before `--into`. `--onto vcan2=can0`, as canplayer has it: onto vcan2 what can0 carried; `--into body=3333`: into that attach
 * point what body carried. Throws an InputError.
 */
export function playRoutes(onto: readonly string[], into: readonly string[], from: readonly string[]): PlayRoutes {
  const plain = [...onto, ...into].filter((text) => !text.includes('='));
  if (from.length > 0 && from.length !== plain.length) {
    const times = `--from is given ${from.length} times, for ${plain.length} times --onto and --into that name no bus`;
    throw new InputError(`${times}: each needs its own`);
  }
  const sources = from.values();
  return { interfaces: ontoRoutes(onto, sources), attachPoints: intoRoutes(into, sources) };
}

function ontoRoutes(onto: readonly string[], sources: Iterator<string, undefined>): readonly Route[] {
  return onto.map((text): Route => {
    if (!text.includes('=')) return { onto: text, from: sources.next().value };
    const [, target, source] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
    if (target === undefined) throw new InputError(`--onto ${text}: INTERFACE or INTERFACE=RECORDED is needed`);
    return { onto: target, from: source };
  });
}

function intoRoutes(into: readonly string[], sources: Iterator<string, undefined>): readonly Route[] {
  return into.map((text): Route => {
    const [, from = sources.next().value, onto] = /^(?:([^=]+)=)?([^=]+)$/.exec(text) ?? [];
    if (onto === undefined) throw new InputError(`--into ${text}: ADDRESS or RECORDED=ADDRESS is needed`);
    return { onto, from };
  });
}

// Owns: which recorded bus goes where, as the command line says it. Must not know interfaces or attach points.
import { InputError } from '../../core/faults.ts';

export interface Route {
  /** The interface that frames are sent on, or the attach point's address. */
  readonly onto: string;
  /** The recorded bus that they come from; any where undefined. */
  readonly from: string | undefined;
}

/**
 * `--onto vcan0`: every recorded bus; with as many `--from` as such `--onto`, each from its own, in their order. `--onto vcan2=can0`, as
 * canplayer has it: onto vcan2 what can0 carried. Throws an InputError.
 */
export function playRoutes(onto: readonly string[], from: readonly string[]): readonly Route[] {
  const plain = onto.filter((text) => !text.includes('='));
  if (from.length > 0 && from.length !== plain.length) {
    throw new InputError(`--from is given ${from.length} times, for ${plain.length} times --onto: each needs its own`);
  }
  const sources = from.values();
  return onto.map((text): Route => {
    if (!text.includes('=')) return { onto: text, from: sources.next().value };
    const [, target, source] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
    if (target === undefined) throw new InputError(`--onto ${text}: INTERFACE or INTERFACE=RECORDED is needed`);
    return { onto: target, from: source };
  });
}

/** `--into 3333`: every recorded bus goes to that attach point; `--into body=3333`: what body carried. Throws an InputError. */
export function attachRoutes(into: readonly string[]): readonly Route[] {
  return into.map((text): Route => {
    const [, from, onto] = /^(?:([^=]+)=)?([^=]+)$/.exec(text) ?? [];
    if (onto === undefined) throw new InputError(`--into ${text}: ADDRESS or RECORDED=ADDRESS is needed`);
    return { onto, from };
  });
}

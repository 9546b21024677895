// Owns: what a vector is, and what the tables of vectors share.
import type { RemoteFaultCode } from '../../src/core/faults.ts';
import type { RepositoryName } from '../../src/uptane/model/metadata.ts';
import type { PairDraft, VectorKey } from './aktualizrRepository.ts';

export type Keys = (index: number) => VectorKey;
export type Change = (pair: PairDraft, key: Keys) => void;

/** Where and as what a step fails; undefined for one that passes. */
export type Verdict =
  | {
      readonly code: RemoteFaultCode;
      readonly clause: string;
      readonly repository?: RepositoryName;
      readonly role?: string;
    }
  | undefined;

export interface Step {
  readonly change: Change;
  readonly verdict: Verdict;
}
export interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
}

export const single = (name: string, change: Change, verdict: Verdict): Case => ({
  name,
  steps: [{ change, verdict }],
});
export const unchanged = () => {};

/** Flips the lowest bit of the first byte. */
export const altered = (hex: string) =>
  `${hex[0]}${(Number.parseInt(hex[1] ?? '', 16) ^ 1).toString(16)}${hex.slice(2)}`;

export function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('no such part');
  return value;
}

/** Gives a key another identifier in the map, while everything else goes on to call it by the right one. */
export function misname(keys: Record<string, object>, { id }: VectorKey): void {
  keys[altered(id)] = need(keys[id]);
  delete keys[id];
}

// Owns: what a state of aktualizr/verdicts.json is, and the ways of making one that many share.
import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { need } from './aktualizrCase.ts';
import type { VectorKey } from './aktualizrRepository.ts';
import { assign, type Ecu, type Entry, type Members, type Pair } from './wirePair.ts';

export type Key = (index: number) => VectorKey;
export type Files = Map<string, Uint8Array>;
export interface State {
  readonly change: (pair: Pair, key: Key) => void;
  /** Of what is written. */
  readonly edit?: (files: Files) => void;
}
export type States = Readonly<Record<string, State>>;

export const both: Readonly<Record<string, Ecu>> = { 'p1.bin': 'primary-0', 's1.bin': 'secondary-1' };
export const newer: Readonly<Record<string, Ecu>> = { 'p1.bin': 'primary-0', 's2.bin': 'secondary-1' };
const directorFile = 'director/targets.json';

export const targetOf = (pair: Pair, repository: 'director' | 'image', name: string): Entry =>
  need(pair[repository].targets.signed.targets?.[name]);

/** Both images assigned, and something else. */
export const but = (change: State['change']): State => ({
  change: (pair, key) => {
    assign(pair, both);
    change(pair, key);
  },
});
export const good = but(() => {});

/** Both assigned, and the text of the Director's Targets, or of another file, changed once it is signed. */
export const edited = (change: (text: string) => string, file = directorFile): State => ({
  ...good,
  edit: (files) => {
    files.set(file, utf8(change(need(fromUtf8(need(files.get(file)))))));
  },
});
export const replaced = (from: string, to: string, file?: string) => edited((text) => text.replace(from, to), file);

/** Something in the custom metadata of the Secondary's image, in the Director's Targets. */
export const custom = (members: Members) =>
  but((pair) => Object.assign(need(targetOf(pair, 'director', 's1.bin').custom), members));
export const signed = (members: Members) => but(({ director }) => Object.assign(director.targets.signed, members));
export const without = (member: string) => but(({ director }) => delete director.targets.signed[member]);
export const listing = (change: Partial<Pair['listing']>) => but((pair) => Object.assign(pair.listing, change));

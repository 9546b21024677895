// Owns: what every attacker shares: what it holds on to, and how it is undone.
import type { CurrentFiles } from '../../repository/roles/publication.ts';

/** What anybody on the network can have kept at some moment: both repositories' files and the last attestation. */
export interface Recording {
  readonly director: CurrentFiles | undefined;
  readonly image: CurrentFiles | undefined;
  readonly attestation: Uint8Array | undefined;
}

/** An attack under way. */
export interface RunningAttack {
  /** In words a user reads. */
  readonly text: string;
  stop(): void;
}

/** Adds to a set, and takes it out again. */
export function added<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => set.delete(item);
}

// Owns: TUF's workflow run in memory, against a repository and a store that are maps; every step is recorded.
import { ed25519Node } from '../../../src/crypto/ed25519Node.ts';
import type { TufProcedure, TufStep, TufVerifier } from '../../../src/uptane/tuf/tufProcedure.ts';
import type { TufRepository } from './repository.ts';

export const verifier: TufVerifier = { signatures: ed25519Node(), now: Math.floor(Date.now() / 1000) };

export type Answer = Uint8Array | undefined;

/** Runs a procedure over a repository; `store` is the client's, by role. `alter` may change what is answered. */
export function runInMemory<T>(
  procedure: TufProcedure<T>,
  repository: TufRepository,
  store: Map<string, Uint8Array>,
  alter: (step: TufStep, answer: Answer) => Answer = (_, answer) => answer,
): { readonly result: T; readonly steps: readonly string[] } {
  const steps: string[] = [];
  const answerTo = (asked: TufStep): Answer => {
    steps.push(`${asked.type} ${asked.type === 'fetch' ? asked.path : asked.role}`);
    if (asked.type === 'fetch') return alter(asked, repository.fetch(`metadata/${asked.path}`));
    if (asked.type === 'load') return alter(asked, store.get(asked.role));
    if (asked.type === 'store') store.set(asked.role, asked.bytes);
    else store.delete(asked.role);
    return undefined;
  };
  let step = procedure.next();
  while (!step.done) step = procedure.next(answerTo(step.value));
  return { result: step.value, steps };
}

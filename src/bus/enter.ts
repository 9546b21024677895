// Owns: how a callback of the outside world (a socket, a reader thread) gets into a run. Must not know who runs it.

/** Runs `run` at the run's present time, after all that was due before: `Pacer.enter`. */
export type Enter = (run: () => void) => void;

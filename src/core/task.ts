// Owns: work that waits, without promises. A task is a generator that yields what it waits for; it runs synchronously inside
// the event loop of the run, so that the order of things is the event queue's alone.

/** Starts something; calls `done` once, later or at once. Returns a function that gives it up. */
export type Wait<T> = (done: (value: T) => void) => () => void;

export type Task<T> = Generator<Wait<unknown>, T, unknown>;

/** Waits inside a task: `const answer = yield* wait(...)`. */
export function* wait<T>(start: Wait<T>): Task<T> {
  return (yield start as Wait<unknown>) as T;
}

/** Runs a task to its end, then calls `done`. Returns a function that stops it; a stopped task never calls `done`. */
export function runTask<T>(task: Task<T>, done: (value: T) => void): () => void {
  let cancelWait = () => {};
  let stopped = false;

  function advance(value: unknown): void {
    // A wait that is done at once is taken in this loop, so that long runs of them need no stack.
    let next: { readonly value: unknown } | undefined = { value };
    cancelWait = () => {};
    while (next !== undefined && !stopped) {
      const step = task.next(next.value);
      next = undefined;
      if (step.done) {
        done(step.value);
        return;
      }
      let starting = true;
      let settled = false;
      const cancel = step.value((answer) => {
        if (settled || stopped) return;
        settled = true;
        if (starting) next = { value: answer };
        else advance(answer);
      });
      starting = false;
      if (settled) continue;
      // Starting it may have stopped this very task: then nobody else gives the wait up.
      if (stopped) cancel();
      else cancelWait = cancel;
    }
  }

  advance(undefined);
  return () => {
    stopped = true;
    cancelWait();
  };
}

/** All of them, side by side but at most `atOnce` at a time; their values in the same order. */
export function* all<T>(tasks: readonly Task<T>[], atOnce = tasks.length): Task<readonly T[]> {
  if (tasks.length === 0) return [];
  return yield* wait<readonly T[]>((done) => {
    const values: T[] = [];
    const stops: (() => void)[] = [];
    let next = 0;
    let left = tasks.length;
    const start = () => {
      const index = next;
      const task = tasks[index];
      next += 1;
      if (task === undefined) return;
      const stop = runTask(task, (value) => {
        values[index] = value;
        left -= 1;
        if (left === 0) done(values);
        else start();
      });
      stops.push(stop);
    };
    for (let count = 0; count < Math.min(atOnce, tasks.length); count += 1) start();
    return () => {
      for (const stop of stops) stop();
    };
  });
}

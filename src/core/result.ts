/** A value or the fault that stood in its way. Faults are data: nothing in the pure rooms throws for bad input. */
export type Result<T, F> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: F };

/** What there is to say where nothing is given: one object for all, as it is said of every frame. */
const done = Object.freeze({ ok: true, value: undefined });

export function ok(): Result<void, never>;
export function ok<T>(value: T): Result<T, never>;
export function ok<T>(value?: T): Result<T | undefined, never> {
  return value === undefined ? done : { ok: true, value };
}

export function fail<F>(fault: F): Result<never, F> {
  return { ok: false, fault };
}

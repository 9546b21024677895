// Owns: a bus over another one: what a wrapper does not change is the wrapped bus's. Must not know what is changed.
import type { Bus } from './bus.ts';

/** What `Wrapped` has beside a bus's members, and those of these that are not the wrapped bus's. */
export type BusChanges<Wrapped extends Bus> = Omit<Wrapped, keyof Bus> & Partial<Bus>;

/** `bus` with `changes` in the place of its own members, and beside them. */
export function wrappedBus<Wrapped extends Bus = Bus>(bus: Bus, changes: BusChanges<Wrapped>): Wrapped {
  const same: Bus = {
    name: bus.name,
    fd: bus.fd,
    attach: (node, listener, options) => bus.attach(node, listener, options),
    load: () => bus.load(),
    tap: (hear, hearError) => bus.tap(hear, hearError),
    close: () => bus.close(),
  };
  return { ...same, ...changes } as Bus as Wrapped;
}

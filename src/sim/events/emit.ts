import type { SimEvent } from './events.ts';

type WithoutTime<Event> = Event extends { readonly t: number } ? Omit<Event, 't'> : never;

/** Tells the observers what happened; the time is added. */
export type Emit = (event: WithoutTime<SimEvent>) => void;

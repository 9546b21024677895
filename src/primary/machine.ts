// Owns: the statechart of a Primary: one update cycle in the order of M1. Each phase is an actor, with a bound in time
// after which the cycle goes straight to the report. What all of it does comes with its context, from actors.ts: the chart is built
// once, not at each boot.
import { fromCallback, setup } from 'xstate';
import type { PrimaryTiming } from './cycle/ports.ts';

export type PrimaryEvent =
  | { readonly type: 'cycle.started' }
  /** The phase under way has come to its end. */
  | { readonly type: 'phase.completed' };

type PhaseName =
  | 'collectReports'
  | 'sendManifest'
  | 'attestTime'
  | 'verifyMetadata'
  | 'downloadImages'
  | 'distributeTime'
  | 'distributeMetadata'
  | 'distributeImages'
  | 'installOwn';

type Action = 'beginCycle' | 'beginClosing' | 'completeCycle';
type Guard = 'closingOwed' | 'metadataVerified' | 'newImageActivated';

/** What the statechart does, by name: a Primary's from one boot to the next. */
export interface PrimaryImplementation {
  /** Starts a phase, which calls `completed` at its end. Returns a function that stops it. */
  readonly phases: { readonly [Name in PhaseName]: (completed: () => void) => () => void };
  readonly actions: { readonly [Name in Action]: () => void };
  readonly guards: { readonly [Name in Guard]: () => boolean };
}

interface PrimaryContext {
  readonly timing: PrimaryTiming;
  readonly implementation: PrimaryImplementation;
}

interface Given {
  readonly context: PrimaryContext;
}

const act = (name: Action) => (given: Given) => given.context.implementation.actions[name]();
const ask = (name: Guard) => (given: Given) => given.context.implementation.guards[name]();
const run = (name: PhaseName) =>
  fromCallback<PrimaryEvent, PrimaryImplementation>(({ input, sendBack }) =>
    input.phases[name](() => sendBack({ type: 'phase.completed' })),
  );

/** Leaving the state stops the phase: one that ran out of time leaves nothing running. */
function invoked<Name extends PhaseName>(src: Name) {
  return { src, input: ({ context }: Given) => context.implementation };
}

/** A phase that leads to `target`; one that takes too long leads to the report. P2 */
function phase<Name extends PhaseName, Target extends string>(src: Name, target: Target) {
  return {
    invoke: invoked(src),
    on: { 'phase.completed': { target } },
    after: { phase: { target: 'closing' } },
  } as const;
}

export const primaryMachine = setup({
  types: {
    context: {} as PrimaryContext,
    events: {} as PrimaryEvent,
    input: {} as PrimaryContext,
  },
  actors: {
    collectReports: run('collectReports'),
    sendManifest: run('sendManifest'),
    attestTime: run('attestTime'),
    verifyMetadata: run('verifyMetadata'),
    downloadImages: run('downloadImages'),
    distributeTime: run('distributeTime'),
    distributeMetadata: run('distributeMetadata'),
    distributeImages: run('distributeImages'),
    installOwn: run('installOwn'),
  },
  actions: {
    beginCycle: act('beginCycle'),
    beginClosing: act('beginClosing'),
    completeCycle: act('completeCycle'),
  },
  guards: {
    closingOwed: ask('closingOwed'),
    metadataVerified: ask('metadataVerified'),
    newImageActivated: ask('newImageActivated'),
  },
  delays: {
    boot: ({ context }) => context.timing.bootMs,
    phase: ({ context }) => context.timing.phaseMs,
    activation: ({ context }) => context.timing.activateMs,
  },
}).createMachine({
  id: 'primary',
  context: ({ input }) => input,
  initial: 'booting',
  states: {
    booting: {
      after: { boot: [{ guard: 'closingOwed', target: 'closing' }, { target: 'idle' }] },
    },
    idle: {
      on: { 'cycle.started': { target: 'collectingReports', actions: 'beginCycle' } },
    },
    collectingReports: phase('collectReports', 'sendingManifest'),
    sendingManifest: phase('sendManifest', 'attestingTime'),
    attestingTime: phase('attestTime', 'verifyingMetadata'),
    verifyingMetadata: {
      ...phase('verifyMetadata', 'closing'),
      on: {
        'phase.completed': [{ guard: 'metadataVerified', target: 'downloadingImages' }, { target: 'closing' }],
      },
    },
    downloadingImages: phase('downloadImages', 'distributingTime'),
    distributingTime: phase('distributeTime', 'distributingMetadata'),
    distributingMetadata: phase('distributeMetadata', 'distributingImages'),
    distributingImages: phase('distributeImages', 'installing'),
    installing: {
      ...phase('installOwn', 'closing'),
      on: {
        'phase.completed': [{ guard: 'newImageActivated', target: 'activating' }, { target: 'closing' }],
      },
    },
    activating: {
      entry: 'beginClosing',
      after: { activation: 'rebooting' },
    },
    closing: {
      entry: 'beginClosing',
      initial: 'collectingReports',
      states: {
        collectingReports: {
          invoke: invoked('collectReports'),
          on: { 'phase.completed': { target: 'sendingManifest' } },
          after: { phase: { target: 'sendingManifest' } },
        },
        sendingManifest: {
          invoke: invoked('sendManifest'),
          on: { 'phase.completed': { target: '#primary.completed' } },
          after: { phase: { target: '#primary.completed' } },
        },
      },
    },
    completed: {
      entry: 'completeCycle',
      always: 'idle',
    },
    rebooting: { type: 'final' },
  },
});

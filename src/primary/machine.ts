// Owns: the statechart of a Primary: one update cycle in the order of M1. Each phase is an actor that actors.ts provides;
// each has its bound in time, after which the cycle goes straight to the report.
import { fromCallback, setup } from 'xstate';
import type { PrimaryTiming } from './ports.ts';

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

const unprovided = fromCallback<PrimaryEvent>(() => {});

/** A phase that leads to `target`; one that takes too long leads to the report. P2 */
function phase<Name extends PhaseName, Target extends string>(src: Name, target: Target) {
  return {
    invoke: { src },
    on: { 'phase.completed': { target } },
    after: { phase: { target: 'closing' } },
  } as const;
}

export const primaryMachine = setup({
  types: {
    context: {} as { readonly timing: PrimaryTiming },
    events: {} as PrimaryEvent,
    input: {} as { readonly timing: PrimaryTiming },
  },
  actors: {
    collectReports: unprovided,
    sendManifest: unprovided,
    attestTime: unprovided,
    verifyMetadata: unprovided,
    downloadImages: unprovided,
    distributeTime: unprovided,
    distributeMetadata: unprovided,
    distributeImages: unprovided,
    installOwn: unprovided,
  },
  actions: {
    beginCycle: () => {},
    beginClosing: () => {},
    completeCycle: () => {},
  },
  guards: {
    closingOwed: () => false,
    metadataVerified: () => false,
    newImageActivated: () => false,
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
          invoke: { src: 'collectReports' },
          on: { 'phase.completed': { target: 'sendingManifest' } },
          after: { phase: { target: 'sendingManifest' } },
        },
        sendingManifest: {
          invoke: { src: 'sendManifest' },
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

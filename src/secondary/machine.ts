// Owns: the statechart of a Secondary, the same for full and partial verification. Behaviour is provided by actors.ts.
import { setup } from 'xstate';
import { answerSendingMsMax } from '../core/limits.ts';
import type { RequestBodies } from '../messages/codec.ts';

type RequestEvent<Type extends string, Name extends keyof RequestBodies> = {
  readonly type: Type;
  /** To be echoed by the answer. */
  readonly id: number;
  readonly body: RequestBodies[Name];
};

export type SecondaryRequest =
  | RequestEvent<'hello.received', 'hello'>
  | RequestEvent<'report.requested', 'report'>
  | RequestEvent<'time.received', 'time'>
  | RequestEvent<'metadata.received', 'metadata'>
  | RequestEvent<'verification.requested', 'verify'>
  | RequestEvent<'image.announced', 'imageStart'>
  | RequestEvent<'imageBlock.received', 'imageBlock'>
  | RequestEvent<'installation.requested', 'install'>;

/** `answer.left`: the link has sent the last answer, or given it up. */
export type SecondaryEvent = SecondaryRequest | { readonly type: 'answer.left' };

/** Durations in milliseconds. */
export interface SecondaryTiming {
  readonly bootMs: number;
  /** Of one verification of metadata or of a whole image. */
  readonly verifyMs: number;
  readonly activateMs: number;
  /** Silence of the Primary after which a half-done update is left until it speaks again. */
  readonly silenceMs: number;
}

export const secondaryMachine = setup({
  types: {
    context: {} as { readonly timing: SecondaryTiming },
    events: {} as SecondaryEvent,
    input: {} as { readonly timing: SecondaryTiming },
  },
  actions: {
    welcome: () => {},
    report: () => {},
    acceptTime: () => {},
    storeMetadata: () => {},
    verifyMetadata: () => {},
    answerVerification: () => {},
    startImage: () => {},
    storeBlock: () => {},
    noteRepetition: () => {},
    answerBlock: () => {},
    checkImage: () => {},
    answerInstallation: () => {},
    activate: () => {},
    refuseUnexpected: () => {},
  },
  guards: {
    imageWanted: () => false,
    imageExpected: () => false,
    imageGood: () => false,
    answerLeft: () => false,
  },
  delays: {
    boot: ({ context }) => context.timing.bootMs,
    verification: ({ context }) => context.timing.verifyMs,
    activation: ({ context }) => context.timing.activateMs,
    silence: ({ context }) => context.timing.silenceMs,
    flashWrite: () => 0,
    answer: () => answerSendingMsMax,
  },
}).createMachine({
  id: 'secondary',
  context: ({ input }) => input,
  initial: 'booting',
  on: {
    'hello.received': { actions: 'welcome' },
    'report.requested': { actions: 'report' },
    'time.received': { actions: 'acceptTime' },
    'metadata.received': { target: '.idle', actions: 'storeMetadata' },
    'verification.requested': { target: '.verifyingMetadata' },
    'answer.left': {},
    '*': { actions: 'refuseUnexpected' },
  },
  states: {
    booting: {
      on: { '*': {} },
      after: { boot: 'idle' },
    },
    idle: {},
    verifyingMetadata: {
      entry: 'verifyMetadata',
      on: { 'verification.requested': { actions: 'noteRepetition' }, '*': {} },
      after: {
        verification: [
          { guard: 'imageWanted', target: 'awaitingImage', actions: 'answerVerification' },
          { target: 'idle', actions: 'answerVerification' },
        ],
      },
    },
    awaitingImage: {
      on: {
        'image.announced': [
          { guard: 'imageExpected', target: 'receivingImage', actions: 'startImage' },
          { actions: 'startImage' },
        ],
      },
      after: { silence: 'idle' },
    },
    receivingImage: {
      initial: 'awaitingBlock',
      states: {
        awaitingBlock: {
          on: {
            'image.announced': { target: 'awaitingBlock', reenter: true, actions: 'startImage' },
            'imageBlock.received': { target: 'writingBlock', actions: 'storeBlock' },
            'installation.requested': { target: '#secondary.verifyingImage' },
          },
          after: { silence: '#secondary.idle' },
        },
        writingBlock: {
          on: { 'imageBlock.received': { actions: 'noteRepetition' }, '*': {} },
          after: { flashWrite: { target: 'awaitingBlock', actions: 'answerBlock' } },
        },
      },
    },
    verifyingImage: {
      entry: 'checkImage',
      on: { 'installation.requested': { actions: 'noteRepetition' }, '*': {} },
      after: {
        verification: [
          { guard: 'imageGood', target: 'installing', actions: 'answerInstallation' },
          { target: 'idle', actions: 'answerInstallation' },
        ],
      },
    },
    installing: {
      entry: 'activate',
      on: { 'installation.requested': { actions: ['noteRepetition', 'answerInstallation'] }, '*': {} },
      after: { activation: [{ guard: 'answerLeft', target: 'rebooting' }, { target: 'answering' }] },
    },
    answering: {
      on: { 'answer.left': { target: 'rebooting' }, '*': {} },
      after: { answer: 'rebooting' },
    },
    rebooting: { type: 'final' },
  },
});

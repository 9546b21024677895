// Owns: the statechart of a Secondary, the same for full and partial verification. What it does comes with its context, from
// actors.ts: the chart is built once, not at each boot of each ECU.
import { setup } from 'xstate';
import type { RequestBodies } from '../messages/codec.ts';
import { answerSendingMsMax } from './limits.ts';

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

/** `answer.left`: the link has sent the last answer, or given it up; sent while `answering`. */
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

type Action =
  | 'welcome'
  | 'report'
  | 'acceptTime'
  | 'storeMetadata'
  | 'verifyMetadata'
  | 'answerVerification'
  | 'startImage'
  | 'storeBlock'
  | 'noteRepetition'
  | 'answerBlock'
  | 'checkImage'
  | 'answerInstallation'
  | 'activate'
  | 'refuseUnexpected';
type Guard = 'imageWanted' | 'imageExpected' | 'imageGood' | 'answerLeft';

/** What the statechart does, by name: an ECU's from one boot to the next. */
export interface SecondaryImplementation {
  readonly actions: { readonly [Name in Action]: (given: { readonly event: SecondaryEvent }) => void };
  readonly guards: { readonly [Name in Guard]: (given: { readonly event: SecondaryEvent }) => boolean };
  /** In milliseconds. */
  readonly delays: { readonly flashWrite: () => number };
}

interface SecondaryContext {
  readonly timing: SecondaryTiming;
  readonly implementation: SecondaryImplementation;
}

interface Given {
  readonly context: SecondaryContext;
  readonly event: SecondaryEvent;
}

const act = (name: Action) => (given: Given) => given.context.implementation.actions[name](given);
const ask = (name: Guard) => (given: Given) => given.context.implementation.guards[name](given);

export const secondaryMachine = setup({
  types: {
    context: {} as SecondaryContext,
    events: {} as SecondaryEvent,
    input: {} as SecondaryContext,
  },
  actions: {
    welcome: act('welcome'),
    report: act('report'),
    acceptTime: act('acceptTime'),
    storeMetadata: act('storeMetadata'),
    verifyMetadata: act('verifyMetadata'),
    answerVerification: act('answerVerification'),
    startImage: act('startImage'),
    storeBlock: act('storeBlock'),
    noteRepetition: act('noteRepetition'),
    answerBlock: act('answerBlock'),
    checkImage: act('checkImage'),
    answerInstallation: act('answerInstallation'),
    activate: act('activate'),
    refuseUnexpected: act('refuseUnexpected'),
  },
  guards: {
    imageWanted: ask('imageWanted'),
    imageExpected: ask('imageExpected'),
    imageGood: ask('imageGood'),
    answerLeft: ask('answerLeft'),
  },
  delays: {
    boot: ({ context }) => context.timing.bootMs,
    verification: ({ context }) => context.timing.verifyMs,
    activation: ({ context }) => context.timing.activateMs,
    silence: ({ context }) => context.timing.silenceMs,
    flashWrite: ({ context }) => context.implementation.delays.flashWrite(),
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

// Owns: the statechart of a Secondary, the same for full and partial verification. What it does comes with its context, from
// actors.ts: the chart is built once, not at each boot of each ECU.
import { setup } from 'xstate';
import type { RequestBodies } from '../messages/codec.ts';
import { answerSendingMsMax } from './limits.ts';

/** A request: its id, which the answer echoes, and what it says. */
export interface Request<Name extends keyof RequestBodies> {
  readonly id: number;
  readonly body: RequestBodies[Name];
}

type RequestEvent<Type extends string, Name extends keyof RequestBodies> = { readonly type: Type } & Request<Name>;

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

/** What each action is given, of the event that it answers to. */
interface ActionParams {
  welcome: Request<'hello'>;
  report: Request<'report'>;
  acceptTime: Request<'time'>;
  storeMetadata: Request<'metadata'>;
  verifyMetadata: Request<'verify'>;
  answerVerification: undefined;
  startImage: Request<'imageStart'>;
  storeBlock: Request<'imageBlock'>;
  noteRepetition: { readonly id: number };
  answerBlock: undefined;
  checkImage: Request<'install'>;
  answerInstallation: undefined;
  activate: undefined;
  refuseUnexpected: SecondaryEvent;
}

/** What each guard is given. */
interface GuardParams {
  imageWanted: undefined;
  imageExpected: Request<'imageStart'>;
  imageGood: undefined;
  answerLeft: undefined;
}

/** What the statechart does, by name: an ECU's from one boot to the next. */
export interface SecondaryImplementation {
  readonly actions: { readonly [Name in keyof ActionParams]: (params: ActionParams[Name]) => void };
  readonly guards: { readonly [Name in keyof GuardParams]: (params: GuardParams[Name]) => boolean };
  /** In milliseconds. */
  readonly delays: { readonly flashWrite: () => number };
}

interface SecondaryContext {
  readonly timing: SecondaryTiming;
  readonly implementation: SecondaryImplementation;
}

interface Given {
  readonly context: SecondaryContext;
}

function act<Name extends keyof ActionParams>(name: Name) {
  return ({ context }: Given, params: ActionParams[Name]) => context.implementation.actions[name](params);
}

function ask<Name extends keyof GuardParams>(name: Name) {
  return ({ context }: Given, params: GuardParams[Name]) => context.implementation.guards[name](params);
}

/** The event as what an action or a guard is given. */
function theEvent<Event>({ event }: { readonly event: Event }): Event {
  return event;
}

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
    'hello.received': { actions: { type: 'welcome', params: theEvent } },
    'report.requested': { actions: { type: 'report', params: theEvent } },
    'time.received': { actions: { type: 'acceptTime', params: theEvent } },
    'metadata.received': { target: '.idle', actions: { type: 'storeMetadata', params: theEvent } },
    'verification.requested': { target: '.verifyingMetadata', actions: { type: 'verifyMetadata', params: theEvent } },
    '*': { actions: { type: 'refuseUnexpected', params: theEvent } },
  },
  states: {
    booting: {
      on: { '*': {} },
      after: { boot: 'idle' },
    },
    idle: {},
    verifyingMetadata: {
      on: { 'verification.requested': { actions: { type: 'noteRepetition', params: theEvent } }, '*': {} },
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
          {
            guard: { type: 'imageExpected', params: theEvent },
            target: 'receivingImage',
            actions: { type: 'startImage', params: theEvent },
          },
          { actions: { type: 'startImage', params: theEvent } },
        ],
      },
      after: { silence: 'idle' },
    },
    receivingImage: {
      initial: 'awaitingBlock',
      states: {
        awaitingBlock: {
          on: {
            'image.announced': {
              target: 'awaitingBlock',
              reenter: true,
              actions: { type: 'startImage', params: theEvent },
            },
            'imageBlock.received': { target: 'writingBlock', actions: { type: 'storeBlock', params: theEvent } },
            'installation.requested': {
              target: '#secondary.verifyingImage',
              actions: { type: 'checkImage', params: theEvent },
            },
          },
          after: { silence: '#secondary.idle' },
        },
        writingBlock: {
          on: { 'imageBlock.received': { actions: { type: 'noteRepetition', params: theEvent } }, '*': {} },
          after: { flashWrite: { target: 'awaitingBlock', actions: 'answerBlock' } },
        },
      },
    },
    verifyingImage: {
      on: { 'installation.requested': { actions: { type: 'noteRepetition', params: theEvent } }, '*': {} },
      after: {
        verification: [
          { guard: 'imageGood', target: 'installing', actions: 'answerInstallation' },
          { target: 'idle', actions: 'answerInstallation' },
        ],
      },
    },
    installing: {
      entry: 'activate',
      on: {
        'installation.requested': { actions: [{ type: 'noteRepetition', params: theEvent }, 'answerInstallation'] },
        '*': {},
      },
      after: { activation: [{ guard: 'answerLeft', target: 'rebooting' }, { target: 'answering' }] },
    },
    answering: {
      on: { 'answer.left': { target: 'rebooting' }, '*': {} },
      after: { answer: 'rebooting' },
    },
    rebooting: { type: 'final' },
  },
});

// Owns: the implementation of a Secondary's statechart: each action and guard by name.
import type { RemoteFault } from '../core/faults.ts';
import { ok, type Result } from '../core/result.ts';
import type { ResponseBody } from '../messages/codec.ts';
import { remoteFault } from '../uptane/model/faults.ts';
import type { Target } from '../uptane/model/metadata.ts';
import { refusal, type SecondaryBehaviour } from './behaviour.ts';
import type { SecondaryEvent, SecondaryImplementation, SecondaryRequest } from './machine.ts';

type Of<Type extends SecondaryRequest['type']> = Extract<SecondaryRequest, { type: Type }>;

/** Sends answers, one at a time. */
export interface Answers {
  /** Answers the request of that id. */
  send(id: number, body: ResponseBody): void;
  /** Whether the last answer has left. */
  haveLeft(): boolean;
}

function idOf(event: SecondaryEvent): number {
  return 'id' in event ? event.id : 0;
}

/** Of one boot. */
export function secondaryImplementation(
  behaviour: SecondaryBehaviour,
  flash: { readonly flashBytesPerSecond: number },
  answers: Answers,
): SecondaryImplementation {
  const { send } = answers;
  /** What is being worked on, between the request and its answer: the request's id, and the bytes that go to flash. */
  let pending = { id: 0, bytes: 0 };
  let metadata: Result<Target | undefined, RemoteFault> = ok(undefined);
  let image: Result<void, RemoteFault> = ok();

  return {
    actions: {
      welcome: ({ event }) => send(idOf(event), behaviour.welcome((event as Of<'hello.received'>).body)),
      report: ({ event }) => send(idOf(event), behaviour.report()),
      acceptTime: ({ event }) => send(idOf(event), behaviour.acceptTime((event as Of<'time.received'>).body)),
      storeMetadata: ({ event }) => send(idOf(event), behaviour.storeMetadata((event as Of<'metadata.received'>).body)),
      verifyMetadata: ({ event }) => {
        pending = { id: idOf(event), bytes: 0 };
        metadata = behaviour.verify((event as Of<'verification.requested'>).body);
      },
      answerVerification: () => {
        const { filename = '', length = 0 } = metadata.ok ? (metadata.value ?? {}) : {};
        send(pending.id, metadata.ok ? { name: 'verified', filename, length } : refusal(metadata.fault));
      },
      startImage: ({ event }) => send(idOf(event), behaviour.startImage((event as Of<'image.announced'>).body)),
      storeBlock: ({ event }) => {
        const { body, id } = event as Of<'imageBlock.received'>;
        pending = { id, bytes: behaviour.storeBlock(body) };
      },
      // The Primary listens for the answer to its latest request.
      noteRepetition: ({ event }) => {
        pending = { ...pending, id: idOf(event) };
      },
      answerBlock: () => send(pending.id, behaviour.blockStored()),
      checkImage: ({ event }) => {
        pending = { id: idOf(event), bytes: 0 };
        image = behaviour.checkImage();
      },
      answerInstallation: () => send(pending.id, image.ok ? { name: 'installing' } : refusal(image.fault)),
      activate: () => behaviour.ecu.banks.activate(),
      refuseUnexpected: ({ event }) => {
        const message = `${event.type} does not fit what this ECU is doing`;
        send(idOf(event), refusal(remoteFault({ clause: 'P1', code: 'unexpected-message', message })));
      },
    },
    guards: {
      imageWanted: () => metadata.ok && metadata.value !== undefined,
      imageExpected: ({ event }) => behaviour.expects((event as Of<'image.announced'>).body.filename),
      imageGood: () => image.ok,
      answerLeft: () => answers.haveLeft(),
    },
    delays: {
      flashWrite: () => (1000 * pending.bytes) / flash.flashBytesPerSecond,
    },
  };
}

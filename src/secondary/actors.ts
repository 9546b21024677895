// Owns: the implementation of a Secondary's statechart: each action and guard by name. Remembers nothing: what is to be remembered from
// a request to its answer stands in the behaviour.
import type { ResponseBody } from '../messages/codec.ts';
import { remoteFault } from '../uptane/model/faults.ts';
import { refusal, type SecondaryBehaviour } from './behaviour.ts';
import type { SecondaryImplementation } from './machine.ts';

/** Sends answers, one at a time. */
export interface Answers {
  /** Answers the request of that id. */
  send(id: number, body: ResponseBody): void;
  /** Whether the last answer has left. */
  haveLeft(): boolean;
}

/** Of one boot. */
export function secondaryImplementation(
  behaviour: SecondaryBehaviour,
  flash: { readonly flashBytesPerSecond: number },
  answers: Answers,
): SecondaryImplementation {
  const { send } = answers;
  const { work } = behaviour;
  return {
    actions: {
      welcome: ({ id, body }) => send(id, behaviour.welcome(body)),
      report: ({ id }) => send(id, behaviour.report()),
      acceptTime: ({ id, body }) => send(id, behaviour.acceptTime(body)),
      storeMetadata: ({ id, body }) => send(id, behaviour.storeMetadata(body)),
      verifyMetadata: ({ id, body }) => {
        work.id = id;
        work.metadata = behaviour.verify(body);
      },
      answerVerification: () => {
        const { metadata } = work;
        const { filename = '', length = 0 } = metadata.ok ? (metadata.value ?? {}) : {};
        send(work.id, metadata.ok ? { name: 'verified', filename, length } : refusal(metadata.fault));
      },
      startImage: ({ id, body }) => send(id, behaviour.startImage(body)),
      storeBlock: ({ id, body }) => {
        work.id = id;
        work.flashBytes = behaviour.storeBlock(body);
      },
      // The Primary listens for the answer to its latest request.
      noteRepetition: ({ id }) => {
        work.id = id;
      },
      answerBlock: () => send(work.id, behaviour.blockStored()),
      checkImage: ({ id }) => {
        work.id = id;
        work.image = behaviour.checkImage();
      },
      answerInstallation: () => send(work.id, work.image.ok ? { name: 'installing' } : refusal(work.image.fault)),
      activate: () => behaviour.ecu.banks.activate(),
      refuseUnexpected: (event) => {
        const message = `${event.type} does not fit what this ECU is doing`;
        const id = 'id' in event ? event.id : 0;
        send(id, refusal(remoteFault({ clause: 'P1', code: 'unexpected-message', message })));
      },
    },
    guards: {
      imageWanted: () => work.metadata.ok && work.metadata.value !== undefined,
      imageExpected: ({ body }) => behaviour.expects(body.filename),
      imageGood: () => work.image.ok,
      answerLeft: () => answers.haveLeft(),
    },
    delays: {
      flashWrite: () => (1000 * work.flashBytes) / flash.flashBytesPerSecond,
    },
  };
}

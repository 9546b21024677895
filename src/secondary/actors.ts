// Owns: the behaviour of a Secondary's statechart: each action and guard by name.
import type { RemoteFault } from '../core/faults.ts';
import { ok, type Result } from '../core/result.ts';
import type { ResponseBody } from '../messages/codec.ts';
import { remoteFault } from '../uptane/faults.ts';
import type { Target } from '../uptane/metadata.ts';
import type { SecondaryEvent, secondaryMachine } from './machine.ts';
import { refusal, type SecondaryUnit } from './unit.ts';

type Machine = typeof secondaryMachine;
type Of<Type extends SecondaryEvent['type']> = Extract<SecondaryEvent, { type: Type }>;

/** `send` answers the request of that id. */
export function provideSecondary(
  machine: Machine,
  unit: SecondaryUnit,
  flash: { readonly flashBytesPerSecond: number },
  send: (id: number, body: ResponseBody) => void,
): Machine {
  /** What is being worked on, between the request and its answer: the request's id, and the bytes that go to flash. */
  let pending = { id: 0, bytes: 0 };
  let metadata: Result<Target | undefined, RemoteFault> = ok(undefined);
  let image: Result<void, RemoteFault> = ok();

  return machine.provide({
    actions: {
      welcome: ({ event }) => send(event.id, unit.welcome((event as Of<'hello.received'>).body)),
      report: ({ event }) => send(event.id, unit.report()),
      acceptTime: ({ event }) => send(event.id, unit.acceptTime((event as Of<'time.received'>).body)),
      storeMetadata: ({ event }) => send(event.id, unit.storeMetadata((event as Of<'metadata.received'>).body)),
      verifyMetadata: ({ event }) => {
        pending = { id: event.id, bytes: 0 };
        metadata = unit.verify();
      },
      answerVerification: () => {
        const { filename = '', length = 0 } = metadata.ok ? (metadata.value ?? {}) : {};
        send(pending.id, metadata.ok ? { name: 'verified', filename, length } : refusal(metadata.fault));
      },
      startImage: ({ event }) => send(event.id, unit.startImage((event as Of<'image.announced'>).body)),
      storeBlock: ({ event }) => {
        const { body, id } = event as Of<'imageBlock.received'>;
        pending = { id, bytes: unit.storeBlock(body) };
      },
      // The Primary listens for the answer to its latest request.
      noteRepetition: ({ event }) => {
        pending = { ...pending, id: event.id };
      },
      answerBlock: () => send(pending.id, unit.blockStored()),
      checkImage: ({ event }) => {
        pending = { id: event.id, bytes: 0 };
        image = unit.checkImage();
      },
      answerInstallation: () => send(pending.id, image.ok ? { name: 'installing' } : refusal(image.fault)),
      activate: () => unit.ecu.banks.activate(),
      refuseUnexpected: ({ event }) => {
        const message = `${event.type} does not fit what this ECU is doing`;
        send(event.id, refusal(remoteFault({ code: 'unexpected-message', clause: 'P1', message })));
      },
    },
    guards: {
      imageWanted: () => metadata.ok && metadata.value !== undefined,
      imageExpected: ({ event }) => unit.expects((event as Of<'image.announced'>).body.filename),
      imageGood: () => image.ok,
    },
    delays: {
      flashWrite: () => (1000 * pending.bytes) / flash.flashBytesPerSecond,
    },
  });
}

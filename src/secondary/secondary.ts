// Owns: a running Secondary: its statechart on a link. A reboot ends it; whoever powers it starts a new one on the same parts.
import { createActor } from 'xstate';
import type { Link } from '../bus/link.ts';
import { Ecu, type EcuParts } from '../ecu/ecu.ts';
import { follow, xstateClock } from '../ecu/xstateClock.ts';
import { decodeRequest, encodeResponse, type RequestBody, type ResponseBody } from '../messages/codec.ts';
import { provideSecondary } from './actors.ts';
import { type SecondaryEvent, type SecondaryTiming, secondaryMachine } from './machine.ts';
import { type SecondaryConfig, SecondaryUnit } from './unit.ts';

export interface SecondaryParts extends EcuParts {
  readonly config: SecondaryConfig;
  readonly timing: SecondaryTiming;
  /** Bytes a second that the flash takes. */
  readonly flashBytesPerSecond: number;
  readonly link: Link;
  /** The statechart came to its end: the ECU is to be booted again. */
  readonly rebooted: () => void;
}

export interface RunningEcu {
  readonly ecu: Ecu;
  /** Cuts the power. */
  stop(): void;
}

const eventTypes: { readonly [Name in RequestBody['name']]: SecondaryEvent['type'] } = {
  hello: 'hello.received',
  report: 'report.requested',
  time: 'time.received',
  metadata: 'metadata.received',
  verify: 'verification.requested',
  imageStart: 'image.announced',
  imageBlock: 'imageBlock.received',
  install: 'installation.requested',
};

/** Boots a Secondary. */
export function startSecondary(parts: SecondaryParts): RunningEcu {
  const unit = new SecondaryUnit(new Ecu(parts), parts.config);
  const answers = answering(parts);
  const machine = provideSecondary(secondaryMachine, unit, parts, answers.send);
  const actor = createActor(machine, { clock: xstateClock(parts.clock), input: { timing: parts.timing } });
  let running = true;

  follow(
    actor,
    parts.clock,
    (state) => parts.observer.stateEntered(state),
    () => running && parts.rebooted(),
  );
  parts.link.listen({
    messageReceived(message) {
      const request = decodeRequest(message);
      if (!running) return;
      if (!request.ok) return parts.observer.networkFailed(`a message that is no request: ${request.fault}`);
      const { id, body } = request.value;
      actor.send({ type: eventTypes[body.name], id, body } as SecondaryEvent);
    },
    messageSent() {
      if (running) answers.sent();
    },
    transferFailed(direction, fault) {
      if (!running) return;
      if (direction === 'sending') answers.sent();
      parts.observer.networkFailed(fault.message);
    },
  });
  actor.start();
  return {
    ecu: unit.ecu,
    stop() {
      running = false;
      actor.stop();
    },
  };
}

/** Sends answers one at a time; of those that wait for the link, only the newest matters. */
function answering({ link, observer }: SecondaryParts) {
  let waiting: Uint8Array | undefined;
  return {
    send(id: number, body: ResponseBody): void {
      const message = encodeResponse({ id, body });
      observer.messageSent('primary', body.name, message.length);
      const sent = link.send(message);
      if (sent.ok) return;
      if (sent.fault.code === 'busy') waiting = message;
      else observer.networkFailed(sent.fault.message);
    },
    sent(): void {
      const message = waiting;
      waiting = undefined;
      if (message !== undefined) link.send(message);
    },
  };
}

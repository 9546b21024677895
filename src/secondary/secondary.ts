// Owns: a running Secondary: its statechart on a link. A reboot ends it; its owner starts a new one on the same ports.
import { createActor } from 'xstate';
import type { Link } from '../bus/link.ts';
import { NS_PER_US } from '../core/units.ts';
import { Ecu, type EcuPorts } from '../ecu/ecu.ts';
import { follow, xstateClock } from '../ecu/xstateClock.ts';
import { decodeRequest, encodeResponse, type RequestBody } from '../messages/codec.ts';
import { type Answers, secondaryImplementation } from './actors.ts';
import { SecondaryBehaviour, type SecondaryConfig } from './behaviour.ts';
import { type SecondaryRequest, type SecondaryTiming, secondaryMachine } from './machine.ts';

export interface SecondaryPorts extends EcuPorts {
  readonly config: SecondaryConfig;
  readonly timing: SecondaryTiming;
  /** Bytes a second that the flash takes. */
  readonly flashBytesPerSecond: number;
  readonly link: Link;
  /** The statechart came to its end: the ECU is to be booted again. */
  readonly rebooted: () => void;
}

export interface RunningSecondary {
  readonly ecu: Ecu;
  /** Cuts the power. */
  stop(): void;
}

/** The statechart's event for a request. */
function eventOf(id: number, body: RequestBody): SecondaryRequest {
  switch (body.name) {
    case 'hello':
      return { type: 'hello.received', id, body };
    case 'report':
      return { type: 'report.requested', id, body };
    case 'time':
      return { type: 'time.received', id, body };
    case 'metadata':
      return { type: 'metadata.received', id, body };
    case 'verify':
      return { type: 'verification.requested', id, body };
    case 'imageStart':
      return { type: 'image.announced', id, body };
    case 'imageBlock':
      return { type: 'imageBlock.received', id, body };
    case 'install':
      return { type: 'installation.requested', id, body };
  }
}

/**
 * What a small processor takes to come up with an answer. Not nothing: a bus on which everybody answers in no time has no gap for
 * those of lower priority.
 */
const turnaroundNs = 500 * NS_PER_US;

/** Boots a Secondary. */
export function startSecondary(ports: SecondaryPorts): RunningSecondary {
  const behaviour = new SecondaryBehaviour(new Ecu(ports), ports.config);
  let running = true;
  const answers = answering(ports, () => running);
  const input = { timing: ports.timing, implementation: secondaryImplementation(behaviour, ports, answers) };
  const actor = createActor(secondaryMachine, { clock: xstateClock(ports.clock), input });

  follow(
    actor,
    ports.clock,
    (state) => ports.observer.stateEntered(state),
    () => running && ports.rebooted(),
  );
  const left = () => {
    answers.next();
    // In any other state nothing waits for it, and a statechart that is told of each answer takes as long as for a request.
    if (answers.haveLeft() && actor.getSnapshot().matches('answering')) actor.send({ type: 'answer.left' });
  };
  ports.link.listen({
    messageReceived(message) {
      const request = decodeRequest(message);
      if (!running) return;
      if (!request.ok) return ports.observer.networkFailed(`a message that is no request: ${request.fault}`);
      const { id, body } = request.value;
      actor.send(eventOf(id, body));
    },
    messageSent() {
      if (running) left();
    },
    transferFailed(direction, fault) {
      if (!running) return;
      if (direction === 'sending') left();
      else answers.send(0, { name: 'requestLost' });
      ports.observer.networkFailed(fault.message);
    },
  });
  actor.start();
  return {
    ecu: behaviour.ecu,
    stop() {
      running = false;
      actor.stop();
    },
  };
}

/** Of answers that wait for the link, only the newest matters. */
function answering({ link, observer, clock }: SecondaryPorts, isRunning: () => boolean): Answers & { next(): void } {
  let waiting: Uint8Array | undefined;
  let sending = false;
  function offer(message: Uint8Array): void {
    const taken = link.send(message);
    sending = taken.ok || taken.fault.code === 'busy';
    if (taken.ok) return;
    if (taken.fault.code === 'busy') waiting = message;
    else observer.networkFailed(taken.fault.message);
  }
  return {
    send(id, body) {
      const message = encodeResponse({ id, body });
      observer.messageSent('primary', body.name, message.length);
      sending = true;
      clock.after(turnaroundNs, () => isRunning() && offer(message));
    },
    haveLeft: () => !sending,
    /** The link is free again. */
    next() {
      const message = waiting;
      waiting = undefined;
      sending = false;
      if (message !== undefined) offer(message);
    },
  };
}

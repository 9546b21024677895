// Owns: one link over ISO-TP: brings the node's frames, the bus's confirmations and the clock to an endpoint, and what comes of
// them to the link's owner. Must not know which other links the node has. Calls are of four kinds:
// - the owner's: `listen`, `send`, `streaming`, `close`.
// - the node's, of what happened on the bus: `frameReceived`, `frameSent`, `lost`.
// - to the node: `give`, for each frame that the endpoint has; and `awaits`, by which the node asks whether a waiting one is still of use.
// - to the owner, from `settle` alone, after all frames are given: the listener and the sinks. They may send.

import type { EnvironmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Clock } from '../../core/time/clock.ts';
import { DeadlineTimer } from '../../core/time/deadlineTimer.ts';
import type { CanFrame } from '../bus.ts';
import {
  type Link,
  type LinkListener,
  type MessageSink,
  type MessageSource,
  type Streaming,
  sendingRefusal,
} from '../link.ts';
import type { AddressInformation } from './addressing.ts';
import { IsoTpEndpoint, type IsoTpEvent } from './endpoint.ts';
import { MessageAssembler } from './messageAssembler.ts';
import { isoTpFault } from './nResult.ts';
import type { IsoTpParams } from './params.ts';

/** A link that carries messages in pieces too. Its receiver's limit is `max_frame_size`. */
export interface IsoTpLink extends Link {
  readonly streaming: Streaming;
}

/** Gives a frame of `connection` to the bus. The fault is one that waiting does not cure. */
export type Transmit = (frame: CanFrame, connection: IsoTpConnection) => EnvironmentFault | undefined;

export class IsoTpConnection implements IsoTpLink {
  readonly messageBytesMax: number;
  readonly streaming: Streaming = {
    sendFrom: (source) => this.start(source, this.endpoint.sendBytesMax),
    receiveInto: (open) => this.endpoint.receiveInto(open),
    resume: () => this.settle(),
  };
  readonly endpoint: IsoTpEndpoint;
  private readonly name: string;
  private readonly clock: Clock;
  private readonly give: Transmit;
  private readonly timer: DeadlineTimer;
  private listener: LinkListener | undefined;
  private closed = false;

  constructor(name: string, address: AddressInformation, params: IsoTpParams, clock: Clock, give: Transmit) {
    this.name = name;
    this.clock = clock;
    this.give = give;
    this.endpoint = new IsoTpEndpoint(address, params);
    this.messageBytesMax = Math.min(params.max_frame_size, this.endpoint.sendBytesMax);
    this.timer = new DeadlineTimer(clock, () => {
      this.endpoint.tick(this.clock.nowNs());
      this.settle();
    });
  }

  listen(listener: LinkListener): void {
    this.listener = listener;
  }

  send(message: Uint8Array): Result<void, EnvironmentFault> {
    return this.start(message, this.messageBytesMax);
  }

  close(): void {
    this.closed = true;
    this.drop();
  }

  frameReceived(frame: CanFrame): void {
    if (!this.closed && this.endpoint.receive(frame, this.clock.nowNs())) this.settle();
  }

  frameSent(frame: CanFrame): void {
    if (!this.closed && this.endpoint.confirm(frame, this.clock.nowNs())) this.settle();
  }

  /** The bus carries nothing more for this link: what was on its way is lost. */
  lost(fault: EnvironmentFault): void {
    if (this.closed) return;
    const { sending, receiving, sink } = this.endpoint;
    this.drop();
    if (sending) this.listener?.transferFailed('sending', fault);
    if (receiving) this.receivingFailed(fault, sink);
  }

  /** Whether a frame that waits for room on the bus is still to be sent. */
  awaits(frame: CanFrame): boolean {
    return this.endpoint.awaits(frame);
  }

  private start(message: Uint8Array | MessageSource, bytesMax: number): Result<void, EnvironmentFault> {
    const { name, endpoint } = this;
    const state = { name, isClosed: this.closed, isSending: endpoint.sending, bytesMax };
    const refusal = sendingRefusal(state, message.length);
    if (refusal !== undefined) return fail(refusal);
    // A copy, of whatever kind of array: its owner may change it while it is on its way.
    endpoint.send(message instanceof Uint8Array ? new Uint8Array(message) : message);
    const fault = this.transmit();
    if (fault !== undefined) {
      endpoint.abortSending();
      return fail(fault);
    }
    this.setTimer();
    return ok();
  }

  private drop(): void {
    this.endpoint.abort();
    this.timer.cancel();
  }

  /** After anything happened: frames first, so that they go back to back; then the listener, who may send. */
  private settle(): void {
    const fault = this.transmit();
    if (fault !== undefined) this.lost(fault);
    while (!this.closed) {
      const event = this.endpoint.takeEvent();
      if (event === undefined) break;
      this.tell(event);
    }
    if (!this.closed) this.setTimer();
  }

  private tell(event: IsoTpEvent): void {
    switch (event.type) {
      case 'messageReceived':
        this.listener?.messageReceived(event.message);
        return;
      case 'streamReceived':
        event.sink.ended(undefined);
        return;
      case 'messageSent':
        this.listener?.messageSent();
        return;
      case 'sendingFailed':
        this.listener?.transferFailed('sending', isoTpFault(this.name, event.result));
        return;
      case 'receivingFailed':
        this.receivingFailed(isoTpFault(this.name, event.result), event.sink);
    }
  }

  /** The owner of a stream is told by its sink; of a whole message, or one that never had a sink, as the listener. */
  private receivingFailed(fault: EnvironmentFault, sink: MessageSink | undefined): void {
    if (sink === undefined || sink instanceof MessageAssembler) this.listener?.transferFailed('receiving', fault);
    else sink.ended(fault);
  }

  private transmit(): EnvironmentFault | undefined {
    const { endpoint } = this;
    const nowNs = this.clock.nowNs();
    for (let frame = endpoint.takeFrame(nowNs); frame !== undefined; frame = endpoint.takeFrame(nowNs)) {
      const fault = this.give(frame, this);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  private setTimer(): void {
    this.timer.set(this.endpoint.deadlineNs);
  }
}

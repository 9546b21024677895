// Owns: one end of an ISO-TP connection (ISO 15765-2, full duplex): its address, a sender and a receiver side by side. No I/O. Calls
// are of four kinds:
// - what its owner wants: `send`, `receiveInto`, `abortSending`, `abort`.
// - what happened, in the order in which it did: `receive` (a frame came), `confirm` (a frame of its own has left), `tick` (the deadline).
// - what is to be done, asked after each of these: `takeFrame` and then `takeEvent`, each until it gives undefined.
// - when to come back without either: `deadlineNs`, asked last.

import type { CanFrame } from '../bus.ts';
import { isoTpWholeMessageBytesMax } from '../limits.ts';
import type { MessageSink, MessageSource, OpenSink } from '../link.ts';
import { type AddressInformation, type ConnectionAddress, resolveAddress } from './addressing.ts';
import { FrameFormat } from './frameFormat.ts';
import { MessageAssembler } from './messageAssembler.ts';
import type { NResult } from './nResult.ts';
import type { IsoTpParams } from './params.ts';
import { consecutiveType, decodePdu, messageLengthMax } from './pdu.ts';
import { IsoTpReceiver, type ReceiverEvent } from './receiver.ts';
import { IsoTpSender } from './sender.ts';

export type IsoTpEvent =
  | { readonly type: 'messageReceived'; readonly message: Uint8Array }
  /** The message is complete in the sink that was opened for it. */
  | { readonly type: 'streamReceived'; readonly sink: MessageSink }
  | { readonly type: 'messageSent' }
  | { readonly type: 'sendingFailed'; readonly result: NResult }
  /** `sink` is the one that was opened for the message, if any. */
  | { readonly type: 'receivingFailed'; readonly result: NResult; readonly sink: MessageSink | undefined };

function openWhole(length: number): MessageSink | undefined {
  return length > isoTpWholeMessageBytesMax ? undefined : new MessageAssembler(length);
}

export class IsoTpEndpoint {
  readonly address: ConnectionAddress;
  /** The longest message that can be sent; in functional addressing what a single frame carries. */
  readonly sendBytesMax: number;
  // What each frame needs, one step away.
  private readonly transmitId: number;
  private readonly transmitExtended: boolean;
  private readonly receiveId: number;
  private readonly receiveExtended: boolean;
  /** The byte before the PCI of what is received, and how many there are: 0 or 1. */
  private readonly receiveFirstByte: number;
  private readonly addressBytes: number;
  private readonly fd: boolean;
  private readonly brs: boolean;
  private readonly sender: IsoTpSender;
  private readonly receiver: IsoTpReceiver;
  private openSink: OpenSink = openWhole;

  /** Throws a RangeError for an address that its mode cannot have. */
  constructor(address: AddressInformation, params: IsoTpParams) {
    this.address = resolveAddress(address);
    const { transmit, receive, functional } = this.address;
    this.transmitId = transmit.id;
    this.transmitExtended = transmit.extended;
    this.receiveId = receive.id;
    this.receiveExtended = receive.extended;
    this.receiveFirstByte = receive.firstByte ?? 0;
    this.addressBytes = receive.firstByte === undefined ? 0 : 1;
    this.fd = params.can_fd;
    this.brs = params.can_fd && params.bitrate_switch;
    const format = new FrameFormat(params, transmit.firstByte);
    this.sendBytesMax = functional ? format.singleBytesMax : messageLengthMax;
    this.sender = new IsoTpSender(params, format);
    this.receiver = new IsoTpReceiver(params, format, (length) => this.openSink(length));
  }

  get sending(): boolean {
    return !this.sender.idle;
  }

  get receiving(): boolean {
    return this.receiver.sink !== undefined;
  }

  /** Where the message goes that is on its way. */
  get sink(): MessageSink | undefined {
    return this.receiver.sink;
  }

  /** When `tick` is due, in nanoseconds; Infinity where it is not. */
  get deadlineNs(): number {
    return Math.min(this.sender.deadlineNs, this.receiver.deadlineNs);
  }

  /** From now on each message goes to a sink that `open` gives; without it, messages are taken as a whole. */
  receiveInto(open: OpenSink | undefined): void {
    this.openSink = open ?? openWhole;
  }

  /**
   * Starts a message of 1 to `sendBytesMax` bytes, given as a whole, not to be changed until it is sent, or by a source. Not while
   * `sending`. `takeFrame` asks a source that was not ready again.
   */
  send(message: Uint8Array | MessageSource): void {
    const { length } = message;
    if (!Number.isInteger(length) || length < 1 || length > this.sendBytesMax) {
      throw new RangeError(`a message has 1 to ${this.sendBytesMax} bytes, not ${length}`);
    }
    this.sender.start(message);
  }

  /**
   * A frame of the bus; any data will do. Whether there may be frames and events to ask for: not where it is another connection's, nor in
   * the middle of a block, which moves the deadline alone. The timer may then be as it was: a `tick` too early does nothing.
   */
  receive(frame: CanFrame, nowNs: number): boolean {
    const { addressBytes } = this;
    const { data } = frame;
    if (frame.id !== this.receiveId || frame.extended !== this.receiveExtended || frame.remote) return false;
    if (addressBytes === 1 && data[0] !== this.receiveFirstByte) return false;
    const pci = data[addressBytes];
    // The bulk of all frames: no PDU object for these.
    if (pci !== undefined && pci >> 4 === consecutiveType) {
      return this.receiver.consecutive(data, addressBytes + 1, nowNs);
    }
    this.receiveOther(data, nowNs);
    return true;
  }

  /** `frame`, given by `takeFrame`, has left. False where it is of no use any more. */
  confirm(frame: CanFrame, nowNs: number): boolean {
    return this.sender.confirm(frame.data, nowNs) || this.receiver.confirm(frame.data, nowNs);
  }

  /** Whether `frame`, given by `takeFrame`, is still of use; one that the bus has not taken yet may be dropped where not. */
  awaits(frame: CanFrame): boolean {
    return this.sender.awaits(frame.data) || this.receiver.awaits(frame.data);
  }

  tick(nowNs: number): void {
    this.sender.tick(nowNs);
    this.receiver.tick(nowNs);
  }

  /** The next frame to send, flow control first. At most one of each kind is with the bus at any time. */
  takeFrame(nowNs: number): CanFrame | undefined {
    const data = this.receiver.takeFrame(nowNs) ?? this.sender.takeFrame(nowNs);
    if (data === undefined) return undefined;
    return { id: this.transmitId, extended: this.transmitExtended, remote: false, fd: this.fd, brs: this.brs, data };
  }

  takeEvent(): IsoTpEvent | undefined {
    const received = this.receiver.takeEvent();
    if (received !== undefined) return receivedEvent(received);
    const outcome = this.sender.takeOutcome();
    if (outcome === undefined) return undefined;
    return outcome === 'sent' ? { type: 'messageSent' } : { type: 'sendingFailed', result: outcome };
  }

  /** Gives up the message being sent without an event. */
  abortSending(): void {
    this.sender.abort();
  }

  /** Gives up both directions without an event. */
  abort(): void {
    this.sender.abort();
    this.receiver.abort();
  }

  private receiveOther(data: Uint8Array, nowNs: number): void {
    const pdu = decodePdu(data, this.addressBytes);
    // 9.4, 10.3: one to many is for single frames.
    if (pdu === undefined || (this.address.functional && pdu.type !== 'single')) return;
    if (pdu.type === 'single') this.receiver.single(data, pdu.offset, pdu.length);
    else if (pdu.type === 'first') this.receiver.first(data, pdu.offset, pdu.length, nowNs);
    else if (pdu.type === 'flowControl') this.sender.flowControl(pdu, nowNs);
  }
}

function receivedEvent(event: ReceiverEvent): IsoTpEvent {
  const { sink } = event;
  if (event.type === 'failed') return { type: 'receivingFailed', result: event.result, sink };
  if (event.sink instanceof MessageAssembler) return { type: 'messageReceived', message: event.sink.message };
  return { type: 'streamReceived', sink: event.sink };
}

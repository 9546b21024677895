// Owns: one end of an ISO-TP connection (ISO 15765-2, normal addressing, full duplex): a sender and a receiver side by side.
// No I/O: it is given frames, confirmations and the time, in that order of their happening, and is then asked for frames to
// send (`takeFrame`, until undefined), for events (`takeEvent`, until undefined) and for the next deadline.
//
// Not built: functional addressing, the addressing modes that put a byte before the PCI, and sending WAIT.
import type { NResult } from './nResult.ts';
import type { IsoTpParams } from './params.ts';
import { decodePdu } from './pdu.ts';
import { IsoTpReceiver } from './receiver.ts';
import { IsoTpSender } from './sender.ts';

export type IsoTpEvent =
  | { readonly type: 'messageReceived'; readonly message: Uint8Array }
  | { readonly type: 'messageSent' }
  | { readonly type: 'transferFailed'; readonly direction: 'sending' | 'receiving'; readonly result: NResult };

export class IsoTpEndpoint {
  readonly params: IsoTpParams;
  private readonly sender: IsoTpSender;
  private readonly receiver: IsoTpReceiver;

  constructor(params: IsoTpParams) {
    this.params = params;
    this.sender = new IsoTpSender(params);
    this.receiver = new IsoTpReceiver(params);
  }

  get sending(): boolean {
    return !this.sender.idle;
  }

  get receiving(): boolean {
    return !this.receiver.idle;
  }

  /** When `tick` is due, in nanoseconds. */
  get deadlineNs(): number | undefined {
    const sending = this.sender.deadlineNs;
    const receiving = this.receiver.deadlineNs;
    if (sending === undefined) return receiving;
    return receiving === undefined ? sending : Math.min(sending, receiving);
  }

  /** Starts a message of 1 to 4294967295 bytes, which must not change until it is sent. Not while `sending`. */
  send(message: Uint8Array): void {
    this.sender.start(message);
  }

  /** The data of a frame that arrived under this connection's id. Any bytes will do. */
  receive(data: Uint8Array, nowNs: number): void {
    const pdu = decodePdu(data);
    switch (pdu?.type) {
      case undefined:
        return;
      case 'single':
        this.receiver.single(data, pdu.offset, pdu.length);
        return;
      case 'first':
        this.receiver.first(data, pdu.offset, pdu.length);
        return;
      case 'consecutive':
        this.receiver.consecutive(data, pdu, nowNs);
        return;
      case 'flowControl':
        this.sender.flowControl(pdu, nowNs);
        return;
    }
  }

  /** The frame with this very `data`, taken by `takeFrame`, has left. */
  confirm(data: Uint8Array, nowNs: number): void {
    this.sender.confirm(data, nowNs);
    this.receiver.confirm(data, nowNs);
  }

  /** Whether the frame with this very `data` is still of use; one that the bus has not taken yet may be dropped where not. */
  awaits(data: Uint8Array): boolean {
    return this.sender.awaits(data) || this.receiver.awaits(data);
  }

  tick(nowNs: number): void {
    this.sender.tick(nowNs);
    this.receiver.tick(nowNs);
  }

  /** The data of the next frame to send, flow control first. At most one of each kind is with the bus at any time. */
  takeFrame(nowNs: number): Uint8Array | undefined {
    return this.receiver.takeFrame(nowNs) ?? this.sender.takeFrame(nowNs);
  }

  takeEvent(): IsoTpEvent | undefined {
    const received = this.receiver.takeEvent();
    if (received?.type === 'message') return { type: 'messageReceived', message: received.message };
    if (received !== undefined) return { type: 'transferFailed', direction: 'receiving', result: received.result };
    const outcome = this.sender.takeOutcome();
    if (outcome === undefined) return undefined;
    return outcome === 'sent'
      ? { type: 'messageSent' }
      : { type: 'transferFailed', direction: 'sending', result: outcome };
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
}

// An ISO-TP endpoint with its time and what it has put out: no clock, no bus. Times are nanoseconds, frames written as hexadecimal.
import type { CanFrame } from '../../../../src/bus/bus.ts';
import type { AddressInformation } from '../../../../src/bus/isotp/addressing.ts';
import { IsoTpEndpoint, type IsoTpEvent } from '../../../../src/bus/isotp/endpoint.ts';
import { type IsoTpParams, isoTpParams } from '../../../../src/bus/isotp/params.ts';
import { fromHex, toHex } from '../../../../src/core/bytes.ts';
import { NS_PER_MS } from '../../../../src/core/units.ts';
import { present } from '../../support/harness.ts';

/** Bytes written as hexadecimal, spaces allowed. */
export function hex(text: string): Uint8Array {
  return present(fromHex(text.replaceAll(' ', '')));
}

/** The first `length` bytes of 00 01 02... */
export function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index & 0xff);
}

const normalAddress: AddressInformation = { transmitId: 0x7e0, receiveId: 0x7e8 };

function told(event: IsoTpEvent): string {
  switch (event.type) {
    case 'messageReceived':
      return `received ${toHex(event.message)}`;
    case 'streamReceived':
      return 'stream received';
    case 'messageSent':
      return 'sent';
    case 'sendingFailed':
      return `sending ${event.result}`;
    case 'receivingFailed':
      return `receiving ${event.result}`;
  }
}

export class EndpointBench {
  readonly endpoint: IsoTpEndpoint;
  nowNs = 0;
  readonly events: IsoTpEvent[] = [];

  constructor(fd = false, params: Partial<IsoTpParams> = {}, address = normalAddress) {
    this.endpoint = new IsoTpEndpoint(address, isoTpParams(fd, params));
  }

  /** The frames that it wants to send, not confirmed. */
  take(): CanFrame[] {
    const frames: CanFrame[] = [];
    for (
      let frame = this.endpoint.takeFrame(this.nowNs);
      frame !== undefined;
      frame = this.endpoint.takeFrame(this.nowNs)
    ) {
      frames.push(frame);
    }
    this.drain();
    return frames;
  }

  /** The data of the frames that it sends until it waits, each confirmed at once. */
  run(): string[] {
    const frames: string[] = [];
    for (;;) {
      const taken = this.take();
      if (taken.length === 0) return frames;
      for (const frame of taken) {
        frames.push(toHex(frame.data));
        this.endpoint.confirm(frame, this.nowNs);
      }
      this.drain();
    }
  }

  /** Frames of the peer, under its id. */
  receive(...frames: readonly (string | Uint8Array)[]): this {
    const { id, extended } = this.endpoint.address.receive;
    for (const frame of frames) {
      const data = typeof frame === 'string' ? hex(frame) : frame;
      this.hear({ id, extended, remote: false, fd: data.length > 8, brs: false, data });
    }
    return this;
  }

  /** Any frame of the bus. */
  hear(frame: CanFrame): this {
    this.endpoint.receive(frame, this.nowNs);
    this.drain();
    return this;
  }

  /** Lets `ms` pass, with a tick at their end. */
  pass(ms: number): this {
    this.nowNs += Math.round(ms * NS_PER_MS);
    this.endpoint.tick(this.nowNs);
    this.drain();
    return this;
  }

  /** What happened, in short. */
  get story(): string[] {
    return this.events.map(told);
  }

  private drain(): void {
    for (let event = this.endpoint.takeEvent(); event !== undefined; event = this.endpoint.takeEvent())
      this.events.push(event);
  }
}

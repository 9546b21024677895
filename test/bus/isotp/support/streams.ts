// A source and a sink whose readiness a test decides.
import type { MessageSink, MessageSource } from '../../../../src/bus/link.ts';
import type { EnvironmentFault } from '../../../../src/core/faults.ts';

/** Bytes of `message` as far as `available` says; each call is noted. */
export class TestSource implements MessageSource {
  readonly length: number;
  available: number;
  readonly reads: (readonly [number, number, number])[] = [];
  private readonly message: Uint8Array;

  constructor(message: Uint8Array, available = message.length) {
    this.message = message;
    this.length = message.length;
    this.available = available;
  }

  read(offset: number, least: number, most: number): Uint8Array | undefined {
    this.reads.push([offset, least, most]);
    if (this.available < offset + least) return undefined;
    return this.message.subarray(offset, Math.min(offset + most, this.available));
  }
}

export class TestSink implements MessageSink {
  ready = true;
  readonly pieces: Uint8Array[] = [];
  readonly ends: (EnvironmentFault | undefined)[] = [];
  onWrite: () => void = () => {};

  write(data: Uint8Array, start: number, end: number): void {
    this.pieces.push(data.subarray(start, end));
    this.onWrite();
  }

  ended(fault: EnvironmentFault | undefined): void {
    this.ends.push(fault);
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.pieces.flatMap((piece) => [...piece]));
  }
}

// Owns: one short text for all traffic of a bus. Equal frames at equal times give equal texts. Not cryptographic:
// it tells two runs apart, it does not stand up to someone who wants them to look alike.
import type { CanFrame } from '../bus.ts';

function rotated(word: number): number {
  return (word << 13) | (word >>> 19);
}

function nextA(a: number, word: number): number {
  return (Math.imul(rotated(a ^ Math.imul(word, 0xcc9e2d51)), 5) + 0xe6546b64) | 0;
}

function nextB(b: number, word: number): number {
  return (Math.imul(rotated(b ^ Math.imul(word, 0x1b873593)), 9) + 0x52dce729) | 0;
}

function finished(lane: number): string {
  let word = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return ((word ^ (word >>> 16)) >>> 0).toString(16).padStart(8, '0');
}

/** A running digest: two independent 32-bit lanes, each mixed as in MurmurHash3. */
export class FrameDigest {
  private a = 0x243f6a88;
  private b = 0x85a308d3;

  /** Chains one frame and the time, in nanoseconds, at which it was on the bus. */
  add(timeNs: number, frame: CanFrame): void {
    const { data } = frame;
    let flags =
      (frame.extended ? 1 : 0) + (frame.remote ? 2 : 0) + (frame.fd ? 4 : 0) + (frame.brs ? 8 : 0) + 16 * data.length;
    if (frame.remote || frame.fd) flags += 0x1000 * (frame.requestedBytes ?? 0) + (frame.esi ? 0x1_0000 : 0);
    this.mix(timeNs | 0);
    this.mix((timeNs / 0x1_0000_0000) | 0);
    this.mix(frame.id);
    this.mix(flags);
    this.mixBytes(data);
  }

  /** Chains a packet of Ethernet in the same way. */
  addBytes(timeNs: number, packet: Uint8Array): void {
    this.mix(timeNs | 0);
    this.mix((timeNs / 0x1_0000_0000) | 0);
    this.mix(packet.length);
    this.mixBytes(packet);
  }

  /** 16 hexadecimal digits. */
  text(): string {
    return finished(this.a) + finished(this.b);
  }

  private mixBytes(data: Uint8Array): void {
    // In variables, written back once: a frame of 64 bytes is 16 words.
    let { a, b } = this;
    let index = 0;
    for (; index + 4 <= data.length; index += 4) {
      const word =
        (data[index] as number) |
        ((data[index + 1] as number) << 8) |
        ((data[index + 2] as number) << 16) |
        ((data[index + 3] as number) << 24);
      a = nextA(a, word);
      b = nextB(b, word);
    }
    this.a = a;
    this.b = b;
    for (; index < data.length; index += 1) this.mix(data[index] as number);
  }

  private mix(word: number): void {
    this.a = nextA(this.a, word);
    this.b = nextB(this.b, word);
  }
}

// Owns: chance. Every random choice of a run comes from one seed, through generators forked by name, so that adding
// a draw in one place moves no other. Not for keys outside simulation.

/** A seeded generator (sfc32). Not cryptographic. */
export interface Random {
  /** The next 32 bits, unsigned. */
  uint32(): number;
  /** From 0 to less than 1, by one draw of 32 bits: `fraction() < p` holds with the chance `p`. */
  fraction(): number;
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  bytes(length: number): Uint8Array;
  /** A generator of its own for `name`; the same name always gives the same one. */
  fork(name: string): Random;
}

function hash32(text: string, seed: number): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Words drawn at once. */
const batchWords = 16;

/** The generator of a run. `seed`: any text; the command line gives a number. */
export function createRandom(seed: string): Random {
  // Whole numbers of 32 bits with a sign at all times: others would be allocated with each draw.
  let a = hash32(seed, 1) | 0;
  let b = hash32(seed, 2) | 0;
  let c = hash32(seed, 3) | 0;
  let counter = 1;

  // A batch at a time: what runs in a loop of its own stays in registers.
  const drawn = new Int32Array(batchWords);
  let next = batchWords;

  function draw(): void {
    let [x, y, z, count] = [a, b, c, counter];
    for (let index = 0; index < batchWords; index += 1) {
      const sum = (((x + y) | 0) + count) | 0;
      count = (count + 1) | 0;
      x = y ^ (y >>> 9);
      y = (z + (z << 3)) | 0;
      z = (((z << 21) | (z >>> 11)) + sum) | 0;
      drawn[index] = sum;
    }
    [a, b, c, counter] = [x, y, z, count];
    next = 0;
  }

  /** The next 32 bits, as a number with a sign. */
  function int32(): number {
    if (next === batchWords) draw();
    const word = drawn[next] as number;
    next += 1;
    return word;
  }
  for (let index = 0; index < 12; index += 1) int32();
  const uint32 = () => int32() >>> 0;
  const fraction = () => uint32() / 0x1_0000_0000;

  return {
    uint32,
    fraction,
    below(below) {
      return Math.floor(fraction() * below);
    },
    bytes(length) {
      const bytes = new Uint8Array(length);
      const view = new DataView(bytes.buffer);
      let index = 0;
      for (; index + 4 <= length; index += 4) view.setInt32(index, int32(), true);
      for (let rest = uint32(); index < length; index += 1, rest >>>= 8) bytes[index] = rest & 0xff;
      return bytes;
    },
    fork(name) {
      return createRandom(`${seed}/${name}`);
    },
  };
}

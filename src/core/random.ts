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

/** The generator of a run. `seed`: any text; the command line gives a number. */
export function createRandom(seed: string): Random {
  // Whole numbers of 32 bits with a sign at all times: others would be allocated with each draw.
  let a = hash32(seed, 1) | 0;
  let b = hash32(seed, 2) | 0;
  let c = hash32(seed, 3) | 0;
  let counter = 1;

  function uint32(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
  for (let index = 0; index < 12; index += 1) uint32();
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
      for (; index + 4 <= length; index += 4) view.setUint32(index, uint32(), true);
      for (let rest = uint32(); index < length; index += 1, rest >>>= 8) bytes[index] = rest & 0xff;
      return bytes;
    },
    fork(name) {
      return createRandom(`${seed}/${name}`);
    },
  };
}

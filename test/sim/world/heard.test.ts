import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { MIB } from '../../../src/core/units.ts';
import { eavesdroppedBytesMax } from '../../../src/sim/limits.ts';
import { Heard } from '../../../src/sim/world/heard.ts';

const image = createRandom('heard').bytes(10_000);

describe('what an eavesdropper has heard', () => {
  it('is searched over the borders of what came in pieces, each sender by itself', () => {
    const heard = new Heard();
    for (let offset = 0; offset < 5000; offset += 7) {
      heard.add('a bus', image.subarray(offset, offset + 7));
      heard.add('another', new Uint8Array(7));
    }
    const { found, of } = heard.found(image);
    expect(of).toBe(256);
    expect(found).toBeGreaterThan(125);
    expect(found).toBeLessThan(131);
    expect(new Heard().found(image)).toEqual({ found: 0, of: 256 });
  });

  it('is bounded, and known to be incomplete from then on', () => {
    const heard = new Heard();
    const piece = new Uint8Array(MIB);
    for (let kept = 0; kept < eavesdroppedBytesMax; kept += MIB) heard.add('a bus', piece);
    expect(heard.isComplete).toBe(true);
    heard.add('a bus', Uint8Array.of(1));
    expect(heard.isComplete).toBe(false);
  });
});

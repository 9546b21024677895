import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/bytes.ts';
import { createRandom, type Random } from '../../src/core/random.ts';
import { fc, prop } from '../support/property.ts';

const draws = (random: Random, count = 8) => Array.from({ length: count }, () => random.uint32());

describe('the generator', () => {
  prop([fc.string()])('gives the same for the same seed', (seed) => {
    expect(draws(createRandom(seed))).toEqual(draws(createRandom(seed)));
  });

  it('gives what it always gave: traces and keys of old runs depend on it', () => {
    expect(draws(createRandom('1'), 4)).toEqual([1_955_019_194, 3_159_282_173, 2_954_030_907, 1_103_555_663]);
    expect(toHex(createRandom('1').fork('keys').bytes(8))).toBe('99f8027bf529f002');
  });

  it('gives other numbers for other seeds and other names', () => {
    const seeds = ['', '1', '2', '10', '01', 'a', 'b'];
    const all = seeds.flatMap((seed) => [
      createRandom(seed),
      createRandom(seed).fork('a'),
      createRandom(seed).fork('b'),
      createRandom(seed).fork('ab'),
    ]);
    expect(new Set(all.map((random) => draws(random, 2).join())).size).toBe(all.length);
  });

  it('forks the same generator by the same name, however much was drawn before', () => {
    const random = createRandom('1');
    const before = draws(random.fork('ecu'));
    draws(random, 100);
    expect(draws(random.fork('ecu'))).toEqual(before);
  });

  it('is not moved by what its forks draw', () => {
    const random = createRandom('1');
    draws(random.fork('ecu'), 100);
    expect(draws(random)).toEqual(draws(createRandom('1')));
  });

  prop([fc.string(), fc.integer({ min: 1, max: 2 ** 32 })])('draws whole numbers below a bound', (seed, bound) => {
    const value = createRandom(seed).below(bound);
    expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
  });

  it('draws fractions from 0 to less than 1, one for each 32 bits', () => {
    const random = createRandom('1');
    const fractions = Array.from({ length: 1000 }, () => random.fraction());
    expect(fractions).toEqual(draws(createRandom('1'), 1000).map((bits) => bits / 2 ** 32));
    expect(Math.max(...fractions)).toBeLessThan(1);
  });

  it('draws every number below a bound about as often', () => {
    const random = createRandom('fair');
    const counts = Array<number>(10).fill(0);
    for (let draw = 0; draw < 10_000; draw += 1) {
      const value = random.below(10);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  prop([fc.nat(40)])('gives as many bytes as asked for', (length) => {
    const bytes = createRandom('bytes').bytes(length);
    expect(bytes).toHaveLength(length);
    if (length >= 16) expect(new Set(bytes).size).toBeGreaterThan(4);
  });
});

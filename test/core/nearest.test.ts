import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/core/nearest.ts';
import { processorMs } from '../support/processorTime.ts';

const names = ['hash-mismatch', 'length-mismatch', 'confirmed', 'accepted', 'requestId', 'kind', 'bus', 'buses'];

describe('the nearest name', () => {
  it.each([
    ['hash-missmatch', 'hash-mismatch'], // one too many
    ['confirmd', 'confirmed'], // one too few
    ['knid', 'kind'], // two exchanged
    ['kond', 'kind'], // another one
    ['hash_mismatch', 'hash-mismatch'],
    ['RequestID', 'requestId'],
    ['request id', 'requestId'],
    ['lenght-missmatch', 'length-mismatch'],
    ['bux', 'bus'],
  ])('of %s is %s', (text, name) => {
    expect(nearest(text, names)).toBe(name);
    expect(didYouMean(text, names)).toBe(`: did you mean ${name}?`);
  });

  it.each(['parsecs', 'to', '', 'confirmd'.repeat(20), 'kxyd'])('of %j is none', (text) => {
    expect(nearest(text, names)).toBeUndefined();
    expect(didYouMean(text, names)).toBe('');
  });

  it('is the first of those that are as near, and never the text itself', () => {
    expect(nearest('cas', ['car', 'can'])).toBe('car');
    expect(nearest('can', ['can'])).toBeUndefined();
  });

  it('costs little, whatever is compared', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `${'a'.repeat(58)}${index}`);
    expect(processorMs(() => nearest(`b${'a'.repeat(62)}`, many))).toBeLessThan(2000);
  });
});

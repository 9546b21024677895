import { expect, it } from 'vitest';
import { keptKeys } from '../../src/crypto/keptKeys.ts';

it('parses each text once, refused ones too, and what throws again', () => {
  const parsed: string[] = [];
  const key = keptKeys((text) => {
    parsed.push(text);
    if (text === 'bad') throw new Error('no key');
    return text === 'refused' ? undefined : text.length;
  });
  expect([key('key'), key('key'), key('refused'), key('refused')]).toEqual([3, 3, undefined, undefined]);
  expect(() => key('bad')).toThrow('no key');
  expect(() => key('bad')).toThrow('no key');
  expect(parsed).toEqual(['key', 'refused', 'bad', 'bad']);
});

it('keeps no text that is too long for a key', () => {
  let parsed = 0;
  const key = keptKeys(() => {
    parsed += 1;
  });
  for (const length of [2048, 2048, 2049, 2049]) key('x'.repeat(length));
  expect(parsed).toBe(3);
});

it('keeps a bounded number of keys', () => {
  let parsed = 0;
  const key = keptKeys((text) => {
    parsed += 1;
    return text;
  });
  for (let index = 0; index <= 1024; index += 1) expect(key(`${index}`)).toBe(`${index}`);
  key('0');
  expect(parsed).toBe(1026);
});

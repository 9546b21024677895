// Text from outside made fit to be shown: what is not for printing, and how a text that is too long is cut.
import { describe, expect, it } from 'vitest';
import { printable, shortened } from '../../src/core/text.ts';

describe('a text that is too long', () => {
  it.each([
    ['one that fits', 'abcd', 4, 'abcd'],
    ['one that does not', 'abcde', 4, 'abc…'],
    ['a character of two units', 'ab\u{1f600}cd', 4, 'ab…'],
    ['a quotation, cut', 'it is "abcdef", not "x"', 12, 'it is "abc…"'],
    ['between two quotations', '"ab" and "cd" or', 8, '"ab" an…'],
    ['at the opening quote', 'it is "abcdef"', 8, 'it is …'],
    ['just after the opening quote', 'it is "abcdef"', 9, 'it is "…"'],
    ['a quote that is escaped', '"a\\"bcdefgh"', 7, '"a\\"b…"'],
    ['before the escaped quote ends', '"ab\\"cdefgh"', 6, '"ab…"'],
    ['an escape of four digits', '"ab\\u00e9cdefgh"', 9, '"ab…"'],
    ['a backslash that is whole', '"a\\\\bcdefgh"', 6, '"a\\\\…"'],
    ['a backslash outside of a quotation', 'C:\\abcdef', 4, 'C:\\…'],
    ['to one character', 'abc', 1, '…'],
    ['to none', 'abc', 0, ''],
    ['to less than none', 'abc', -1, ''],
    ['a quotation to two', '"abc"', 2, '…'],
  ])('%s', (_, text, charsMax, cut) => {
    expect(shortened(text, charsMax)).toBe(cut);
  });

  it('is never longer than allowed, and has an even number of quotes, wherever it is cut', () => {
    const text = `signed._type is ${JSON.stringify('a"b\\c\u0007é\u{1f600}"')}, not "targets" but ${JSON.stringify('\\"\\')}`;
    for (let charsMax = 0; charsMax <= text.length; charsMax += 1) {
      const cut = shortened(text, charsMax);
      expect(cut.length).toBeLessThanOrEqual(charsMax);
      expect([charsMax, cut.replaceAll(/\\./gu, '').split('"').length % 2]).toEqual([charsMax, 1]);
      expect(cut).not.toMatch(/\p{Cs}/u);
    }
  });
});

describe('a text that is shown', () => {
  it('has no character that is not for printing', () => {
    expect(printable('a\u0007\u202e\ud800b', 10)).toBe('a\ufffd\ufffd\ufffdb');
    expect(printable('a\u0007cd', 3)).toBe('a\ufffd…');
  });
});

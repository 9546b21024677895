import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, fromHex, fromUtf8, toHex, utf8 } from '../../src/core/bytes.ts';
import { printable } from '../../src/core/text.ts';
import { fc, prop } from '../support/property.ts';

describe('hexadecimal', () => {
  prop([fc.uint8Array()])('comes back as it went', (bytes) => {
    expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
    expect(fromHex(toHex(bytes))).toEqual(bytes);
  });

  it.each(['a', 'AB', 'zz', '0x', ' 00', '0\n', 'abc'])('is not %j', (text) => {
    expect(fromHex(text)).toBeUndefined();
  });
});

describe('UTF-8', () => {
  prop([fc.string({ unit: 'grapheme' })])('comes back as it went', (text) => {
    expect(fromUtf8(utf8(text))).toBe(text);
  });

  it('keeps a byte order mark, so that its readers can refuse it', () => {
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
  });

  it.each([[[0x80]], [[0xc0, 0xaf]], [[0xed, 0xa0, 0x80]], [[0xf4, 0x90, 0x80, 0x80]], [[0xe2, 0x82]]])(
    'is not %j',
    (bytes) => {
      expect(fromUtf8(Uint8Array.from(bytes))).toBeUndefined();
    },
  );
});

prop([fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 5 })])('concatenation keeps order and length', (parts) => {
  expect([...concatBytes(...parts)]).toEqual(parts.flatMap((part) => [...part]));
});

it('equality is that of lengths and values', () => {
  const rows: readonly [number[], number[], boolean][] = [
    [[], [], true],
    [[1, 2], [1, 2], true],
    [[1, 2], [1, 3], false],
    [[1, 2], [1], false],
    [[1], [1, 2], false],
  ];
  for (const [a, b, equal] of rows) expect(equalBytes(Uint8Array.from(a), Uint8Array.from(b))).toBe(equal);
});

describe('printable text', () => {
  it('has no character that moves the cursor, hides, or turns the direction', () => {
    expect(printable('a\u0000\u001b[1m\u007f\u009b\u200b\u202e\u2028\u2029\ufeffz', 99)).toBe(
      'a\ufffd\ufffd[1m\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdz',
    );
    expect(printable('Grüße 漢字 \u{1f600}', 99)).toBe('Grüße 漢字 \u{1f600}');
  });

  prop([fc.string({ unit: fc.constantFrom('a', '\u{1f600}', '\ud800', '\udc00', '\n') }), fc.nat(20)])(
    'is never longer than asked for, and always well-formed',
    (text, charsMax) => {
      const shown = printable(text, charsMax);
      expect(shown.length).toBeLessThanOrEqual(charsMax);
      expect(fromUtf8(utf8(shown))).toBe(shown);
    },
  );
});

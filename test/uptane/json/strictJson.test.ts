// JSON from outside, and the one form of it that is signed.

import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { canonicalJson } from '../../../src/uptane/json/canonicalJson.ts';
import { parseStrictJson } from '../../../src/uptane/json/strictJson.ts';
import { jsonDepthMax } from '../../../src/uptane/limits.ts';
import { fc, prop } from '../../support/property.ts';

const parse = (text: string) => parseStrictJson(utf8(text));
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('strict JSON takes', () => {
  const rows: readonly [string, string, unknown][] = [
    [
      'every kind of value',
      ' {"a" : [null,true,false,-0.5e+2, "b" ] , "c":{}} ',
      { a: [null, true, false, -50, 'b'], c: {} },
    ],
    ['a bare value', '0', 0],
    ['white space of all four kinds', '\t\r\n [ ] ', []],
    ['every escape', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\ud83d\\ude00"', '"\\/\b\f\n\r\tA\u{1f600}'],
    ['characters beyond the basic plane', '"\u{1f600}"', '\u{1f600}'],
    ['an escaped NUL', '"\\u0000"', '\0'],
    ['the largest exact integers', '[9007199254740991,-9007199254740991]', [2 ** 53 - 1, 1 - 2 ** 53]],
    ['an integer written otherwise', '[1.0,1e2,100e-2]', [1, 100, 1]],
    ['keys that differ in case or form only', '{"a":1,"A":2,"é":3,"e\u0301":4}', { a: 1, A: 2, é: 3, 'e\u0301': 4 }],
    ['an empty key', '{"":1}', { '': 1 }],
  ];
  it.each(rows)('%s', (_, text, value) => {
    const result = parse(text);
    expect(result.ok && JSON.parse(JSON.stringify(result.value))).toEqual(value);
  });

  it('a member named __proto__ like any other', () => {
    const result = parse('{"__proto__":{"admin":true},"constructor":1,"toString":2,"hasOwnProperty":3}');
    const value = result.ok ? result.value : expect.fail();
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty']);
    expect((value as { admin?: unknown }).admin).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it(`nesting up to ${jsonDepthMax}`, () => {
    expect(parse(nested(jsonDepthMax + 1)).ok).toBe(true);
  });
});

describe('strict JSON refuses', () => {
  const long = 'k'.repeat(100);
  const rows: readonly [string, string | Uint8Array, string][] = [
    ['nothing', '', 'a value is needed at character 0'],
    ['white space alone', '  ', 'a value is needed at character 2'],
    ['a key twice', '{"a":1,"a":1}', 'the member "a" appears twice at character 10'],
    [
      'a long key twice, in short',
      `{"${long}":1,"${long}":2}`,
      `the member "${long.slice(0, 57)}…" appears twice at character 208`,
    ],
    ['a key twice, once escaped', '{"a":1,"\\u0061":2}', 'the member "a" appears twice at character 15'],
    [
      'a key twice, both escaped, in different case',
      '{"\\u00e9":1,"\\u00E9":2}',
      'the member "é" appears twice at character 20',
    ],
    [
      'a key twice, as a surrogate pair and as itself',
      '{"\\ud83d\\ude00":1,"\u{1f600}":2}',
      'the member "😀" appears twice at character 22',
    ],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}', 'the member "__proto__" appears twice at character 26'],
    [
      '__proto__ twice, once escaped',
      '{"__proto__":1,"\\u005f_proto__":2}',
      'the member "__proto__" appears twice at character 31',
    ],
    ['a key twice deep inside', '[{"x":[{"b":1,"c":2,"b":3}]}]', 'the member "b" appears twice at character 23'],
    ['deep nesting of lists', nested(jsonDepthMax + 2), 'nested deeper than 32 at character 33'],
    [
      'deep nesting of objects',
      `${'{"a":'.repeat(jsonDepthMax + 2)}1${'}'.repeat(jsonDepthMax + 2)}`,
      'nested deeper than 32 at character 165',
    ],
    ['endless nesting', '['.repeat(1_000_000), 'nested deeper than 32 at character 33'],
    ['a byte order mark', '\ufeff{}', 'a value is needed at character 0'],
    ['half a surrogate pair, escaped', '"\\ud800"', 'half a surrogate pair at character 8'],
    ['the wrong half first', '"\\ude00\\ud83d"', 'half a surrogate pair at character 14'],
    ['half a surrogate pair before a character', '"\\ud83d\u{1f600}"', 'half a surrogate pair at character 10'],
    ['half a surrogate pair in a key', '{"\\udfff":1}', 'half a surrogate pair at character 9'],
    ['a surrogate in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 'not well-formed UTF-8'],
    ['an overlong encoding', Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), 'not well-formed UTF-8'],
    ['a character cut short', Uint8Array.of(0x22, 0xe2, 0x82, 0x22), 'not well-formed UTF-8'],
    ['a lone continuation', Uint8Array.of(0x22, 0x80, 0x22), 'not well-formed UTF-8'],
    ['a character beyond Unicode', Uint8Array.of(0x22, 0xf4, 0x90, 0x80, 0x80, 0x22), 'not well-formed UTF-8'],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0), 'not well-formed UTF-8'],
    ['a control character in a string', '"\n"', 'the string does not end at character 1'],
    ['a NUL in a string', '"\0"', 'the string does not end at character 1'],
    ['a NUL after the value', '1\0', 'something follows the value at character 1'],
    ['an unknown escape', '"\\x41"', 'the string does not end at character 1'],
    ['a short escape', '"\\u004"', 'the string does not end at character 1'],
    ['an escape at the end', '"\\', 'the string does not end at character 1'],
    ['a string without an end', '"abc', 'the string does not end at character 4'],
    ['single quotes', "'a'", 'a value is needed at character 0'],
    ['a key without quotes', '{a:1}', 'a string is needed at character 1'],
    ['a key that is a number', '{1:1}', 'a string is needed at character 1'],
    ['a trailing comma in a list', '[1,]', 'a value is needed at character 3'],
    ['a trailing comma in an object', '{"a":1,}', 'a string is needed at character 7'],
    ['a leading comma', '[,1]', 'a value is needed at character 1'],
    ['a missing comma', '[1 2]', "']' is needed at character 3"],
    ['a missing colon', '{"a" 1}', "':' is needed at character 5"],
    ['a missing value', '{"a":}', 'a value is needed at character 5'],
    ['a list without an end', '[1', "']' is needed at character 2"],
    ['an object without an end', '{"a":1', "'}' is needed at character 6"],
    ['the wrong bracket', '[1}', "']' is needed at character 2"],
    ['two values', '{}{}', 'something follows the value at character 2'],
    ['a comment', '/**/1', 'a value is needed at character 0'],
    ['no-break space', '\u00a01', 'a value is needed at character 0'],
    ['a vertical tab', '\v1', 'a value is needed at character 0'],
    ['words', 'nul', 'a value is needed at character 0'],
    ['a longer word', 'trueish', 'something follows the value at character 4'],
    ['NaN', 'NaN', 'a value is needed at character 0'],
    ['Infinity', '-Infinity', 'a value is needed at character 0'],
    ['a plus sign', '+1', 'a value is needed at character 0'],
    ['a leading zero', '01', 'something follows the value at character 1'],
    ['a lone minus', '-', 'a value is needed at character 0'],
    ['hexadecimal', '0x10', 'something follows the value at character 1'],
    ['a point without digits', '1.', 'something follows the value at character 1'],
    ['digits without a nought', '.5', 'a value is needed at character 0'],
    ['an exponent without digits', '1e', 'something follows the value at character 1'],
    ['a number out of range', '1e400', 'a number out of range at character 5'],
    ['an integer that is not exact', '9007199254740992', 'an integer beyond 2^53 - 1 at character 16'],
    ['an integer that is not exact, below', '-9007199254740993', 'an integer beyond 2^53 - 1 at character 17'],
    ['an integer that is not exact, by exponent', '1e300', 'an integer beyond 2^53 - 1 at character 5'],
  ];
  it.each(rows)('%s', (_, input, words) => {
    expect(parseStrictJson(typeof input === 'string' ? utf8(input) : input)).toEqual({
      ok: false,
      fault: words,
    });
  });
});

describe('strict JSON', () => {
  prop([fc.uint8Array({ maxLength: 200 })])(
    'gives a value or a fault for any bytes, and a value only for what JSON.parse takes',
    (bytes) => {
      const result = parseStrictJson(bytes);
      if (result.ok)
        expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual(JSON.parse(JSON.stringify(result.value)));
      else expect(result.fault).toMatch(/./);
    },
  );

  prop([fc.json({ stringUnit: 'binary' }).filter((text) => !text.includes('\\ud'))])(
    'reads what JSON.stringify writes',
    (text) => {
      const result = parse(text);
      if (result.ok) expect(JSON.stringify(result.value)).toBe(JSON.stringify(JSON.parse(text)));
      else expect(result.fault).toMatch(/integer beyond|half a surrogate/);
    },
  );

  prop([fc.string({ unit: fc.constantFrom(...'{}[]",:\\ue0-.1 '), maxLength: 40 })])(
    'agrees with JSON.parse on text of JSON’s own characters, but for what it refuses besides',
    (text) => {
      const result = parse(text);
      let reference: unknown;
      try {
        reference = JSON.parse(text);
      } catch {
        expect(result.ok).toBe(false);
        return;
      }
      if (result.ok) expect(JSON.parse(JSON.stringify(result.value))).toEqual(JSON.parse(JSON.stringify(reference)));
      else expect(result.fault).toMatch(/twice|integer beyond|out of range|half a surrogate/);
    },
  );
});

describe('canonical JSON', () => {
  const text = (value: unknown) => new TextDecoder().decode(canonicalJson(value));

  it('is as RFC 8785, 3.2.2 and 3.2.3 show it', () => {
    const example = `{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
      "literals": [null, true, false]
    }`;
    const canonical =
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}';
    expect(text(JSON.parse(example))).toBe(canonical);
  });

  it('sorts members by UTF-16 code units, as RFC 8785, 3.2.3 does', () => {
    const unsorted = JSON.parse(
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
    );
    expect(Object.values(JSON.parse(text(unsorted)) as object)).toContain('One');
    expect([...text(unsorted).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it('writes the numbers of RFC 8785, appendix B', () => {
    const rows: readonly [string, string][] = [
      ['0000000000000000', '0'],
      ['8000000000000000', '0'],
      ['0000000000000001', '5e-324'],
      ['7fefffffffffffff', '1.7976931348623157e+308'],
      ['4340000000000000', '9007199254740992'],
      ['44b52d02c7e14af5', '9.999999999999997e+22'],
      ['444b1ae4d6e2ef50', '1e+21'],
      ['3eb0c6f7a0b5ed8d', '0.000001'],
      ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
      ['41b3de4355555557', '333333333.33333343'],
      ['becbf647612f3696', '-0.0000033333333333333333'],
    ];
    for (const [hex, expected] of rows) {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, BigInt(`0x${hex}`));
      expect(text(view.getFloat64(0))).toBe(expected);
    }
  });

  it('keeps a member named __proto__, which must not escape the signature', () => {
    const result = parse('{"b":1,"__proto__":{"x":2}}');
    expect(result.ok && text(result.value)).toBe('{"__proto__":{"x":2},"b":1}');
  });

  it.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, '\ud800'])(
    'throws for %s, a bug of the caller',
    (value) => {
      expect(() => canonicalJson(value)).toThrow();
    },
  );

  prop([fc.jsonValue()])('does not depend on how the text was written', (value) => {
    const spaced = parse(JSON.stringify(value, null, 3));
    if (!spaced.ok) return;
    const again = parse(text(spaced.value));
    expect(again.ok && text(again.value)).toBe(text(spaced.value));
    expect(JSON.parse(text(spaced.value))).toEqual(JSON.parse(JSON.stringify(value)));
  });
});

// aktualizr's canonical form: jsoncpp's text of a value whose numbers were read exactly; and what else its reader takes.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { aktualizrJson, exactJson } from '../../../src/uptane/json/aktualizrJson.ts';
import { canonicalJson } from '../../../src/uptane/json/canonicalJson.ts';
import { type JsonTolerance, parseExactJson, parseStrictJson, plainJson } from '../../../src/uptane/json/strictJson.ts';
import { fc, prop } from '../../support/property.ts';
import { succeeded } from '../support/fixtures.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const canonical = (json: string) => text(aktualizrJson(succeeded(parseExactJson(utf8(json)))));

describe('a number', () => {
  /** Recorded, or what C's `%.17g` prints. */
  const rows: readonly [string, string][] = [
    ['0', '0'],
    ['-0', '0'],
    ['-5', '-5'],
    ['9007199254740993', '9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['12345678901234567890', '12345678901234567890'],
    ['18446744073709551615', '18446744073709551615'],
    ['18446744073709551616', '1.8446744073709552e+19'],
    ['-9223372036854775809', '-9.2233720368547758e+18'],
    ['0.0', '0.0'],
    ['-0.0', '-0.0'],
    ['0e5', '0.0'],
    ['1.5', '1.5'],
    ['2.0', '2.0'],
    ['1e2', '100.0'],
    ['100.0', '100.0'],
    ['0.1', '0.10000000000000001'],
    ['-0.1', '-0.10000000000000001'],
    ['0.5', '0.5'],
    ['123.456', '123.456'],
    ['1e16', '10000000000000000.0'],
    ['1e17', '1e+17'],
    ['123456789e9', '1.23456789e+17'],
    ['1e21', '1e+21'],
    ['0.0001', '0.0001'],
    ['0.00001', '1.0000000000000001e-05'],
    ['1.5e-7', '1.4999999999999999e-07'],
    ['9.9999999999999999e22', '9.9999999999999992e+22'],
    ['5e-324', '4.9406564584124654e-324'],
    ['1.7976931348623157e308', '1.7976931348623157e+308'],
    // Exactly half way between two of 17 digits: the even one.
    ['1125899906842624.25', '1125899906842624.2'],
    ['1125899906842624.75', '1125899906842624.8'],
    ['9.99999999999999999', '10.0'],
  ];
  it.each(rows)('%s is written as %s', (json, expected) => expect(canonical(json)).toBe(expected));

  it.each(['1e309', '-1e400'])('%s has none', (json) => {
    expect(parseExactJson(utf8(json))).toMatchObject({
      ok: false,
      fault: expect.stringMatching(/^a number out of range/),
    });
  });

  prop([fc.double({ noNaN: true, noDefaultInfinity: true })])('that is no integer is read back as it was', (value) => {
    const written = text(aktualizrJson(value));
    expect(Object.is(Number(written), value)).toBe(true);
    expect(canonical(written)).toBe(written);
    expect(written).toMatch(/[.e]/);
  });
});

describe('a text', () => {
  const rows: readonly [string, string][] = [
    ['"/ \\u007f"', '"/ \u007f"'],
    ['"\\/\\u0041"', '"/A"'],
    ['"\\" \\\\ \\b\\f\\n\\r\\t"', '"\\" \\\\ \\b\\f\\n\\r\\t"'],
    ['"\\u0001\\u001F"', '"\\u0001\\u001f"'],
    ['"é\\u00E9\\u0080\\uffff"', '"\\u00e9\\u00e9\\u0080\\uffff"'],
    ['"\u{1f600}"', '"\\ud83d\\ude00"'],
  ];
  it.each(rows)('%s is written as %s', (json, expected) => expect(canonical(json)).toBe(expected));
});

describe('an object', () => {
  it('has its members in the order of their UTF-8, and no white space', () => {
    const json =
      '{ "\u{1f600}" : 4, "\ufffd" : [ ], "é" : { }, "aa" : 6, "a-" : 7, "a" : null, "Z" : true, "" : [ 1 , 2.0 ] }';
    const expected = '{"":[1,2.0],"Z":true,"a":null,"a-":7,"aa":6,"\\u00e9":{},"\\ufffd":[],"\\ud83d\\ude00":4}';
    expect(canonical(json)).toBe(expected);
  });
});

prop([fc.jsonValue({ maxDepth: 4 })])('the form is RFC 8785’s where texts are ASCII and numbers whole', (value) => {
  const json = JSON.stringify(value, (_, part) => (typeof part === 'number' ? Math.trunc(part % 1e9) || 0 : part));
  // Escapes that are left are of ASCII control characters.
  const ascii = json.replace(/[^ -~]|\\u(?!00[0-7])..../g, '?');
  const read = parseStrictJson(utf8(ascii));
  if (!read.ok) return;
  const expected = text(canonicalJson(read.value)).replaceAll('\u007f', '\u007f');
  expect(canonical(ascii)).toBe(expected);
  expect(text(aktualizrJson(exactJson(read.value)))).toBe(expected);
});

prop([fc.jsonValue()])('what is read exactly has the same plain value, where that is safe', (value) => {
  const json = JSON.stringify(value);
  const strict = parseStrictJson(utf8(json));
  if (strict.ok) expect(plainJson(succeeded(parseExactJson(utf8(json))))).toEqual(strict.value);
});

it('an integer that no plain number holds is not taken for a safe one', () => {
  expect(Number.isSafeInteger(plainJson(succeeded(parseExactJson(utf8('9007199254740993')))))).toBe(false);
});

describe('a tolerance', () => {
  const rows: readonly [JsonTolerance, string, string][] = [
    ['comments', '/* a * b **/ // c\n {"a":1} // d', '{"a":1}'],
    ['trailing-commas', '{"a":[1,],}', '{"a":[1]}'],
    ['repeated-members', '{"a":1,"a":2}', '{"a":2}'],
    ['text-after-end', '{"a":1} }', '{"a":1}'],
  ];
  it.each(rows)('%s is for %s', (tolerance, json, expected) => {
    const read = (tolerances: readonly JsonTolerance[]) => parseExactJson(utf8(json), tolerances);
    expect(text(aktualizrJson(succeeded(read([tolerance]))))).toBe(expected);
    const others = rows.map(([name]) => name).filter((name) => name !== tolerance);
    expect(read(others).ok).toBe(false);
  });

  it.each(['/* a', '{"a":/**/1}', '/', '/**', '{,}', '[,]', '{"a":1,,}'])('is for nothing else, such as %s', (json) => {
    const all = rows.map(([name]) => name);
    expect(parseExactJson(utf8(json), all).ok).toBe(false);
  });

  it('of comments takes a time that does not grow with the square of their length', () => {
    const long = utf8('/*'.repeat(200_000));
    expect(parseExactJson(long, ['comments']).ok).toBe(false);
  });
});

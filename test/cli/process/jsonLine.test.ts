import { describe, expect, it } from 'vitest';
import { jsonLine } from '../../../src/cli/process/jsonLine.ts';

describe('JSON as every command prints it', () => {
  it.each([
    ['a C1 control', '\u009b31m', '\\u009b31m'],
    ['a bidirectional override', 'a\u202eb', 'a\\u202eb'],
    ['separators of lines and paragraphs', '\u2028\u2029', '\\u2028\\u2029'],
    ['half a pair', '\ud800', '\\ud800'],
    ['a tag beyond the basic plane', '\u{e0041}', '\\udb40\\udc41'],
    ['DEL', '\u007f', '\\u007f'],
  ])('escapes %s', (_, text, escaped) => {
    const line = jsonLine({ name: text });
    expect(line).toBe(`{"name":"${escaped}"}\n`);
    expect(JSON.parse(line)).toEqual({ name: text });
  });

  it('leaves what is for printing', () => {
    expect(jsonLine({ name: 'Türsteuergerät 車 🚗' })).toBe('{"name":"Türsteuergerät 車 🚗"}\n');
  });
});

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { utf8 } from '../../../src/core/bytes.ts';
import { scenarioBytesMax } from '../../../src/sim/limits.ts';
import { yamlDepthMax, yamlValuesMax } from '../../../src/vehicleFile/limits.ts';
import { parseSource } from '../../../src/vehicleFile/source/yamlSource.ts';
import { isHeavy, leftToHeavy } from '../../support/heavy.ts';
import { processorMs } from '../../support/processorTime.ts';
import { fc, prop } from '../../support/property.ts';
import { withReason } from '../../support/skips.ts';

const read = (text: string) => parseSource('f.yaml', text);
const fault = (text: string) => {
  const source = read(text);
  return source.ok ? 'accepted' : `${source.fault.line}:${source.fault.column}: ${source.fault.text}`;
};
const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}: 1\n`).join('');

/** What the YAML library says in English. */
const librarysWords =
  /implicit|mapping|sequence|flow|unexpected|missing closing|unresolved|indicator|collection|scalar|compact|stack/i;

describe('a YAML file', () => {
  it('is plain values', () => {
    const source = read('a: [1, x, null, true, 0x10, { b: "2" }]\nc: &n { d: 1.5 }\ne: *n\n1: one\n');
    expect(source.ok && source.value.value).toEqual({
      a: [1, 'x', null, true, 16, { b: '2' }],
      c: { d: 1.5 },
      e: { d: 1.5 },
      1: 'one',
    });
  });

  it('knows where each member stands, by line and column, also in what an alias stands for', () => {
    const source = read('a:\n  - b: 1\n    cc: [2, 3]\nd: &n { e: 1 }\nf: *n\n');
    if (!source.ok) throw new Error(source.fault.text);
    const at = (...path: (string | number)[]) => {
      const { line, column } = source.value.finding({ path, text: '' });
      return [line, column];
    };
    expect(at()).toEqual([1, 1]);
    expect(at('a')).toEqual([1, 1]);
    expect(at('a', 0)).toEqual([2, 5]);
    expect(at('a', 0, 'cc')).toEqual([3, 5]);
    expect(at('a', 0, 'cc', 1)).toEqual([3, 13]);
    expect(at('d', 'e')).toEqual([4, 9]);
    expect(at('f', 'e')).toEqual([4, 9]);
    expect(at('a', 0, 'gone', 'further')).toEqual([2, 5]);
  });

  it('of ten times the fields takes some ten times as long', () => {
    read(keys(500)); // warm
    const few = Math.min(...[1, 2, 3].map(() => processorMs(() => read(keys(2800)))));
    const many = processorMs(() => expect(read(keys(28_000)).ok).toBe(true));
    expect(many / Math.max(few, 5)).toBeLessThan(20);
  });

  it('with a field given twice among many is refused at the second', () => {
    const many = isHeavy ? 20_000 : 2000;
    expect(fault(`${keys(many)}k77: 2\n`)).toBe(`${many + 1}:1: this field is given twice`);
    expect(fault('{ a: 1, "a": 2 }')).toBe('1:9: this field is given twice');
    expect(fault('1: a\n"1": b\n')).toBe('2:1: this field is given twice');
  });

  it.each([
    ['lists', (depth: number) => '['.repeat(depth) + ']'.repeat(depth)],
    ['lists without an end', (depth: number) => '['.repeat(depth)],
    ['maps', (depth: number) => '{a: '.repeat(depth) + '}'.repeat(depth)],
    ['indented lists', (depth: number) => '- '.repeat(depth)],
    ['complex names', (depth: number) => '? '.repeat(depth)],
  ])('nested too deeply in %s is refused, in little time', (_, text) => {
    for (const depth of [yamlDepthMax + 2, 60_000]) {
      expect(fault(text(depth))).toContain(`nested more than ${yamlDepthMax} levels deep`);
    }
  });

  it('is not nested by aliases beyond the depth, nor multiplied by them', () => {
    const chain = Array.from(
      { length: 40 },
      (_, index) => `k${index}: &a${index} [${index === 0 ? '' : `*a${index - 1}`}]`,
    );
    expect(fault(chain.join('\n'))).toContain(`nested more than ${yamlDepthMax} levels deep`);
    const bomb = Array.from({ length: 9 }, (_, index) => {
      return `k${index}: &a${index} [${Array.from({ length: 10 }, () => (index === 0 ? 'x' : `*a${index - 1}`)).join(', ')}]`;
    });
    expect(fault(bomb.join('\n'))).toContain(`more than ${yamlValuesMax} values, each use of an alias (*) counted`);
  });

  it.skipIf(!isHeavy)(withReason('as long as it may be has no more values than are allowed', leftToHeavy), () => {
    const text = `[${'1,'.repeat(scenarioBytesMax / 2 - 2)}1]`;
    expect(text.length).toBeGreaterThan(scenarioBytesMax - 4);
    expect(fault(text)).toBe('accepted');
  });

  it('may be empty, or begin with a directive', () => {
    expect(read('')).toMatchObject({ ok: true, value: { value: null } });
    expect(read('%YAML 1.2\n---\na: yes\n')).toMatchObject({ ok: true, value: { value: { a: 'yes' } } });
  });
});

const pieces = fc.constantFrom(
  ...['a', 'b: ', ':', '- ', '? ', '[', ']', '{', '}', ',', '"', "'", '|', '>', '#', ' ', '  ', '\n', '\n  ', '\t'],
  ...['&a ', '*a', '!t ', '---\n', '...\n', '%YAML 1.1\n', '\\', '@', '<<: ', '1', '~', '\u0000', '\r\n'],
);
prop([fc.array(pieces, { maxLength: 30 })], { numRuns: 400 })(
  'any pieces of YAML are read, or refused in words of our own',
  (parts) => {
    const text = parts.join('');
    const source = read(text);
    if (source.ok) {
      expect(JSON.stringify(source.value.value)).toBeDefined();
    } else {
      expect(source.fault.text.replace(/`[^`]*`|[&*]\S+/g, '')).not.toMatch(librarysWords);
      expect(source.fault.line).toBeGreaterThanOrEqual(1);
      expect(source.fault.line).toBeLessThanOrEqual(text.split('\n').length);
      expect(source.fault.column).toBeGreaterThanOrEqual(1);
    }
  },
);

prop([fc.jsonValue({ maxDepth: 5 })], { numRuns: 200 })('JSON is read as the YAML library reads it', (value) => {
  const text = JSON.stringify(value);
  const source = read(text);
  if (source.ok) expect(source.value.value).toEqual(parse(text, { schema: 'core' }));
  else expect(source.fault.text).toMatch(/given twice|not allowed/);
  expect(utf8(text).length).toBeGreaterThan(0);
});

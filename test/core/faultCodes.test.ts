// The published list of fault codes, docs/fault-codes.md, is the one that the code has.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClauses } from '../../scripts/conformance/clauses.ts';
import { type Attack, remoteFaultCodes } from '../../src/core/faults.ts';

const docs = join(import.meta.dirname, '../../docs');
const src = join(import.meta.dirname, '../../src');
const rows = readFileSync(join(docs, 'fault-codes.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, code, meaning, clauses, attacks] = /^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/.exec(line) ?? [];
    return code && meaning && clauses && attacks ? [{ code, meaning, clauses: clauses.split(' '), attacks }] : [];
  });

const attacks: Readonly<Record<Attack, true>> = {
  'arbitrary-installation': true,
  'endless-data': true,
  'indefinite-freeze': true,
  'mix-and-match': true,
  rollback: true,
  'wrong-software': true,
  'cross-vehicle-replay': true,
  'director-delegation': true,
  'duplicate-ecu': true,
  'unknown-ecu': true,
  'time-replay': true,
  'time-forgery': true,
  'time-drop': true,
  'manifest-replay': true,
  'report-forgery': true,
  'drop-request': true,
  'slow-retrieval': true,
};

describe('the page of fault codes', () => {
  it('has one row for each code, and no other [R11]', () => {
    expect(rows.map(({ code }) => code).sort()).toEqual([...remoteFaultCodes].sort());
  });

  it('cites clauses that there are, in order', () => {
    const known = readClauses(join(docs, 'clauses.md')).map(({ id }) => id);
    for (const { code, clauses } of rows) {
      expect([code, clauses.filter((id) => !known.includes(id))]).toEqual([code, []]);
      expect([code, clauses]).toEqual([code, [...new Set(clauses)].sort()]);
    }
  });

  it('cites every clause that the code writes beside a code', () => {
    const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
    const written = sources.flatMap((name) => [
      ...readFileSync(join(src, name), 'utf8').matchAll(
        /clause: '([A-Z]{1,2}\d+[a-z]?(?:\.\d+)?)',\s*code: '([a-z-]+)'/g,
      ),
    ]);
    const pairs = written.filter(([, , code]) => rows.some((row) => row.code === code));
    expect(pairs.length).toBeGreaterThan(40);
    for (const [, clause, code] of pairs) {
      expect([code, rows.find((row) => row.code === code)?.clauses]).toEqual([code, expect.arrayContaining([clause])]);
    }
  });

  it('names attacks of the threat model, and each in some row [R11]', () => {
    const named = rows.flatMap(({ attacks }) => [...attacks.matchAll(/`([^`]+)`/g)].map(([, attack]) => attack));
    expect([...new Set(named)].sort()).toEqual(Object.keys(attacks).sort());
    for (const { code, attacks } of rows) expect([code, attacks]).toEqual([code, expect.stringMatching(/^`|none$/)]);
  });
});

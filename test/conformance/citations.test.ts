// How the conformance run reads the list of clauses and the titles of tests; no title here cites any.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { citedIn, citing, readClauses } from '../../scripts/conformance/clauses.ts';
import { leftOut } from './leftOut.ts';

describe('a title', () => {
  it.each([
    ['x [S3] y', ['S3']],
    ['x [S3 V3]', ['S3', 'V3']],
    ['x [R10.3 D4] y [R6b]', ['R10.3', 'D4', 'R6b']],
    ['x [policy 12 J12]', ['policy 12', 'J12']],
    ['x [J7 extraneous-dependencies]', ['J7']],
    ['x [N_Bs] [0x12] [a] []', []],
  ])('cites what stands in its brackets: case %#', (title, ids) => {
    expect(citedIn(title)).toEqual({ ids, malformed: [] });
    for (const id of ids) expect(citing(id).test(title), id).toBe(true);
  });

  it('that cites in another form is told of, not passed over', () => {
    expect(citedIn('x [S3, V3] [T1-T4]')).toEqual({ ids: [], malformed: ['S3, V3', 'T1-T4'] });
  });

  it.each([
    ['R10', '[R10.1]'],
    ['policy 1', '[policy 12]'],
    ['S3', '[S30]'],
    ['V3', 'V3'],
  ])('cites no clause of a similar name: case %#', (id, title) => {
    expect(citing(id).test(title)).toBe(false);
  });
});

it('the list has every verification clause, and what is left out is in it', () => {
  const ids = readClauses(join(import.meta.dirname, '../../docs/clauses.md')).map(({ id }) => id);
  const counts = { P: 12, Q: 2, R: 17, S: 7, T: 4, U: 7, V: 8, W: 7, X: 4, Y: 6 };
  for (const [group, count] of Object.entries(counts)) {
    expect(ids.filter((id) => new RegExp(`^${group}\\d`).test(id)).length, group).toBe(count);
  }
  for (const { clause } of leftOut) expect(ids).toContain(clause);
});

// What scripts/nodes makes of what the versions of Node gave.
import { describe, expect, it } from 'vitest';
import { whyNotHere } from '../../scripts/nodes/binaries.ts';
import { compareVersions, firstDifference } from '../../scripts/nodes/compare.ts';
import { readVerdict } from '../../scripts/nodes/suites.ts';

const ran = (version: string, traceDigest: string, outcome = 'passed') => ({
  version,
  runs: [{ scenario: 'nominal', outcome, traceDigest }],
});

describe('versions of Node', () => {
  it('agree where all pass with one trace', () => {
    expect(compareVersions([ran('20', 'aa'), ran('22', 'aa'), ran('24', 'aa')])).toEqual([{ scenario: 'nominal' }]);
  });

  it.each([
    ['traces differ (20, 24: aa; 22: bb)', [ran('20', 'aa'), ran('22', 'bb'), ran('24', 'aa')]],
    ['failed on 22', [ran('20', 'aa'), ran('22', 'aa', 'failed')]],
    ['not run on 22', [ran('20', 'aa'), { version: '22', runs: [] }]],
  ])('%s', (problem, versions) => {
    expect(compareVersions(versions)).toMatchObject([{ scenario: 'nominal', problem }]);
  });

  it('that differ are named, two of them, for their traces to be compared', () => {
    const [verdict] = compareVersions([ran('20', 'aa'), ran('22', 'aa'), ran('24', 'bb')]);
    expect(verdict?.differ).toEqual(['20', '24']);
  });

  it.each([
    ['a\nb\n', 'a\nb\n', undefined],
    ['a\nb\nc\n', 'a\nx\nc\n', { line: 2, left: 'b', right: 'x' }],
    ['a\n', 'a\nb\n', { line: 2, left: '', right: 'b' }],
    ['a', 'a\nb', { line: 2, left: undefined, right: 'b' }],
  ])('%j and %j first differ in %j', (left, right, first) => {
    expect(firstDifference(left, right)).toEqual(first);
  });

  it.each([
    ['linux', 'x64', '2.36', undefined],
    ['linux', 'x64', undefined, 'need glibc'],
    ['linux', 'arm64', '2.36', 'this is linux on arm64'],
    ['darwin', 'x64', undefined, 'this is darwin on x64'],
  ])('on %s %s with glibc %s: %s', (platform, architecture, glibc, reason) => {
    const why = whyNotHere(platform, architecture, glibc);
    if (reason === undefined) expect(why).toBeUndefined();
    else expect(why).toContain(reason);
  });
});

describe("vitest's report", () => {
  const file = (name: string, statuses: readonly string[], message = '') => ({
    name: `/project/test/${name}`,
    message,
    assertionResults: statuses.map((status, index) => ({
      fullName: ` suite test ${index}`,
      status,
      failureMessages: status === 'failed' ? ['AssertionError: expected 1\n    at line'] : [],
    })),
  });
  const read = (...testResults: object[]) => readVerdict(JSON.stringify({ testResults }), '/project');

  it('counts what passed and names what failed', () => {
    expect(read(file('a.test.ts', ['passed', 'pending']), file('b.test.ts', ['failed', 'passed']))).toEqual({
      passed: 2,
      failed: ['test/b.test.ts: suite test 0: AssertionError: expected 1'],
    });
  });

  it('takes a file that cannot be loaded for a failure', () => {
    expect(read(file('a.test.ts', [], 'SyntaxError: no such export\nat'))).toEqual({
      passed: 0,
      failed: ['test/a.test.ts: SyntaxError: no such export'],
    });
  });
});

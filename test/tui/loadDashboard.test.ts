import { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { canShowDashboard } from '../../src/tui/loadDashboard.ts';

const terminal = { isTTY: true, columns: 80, rows: 24 };

test.each([
  ['a terminal', terminal, {}, true],
  ['a terminal of unknown size', { isTTY: true, columns: 0, rows: 0 }, {}, true],
  ['a pipe', { ...terminal, isTTY: false }, {}, false],
  ['a narrow terminal', { ...terminal, columns: 59 }, {}, false],
  ['a low terminal', { ...terminal, rows: 11 }, {}, false],
  ['a terminal that cannot move its cursor', terminal, { TERM: 'dumb' }, false],
  ['CI', terminal, { CI: 'true' }, false],
  ['CI with an empty value', terminal, { CI: '' }, false],
  ['CI said to be none', terminal, { CI: 'false' }, true],
  ['another CI', terminal, { CONTINUOUS_INTEGRATION: '1' }, false],
])('%s', (_, stdout, env, expected) => {
  expect(canShowDashboard(Object.assign(Object.create(WriteStream.prototype), stdout), env)).toBe(expected);
});

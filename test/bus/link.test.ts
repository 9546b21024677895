import { expect, test } from 'vitest';
import { type LinkState, sendingRefusal } from '../../src/bus/link.ts';

const free: LinkState = { name: 'a to b', isClosed: false, isSending: false, bytesMax: 100 };

test.each<[string, Partial<LinkState>, number, string | undefined]>([
  ['nothing', {}, 0, 'too-long'],
  ['one byte', {}, 1, undefined],
  ['as much as it carries', {}, 100, undefined],
  ['more than it carries', {}, 101, 'too-long'],
  ['a length that is no whole number', {}, 1.5, 'too-long'],
  ['no length at all', {}, Number.NaN, 'too-long'],
  ['one byte while it sends', { isSending: true }, 1, 'busy'],
  ['too much while it sends', { isSending: true }, 101, 'busy'],
  ['one byte once it is closed', { isClosed: true, isSending: true }, 1, 'closed'],
])('a link that is given %s', (_, state, length, code) => {
  const refusal = sendingRefusal({ ...free, ...state }, length);
  expect(refusal?.code).toBe(code);
  if (refusal !== undefined) expect(refusal.message).toMatch(/^a to b: /);
});

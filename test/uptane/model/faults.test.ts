// R11: how a failed check is put into words.
import { expect, it } from 'vitest';
import { faultSummary, faultText, remoteFault, valueWords } from '../../../src/uptane/model/faults.ts';
import { requestText } from '../../../src/uptane/model/remote.ts';

it('a fault names the place, the clause and the attack [R11]', () => {
  const fault = remoteFault({
    clause: 'V4',
    code: 'rollback',
    message: 'version 1 after 2',
    indicates: 'rollback',
    repository: 'director',
    role: 'targets',
    file: 'targets.json',
  });
  expect(fault).toMatchObject({ kind: 'remote', role: 'targets' });
  expect(faultText(fault)).toBe('director/targets.json: version 1 after 2 [V4 rollback]');
  expect(faultSummary(fault)).toBe('director/targets.json: version 1 after 2');
  const nowhere = remoteFault({ clause: 'J5', code: 'malformed', message: 'odd' });
  expect(faultText(nowhere)).toBe('odd [J5]');
  expect(faultSummary({ ...nowhere, file: 'app.bin' })).toBe('app.bin: odd');
  expect(faultSummary({ ...nowhere, file: 'x'.repeat(1024) })).toBe(`${'x'.repeat(179)}…: odd`);
});

it('a fault carries nothing of a peer’s that would move a terminal’s cursor or cannot be signed [O4]', () => {
  const { message } = remoteFault({
    clause: 'V1',
    code: 'malformed',
    message: `\u001b[2J\u202e\u2028${'x'.repeat(193)}\u{1f600}`,
  });
  expect(message).toBe(`\ufffd[2J\ufffd\ufffd${'x'.repeat(193)}…`);
});

it('a fault carries two values that differ, each within bounds, and no others [R11 O4]', () => {
  const finding = { clause: 'U2', code: 'hash-mismatch', message: 'odd' } as const;
  const fault = remoteFault({ ...finding, expected: 'a\u0007', actual: 'b'.repeat(257) });
  expect(fault).toEqual({ kind: 'remote', ...finding, expected: 'a\ufffd', actual: `${'b'.repeat(255)}…` });
  expect(Object.keys(remoteFault(finding))).toEqual(['kind', 'clause', 'code', 'message']);
  expect(valueWords('a'.repeat(30))).toBe('a'.repeat(30));
  expect(valueWords('a'.repeat(31))).toBe(`${'a'.repeat(29)}…`);
});

it('a request to a server is told in a few words', () => {
  const metadata = { type: 'metadata', repository: 'image', file: 'timestamp.json', bytesMax: 1 } as const;
  expect(requestText(metadata)).toBe('image/timestamp.json');
  expect(requestText({ type: 'image', file: 'a.bin', offset: 5, length: 1 })).toBe('image/a.bin@5');
  expect(requestText({ type: 'manifest', bytes: new Uint8Array() })).toBe('manifest');
  expect(requestText({ type: 'time', tokens: ['', ''] })).toBe('time for 2 tokens');
});

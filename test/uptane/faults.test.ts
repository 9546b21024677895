// R11: how a failed check is put into words.
import { expect, it } from 'vitest';
import { faultSummary, faultText, remoteFault } from '../../src/uptane/faults.ts';
import { requestText } from '../../src/uptane/remote.ts';

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
});

it('a fault carries nothing of a peer’s that would move a terminal’s cursor or cannot be signed [O4]', () => {
  const { message } = remoteFault({
    clause: 'V1',
    code: 'malformed',
    message: `\u001b[2J\u202e\u2028${'x'.repeat(193)}\u{1f600}`,
  });
  expect(message).toBe(`\ufffd[2J\ufffd\ufffd${'x'.repeat(193)}\ufffd`);
});

it('a request to a server is told in a few words', () => {
  const metadata = { type: 'metadata', repository: 'image', file: 'timestamp.json', bytesMax: 1 } as const;
  expect(requestText(metadata)).toBe('image/timestamp.json');
  expect(requestText({ type: 'image', file: 'a.bin', offset: 5, length: 1 })).toBe('image/a.bin@5');
  expect(requestText({ type: 'manifest', bytes: new Uint8Array() })).toBe('manifest');
  expect(requestText({ type: 'time', tokens: ['', ''] })).toBe('time for 2 tokens');
});

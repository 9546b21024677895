// Y: when an ECU believes the time it is told.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import type { Attack, RemoteFaultCode } from '../../../src/core/faults.ts';
import { timeAttestationBytesMax, timeTokensMax } from '../../../src/uptane/limits.ts';
import {
  areTimeTokens,
  checkTimeAttestation,
  makeTimeAttestation,
  type TimeExpectation,
} from '../../../src/uptane/statements/timeAttestation.ts';
import { attacker, impostor, padded, signaturesOf } from '../support/attacks.ts';
import { begin, keyNamed, signatures, succeeded, World } from '../support/fixtures.ts';

const world = new World();
const { keys } = world.timeserver;
const own = '0a'.repeat(16);
const others = ['0b'.repeat(16), '0c'.repeat(16)];
const root = world.provisioned().director.root.body;
const role = root.timeserver ?? expect.fail();
const expected: TimeExpectation = {
  signatures,
  timeserver: { role, keys: root.keys },
  tokens: [own],
  last: begin - 10,
};
const honest = world.timeserver.attest([...others, own], begin);
const edited = (change: (file: { signed: Record<string, unknown>; signatures: unknown[] }) => void): Uint8Array => {
  const file = JSON.parse(new TextDecoder().decode(honest));
  change(file);
  return utf8(JSON.stringify(file));
};

describe('an attestation is believed', () => {
  it.each(['Y2', 'Y3'] as const)('that the timeserver signed over the own token [Y1 %s]', (clause) => {
    expect(succeeded(checkTimeAttestation(expected, honest, clause))).toBe(begin);
  });

  it('by an ECU that never had the time [Y3 L3]', () => {
    expect(succeeded(checkTimeAttestation({ ...expected, last: undefined }, honest, 'Y3'))).toBe(begin);
  });

  it('that holds all tokens of those for whom a Primary asked [Y2]', () => {
    succeeded(checkTimeAttestation({ ...expected, tokens: [own, ...others] }, honest, 'Y2'));
  });

  it('with signatures of unknown keys beside the timeserver’s [Z5]', () => {
    succeeded(checkTimeAttestation(expected, makeTimeAttestation(begin, [own], [attacker, ...keys]), 'Y3'));
  });

  it('of as many bytes as it may have [Y3]', () => {
    succeeded(checkTimeAttestation(expected, padded(honest, timeAttestationBytesMax), 'Y3'));
  });

  it('that says the same time again: two cycles within one second [Y3]', () => {
    expect(succeeded(checkTimeAttestation({ ...expected, last: begin }, honest, 'Y3'))).toBe(begin);
  });
});

describe('an attestation is not believed', () => {
  const [key] = keys;
  const fault = (code: RemoteFaultCode, message: string, attack: Attack) => ({ kind: 'remote', code, message, attack });
  const token = fault(
    'time-token-mismatch',
    'the time attestation does not hold the token that was sent',
    'time-replay',
  );
  const signature = fault('bad-signature', 'the time attestation is not signed by the timeserver', 'time-forgery');
  const malformed = (words: string) => fault('malformed', `time attestation: ${words}`, 'time-forgery');
  const time = 'time: a time such as 2030-01-01T00:00:00Z is needed: UTC, whole seconds, no offset';
  const sig = 'signatures[0].sig: 64 bytes in lower-case hexadecimal are needed';
  const keyid = 'signatures[0].keyid: 32 bytes in lower-case hexadecimal are needed';
  const block = (changes: object) =>
    edited((file) => Object.assign(file, { signatures: [{ ...(file.signatures[0] as object), ...changes }] }));
  const rows: readonly [string, Uint8Array, Partial<TimeExpectation>, object][] = [
    ['signed by another key [Y2 Y3]', makeTimeAttestation(begin, [own], [attacker]), {}, signature],
    [
      'signed in the timeserver’s name [Y2 Y3]',
      makeTimeAttestation(begin, [own], key ? [impostor(key)] : []),
      {},
      signature,
    ],
    [
      'signed by a key of the Director’s other roles [Y4]',
      makeTimeAttestation(begin, [own], world.keys.director.timestamp),
      {},
      signature,
    ],
    ['without signatures [Y2 Y3]', makeTimeAttestation(begin, [own], []), {}, signature],
    [
      'changed after it was signed [Y2 Y3]',
      edited((file) => Object.assign(file.signed, { time: '2026-01-01T00:00:01Z' })),
      {},
      signature,
    ],
    ['where no timeserver is named [Y4]', honest, { timeserver: { role: undefined, keys: root.keys } }, signature],
    [
      'signed by one key where two are needed [Y4]',
      honest,
      { timeserver: { role: { ...role, threshold: 2 }, keys: root.keys } },
      signature,
    ],
    ['without the own token: an old one replayed [Y2 Y3]', world.timeserver.attest(others, begin), {}, token],
    ['without any token [Y2 Y3]', world.timeserver.attest([], begin), {}, token],
    ['without the token of one for whom the Primary asked [Y2]', honest, { tokens: [own, '0d'.repeat(16)] }, token],
    ['by an ECU that sent no token [Y3]', honest, { tokens: [] }, token],
    [
      'that says an earlier time [Y2 Y3]',
      honest,
      { last: begin + 1 },
      fault('time-not-later', 'the attested time 2026-01-01T00:00:00Z lies before 2026-01-01T00:00:01Z', 'time-replay'),
    ],
    ['that is no JSON [Y3]', utf8('{"signed":'), {}, malformed('a value is needed at character 10')],
    [
      'with a member twice [Y3]',
      utf8('{"signed":{},"signed":{}}'),
      {},
      malformed('the member "signed" appears twice at character 21'),
    ],
    ['that is a list [Y3]', utf8('[]'), {}, malformed('file: an object is needed')],
    ['without payload [Y3]', utf8('{}'), {}, malformed('signed: an object is needed')],
    [
      'without list of signatures [Y3]',
      edited((file) => Reflect.deleteProperty(file, 'signatures')),
      {},
      malformed('signatures: a list is needed'),
    ],
    [
      'with a signature that is a text [Y3]',
      edited((file) => file.signatures.unshift('x')),
      {},
      malformed('signatures[0]: an object is needed'),
    ],
    ['with a short signature [Y3]', block({ sig: 'ab' }), {}, malformed(sig)],
    ['with a signature without key [Y3]', block({ keyid: undefined }), {}, malformed(keyid)],
    [
      'with an impossible time [Y3]',
      edited((file) => Object.assign(file.signed, { time: '2026-02-30T00:00:00Z' })),
      {},
      malformed(time),
    ],
    [
      'with a time as a number [Y3]',
      edited((file) => Object.assign(file.signed, { time: begin })),
      {},
      malformed(time),
    ],
    [
      'with a time in too many characters [Y3]',
      edited((file) => Object.assign(file.signed, { time: '2026-01-01T00:00:00.0Z' })),
      {},
      malformed(time),
    ],
    ['without tokens [Y3]', edited((file) => delete file.signed.nonces), {}, malformed('nonces: a list is needed')],
    [
      'with a short token [Y3]',
      edited((file) => Object.assign(file.signed, { nonces: ['0a'] })),
      {},
      malformed('nonces: 16 bytes in lower-case hexadecimal are needed'),
    ],
    [
      'with more tokens than a vehicle has ECUs [Y3]',
      makeTimeAttestation(begin, Array(timeTokensMax + 1).fill(own), keys),
      {},
      malformed(`nonces: a list of at most ${timeTokensMax} is needed`),
    ],
    [
      'with endless signatures [Y3]',
      edited((file) => file.signatures.push(...Array(64).fill(file.signatures[0]))),
      {},
      malformed('signatures: a list of at most 64 is needed'),
    ],
    [
      'longer than the cap [Y3]',
      padded(honest, timeAttestationBytesMax + 1),
      {},
      fault('oversized', 'the time attestation is too long', 'endless-data'),
    ],
  ];
  it.each(rows)('%s', (_, bytes, changes, words) => {
    for (const clause of ['Y2', 'Y3'] as const) {
      const result = checkTimeAttestation({ ...expected, ...changes }, bytes, clause);
      expect(result).toEqual({ ok: false, fault: { ...words, clause } });
    }
  });

  it('by two signatures of one key where two keys are needed [Y4]', () => {
    const second = keyNamed('second time key');
    const timeserver = {
      role: { keyids: [...role.keyids, second.keyId], threshold: 2 },
      keys: new Map(root.keys).set(second.keyId, second.key),
    };
    const twice = edited((file) => file.signatures.push(file.signatures[0]));
    expect(signaturesOf(twice)).toHaveLength(2);
    expect(checkTimeAttestation({ ...expected, timeserver }, twice, 'Y3')).toMatchObject({ fault: signature });
    succeeded(
      checkTimeAttestation({ ...expected, timeserver }, makeTimeAttestation(begin, [own], [...keys, second]), 'Y3'),
    );
  });
});

it('the timeserver signs nothing but tokens, and no more than an ECU reads back [Y1]', () => {
  expect(areTimeTokens([])).toBe(true);
  expect(areTimeTokens(Array(timeTokensMax).fill(own))).toBe(true);
  expect(areTimeTokens(Array(timeTokensMax + 1).fill(own))).toBe(false);
  expect(areTimeTokens([`${own}0a`])).toBe(false);
  expect(areTimeTokens([own.toUpperCase()])).toBe(false);
});

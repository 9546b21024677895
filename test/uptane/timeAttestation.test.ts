// Y: when an ECU believes the time it is told.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { timeAttestationBytesMax } from '../../src/core/limits.ts';
import {
  areTimeTokens,
  checkTimeAttestation,
  makeTimeAttestation,
  type TimeExpectation,
} from '../../src/uptane/timeAttestation.ts';
import { attacker, impostor, padded, signaturesOf } from './attacks.ts';
import { begin, keyNamed, signatures, succeeded, World } from './fixtures.ts';

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

  it('that says the same time again: two cycles within one second [Y3]', () => {
    expect(succeeded(checkTimeAttestation({ ...expected, last: begin }, honest, 'Y3'))).toBe(begin);
  });
});

describe('an attestation is not believed', () => {
  const [key] = keys;
  const token = { code: 'time-token-mismatch', attack: 'time-replay' };
  const signature = { code: 'bad-signature', attack: 'time-forgery' };
  const malformed = { code: 'malformed', attack: 'time-forgery' };
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
    [
      'where the root names no timeserver [Y4]',
      honest,
      { timeserver: { role: undefined, keys: root.keys } },
      signature,
    ],
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
      { code: 'time-not-later', attack: 'time-replay' },
    ],
    ['that is no JSON [Y3]', utf8('{"signed":'), {}, malformed],
    ['with a member twice [Y3]', utf8('{"signed":{},"signed":{}}'), {}, malformed],
    [
      'with an impossible time [Y3]',
      edited((file) => Object.assign(file.signed, { time: '2026-02-30T00:00:00Z' })),
      {},
      malformed,
    ],
    ['with a time as a number [Y3]', edited((file) => Object.assign(file.signed, { time: begin })), {}, malformed],
    ['without tokens [Y3]', edited((file) => delete file.signed.nonces), {}, malformed],
    ['with a short token [Y3]', edited((file) => Object.assign(file.signed, { nonces: ['0a'] })), {}, malformed],
    [
      'with more tokens than a vehicle has ECUs [Y3]',
      makeTimeAttestation(begin, Array(257).fill(own), keys),
      {},
      malformed,
    ],
    [
      'with endless signatures [Y3]',
      edited((file) => file.signatures.push(...Array(16).fill(file.signatures[0]))),
      {},
      malformed,
    ],
    [
      'longer than the cap [Y3]',
      padded(honest, timeAttestationBytesMax + 1),
      {},
      { code: 'oversized', attack: 'endless-data' },
    ],
  ];
  it.each(rows)('%s', (_, bytes, changes, fault) => {
    for (const clause of ['Y2', 'Y3'] as const) {
      expect(checkTimeAttestation({ ...expected, ...changes }, bytes, clause)).toMatchObject({
        ok: false,
        fault: { ...fault, clause },
      });
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
  expect(areTimeTokens(Array(256).fill(own))).toBe(true);
  expect(areTimeTokens(Array(257).fill(own))).toBe(false);
  expect(areTimeTokens([`${own}0a`])).toBe(false);
  expect(areTimeTokens([own.toUpperCase()])).toBe(false);
});

// S3, T2, U3, V3: who signed, and whether they are enough.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import type { RemoteFaultCode } from '../../src/core/faults.ts';
import { checkThreshold } from '../../src/uptane/checks/threshold.ts';
import { decodeMetadata } from '../../src/uptane/decodeMetadata.ts';
import type { SigningKey } from '../../src/uptane/keys.ts';
import type { PublicKey, Signers } from '../../src/uptane/metadata.ts';
import { uptaneProfile } from '../../src/uptane/profile.ts';
import { countSigners } from '../../src/uptane/signers.ts';
import { attacker, impostor } from './attacks.ts';
import { faultOf, refusal } from './expected.ts';
import { begin, keyNamed, signatures, succeeded, World } from './fixtures.ts';

const place = { profile: uptaneProfile, repository: 'director', role: 'targets' } as const;
const context = { ...place, signatures, now: begin, file: 'targets.json' };
const [a, b, c] = [keyNamed('a'), keyNamed('b'), keyNamed('c')];
const payload = utf8('payload');
const genuine = succeeded(decodeMetadata(place, new World().latest('director', 'targets').bytes));

const signedBy = (...keys: readonly SigningKey[]) => ({
  ...genuine,
  signedForms: [payload],
  signatures: keys.map((key) => ({ keyid: key.keyId, signature: key.sign(payload) })),
});
/** Another identifier of a key, and a key that nobody knows. */
const alias = { ...a, keyId: 'ff'.repeat(32) };
const unknown = { ...attacker, keyId: 'aa'.repeat(32) };
const keys = new Map<string, PublicKey>([a, b, c, alias].map(({ keyId, key }) => [keyId, key]));
const signersOf = (threshold: number, ...named: readonly SigningKey[]): Signers => ({
  role: { keyids: named.map(({ keyId }) => keyId), threshold },
  keys,
});
const fault = (code: RemoteFaultCode, message: string) =>
  refusal(faultOf('director', 'targets', code, 'V3', message, 'arbitrary-installation'));

describe('a threshold', () => {
  const rows: readonly [string, readonly SigningKey[], number, readonly [RemoteFaultCode, string] | undefined][] = [
    ['is met by exactly as many keys [V3]', [a, b], 2, undefined],
    ['is met by more [V3]', [a, b, c], 2, undefined],
    ['is not met by fewer [V3]', [a], 2, ['threshold-unmet', '1 of 2 needed signatures are valid']],
    ['is not met by none [V3]', [], 1, ['threshold-unmet', '0 of 1 needed signatures are valid']],
    [
      'is not met by all keys where it is beyond them [V3]',
      [a, b, c],
      4,
      ['threshold-unmet', '3 of 4 needed signatures are valid'],
    ],
    [
      'counts one key once, however often it signs [V3]',
      [a, a, a],
      2,
      ['threshold-unmet', '1 of 2 needed signatures are valid'],
    ],
    [
      'counts two identifiers of one key once [V3]',
      [a, alias],
      2,
      ['threshold-unmet', '1 of 2 needed signatures are valid'],
    ],
    ['takes no harm from an unknown key [Z5]', [unknown, a, b], 2, undefined],
    [
      'is not met by unknown keys [V3]',
      [unknown, attacker],
      1,
      ['threshold-unmet', '0 of 1 needed signatures are valid'],
    ],
    ['takes no harm from a bad signature beside enough good ones [Z5]', [impostor(a), b, c], 2, undefined],
    [
      'is not met by a bad signature [V3]',
      [impostor(a), b],
      2,
      ['bad-signature', '1 of 2 needed signatures are valid, 1 are bad'],
    ],
    ['takes a key’s second, good signature after a bad one [Z5]', [impostor(a), a, b], 2, undefined],
    [
      'does not count a bad signature of a key that is not the role’s [V3]',
      [impostor(unknown), a],
      2,
      ['threshold-unmet', '1 of 2 needed signatures are valid'],
    ],
  ];
  it.each(rows)('%s', (_, by, threshold, expected) => {
    const result = checkThreshold(context, 'V3', signedBy(...by), signersOf(threshold, a, b, c, alias));
    if (expected === undefined) succeeded(result);
    else expect(result).toEqual(fault(...expected));
  });

  it('counts no key of another role [V3]', () => {
    const result = checkThreshold(context, 'V3', signedBy(a, b), signersOf(1, c));
    expect(result).toEqual(fault('threshold-unmet', '0 of 1 needed signatures are valid'));
  });

  it('counts no key that the role names and the delegator does not list [C1]', () => {
    const result = checkThreshold(context, 'V3', signedBy(a), { ...signersOf(1, a), keys: new Map() });
    expect(result).toEqual(fault('threshold-unmet', '0 of 1 needed signatures are valid'));
  });

  it('is met only over the very payload [V3]', () => {
    const result = checkThreshold(context, 'V3', { ...signedBy(a), signedForms: [utf8('payloae')] }, signersOf(1, a));
    expect(result).toEqual(fault('bad-signature', '0 of 1 needed signatures are valid, 1 are bad'));
  });

  it('is met by nobody where no such role is named [V3]', () => {
    const result = checkThreshold(context, 'V3', signedBy(a), { role: undefined, keys });
    expect(result).toEqual(fault('threshold-unmet', 'no keys are named for this role'));
  });
});

describe('signatures are counted', () => {
  it('in whichever of the accepted forms each key signed', () => {
    const [one, two] = [utf8('one form'), utf8('another form')];
    const file = {
      signedForms: [one, two],
      signatures: [
        { keyid: a.keyId, signature: a.sign(one) },
        { keyid: b.keyId, signature: b.sign(two) },
        { keyid: c.keyId, signature: c.sign(utf8('a third form')) },
      ],
    };
    expect(countSigners(signatures, file, signersOf(1, a, b, c))).toEqual({ valid: 2, bad: 1 });
    expect(countSigners(signatures, { ...file, signedForms: [] }, signersOf(1, a))).toEqual({ valid: 0, bad: 1 });
  });

  it('never for a key of an unknown kind', () => {
    const odd: PublicKey = { keytype: 'unknown', scheme: 'unknown', keyval: { public: a.key.keyval.public } };
    const known = { role: { keyids: [a.keyId], threshold: 1 }, keys: new Map([[a.keyId, odd]]) };
    expect(countSigners(signatures, signedBy(a), known)).toEqual({ valid: 0, bad: 1 });
  });

  it('never for a key that is no key', () => {
    const odd: PublicKey = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: 'not hexadecimal' } };
    const known = { role: { keyids: [a.keyId], threshold: 1 }, keys: new Map([[a.keyId, odd]]) };
    expect(countSigners(signatures, signedBy(a), known)).toEqual({ valid: 0, bad: 1 });
  });
});

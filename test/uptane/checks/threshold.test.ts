// S3, T2, U3, V3: who signed, and whether they are enough.
import { constants, createPublicKey, ECDH, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromHex, utf8 } from '../../../src/core/bytes.ts';
import type { RemoteFaultCode } from '../../../src/core/faults.ts';
import { checkThreshold } from '../../../src/uptane/checks/threshold.ts';
import { decodeMetadata } from '../../../src/uptane/decode/metadata.ts';
import type { PublicKey, Signers } from '../../../src/uptane/model/metadata.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import type { SigningKey } from '../../../src/uptane/signing/keys.ts';
import { countSigners } from '../../../src/uptane/signing/signers.ts';
import { pemOf } from '../../crypto/support/rsaKeys.ts';
import { attacker, impostor } from '../support/attacks.ts';
import { faultOf, refusal } from '../support/expected.ts';
import { begin, keyNamed, signatures, succeeded, World } from '../support/fixtures.ts';

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
    expect(countSigners(signatures, file, signersOf(1, a, b, c))).toEqual({ valid: 2, lacking: 0, bad: 1 });
    expect(countSigners(signatures, { ...file, signedForms: [] }, signersOf(1, a))).toEqual({
      valid: 0,
      lacking: 1,
      bad: 1,
    });
  });

  it('never for a key of an unknown kind', () => {
    const odd: PublicKey = { keytype: 'unknown', scheme: 'unknown', keyval: { public: a.key.keyval.public } };
    const known = { role: { keyids: [a.keyId], threshold: 1 }, keys: new Map([[a.keyId, odd]]) };
    expect(countSigners(signatures, signedBy(a), known)).toEqual({ valid: 0, lacking: 1, bad: 1 });
  });

  it('never for a key that is no key', () => {
    const odd: PublicKey = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: 'not hexadecimal' } };
    const known = { role: { keyids: [a.keyId], threshold: 1 }, keys: new Map([[a.keyId, odd]]) };
    expect(countSigners(signatures, signedBy(a), known)).toEqual({ valid: 0, lacking: 1, bad: 1 });
  });
});

describe('a foreign key counts once, however it is spelt,', () => {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const ends = (pem: string) => [pem, pem.trim(), pem.replaceAll('\n', '\r\n')];
  const pem = (key: KeyObject, type: 'spki' | 'pkcs1') => key.export({ format: 'pem', type }).toString();

  const rsa = [0, 1].map(() => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return {
      spellings: [...ends(pem(publicKey, 'spki')), ...ends(pem(publicKey, 'pkcs1'))],
      made: sign('sha256', payload, { key: privateKey, padding, saltLength: 32 }),
    };
  });
  const ecdsa = [0, 1].map(() => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65).toString('hex');
    const compressed = `${ECDH.convertKey(point, 'prime256v1', 'hex', 'hex', 'compressed')}`;
    const short = pemOf(
      'PUBLIC KEY',
      fromHex(`3039301306072a8648ce3d020106082a8648ce3d030107032200${compressed}`) ?? payload,
    );
    expect(createPublicKey(short).equals(publicKey)).toBe(true);
    return {
      spellings: [...ends(pem(publicKey, 'spki')), ...ends(short), point, compressed],
      made: sign('sha256', payload, privateKey),
    };
  });
  const kinds = {
    rsa: { kind: { keytype: 'rsa', scheme: 'rsassa-pss-sha256' }, pairs: rsa },
    ecdsa: { kind: { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256' }, pairs: ecdsa },
  } as const;

  it.each(['rsa', 'ecdsa'] as const)('of %s; two keys count twice [V3 S3]', (name) => {
    const { kind, pairs } = kinds[name];
    const all = pairs.flatMap(({ spellings, made }, pair) =>
      spellings.map((text, spelling) => ({ keyid: `${pair}.${spelling}`, text, made, pair })),
    );
    const valid = (of: typeof all) => {
      const named = new Map<string, PublicKey>(
        of.map(({ keyid, text }) => [keyid, { ...kind, keyval: { public: text } }]),
      );
      const signedForms = [payload];
      const made = of.map(({ keyid, made }) => ({ keyid, signature: new Uint8Array(made) }));
      const role = { keyids: [...named.keys()], threshold: 2 };
      return countSigners(signatures, { signedForms, signatures: made }, { role, keys: named });
    };
    for (const one of all) expect(valid([one])).toEqual({ valid: 1, lacking: 1, bad: 0 });
    expect(valid(all.filter(({ pair }) => pair === 0))).toEqual({ valid: 1, lacking: 1, bad: 0 });
    expect(valid(all)).toEqual({ valid: 2, lacking: 0, bad: 0 });
  });
});

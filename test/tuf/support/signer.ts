// Owns: keys that sign TUF metadata in tests, of every kind that TUF's specification names. Independent of the product: its own
// canonical JSON, its own key identifiers, node:crypto's signatures.
import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json | undefined };

/** OLPC canonical JSON: sorted members, no white space, only quote and backslash escaped. */
export function canonical(value: Json): string {
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`;
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return `{${members
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${canonical(name)}:${canonical(member)}`)
    .join(',')}}`;
}

export interface TufKey {
  readonly keytype: string;
  readonly scheme: string;
  readonly keyval: { readonly public: string };
  readonly [member: string]: Json | undefined;
}

export interface TufSigner {
  readonly keyid: string;
  readonly key: TufKey;
  /** In hexadecimal. */
  sign(bytes: Uint8Array): string;
}

export type KeyKind = 'ecdsa' | 'ed25519' | 'rsa';

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const makePair: { readonly [kind in KeyKind]: () => Pair } = {
  ecdsa: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed25519: () => generateKeyPairSync('ed25519'),
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
};

const pem = ({ publicKey }: Pair) => publicKey.export({ type: 'spki', format: 'pem' }).toString();

const describe: { readonly [kind in KeyKind]: (pair: Pair) => TufKey } = {
  ecdsa: (pair) => ({ keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: pem(pair) } }),
  ed25519: ({ publicKey }) => ({
    keytype: 'ed25519',
    scheme: 'ed25519',
    keyval: { public: publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex') },
  }),
  rsa: (pair) => ({ keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: { public: pem(pair) } }),
};

const signWith: { readonly [kind in KeyKind]: (key: KeyObject, bytes: Uint8Array) => Buffer } = {
  ecdsa: (key, bytes) => sign('sha256', bytes, key),
  ed25519: (key, bytes) => sign(null, bytes, key),
  rsa: (key, bytes) =>
    sign('sha256', bytes, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }),
};

/** A new key; `members` are further members of its public part, which its identifier covers. */
export function newSigner(kind: KeyKind = 'ecdsa', members: { readonly [name: string]: Json } = {}): TufSigner {
  const pair = makePair[kind]();
  const key = { ...describe[kind](pair), ...members };
  return {
    keyid: createHash('sha256').update(canonical(key)).digest('hex'),
    key,
    sign: (bytes) => signWith[kind](pair.privateKey, bytes).toString('hex'),
  };
}

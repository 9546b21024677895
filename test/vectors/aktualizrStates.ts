// Owns: how each of the 103 states of aktualizr/verdicts.json is made: what is changed in a good pair, and in the files written of it. By
// case and state; the states of a case follow one another with one store.
import { need } from './aktualizrCase.ts';
import { ofForm } from './aktualizrFormStates.ts';
import {
  both,
  but,
  custom,
  good,
  type Key,
  listing,
  newer,
  replaced,
  type State,
  type States,
  signed,
  targetOf,
  without,
} from './aktualizrState.ts';
import { assign, delegate, imageVersion, type Pair, past, root, rootRoles } from './wirePair.ts';

const versionA = good;
const versionB: State = {
  change: (pair) => {
    assign(pair, newer, 3);
    imageVersion(pair, 2);
  },
};

/** Two more Director Roots, each signed by the old and the new key. */
const rotated = (pair: Pair, key: Key, isSigned: boolean): void => {
  const { roots } = pair.director;
  const roles = rootRoles(key, 4);
  const next = root(2, { ...roles, root: key(8) });
  if (isSigned) next.signers.unshift(key(4));
  roots.set(2, next);
  if (!isSigned) return;
  const last = root(3, { ...roles, root: key(9) });
  last.signers.unshift(key(8));
  roots.set(3, last);
};

const forSecondary: State = {
  change: (pair, key) => {
    delegate(
      pair,
      'supplier',
      'supplier/*',
      { 'supplier/s1.bin': 'secondary-1', 'supplier/p2.bin': 'primary-0' },
      key(10),
    );
    assign(pair, { 'p1.bin': 'primary-0', 'supplier/s1.bin': 'secondary-1' });
  },
};
const forPrimary: State = {
  change: (pair, key) => {
    forSecondary.change(pair, key);
    assign(pair, { 'supplier/p2.bin': 'primary-0' }, 3);
  },
};

/** An image for the Primary in a delegated role of this name. */
const delegated = (role: string, pattern: string, image: string): State => ({
  change: (pair, key) => {
    delegate(pair, role, pattern, { [image]: 'primary-0' }, key(10));
    assign(pair, { [image]: 'primary-0' });
  },
});

const olderSnapshot: State = {
  change: (pair) => {
    assign(pair, both, 4);
    for (const role of ['targets', 'snapshot'] as const) pair.image[role].signed.version = 1;
    pair.image.timestamp.signed.version = 3;
  },
};
const olderTargets: State = {
  change: (pair) => {
    assign(pair, both, 4);
    pair.image.targets.signed.version = 1;
    for (const role of ['snapshot', 'timestamp'] as const) pair.image[role].signed.version = 3;
  },
};

const expired = (change: (pair: Pair) => { signed: { expires?: unknown } } | undefined) =>
  but((pair) => {
    need(change(pair)).signed.expires = past;
  });
const image = (bytes: (before: Uint8Array) => Uint8Array) =>
  but(({ images }) => images.set('s1.bin', bytes(need(images.get('s1.bin')))));
const flipped = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte));

/** By keys of one kind, which some cases have of two. */
const ofAnyKeys: Readonly<Record<string, States>> = {
  delegation: { 'delegated for the Secondary': forSecondary, 'delegated for the Primary': forPrimary },
  'expired-director-targets': { expired: expired(({ director }) => director.targets) },
  'image-tampered': { 'one bit flipped': image(flipped) },
  rollback: {
    'version A': versionA,
    'version B': versionB,
    'version A again': versionA,
    'Director B, Image repository A': { change: (pair) => assign(pair, newer, 3) },
  },
  rotation: {
    'root 1': good,
    'root 3': {
      change: (pair, key) => {
        rotated(pair, key, true);
        assign(pair, newer, 3);
      },
    },
  },
  simple: {
    'nothing assigned': { change: () => {} },
    'both assigned': good,
    'newer for the Secondary': versionB,
  },
};

const inMain: Readonly<Record<string, States>> = {
  ...ofAnyKeys,
  delegates: {
    'Director delegates': but(({ director }, key) => {
      const roles = [{ keyids: [key(10).id], name: 'x', paths: ['x/*'], terminating: false, threshold: 1 }];
      director.targets.signed.delegations = { keys: { [key(10).id]: key(10).listed }, roles };
    }),
  },
  'duplicate-ecu': {
    'two images for the Secondary': {
      change: (pair) => assign(pair, { ...both, 's2.bin': 'secondary-1' }),
    },
  },
  'expired-director-root': { expired: expired(({ director }) => director.roots.get(1)) },
  'expired-image-root': { expired: expired(({ image }) => image.roots.get(1)) },
  'expired-image-snapshot': { expired: expired(({ image }) => image.snapshot) },
  'expired-image-targets': { expired: expired(({ image }) => image.targets) },
  'expired-image-timestamp': { expired: expired(({ image }) => image.timestamp) },
  'expiry-fraction': { 'expiry with fractions': signed({ expires: '2035-01-01T00:00:00.123Z' }) },
  'extra-members': {
    'Director Targets with members of TUF 1.0': signed({ spec_version: '1.0.0', delegations: { keys: {}, roles: [] } }),
  },
  'hash-differs': {
    'Director lists another hash': but((pair) => {
      targetOf(pair, 'director', 's1.bin').hashes = { sha256: '0'.repeat(64), sha512: '0'.repeat(128) };
    }),
  },
  'image-long': { 'image longer than listed': image((bytes) => new Uint8Array([...bytes, 0])) },
  'meta-tampered': { 'Director Targets changed': replaced('"BINARY"', '"BINARX"') },
  'no-correlation': { 'Director without correlationId': without('custom') },
  'no-format': {
    'Director without targetFormat': but(
      (pair) => delete need(targetOf(pair, 'director', 's1.bin').custom).targetFormat,
    ),
  },
  'one-hash': {
    'Director lists sha256 only': but((pair) => delete targetOf(pair, 'director', 's1.bin').hashes.sha512),
  },
  'rotation-unsigned': {
    'root 1': good,
    'root 2 not signed by the old key': but((pair, key) => rotated(pair, key, false)),
  },
  'unknown-ecu': {
    'Director names an unknown ECU too': custom({
      ecuIdentifiers: { 'secondary-1': { hardwareId: 'hw-secondary' }, stranger: { hardwareId: 'hw-stranger' } },
    }),
  },
  'with-hardwareIds': { 'Director has hardwareIds beside ecuIdentifiers': custom({ hardwareIds: ['hw-secondary'] }) },
  'wrong-hardware': {
    'Director names a wrong hardware id': custom({ ecuIdentifiers: { 'secondary-1': { hardwareId: 'hw-other' } } }),
  },
};

/** What the two repositories say of each other and of their files. */
const ofMeaning: Readonly<Record<string, States>> = {
  'image-no-hwids': {
    'Image repository without hardwareIds': but(
      (pair) => delete need(targetOf(pair, 'image', 's1.bin').custom).hardwareIds,
    ),
  },
  'image-no-custom': {
    'Image repository without custom': but((pair) => delete targetOf(pair, 'image', 's1.bin').custom),
  },
  'director-no-ecus': {
    'a Director target without ecuIdentifiers': but((pair) => {
      delete need(targetOf(pair, 'director', 'p1.bin').custom).ecuIdentifiers;
    }),
  },
  'snapshot-no-hash': {
    'Snapshot lists versions only': listing({
      snapshot: (meta) => {
        meta['targets.json'] = { version: meta['targets.json']?.version };
      },
    }),
  },
  'timestamp-no-hash': { 'Timestamp without hashes': listing({ timestamp: (meta) => delete meta.hashes }) },
  'timestamp-no-length': { 'Timestamp without length': listing({ timestamp: (meta) => delete meta.length }) },
  'snapshot-no-root': {
    'Snapshot does not list root.json': listing({ snapshot: (meta) => delete meta['root.json'] }),
  },
  'same-version': {
    before: good,
    'Director Targets of the same version, other content': {
      change: (pair) => assign(pair, { 's1.bin': 'secondary-1' }),
    },
  },
  'same-timestamp': {
    before: good,
    'Timestamp of the same version, another Snapshot': {
      change: (pair) => {
        assign(pair, newer, 3);
        for (const role of ['targets', 'snapshot'] as const) pair.image[role].signed.version = 2;
      },
    },
  },
  'snapshot-rollback': { before: versionB, 'newer Timestamp, Snapshot of an older version': olderSnapshot },
  'targets-rollback': { before: versionB, 'newer Snapshot lists older Image Targets': olderTargets },
  glob: { 'delegation sup*.bin, image sup/x/p3.bin': delegated('supplier', 'sup*.bin', 'sup/x/p3.bin') },
  'delegation-name': { 'a delegated role with a space in its name': delegated('my supplier', 'sp/*', 'sp/p3.bin') },
  'sha512-only': {
    'sha512 only': but((pair) => {
      for (const repository of ['director', 'image'] as const)
        delete targetOf(pair, repository, 's1.bin').hashes.sha256;
    }),
  },
  'upper-hash': {
    'Director hashes in upper case': but((pair) => {
      const entry = targetOf(pair, 'director', 's1.bin');
      entry.hashes = Object.fromEntries(
        Object.entries(entry.hashes).map(([name, hex]) => [name, `${hex}`.toUpperCase()]),
      );
    }),
  },
  'snapshot-length': {
    'Snapshot lists a length of 10 for targets.json': listing({
      snapshot: (meta) => Object.assign(need(meta['targets.json']), { length: 10 }),
    }),
  },
};

const ofKeys = (kind: string, cases: Readonly<Record<string, States>>) =>
  Object.entries(cases).map(([name, states]) => [`${name}-${kind}`, states] as const);

/** By the names that verdicts.json has. */
export const states: ReadonlyMap<string, States> = new Map([
  ...ofKeys('ED25519', { ...inMain, ...ofForm, ...ofMeaning }),
  ...ofKeys('RSA2048', ofAnyKeys),
]);

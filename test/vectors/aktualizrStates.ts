// Owns: how each of the 103 states of aktualizr/verdicts.json is made: what is changed in a good pair, and in the files written of it. By
// case and state; the states of a case follow one another with one store.
import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { need } from './aktualizrCase.ts';
import type { VectorKey } from './aktualizrRepository.ts';
import {
  assign,
  delegate,
  type Ecu,
  type Entry,
  imageVersion,
  type Members,
  type Pair,
  past,
  root,
  rootRoles,
} from './wirePair.ts';

type Key = (index: number) => VectorKey;
type Files = Map<string, Uint8Array>;
export interface State {
  readonly change: (pair: Pair, key: Key) => void;
  /** Of what is written. */
  readonly edit?: (files: Files) => void;
}
type States = Readonly<Record<string, State>>;

const both: Readonly<Record<string, Ecu>> = { 'p1.bin': 'primary-0', 's1.bin': 'secondary-1' };
const newer: Readonly<Record<string, Ecu>> = { 'p1.bin': 'primary-0', 's2.bin': 'secondary-1' };
const directorFile = 'director/targets.json';

const targetOf = (pair: Pair, repository: 'director' | 'image', name: string): Entry =>
  need(pair[repository].targets.signed.targets?.[name]);

/** Both images assigned, and something else. */
const but = (change: State['change']): State => ({
  change: (pair, key) => {
    assign(pair, both);
    change(pair, key);
  },
});
const good = but(() => {});

/** Both assigned, and the text of the Director's Targets, or of another file, changed once it is signed. */
const edited = (change: (text: string) => string, file = directorFile): State => ({
  ...good,
  edit: (files) => {
    files.set(file, utf8(change(need(fromUtf8(need(files.get(file)))))));
  },
});
const replaced = (from: string, to: string, file?: string) => edited((text) => text.replace(from, to), file);

/** Something in the custom metadata of the Secondary's image, in the Director's Targets. */
const custom = (members: Members) =>
  but((pair) => Object.assign(need(targetOf(pair, 'director', 's1.bin').custom), members));
const signed = (members: Members) => but(({ director }) => Object.assign(director.targets.signed, members));
const without = (member: string) => but(({ director }) => delete director.targets.signed[member]);
const listing = (change: Partial<Pair['listing']>) => but((pair) => Object.assign(pair.listing, change));

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

/** What the Director's Targets, a file, may look like. */
const ofForm: Readonly<Record<string, States>> = {
  twice: { 'a member twice, the last one is what was signed': replaced('"version":2', '"version":7,"version":2') },
  comment: { 'a comment before the JSON': edited((text) => `/* by hand */\n// or not\n${text}`) },
  comma: { 'a trailing comma': edited((text) => `${text.slice(0, -1)},}`) },
  extra: { 'a brace too many at the end': edited((text) => `${text}}`) },
  'no-expires': { 'no expires': without('expires') },
  'bad-date': { 'a date that is none': signed({ expires: '2035-02-30T00:00:00Z' }) },
  'no-version': { 'no version': without('version') },
  'version-0': { 'version 0': signed({ version: 0 }) },
  'length-string': {
    'length as a string': but((pair) => {
      targetOf(pair, 'director', 's1.bin').length = '1500';
    }),
  },
  'no-targets': { 'no targets': without('targets') },
  'root-threshold-2': {
    'Root changed without a new signature': replaced('"threshold":1', '"threshold":2', 'director/1.root.json'),
  },
  pretty: {
    'files indented, listed hashes of the compact form': but((pair) => {
      pair.indented = true;
    }),
  },
  nonascii: {
    'custom with non-ASCII, control characters, slash, DEL': custom({ note: 'é €\u{1f600} \u0001\u001f / \u007f "\\' }),
  },
  numbers: {
    'custom with floats and large integers': custom({
      numbers: ['=0.1', '=100.0', '=1e21', '=-0.0', '=12345678901234567890', '=1.5e-7', '=-5'],
    }),
  },
  'key-order': {
    'member names in unusual order': custom({ Z: 1, a: 2, é: 3, '\u{1f600}': 4, '\ufffd': 5, aa: 6, 'a-': 7, '': 8 }),
  },
  'float-version': { 'Director Targets version as 2.0': signed({ version: '=2.0' }) },
  trailing: { 'white space at the end of a file': edited((text) => `${text} \n\t\r\n`) },
  'e-acute': { 'a value with U+00E9': custom({ note: 'café' }) },
  emoji: { 'a value with U+1F600': custom({ note: '\u{1f600}' }) },
  escapes: { 'a value with / \\ " and the usual escapes': custom({ note: '/ \\ " \b\f\n\r\t' }) },
  control: { 'a value with U+0001, U+001F': custom({ note: '\u0001\u001f' }) },
  del: { 'a value with DEL': custom({ note: '\u007f' }) },
  'key-ascii': { 'ASCII member names in unusual order': custom({ Z: 1, a: 2, aa: 6, 'a-': 7, '': 8 }) },
  f1: { '1.5': custom({ a: '=1.5' }) },
  f2: { '0.1': custom({ a: '=0.1' }) },
  f3: { '100.0': custom({ a: '=100.0' }) },
  f4: { '1e21': custom({ a: '=1e21' }) },
  big: { '12345678901234567890': custom({ a: '=12345678901234567890' }) },
  i53: { '2^53+1': custom({ a: '=9007199254740993' }) },
  neg: { '-5': custom({ a: '=-5' }) },
  negzero: { '-0.0': custom({ a: '=-0.0' }) },
  keyids: {
    'key ids that are no hashes (key-0...)': {
      change: (pair, key) => {
        // The roots as well: they are what names the keys.
        const named = (index: number): VectorKey => ({ ...key(index), id: `key-${index}` });
        const [ofImage, ofDirector] = [rootRoles(named, 0), rootRoles(named, 4)];
        pair.image.roots.set(1, root(1, ofImage));
        pair.director.roots.set(1, root(1, ofDirector));
        pair.director.targets.signers = [ofDirector.targets];
        for (const role of ['targets', 'snapshot', 'timestamp'] as const) pair.image[role].signers = [ofImage[role]];
        assign(pair, both);
      },
    },
  },
  'extra-sig': {
    'a second signature by an unknown key': but(({ director }, key) => director.targets.signers.push(key(11))),
  },
  'sig-method': { 'method in capitals': replaced('"method":"ed25519"', '"method":"ED25519"') },
  'sig-method2': { 'no method': replaced('"method":"ed25519",', '') },
  'same-key-twice': {
    'the same signature twice': but(({ director }) => director.targets.signers.push(need(director.targets.signers[0]))),
  },
  'type-lower': { '_type targets in lower case': signed({ _type: 'targets' }) },
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

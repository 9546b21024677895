// Owns: the states of aktualizr/verdicts.json that are about the form of a file: its JSON, its members, texts and numbers, its signatures.
import { need } from './aktualizrCase.ts';
import type { VectorKey } from './aktualizrRepository.ts';
import { both, but, custom, edited, replaced, type States, signed, targetOf, without } from './aktualizrState.ts';
import { assign, root, rootRoles } from './wirePair.ts';

/** What the Director's Targets, a file, may look like. */
export const ofForm: Readonly<Record<string, States>> = {
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

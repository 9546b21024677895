// Each state that a real aktualizr has judged, made anew: our verdict, and the notice where aktualizr judged otherwise.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../src/uptane/aktualizr/differences.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { need } from './aktualizrCase.ts';
import { ed25519Key, rsaKeys } from './aktualizrRepository.ts';
import { states } from './aktualizrStates.ts';
import { newPair, writePair } from './wirePair.ts';
import { type Judgement, type Way, WireVerifier, ways } from './wireVerify.ts';

interface Row {
  readonly case: string;
  readonly state: string;
  /** What `ecunet verify` said when it read RFC 8785 alone. */
  readonly ecunet: Readonly<Record<Way, string>>;
  readonly 'aktualizr-secondary': string;
  /** Of some rows only the Secondary was asked. */
  readonly aktualizr?: string;
}
const rows: readonly Row[] = JSON.parse(readFileSync(new URL('aktualizr/verdicts.json', import.meta.url), 'utf8'));

/** Why our verdict is not the recorded one any more, and what it is. */
const byCanonicalForm = {
  primary: 'ok: p1.bin, s1.bin',
  full: 'ok: s1.bin',
  partial: 'ok: s1.bin',
  'partial+root': 'ok: s1.bin',
};
const ownCode = 'duplicate-signature V1 director/targets';
const bySignatureCode = { primary: ownCode, full: ownCode, partial: ownCode, 'partial+root': ownCode };
const changed: Readonly<Record<string, Row['ecunet']>> = {
  // Signatures over aktualizr's own form are those that count: texts that are not ASCII, and its numbers.
  ...Object.fromEntries(
    [
      'nonascii',
      'numbers',
      'key-order',
      'float-version',
      'e-acute',
      'emoji',
      'f2',
      'f3',
      'f4',
      'big',
      'i53',
      'negzero',
    ].map((name) => [`${name}-ED25519`, byCanonicalForm]),
  ),
  // It was `malformed` before it had a code of its own.
  'same-key-twice-ED25519': bySignatureCode,
};

const temporaryFolder = temporaryFolders();
const made = rsaKeys(2048);
/** Four keys, since each takes a while to make: three that a Director's Root has one after another, and one for all other roles. */
const rsaKey = (index: number) => made(index === 8 ? 1 : index === 9 ? 2 : index % 4 === 0 ? 0 : 3);

const takes = (verdict: string | undefined) =>
  // The Primary's own judgement was good where only a Secondary's kept it from going on.
  verdict === undefined ? undefined : verdict === 'ok' || verdict.startsWith('Sending metadata to ');

/** By whom the row was judged otherwise than by us, as far as both judged the same thing. */
function otherwise(row: Row, way: Way, { ok, ofImage }: Judgement): readonly Client[] {
  const judged: Readonly<Record<Client, boolean | undefined>> = {
    aktualizr: way === 'primary' ? takes(row.aktualizr) : undefined,
    // A Secondary was shown metadata alone, no image. A Primary that has nothing for a Secondary sends it no metadata.
    'aktualizr-secondary':
      ofImage || (way === 'primary' && row.state === 'nothing assigned')
        ? undefined
        : takes(row['aktualizr-secondary']),
  };
  return (['aktualizr', 'aktualizr-secondary'] as const).filter((client) => judged[client] === !ok);
}

/** Clients that a notice names, without those of which the row does not say anything. */
function noticed(row: Row, { notices }: Judgement): readonly Client[] {
  const named = (client: Client) => notices.some(({ clients }) => clients.includes(client));
  const known =
    row.aktualizr === undefined ? (['aktualizr-secondary'] as const) : (['aktualizr', 'aktualizr-secondary'] as const);
  return known.filter(named);
}

const cases = [...new Set(rows.map((row) => row.case))];

describe('the states that a real aktualizr has judged', () => {
  it('are 103, of 78 cases, and each is made here', () => {
    expect(rows).toHaveLength(103);
    const names = [...states].flatMap(([name, of]) => Object.keys(of).map((state) => `${name} ${state}`));
    expect(names.sort()).toEqual(rows.map((row) => `${row.case} ${row.state}`).sort());
  });

  it.each(cases)('%s', async (name) => {
    const key = name.endsWith('RSA2048') ? rsaKey : ed25519Key;
    const verifiers = ways.map((way) => [way, new WireVerifier(way, temporaryFolder())] as const);
    for (const row of rows.filter((row) => row.case === name)) {
      const { change, edit } = need(states.get(name)?.[row.state]);
      const pair = newPair(key);
      change(pair, key);
      const files = writePair(pair);
      edit?.(files);
      for (const [way, verifier] of verifiers) {
        const judgement = await verifier.judge(files);
        expect([row.state, way, judgement.words]).toEqual([row.state, way, (changed[name] ?? row.ecunet)[way]]);
        const code = judgement.ok ? 'aktualizr-refuses' : 'aktualizr-accepts';
        for (const notice of judgement.notices) expect(notice.code).toBe(code);
        const expected = otherwise(row, way, judgement);
        // Who reads the Director alone cannot tell what a client makes of the Image repository.
        if (way === 'primary' || way === 'full') expect([way, noticed(row, judgement)]).toEqual([way, expected]);
        else expect(expected).toEqual(expect.arrayContaining([...noticed(row, judgement)]));
      }
    }
  });
});

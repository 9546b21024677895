// Foreign repositories: aktualizr's twelve outside vectors, and the whole set of 86 written anew in each form it comes in.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sampled } from '../support/heavy.ts';
import type { Step } from './aktualizrCase.ts';
import { cases } from './aktualizrCases.ts';
import { VectorClient } from './aktualizrClient.ts';
import { ed25519Key, type Form, newPair, rsaKeys, type VectorKey, writePair } from './aktualizrRepository.ts';

const data = new URL('data/', import.meta.url);

interface Verdicts {
  readonly update: { readonly is_success: boolean };
  readonly targets: Readonly<Record<string, { readonly is_success: boolean }>>;
}

function passes(step: Readonly<Record<'director' | 'image_repo', Verdicts>>): boolean {
  return [step.director, step.image_repo].every(({ update, targets }) =>
    [update, ...Object.values(targets)].every(({ is_success }) => is_success),
  );
}

function onDisk(folder: URL): (name: string) => Uint8Array | undefined {
  return (name) => {
    try {
      return readFileSync(new URL(name, folder));
    } catch {
      return undefined;
    }
  };
}

const outside = readdirSync(data, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('the outside vector', () => {
  it.each(outside)('%s is judged as a real aktualizr judges it', (name) => {
    const { steps } = JSON.parse(readFileSync(new URL(`${name}/vector.json`, data), 'utf8'));
    const client = new VectorClient();
    const verdicts = steps.map((_: unknown, step: number) => client.step(onDisk(new URL(`${name}/${step}/`, data))));
    expect(verdicts.map((fault: unknown) => fault === undefined)).toEqual(steps.map(passes));
    const expected = cases.find((known) => known.name === name)?.steps.map(({ verdict }) => verdict);
    expect(verdicts).toMatchObject(expected ?? expect.fail(name));
  });

  it('set has the twelve, and the table all 86', () => {
    expect(outside).toHaveLength(12);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(86);
    expect(cases.filter(({ steps }) => steps.every(({ verdict }) => verdict === undefined))).toHaveLength(9);
  });
});

function judge(steps: readonly Step[], form: Form, key: (index: number) => VectorKey): void {
  const client = new VectorClient();
  for (const { change, verdict } of steps) {
    const pair = newPair(key);
    change(pair, key);
    const files = writePair(pair, form);
    const fault = client.step((name) => files.get(name));
    if (verdict === undefined) expect(fault).toBeUndefined();
    else expect(fault).toMatchObject(verdict);
  }
}

const forms: readonly [string, Form][] = [
  ['compact, signatures in base64', { canonical: 'aktualizr', signatures: 'base64', pretty: false }],
  ['indented, signatures in hexadecimal', { canonical: 'olpc', signatures: 'hex', pretty: true }],
];

describe.each(forms)('written anew, %s', (_, form) => {
  const rows = cases.map(({ name, steps }) => [name, steps] as const);
  it.each(form === forms[0]?.[1] ? rows : sampled(rows, 20))('%s', (_, steps) => judge(steps, form, ed25519Key));
});

const madeKey = rsaKeys(2048);
/** Four keys, since each takes a while to make: a root and an online one, and the two that are spare. */
const rsaKey = (index: number) => madeKey(index >= 6 ? index : index % 4 === 0 ? 0 : 1);
describe('with RSA keys', () => {
  const names = [
    'simple',
    'director_root_unmet_threshold',
    'image_repo_snapshot_unsigned',
    'director_root_rotation_multiple',
    'image_repo_root_rotation_no_new_signature',
    'image_repo_metadata_changed_while_version_same',
    'delegation_two_signatures',
    'delegation_unmet_threshold',
  ];
  it.each(sampled(names, 4))('%s', (name) => {
    const { steps } = cases.find((known) => known.name === name) ?? expect.fail(name);
    judge(steps, { canonical: 'aktualizr', signatures: 'base64', pretty: false }, rsaKey);
  });

  it('a Root whose PEM keys were signed with their line ends as they are, as OLPC has it, is refused [S3]', () => {
    const pair = newPair(rsaKey);
    const files = writePair(pair, { canonical: 'olpc', signatures: 'base64', pretty: true });
    const place = { code: 'bad-signature', clause: 'S3', repository: 'director', role: 'root' };
    expect(new VectorClient().step((name) => files.get(name))).toMatchObject(place);
  });
});

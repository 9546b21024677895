// The commands that docs/verify.md shows do what it says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyCommand } from '../../src/cli/commands/verify.ts';
import { acceptances, refusals } from '../../src/uptane/aktualizr/differences.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { bodyOf } from '../uptane/decode/support/decodeBench.ts';
import { keyNamed, World } from '../uptane/support/fixtures.ts';
import { offered, runVerify, writeFiles } from './support/verifyScene.ts';

const temporaryFolder = temporaryFolders();
const project = join(import.meta.dirname, '../..');
const page = readFileSync(join(project, 'docs/verify.md'), 'utf8');
const blocks = page.matchAll(/^ {4}ecunet verify ((?:.*\\\n)*.*)\n\n((?: {4}.*\n)+)/gm);
const examples = [...blocks].map(([, command = '', shown = '']) => ({
  args: command.split(/[\s\\]+/),
  shown: shown.replaceAll(/^ {4}/gm, '').trim().split('\n'),
}));

describe('docs/verify.md', () => {
  it.each(examples)('shows what comes of $args', async ({ args, shown }) => {
    const folder = temporaryFolder();
    writeFiles(join(folder, 'repositories'), offered(new World()));
    const placed = args.map((arg, index) => {
      if (arg.startsWith('test/')) return join(project, arg);
      return ['--director', '--image-repo', '--store', '--download'].includes(args[index - 1] ?? '')
        ? join(folder, arg)
        : arg;
    });
    const { code, stdout, stderr } = await runVerify(...placed, '--time', '2026-01-01T00:00:00Z');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.replaceAll(`${folder}/`, '').trim().split('\n');
    expect(lines).toHaveLength(shown.length);
    for (const [index, line] of shown.entries()) {
      const parts = line.split('...').map((part) => part.replace(/[^\w\s]/g, '\\$&'));
      expect(lines[index]).toMatch(new RegExp(`^${parts.join('.*')}$`));
    }
  });

  it('shows a delegation to several roles as it is read [A9 E4]', () => {
    const [, example = expect.fail('it is there')] =
      /^ {4}("delegations": \{\n(?: {4}.*\n)+? {4}\})\n/m.exec(page) ?? [];
    const [supplier, integrator] = [keyNamed('supplier'), keyNamed('integrator')];
    const written = example
      .replaceAll('SUPPLIER_KEY_ID', supplier.keyId)
      .replaceAll('INTEGRATOR_KEY_ID', integrator.keyId)
      .replaceAll('SUPPLIER_KEY', supplier.key.keyval.public)
      .replaceAll('INTEGRATOR_KEY', integrator.key.keyval.public);
    const { delegations } = bodyOf('targets', (signed) => Object.assign(signed, JSON.parse(`{${written}}`)));
    expect(delegations?.roles).toEqual([
      {
        roles: [
          { name: 'supplier', keyids: [supplier.keyId], threshold: 1 },
          { name: 'integrator', keyids: [integrator.keyId], threshold: 1 },
        ],
        agreement: 2,
        paths: ['joint/*'],
        pathHashPrefixes: undefined,
        terminating: false,
        hardwareIds: ['hw-brakes'],
      },
    ]);
  });

  it('lists every difference to a real aktualizr, what it does and which of its programs', () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| ((?:`[a-z-]+`(?:, )?)+) \| (.*) \|$/gm)];
    const listed = rows.map(([, id, named, words]) => ({ id, clients: named?.replaceAll('`', '').split(', '), words }));
    const known = [...acceptances, ...refusals].map(({ id, clients, words }) => ({ id, clients: [...clients], words }));
    expect(listed).toEqual(known);
  });

  it('has an example for each form of metadata, and names every option', () => {
    expect(examples.map(({ args }) => args.includes('aktualizr'))).toEqual([false, true, true]);
    const missing = verifyCommand(async () => {}).options.filter(({ long }) => !page.includes(`\`${long ?? ''}`));
    expect(missing.map(({ long }) => long)).toEqual([]);
  });
});

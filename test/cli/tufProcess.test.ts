// `ecunet tuf` as a process of its own: exit codes, and one line for whatever goes wrong.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tufScenes } from '../tuf/support/suite.ts';
import { ecunet } from './support/ecunet.ts';

const scene = tufScenes();

describe('ecunet tuf as a process', () => {
  it('trusts a root, and downloads through a delegation', async () => {
    const { repository, client } = scene();
    repository.addDelegation('targets', 'delegated');
    repository.addArtifact('delegated', 'content', 'file');
    repository.publish('delegated', 'targets', 'snapshot', 'timestamp');
    expect(await client.init(repository.latest('root'))).toBe(0);
    const path = join(client.targetDir, 'file');
    expect(await ecunet('tuf', ...client.downloadArguments('file'))).toEqual({
      code: 0,
      stdout: `${path}\n`,
      stderr: '',
    });
    expect(client.downloads()).toEqual(['content']);
    expect(repository.metadataRequests).toEqual([...['root 2', 'timestamp', 'snapshot 2', 'targets 2', 'delegated 1']]);
  });

  it('ends with 1 and one line where verification fails', async () => {
    const { repository, client } = scene();
    expect(await client.init(repository.latest('root'))).toBe(0);
    const { code, stdout, stderr } = await ecunet('tuf', ...client.downloadArguments('missing'));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^ecunet: missing: [^\n]+\n$/);
    rmSync(client.fileOf('root'));
    expect(await ecunet('tuf', ...client.downloadArguments('missing'))).toMatchObject({
      code: 1,
      stderr: 'ecunet: root.json: the file is missing [S1]\n',
    });
  });

  it('ends with 1 where the root to trust is not there', async () => {
    const { client } = scene();
    const { code, stderr } = await ecunet('tuf', '--metadata-dir', client.metadataDir, 'init', '/nonexistent');
    expect(code).toBe(1);
    expect(stderr).toBe('ecunet: /nonexistent: no such file\n');
  });
});

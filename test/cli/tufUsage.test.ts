// Bad usage of `ecunet tuf`.
import { describe, expect, it } from 'vitest';
import { inProcess } from './support/inProcess.ts';

describe('ecunet tuf', () => {
  it.each([
    [['refresh'], "required option '--metadata-dir <dir>' not specified"],
    [['--metadata-dir', 'd', 'refresh'], '--metadata-url is needed'],
    [['--metadata-dir', 'd', 'init'], 'init: the file of the root to trust is needed'],
    [['--metadata-dir', 'd', '--metadata-url', 'http://a b/', 'refresh'], 'not a URL'],
    [['--metadata-dir', 'd', '--metadata-url', 'http://a/', 'download'], '--target-name is needed'],
    [['--metadata-dir', 'd', 'renew'], "command-argument value 'renew' is invalid"],
    [['--metadata-dir', 'd', '--verbose', 'refresh'], 'unknown option'],
  ])('ends with 2 and one line for bad usage: %j', async (args, message) => {
    const { code, stderr } = await inProcess('tuf', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ecunet: [^\n]+\n$/);
    expect(stderr).toContain(message);
  });
});

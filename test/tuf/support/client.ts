// Owns: a TUF client under test as a user of the command line has it: two folders, three calls, and what can be seen afterwards.
// The command runs in this process, on the real file system, over real HTTP; only the date is set.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { inProcess } from '../../cli/support/inProcess.ts';
import type { TufUrls } from './server.ts';

const dayMs = 86_400_000;

/** Runs `ecunet tuf` with these arguments, `days` from now. */
async function runTuf(args: readonly string[], days = 0): Promise<{ readonly code: number; readonly stderr: string }> {
  if (days !== 0) vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * dayMs });
  try {
    return await inProcess('tuf', ...args);
  } finally {
    vi.useRealTimers();
  }
}

export class TufClient {
  readonly metadataDir: string;
  readonly targetDir: string;
  /** What the last call wrote to stderr. */
  stderr = '';
  private readonly folder = mkdtempSync(join(tmpdir(), 'ecunet-tuf-'));
  private readonly urls: TufUrls;

  constructor(urls: TufUrls) {
    this.urls = urls;
    this.metadataDir = join(this.folder, 'metadata');
    this.targetDir = join(this.folder, 'targets');
    mkdirSync(this.metadataDir);
    mkdirSync(this.targetDir);
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  init(root: Uint8Array): Promise<number> {
    const file = join(this.folder, 'initial_root.json');
    writeFileSync(file, root);
    return this.run(['--metadata-dir', this.metadataDir, 'init', file]);
  }

  refresh(days = 0): Promise<number> {
    return this.run(['--metadata-url', this.urls.metadataUrl, '--metadata-dir', this.metadataDir, 'refresh'], days);
  }

  download(names: string | readonly string[], days = 0): Promise<number> {
    return this.run([...this.downloadArguments(names)], days);
  }

  downloadArguments(names: string | readonly string[]): readonly string[] {
    return [
      ...['--metadata-url', this.urls.metadataUrl, '--metadata-dir', this.metadataDir],
      ...[names].flat().flatMap((name) => ['--target-name', name]),
      ...['--target-dir', this.targetDir, '--target-base-url', this.urls.targetsUrl, 'download'],
    ];
  }

  /** `root 1` and the like, of every file in the metadata folder, sorted by file name. */
  trusted(): readonly string[] {
    return readdirSync(this.metadataDir)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => {
        const role = name.replace(/\.json$/, '');
        return `${role} ${this.version(role)}`;
      });
  }

  version(role: string): number | undefined {
    const bytes = this.stored(role);
    return bytes === undefined ? undefined : JSON.parse(bytes.toString()).signed.version;
  }

  /** The file of a role, by its name as the folder has it. */
  stored(role: string): Buffer | undefined {
    try {
      return readFileSync(this.fileOf(role));
    } catch {
      return undefined;
    }
  }

  fileOf(role: string): string {
    return join(this.metadataDir, `${role}.json`);
  }

  /** The contents of all files in the target folder, the oldest first. */
  downloads(): readonly string[] {
    return readdirSync(this.targetDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, at: statSync(path, { bigint: true }).mtimeNs }))
      .sort((a, b) => (a.at < b.at ? -1 : 1))
      .map(({ path }) => readFileSync(path, 'utf8'));
  }

  private async run(args: readonly string[], days = 0): Promise<number> {
    const { code, stderr } = await runTuf(args, days);
    this.stderr = stderr;
    return code;
  }
}

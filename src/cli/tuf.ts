// Owns: `ecunet tuf`, the client protocol of the public tuf-conformance suite.
import { Argument, Command } from 'commander';
import { openSource } from '../client/sources/openSource.ts';
import { initTuf, TufClient, type TufFault } from '../client/tuf/tufClient.ts';
import { TufFolder } from '../client/tuf/tufFolder.ts';
import { InputError } from '../core/faults.ts';
import { hostSeconds } from '../core/hostTime.ts';
import { ok, type Result } from '../core/result.ts';
import { printable } from '../core/text.ts';
import { ed25519Node } from '../crypto/ed25519Node.ts';
import { readBoundedFile } from '../files/regularFile.ts';
import { faultText } from '../uptane/faults.ts';
import { storedBytesMax, type TufVerifier } from '../uptane/tuf/tufProcedure.ts';

interface Options {
  readonly metadataDir: string;
  readonly metadataUrl?: string;
  readonly targetName: readonly string[];
  readonly targetDir?: string;
  readonly targetBaseUrl?: string;
}

type Call = (verifier: TufVerifier, metadata: TufFolder) => Promise<Result<void, TufFault>>;

const actions = ['init', 'refresh', 'download'] as const;
type Action = (typeof actions)[number];

const exitFailed = 1;
const messageCharsMax = 500;

export function tufCommand(): Command {
  return new Command('tuf')
    .description('a TUF client: trust a root, refresh the metadata of a repository, download targets')
    .addArgument(new Argument('<action>', 'what to do').choices(actions))
    .argument('[root]', 'init: the file of the root to trust')
    .requiredOption('--metadata-dir <dir>', 'the folder that keeps the trusted metadata')
    .option('--metadata-url <url>', 'refresh, download: where the metadata of the repository is')
    .option('--target-name <path>', 'download: a target; may be repeated', collect, [])
    .option('--target-dir <dir>', 'download: the folder to download into')
    .option('--target-base-url <url>', 'download: where the targets of the repository are')
    .action(run);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Bad usage is an InputError; whatever then goes wrong is one line, and exit code 1. */
async function run(action: Action, root: string | undefined, options: Options): Promise<void> {
  const call = {
    init: () => initCall(root),
    refresh: () => refreshCall(options),
    download: () => downloadCall(options),
  }[action]();
  try {
    const metadata = new TufFolder(options.metadataDir);
    try {
      const result = await call({ signatures: ed25519Node(), now: hostSeconds() }, metadata);
      if (!result.ok) complain(textOf(result.fault));
    } finally {
      metadata.close();
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    complain(error.message);
  }
}

function initCall(root: string | undefined): Call {
  if (root === undefined) throw new InputError('init: the file of the root to trust is needed');
  return async (verifier, metadata) => initTuf(verifier, metadata, readBoundedFile(root, storedBytesMax('root')));
}

function refreshCall({ metadataUrl }: Options): Call {
  const repository = openSource(needed(metadataUrl, '--metadata-url'));
  return async (verifier, metadata) => {
    try {
      const refreshed = await new TufClient(verifier, metadata, repository).refresh();
      return refreshed.ok ? ok() : refreshed;
    } finally {
      repository.close();
    }
  };
}

function downloadCall({ metadataUrl, targetName, targetDir, targetBaseUrl }: Options): Call {
  if (targetName.length === 0) throw new InputError('--target-name is needed');
  const folder = needed(targetDir, '--target-dir');
  const repository = openSource(needed(metadataUrl, '--metadata-url'));
  const source = openSource(needed(targetBaseUrl, '--target-base-url'));
  return async (verifier, metadata) => {
    try {
      const client = new TufClient(verifier, metadata, repository);
      const trust = await client.refresh();
      if (!trust.ok) return trust;
      for (const name of targetName) {
        const path = await client.download(trust.value, name, { source, folder });
        if (!path.ok) return path;
        process.stdout.write(`${printable(path.value, messageCharsMax)}\n`);
      }
      return ok();
    } finally {
      source.close();
      repository.close();
    }
  };
}

function needed(value: string | undefined, option: string): string {
  if (value === undefined) throw new InputError(`${option} is needed`);
  return value;
}

/** There is one repository only: its name would say nothing. */
function textOf(fault: TufFault): string {
  if (fault.kind === 'environment') return fault.message;
  const { repository: _, ...rest } = fault;
  return faultText(rest);
}

function complain(message: string): void {
  process.stderr.write(`ecunet: ${printable(message, messageCharsMax)}\n`);
  process.exitCode = exitFailed;
}

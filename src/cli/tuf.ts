// Owns: `ecunet tuf`, the client protocol of the public tuf-conformance suite.
import { openSource } from '../client/sources/openSource.ts';
import { initTuf, TufClient, type TufFault } from '../client/tuf/tufClient.ts';
import { TufFolder } from '../client/tuf/tufFolder.ts';
import { InputError } from '../core/faults.ts';
import { ok, type Result } from '../core/result.ts';
import { printable } from '../core/text.ts';
import { hostSeconds } from '../core/time/hostTime.ts';
import { ed25519Node } from '../crypto/ed25519Node.ts';
import { readBoundedFile } from '../files/regularFile.ts';
import { faultText } from '../uptane/model/faults.ts';
import { storedBytesMax, type TufVerifier } from '../uptane/tuf/tufProcedure.ts';
import type { TufAction, TufOptions } from './commands/tuf.ts';
import { exitFailed, exitOk } from './process/exitCodes.ts';
import { type Io, tell } from './process/io.ts';

type Call = (verifier: TufVerifier, metadata: TufFolder) => Promise<Result<void, TufFault>>;

const messageCharsMax = 500;

/** Bad usage is an InputError; whatever then goes wrong is one line, and exit code 1. */
export async function tuf(io: Io, action: TufAction, root: string | undefined, options: TufOptions): Promise<number> {
  const call = {
    init: () => initCall(root),
    refresh: () => refreshCall(options),
    download: () => downloadCall(io, options),
  }[action]();
  try {
    const metadata = new TufFolder(options.metadataDir);
    try {
      const result = await call({ signatures: ed25519Node(), now: hostSeconds() }, metadata);
      if (result.ok) return exitOk;
      tell(io, textOf(result.fault));
    } finally {
      metadata.close();
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tell(io, error.message);
  }
  return exitFailed;
}

function initCall(root: string | undefined): Call {
  if (root === undefined) throw new InputError('init: the file of the root to trust is needed');
  return async (verifier, metadata) => initTuf(verifier, metadata, readBoundedFile(root, storedBytesMax('root')));
}

function refreshCall({ metadataUrl }: TufOptions): Call {
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

function downloadCall({ out }: Io, { metadataUrl, targetName, targetDir, targetBaseUrl }: TufOptions): Call {
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
        out(`${printable(path.value, messageCharsMax)}\n`);
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

// Owns: a TUF client at work: its workflow run over a metadata folder and a repository. What is to be asked for and kept is the
// workflow's to say (uptane/verification/tuf*.ts).
import { type EnvironmentFault, environmentFault, type RemoteFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { checkProvisionedRoot } from '../../uptane/checks/root.ts';
import { type TufProcedure, type TufStep, type TufVerifier, tufContext } from '../../uptane/tuf/tufProcedure.ts';
import { refreshTuf, type TufTrust } from '../../uptane/tuf/tufRefresh.ts';
import { findTarget } from '../../uptane/tuf/tufSearch.ts';
import { latest } from '../../uptane/verification/procedure.ts';
import type { Source } from '../sources/source.ts';
import type { TufFolder } from './tufFolder.ts';
import { obtainTarget, type TufTargets } from './tufTargets.ts';

export type TufFault = RemoteFault | EnvironmentFault;

/** Trusts a root that the user hands over; nobody is asked. Throws an InputError where it cannot be kept. */
export function initTuf(verifier: TufVerifier, metadata: TufFolder, root: Uint8Array): Result<void, RemoteFault> {
  const checked = checkProvisionedRoot(tufContext(verifier, latest('root')), root);
  if (!checked.ok) return checked;
  metadata.store('root', root);
  return ok();
}

/** One use of a repository, at one time. Its methods throw an InputError for what the file system does not allow. */
export class TufClient {
  private readonly verifier: TufVerifier;
  private readonly metadata: TufFolder;
  private readonly repository: Source;

  constructor(verifier: TufVerifier, metadata: TufFolder, repository: Source) {
    this.verifier = verifier;
    this.metadata = metadata;
    this.repository = repository;
  }

  /** Brings the metadata of the four roles up to date. */
  refresh(): Promise<Result<TufTrust, TufFault>> {
    return this.follow(refreshTuf(this.verifier));
  }

  /** Looks a target up and downloads it, unless it was before; gives its path. */
  async download(trust: TufTrust, name: string, targets: TufTargets): Promise<Result<string, TufFault>> {
    const target = await this.follow(findTarget(this.verifier, trust, name));
    return target.ok ? obtainTarget(targets, target.value, trust.root.consistentSnapshot) : target;
  }

  private async follow<T>(procedure: TufProcedure<Result<T, RemoteFault>>): Promise<Result<T, TufFault>> {
    let step = procedure.next();
    while (!step.done) {
      const answer = await this.answer(step.value);
      if (!answer.ok) return answer;
      step = procedure.next(answer.value);
    }
    return step.value;
  }

  private async answer(step: TufStep): Promise<Result<Uint8Array | undefined, EnvironmentFault>> {
    switch (step.type) {
      case 'load':
        return ok(this.metadata.load(step.role, step.bytesMax));
      case 'store':
        this.metadata.store(step.role, step.bytes);
        return ok(undefined);
      case 'forget':
        this.metadata.forget(step.role);
        return ok(undefined);
      case 'fetch': {
        const fetched = await this.repository.fetch(step.path, step.bytesMax);
        if (fetched.status === 'failed') return fail(environmentFault('unreachable', fetched.message));
        return ok(fetched.status === 'found' ? fetched.bytes : undefined);
      }
    }
  }
}

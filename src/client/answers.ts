// Owns: the repositories' files for the procedures of one call: each asked for once, however many procedures want it, and which of
// them could not be read. Must not know what a procedure makes of them.
import type { RemoteFault } from '../core/faults.ts';
import { faultAt } from '../uptane/checks/context.ts';
import type { RepositoryName, RoleName } from '../uptane/model/metadata.ts';
import { type FileName, fileName, type Profile } from '../uptane/model/profile.ts';
import type { MetadataRequest, Procedure } from '../uptane/verification/procedure.ts';
import type { FileAnswer, RepositoryFiles } from './sources/repositoryFiles.ts';

export type Repositories = { readonly [repository in RepositoryName]: RepositoryFiles | undefined };

/** Files that could not be read, by `fileKey`: the first of each role. */
export type Unread = ReadonlyMap<string, RemoteFault>;

/** To a procedure a file that cannot be read is one that is missing; why it cannot be read is told beside its outcome. */
export class Answers {
  private readonly profile: Profile;
  private readonly repositories: Repositories;
  private readonly known = new Map<string, Promise<FileAnswer> | undefined>();

  constructor(profile: Profile, repositories: Repositories) {
    this.profile = profile;
    this.repositories = repositories;
  }

  /** Runs a procedure to its end. */
  async run<T>(procedure: Procedure<T>): Promise<{ readonly outcome: T; readonly unread: Unread }> {
    const unread = new Map<string, RemoteFault>();
    let step = procedure.next();
    while (!step.done) {
      const { repository, role } = step.value;
      const answer = await this.ask(step.value);
      if (answer?.ok === false) {
        const fault = unreadable(this.profile, repository, step.value, answer.fault);
        if (!unread.has(fileKey(fault))) unread.set(fileKey(fault), fault);
      }
      // A root that is there and cannot be read must not pass for the end of the chain: it is answered with what is no root.
      const instead = answer?.ok === false && role === 'root' ? new Uint8Array() : undefined;
      step = procedure.next(answer?.ok ? answer.value : instead);
    }
    return { outcome: step.value, unread };
  }

  /** With another bound it is another answer: a file is read no further than its bound. */
  private ask(request: MetadataRequest): Promise<FileAnswer> | undefined {
    const { repository, role, delegated, version, bytesMax } = request;
    const key = JSON.stringify([repository, role, delegated, version, bytesMax]);
    const answer = this.known.get(key) ?? this.repositories[repository]?.file(request);
    this.known.set(key, answer);
    return answer;
  }
}

/** Which role's file it is, whatever the file is called. */
export function fileKey({ repository, role }: RemoteFault): string {
  return `${repository}/${role}`;
}

const loadingClauses: { readonly [role in RoleName]: string } = {
  root: 'S2',
  timestamp: 'T1',
  snapshot: 'U1',
  targets: 'V1',
};

export function unreadable(profile: Profile, repository: RepositoryName, file: FileName, message: string): RemoteFault {
  const at = { repository, role: file.delegated ?? file.role, file: fileName(profile, file) };
  return faultAt(at, {
    clause: loadingClauses[file.role],
    code: 'unreadable-file',
    indicates: 'drop-request',
    message,
  });
}

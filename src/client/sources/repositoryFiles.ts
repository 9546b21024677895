// Owns: where a repository keeps a metadata file that a verification asks for. Layouts differ: names with or without the version.
// Must not judge what it finds.
import { ok, type Result } from '../../core/result.ts';
import { decodeMetadata } from '../../uptane/decode/metadata.ts';
import { type FileName, fileName, type Profile } from '../../uptane/model/profile.ts';
import type { MetadataRequest } from '../../uptane/verification/procedure.ts';
import { pathOfName, type Source } from './source.ts';

/** The file's bytes, undefined where there is none, or in one line why it cannot be read. */
export type FileAnswer = Result<Uint8Array | undefined, string>;

type Request = FileName & Pick<MetadataRequest, 'bytesMax'>;

export class RepositoryFiles {
  readonly source: Source;
  private readonly profile: Profile;
  /** Which way of naming found the last file: asked for first the next time. */
  private versioned: boolean;

  constructor(profile: Profile, source: Source) {
    this.profile = profile;
    this.source = source;
    this.versioned = profile.versionedNames;
  }

  /** At most `bytesMax + 1` bytes of it: the check that follows calls the file oversized. Never rejects. */
  async file(request: Request): Promise<FileAnswer> {
    if (request.role === 'root') return this.named(request, true);
    if (request.version === undefined || request.role === 'timestamp') {
      const found = await this.named(request, false);
      const missing = found.ok && found.value === undefined && request.role === 'targets';
      return missing ? this.latestTargets(request) : found;
    }
    for (const versioned of [this.versioned, !this.versioned]) {
      const found = await this.named(request, versioned);
      if (found.ok && found.value === undefined) continue;
      this.versioned = versioned;
      return found;
    }
    return ok(undefined);
  }

  /**
   * The latest Targets of a repository that has versions in its names, for an ECU that reads no Snapshot: Timestamp and
   * Snapshot are asked for the version as a Primary would do for it. They are hints to find the file by, and never trusted.
   */
  private async latestTargets(request: Request): Promise<FileAnswer> {
    const timestamp = await this.hint('timestamp', undefined);
    const snapshot = timestamp && (await this.hint('snapshot', timestamp.snapshot.version));
    const version = snapshot?.meta.get('targets.json')?.version;
    return version === undefined ? ok(undefined) : this.named({ ...request, version }, true);
  }

  private async hint<R extends 'timestamp' | 'snapshot'>(role: R, version: number | undefined) {
    const { profile } = this;
    const bytes = await this.file({ role, version, bytesMax: profile.bytesMax[role] });
    if (!bytes.ok || bytes.value === undefined) return undefined;
    const file = decodeMetadata({ profile, repository: 'director', role }, bytes.value);
    return file.ok ? file.value.body : undefined;
  }

  /** By its name in one of the two ways. */
  private async named({ bytesMax, ...file }: Request, versionedNames: boolean): Promise<FileAnswer> {
    const name = fileName({ ...this.profile, versionedNames }, versionedNames ? file : { ...file, version: undefined });
    if (!this.profile.encodedRoleNames) return this.fetch(pathOfName(name), bytesMax);
    const found = await this.fetch(name, bytesMax);
    if (!name.includes('%') || !found.ok || found.value !== undefined) return found;
    // A delegated role's name is percent-encoded as a URL has it; where the file itself has that name, its `%` is encoded again.
    return this.fetch(name.replaceAll('%', '%25'), bytesMax);
  }

  private async fetch(path: string, bytesMax: number): Promise<FileAnswer> {
    const fetched = await this.source.fetch(path, bytesMax);
    if (fetched.status === 'failed') return { ok: false, fault: fetched.message };
    return ok(fetched.status === 'found' ? fetched.bytes : undefined);
  }
}

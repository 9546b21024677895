// Owns: the smallest sound metadata of each role, to be changed in one place and decoded in any profile.
import { utf8 } from '../../../../src/core/bytes.ts';
import { decodeMetadata } from '../../../../src/uptane/decode/metadata.ts';
import type { MetadataOf, RepositoryName, RoleName, Signed } from '../../../../src/uptane/model/metadata.ts';
import { type Profile, uptaneProfile } from '../../../../src/uptane/model/profile.ts';
import { keyNamed } from '../../support/fixtures.ts';

/** JSON to be changed. */
// biome-ignore lint/suspicious/noExplicitAny: it is made to be broken
export type Loose = any;
export interface Draft {
  signatures: Loose;
  signed: Loose;
}
export type Edit = (signed: Loose, file: Draft) => void;

export const key = keyNamed('decoded');
const role = () => ({ keyids: [key.keyId], threshold: 1 });
const meta = () => ({ version: 1, length: 10, hashes: { sha256: 'ab'.repeat(32) } });

const bodies: { readonly [role in RoleName]: () => Loose } = {
  root: () => ({
    keys: { [key.keyId]: { ...key.key } },
    roles: { root: role(), timestamp: role(), snapshot: role(), targets: role() },
  }),
  timestamp: () => ({ meta: { 'snapshot.json': meta() } }),
  snapshot: () => ({ meta: { 'targets.json': meta() } }),
  targets: () => ({
    targets: {
      'app.bin': {
        length: 1,
        hashes: { sha256: 'ab'.repeat(32) },
        custom: { mustMatch: { hardwareIds: ['hw'], releaseCounter: 1 } },
      },
    },
  }),
};

/** The file, changed. */
export function drafted(role: RoleName, edit: Edit = () => {}): Draft {
  const common = { _type: role, spec_version: '1.0.31', version: 1, expires: '2030-01-01T00:00:00Z' };
  const file = { signatures: [], signed: { ...common, ...bodies[role]() } };
  edit(file.signed, file);
  return file;
}

export interface DecodePlace {
  readonly profile?: Profile;
  readonly repository?: RepositoryName;
}

/** What is decoded of the changed file, or the words of the fault. */
export function decoded<R extends RoleName>(
  role: R,
  edit?: Edit,
  { profile = uptaneProfile, repository = 'image' }: DecodePlace = {},
): Signed<MetadataOf<R>> | string {
  const bytes = utf8(JSON.stringify(drafted(role, edit)));
  const result = decodeMetadata({ profile, repository, role }, bytes);
  if (result.ok) return result.value;
  return result.fault.code === 'malformed' ? result.fault.message : `${result.fault.code}: ${result.fault.message}`;
}

/** The body where it must decode. */
export function bodyOf<R extends RoleName>(role: R, edit?: Edit, place?: DecodePlace): MetadataOf<R> {
  const result = decoded(role, edit, place);
  if (typeof result === 'string') throw new Error(result);
  return result.body;
}

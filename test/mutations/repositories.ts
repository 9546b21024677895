// Owns: what is mutated: two editions of both repositories, the second with a delegation and a new root, as an ECU is served them.
import { hashHex } from '../../src/crypto/hashes.ts';
import { storedImageName } from '../../src/uptane/model/metadata.ts';
import { signMetadata } from '../../src/uptane/signing/sign.ts';
import type { MetadataRequest } from '../../src/uptane/verification/procedure.ts';
import type { TrustedMetadata } from '../../src/uptane/verification/trusted.ts';
import { draftOf, reissue, rotateRoot } from '../uptane/support/attacks.ts';
import { hardwareOf, imageName, keyNamed, primary, type Serial, succeeded, World } from '../uptane/support/fixtures.ts';

/** Files by `director/targets`, `image/supplier`, `image/2.root`: whatever version their name has. */
export type Edition = ReadonlyMap<string, Uint8Array>;

export const supplier = 'supplier';
export const supplierKey = keyNamed('supplier');
/** The ECU whose images the Image repository leaves to the supplier, by path and by hardware. */
export const suppliedEcu: Serial = 'full-1';
const supplied = imageName(suppliedEcu, 2);

function editionOf(world: World): Edition {
  const files = new Map<string, Uint8Array>();
  for (const repository of ['director', 'image'] as const) {
    for (const version of [1, 2]) {
      const root = world.file(`${repository}/${version}.root.json`);
      if (root !== undefined) files.set(`${repository}/${version}.root`, root);
    }
    files.set(`${repository}/timestamp`, world.file(`${repository}/timestamp.json`) ?? new Uint8Array());
    for (const role of ['snapshot', 'targets'] as const)
      files.set(`${repository}/${role}`, world.latest(repository, role).bytes);
  }
  const delegated = world.file(`image/1.${supplier}.json`);
  if (delegated !== undefined) files.set(`image/${supplier}`, delegated);
  return files;
}

/** Moves one image of the second edition to a delegated role. */
function delegate(world: World): void {
  let file = new Uint8Array();
  reissue(world, 'image', {
    targets: (signed) => {
      const { [supplied]: left, ...kept } = signed.targets;
      if (left === undefined) throw new Error('nothing to delegate');
      const { keyId, key } = supplierKey;
      const conditions = { paths: [`${suppliedEcu}/*`], hardwareIds: [hardwareOf(suppliedEcu)], terminating: true };
      const role = { name: supplier, keyids: [keyId], threshold: 1, ...conditions };
      Object.assign(signed, { targets: kept, delegations: { keys: { [keyId]: key }, roles: [role] } });
      const { spec_version, expires } = signed;
      const own = { _type: 'targets', spec_version, version: 1, expires, targets: { [supplied]: left } };
      file = new Uint8Array(signMetadata(own, [supplierKey]));
    },
    snapshot: (signed) => {
      signed.meta[`${supplier}.json`] = {
        version: 1,
        length: file.length,
        hashes: { sha256: hashHex('sha256', file) },
      };
    },
  });
  world.serve(`image/1.${supplier}.json`, file);
}

export interface Genuine {
  readonly first: Edition;
  readonly second: Edition;
  readonly world: World;
  /** What an ECU trusts that has verified the first edition. */
  readonly trusted: TrustedMetadata;
}

export function genuineRepositories(): Genuine {
  const world = new World();
  const first = editionOf(world);
  const verified = primary.verify(world, world.provisioned());
  succeeded(verified.result);
  world.release(2);
  delegate(world);
  for (const repository of ['director', 'image'] as const) rotateRoot(world, repository, {});
  return { first, second: editionOf(world), world, trusted: verified.trusted };
}

/** What an edition answers. */
export function answerFrom(edition: Edition): (request: MetadataRequest) => Uint8Array | undefined {
  return ({ repository, role, delegated, version }) =>
    edition.get(`${repository}/${role === 'root' ? `${version}.root` : (delegated ?? role)}`);
}

/** The genuine images of an ECU, as one line each, by both editions. */
export function imagesOf({ first, second }: Genuine, serial: string): ReadonlySet<string> {
  const lines = [first, second].flatMap((edition) =>
    ['image/targets', `image/${supplier}`].flatMap((file) => {
      const bytes = edition.get(file);
      return bytes === undefined ? [] : Object.entries(draftOf(bytes).targets);
    }),
  );
  return new Set(
    lines
      .filter(([filename]) => filename.startsWith(`${serial}/`))
      .map(([filename, { length, hashes }]) => imageLine({ filename, length, hashes })),
  );
}

/** What makes two images one. */
export function imageLine(target: {
  readonly filename: string;
  readonly length: number;
  readonly hashes: object;
}): string {
  const { sha256 = '', sha512 = '' } = target.hashes as { readonly sha256?: string; readonly sha512?: string };
  return `${storedImageName(target.filename, sha256)} ${sha512} ${target.length}`;
}

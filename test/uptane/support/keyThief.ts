// Owns: an attacker on the network who holds some keys, and what it makes of a live vehicle's repositories: every file whose key it
// holds written anew as it likes, everything else as it is, or as it was.
import { createRandom } from '../../../src/core/random.ts';
import { formatUtc, parseUtc } from '../../../src/core/utc.ts';
import type { ImageUpload } from '../../../src/repository/images/uploadCheck.ts';
import { usualValidity } from '../../../src/repository/roles/publication.ts';
import type { RoleKeySet } from '../../../src/repository/roles/roleKeys.ts';
import {
  imageEntry,
  type ListedImage,
  listImage,
  writeImageTargets,
} from '../../../src/repository/roles/writeMetadata.ts';
import type { RepositoryName, RoleName } from '../../../src/uptane/model/metadata.ts';
import type { SigningKey } from '../../../src/uptane/signing/keys.ts';
import { type Change, draftOf, listing, resign, rotateRoot, attacker as stranger } from './attacks.ts';
import { begin, hardwareOf, imageName, keyNamed, type Serial, serials, succeeded, World } from './fixtures.ts';

/** `supplier`: a delegated role of the Image repository. */
export type StolenKey = `${RepositoryName}/${RoleName}` | 'supplier';

export const onlineRoles = ['timestamp', 'snapshot', 'targets'] as const;
export const repositories = ['director', 'image'] as const satisfies readonly RepositoryName[];
/** What the Image repository leaves to the supplier: images for one ECU, by path and by hardware. */
export const supplied: Serial = 'full-1';
const supplierKey = keyNamed('supplier');
/** Later than any honest file expires. */
const forever = parseUtc('2999-01-01T00:00:00Z') ?? 0;
/** Beyond what any honest file has reached. */
const forgedVersion = 9;
/** The release that every ECU runs, the one that is on offer, and one that is listed and meant for nobody yet. */
export const release = { before: 1, installed: 2, offered: 3, unassigned: 4 } as const;
export const genuineBytes = (serial: Serial, of: number) => createRandom(imageName(serial, of)).bytes(1000 + of);
const genuine = new Map(
  serials.flatMap((serial) =>
    Object.values(release).map((of) => [imageName(serial, of), genuineBytes(serial, of)] as const),
  ),
);

type OnlineFiles = { readonly [role in (typeof onlineRoles)[number]]: Uint8Array };

interface Forgery {
  /** Of those that were kept; as they are when omitted. */
  readonly edition?: number;
  readonly targets?: Change;
  /** Of each file that it can sign. */
  readonly every?: Change;
}

export class KeyThief {
  readonly world = new World();
  /** The roles for which it signs with a key of its own where it does not hold theirs. */
  bluffs: readonly RoleName[] = [];
  private readonly holds: ReadonlySet<StolenKey>;
  private readonly editions = new Map<string, OnlineFiles>();
  /** What it serves in an image's place, by file name. */
  private readonly served = new Map<string, Uint8Array>();
  private readonly withheldImages = new Set<string>();
  private readonly keys: Record<RepositoryName, RoleKeySet>;
  private hasHandedIn = false;

  /** At the release that every ECU has installed; `offer` brings the next. */
  constructor(holds: readonly StolenKey[]) {
    this.holds = new Set(holds);
    this.keys = { ...this.world.keys };
    const { keyId, key } = supplierKey;
    const nothing = { targets: new Map(), delegations: undefined };
    const signedTargets = writeImageTargets({ version: 1, expires: begin + usualValidity.root }, nothing, [
      supplierKey,
    ]);
    const to = [{ name: 'supplier', holders: [{ keyId, key }], signedTargets }];
    this.world.images.delegate({ to, paths: [`${supplied}/*`], hardwareIds: [hardwareOf(supplied)] }, begin);
    this.world.images.publish(begin);
    for (const edition of [release.before, release.installed]) {
      if (edition > 1) this.world.release(edition);
      this.keep(edition);
    }
  }

  /** Keeps what is served now, to serve it again when it is old. */
  keep(edition: number): void {
    for (const repository of repositories) this.editions.set(`${repository}/${edition}`, this.latest(repository));
  }

  /** The repositories go on: an image for each ECU that nobody is to install yet, and where `assigned` the next bundle. */
  offer(assigned: boolean): void {
    this.world.release(release.unassigned, []);
    if (assigned) this.world.release(release.offered);
  }

  /** Takes back what it served. Not what was handed in: then it says false. */
  undo(): boolean {
    this.world.heal();
    Object.assign(this.world.keys, this.keys);
    this.served.clear();
    this.withheldImages.clear();
    this.bluffs = [];
    return !this.hasHandedIn;
  }

  /** What comes of asking for an image. */
  image(filename: string): Uint8Array | undefined {
    if (this.withheldImages.has(filename)) return undefined;
    return this.served.get(filename) ?? genuine.get(filename);
  }

  withholdImage(filename: string): void {
    this.withheldImages.add(filename);
  }

  serveImage(filename: string, bytes: Uint8Array): void {
    this.served.set(filename, bytes);
  }

  /** With the root's keys: every role's keys are its own from now on. */
  private takeOver(repository: RepositoryName): void {
    if (!this.holds.has(`${repository}/root`) || this.world.keys[repository].root[0] === stranger) return;
    const keys = { root: [stranger], timestamp: [stranger], snapshot: [stranger], targets: [stranger] };
    const signers = [...this.world.keys[repository].root, stranger];
    rotateRoot(this.world, repository, { keys, signers, expires: forever });
  }

  /**
   * Serves the online files as they were in an edition, or as they are, those whose keys it holds changed and signed anew, and
   * listed as far as it can sign the list.
   */
  forge(repository: RepositoryName, how: Forgery): void {
    this.takeOver(repository);
    const { world } = this;
    const { edition, targets: change = () => {}, every = () => {} } = how;
    const base = this.editions.get(`${repository}/${edition}`) ?? this.latest(repository);
    const written = (role: keyof OnlineFiles, changes: readonly Change[]) => {
      const keys = this.keysOf(repository, role);
      const all: Change = (signed) => {
        signed.version = forgedVersion;
        for (const one of [...changes, every]) one(signed);
      };
      return keys === undefined ? base[role] : resign(base[role], all, keys);
    };
    const targets = written('targets', [change]);
    const snapshot = written('snapshot', [
      (signed) => Object.assign(signed.meta, { 'targets.json': listing(targets) }),
    ]);
    const timestamp = written('timestamp', [
      (signed) => Object.assign(signed.meta, { 'snapshot.json': listing(snapshot) }),
    ]);
    const listed = draftOf(snapshot).meta['targets.json']?.version;
    for (const version of [`${listed}.`, `${draftOf(targets).version}.`, '']) {
      world.serve(`${repository}/${version}targets.json`, targets);
    }
    world.serve(`${repository}/${draftOf(timestamp).meta['snapshot.json']?.version}.snapshot.json`, snapshot);
    world.serve(`${repository}/timestamp.json`, timestamp);
  }

  /** Serves a repository as it was in an edition for as long as the keys last: later roots, with other keys, never come through. */
  freeze(repository: RepositoryName, edition: number = release.installed): void {
    const expires = formatUtc(forever);
    this.forge(repository, { edition, every: (signed) => Object.assign(signed, { expires }) });
    const own = this.holds.has(`${repository}/root`) ? 1 : 0;
    for (let version = 2 + own; version < 5; version += 1) this.world.withhold(`${repository}/${version}.root.json`);
  }

  /** Raises every version that it can to the highest there is. */
  leap(): void {
    const highest: Change = (signed) => {
      signed.version = Number.MAX_SAFE_INTEGER;
    };
    for (const repository of repositories) this.forge(repository, { every: highest });
  }

  /** The owners' answer: new keys in the place of those that it holds. */
  replaceKeys(): void {
    const { director, images } = this.world;
    for (const [repository, server] of [
      ['director', director],
      ['image', images],
    ] as const) {
      const stolen = ([...this.holds] as string[]).flatMap((name) => name.split(`${repository}/`)[1] ?? []);
      const change = Object.fromEntries(stolen.map((role) => [role, [keyNamed(`new ${repository} ${role}`)]]));
      if (stolen.length > 0) succeeded(server.rotate(change, begin));
    }
  }

  /** The Director's word that an ECU is to install an image, and the Image repository's and the supplier's that it is genuine. */
  order(serial: Serial, filename: string, bytes: Uint8Array, releaseCounter: number): void {
    const image = listImage(filename, bytes, { hardwareIds: [hardwareOf(serial)], releaseCounter });
    this.serveImage(filename, bytes);
    this.list(image, bytes);
    const entry = imageEntry(image, { ecuIdentifiers: { [serial]: { hardwareId: hardwareOf(serial) } } });
    this.forge('director', {
      targets: (signed) => {
        for (const [name, { custom }] of Object.entries(signed.targets)) {
          if (custom.ecuIdentifiers[serial] !== undefined) delete signed.targets[name];
        }
        Object.assign(signed.targets, { [filename]: entry });
      },
    });
  }

  /** Hands in to the Image repository what it can sign of a role: it is taken in, and listed, as any upload is. I3 I4 */
  private handIn(change: Change, image: Pick<ImageUpload, 'filename' | 'bytes' | 'mustMatch'>): void {
    const { images } = this.world;
    const grown: Change = (signed) => {
      signed.version += 1;
      change(signed);
    };
    const upload = (role: string, file: Uint8Array | undefined, keys: readonly SigningKey[] | undefined) => {
      if (file === undefined || keys === undefined) return;
      this.hasHandedIn = true;
      images.upload({ role, signedTargets: resign(file, grown, keys), ...image }, begin);
    };
    upload('targets', images.current()?.targets, this.keysOf('image', 'targets'));
    upload('supplier', images.current()?.delegated[0]?.bytes, this.holds.has('supplier') ? [supplierKey] : undefined);
  }

  /** As forged metadata where the Snapshot's key is held too, or else handed in. */
  private list(image: ListedImage, bytes: Uint8Array): void {
    const add: Change = (signed) => Object.assign(signed.targets, { [image.filename]: imageEntry(image) });
    if (this.keysOf('image', 'snapshot') !== undefined) this.forge('image', { targets: add });
    else this.handIn(add, { ...image, bytes });
  }

  /** Undefined where it does not hold them. */
  private keysOf(repository: RepositoryName, role: RoleName): readonly SigningKey[] | undefined {
    const has = this.holds.has(`${repository}/${role}`) || this.holds.has(`${repository}/root`);
    if (has) return this.world.keys[repository][role];
    return this.bluffs.includes(role) ? [stranger] : undefined;
  }

  private latest(repository: RepositoryName): OnlineFiles {
    const { world } = this;
    const timestamp = world.file(`${repository}/timestamp.json`);
    if (timestamp === undefined) throw new Error('nothing is served');
    const [targets, snapshot] = [world.latest(repository, 'targets').bytes, world.latest(repository, 'snapshot').bytes];
    return { targets, snapshot, timestamp };
  }
}

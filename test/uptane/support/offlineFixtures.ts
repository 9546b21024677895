// Owns: media for updates without a network, made from a live world, and the ECUs that read them.
import { expect } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { formatUtc } from '../../../src/core/utc.ts';
import {
  type OfflineImage,
  writeOfflineMedia,
  writeOfflineSnapshot,
  writeOfflineTargets,
} from '../../../src/repository/offlineMedia.ts';
import { listImage } from '../../../src/repository/roles/writeMetadata.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import type { SigningKey } from '../../../src/uptane/signing/keys.ts';
import type { FullTrust, VerifiedTargets } from '../../../src/uptane/verification/full.ts';
import { verifyOffline } from '../../../src/uptane/verification/offline.ts';
import type { EcuHardware } from '../../../src/uptane/verification/offlineAssignment.ts';
import { answerFromMedia, mediaMetadataName } from '../../../src/uptane/verification/offlineMedia.ts';
import { type Outcome, runProcedure } from '../../../src/uptane/verification/procedure.ts';
import type { TrustedMetadata } from '../../../src/uptane/verification/trusted.ts';
import { type Change, type Draft, draftOf, resign, rotateRoot } from './attacks.ts';
import {
  begin,
  ecuContext,
  hardwareOf,
  imageName,
  keyNamed,
  type Serial,
  serials,
  succeeded,
  World,
} from './fixtures.ts';

export const day = 86_400;
export const later = begin + 300 * day;

export interface OfflineKeys {
  readonly snapshot: readonly SigningKey[];
  readonly targets: readonly SigningKey[];
}
export const offlineKeys: OfflineKeys = {
  snapshot: [keyNamed('offline-snapshot')],
  targets: [keyNamed('offline-targets-0'), keyNamed('offline-targets-1')],
};

/** Release 2, and a Director whose Root names the offline roles. */
export function offlineWorld(): World {
  const world = new World();
  world.release(2);
  nameOfflineRoles(world);
  return world;
}

/** What must not sign for the offline roles. */
export const onlineKeys = new World().keys.director;

export const snapshotName = 'director/offline-snapshot.json';
export const targetsName = 'director/offline-targets.json';

/** Serves the next Director root, with the offline roles in it; undefined names none. */
export function nameOfflineRoles(world: World, keys: OfflineKeys | undefined = offlineKeys): void {
  rotateRoot(world, 'director', {
    expires: later,
    change: (signed) => {
      const { roles, keys: known } = signed as unknown as Record<'roles' | 'keys', Record<string, unknown>>;
      for (const [name, holders] of Object.entries(keys)) {
        roles[`offline-${name}`] = { keyids: holders.map(({ keyId }: SigningKey) => keyId), threshold: holders.length };
        for (const { keyId, key } of holders as readonly SigningKey[]) known[keyId] = key;
      }
    },
  });
}

/** An image of the world's Image repository, for its hardware wherever that is. */
export function offlineImage(serial: Serial, release: number): OfflineImage {
  const name = imageName(serial, release);
  const mustMatch = { hardwareIds: [hardwareOf(serial)], releaseCounter: release };
  return listImage(name, createRandom(name).bytes(1000 + release), mustMatch);
}

/** What is unusual about the offline roles' files. */
export interface OfflineDraft {
  readonly version?: number;
  readonly snapshotVersion?: number;
  readonly images?: readonly OfflineImage[];
  readonly targets?: Change;
  readonly snapshot?: Change;
  readonly keys?: Partial<OfflineKeys>;
}

export function offlineFiles(how: OfflineDraft = {}): { readonly snapshot: Uint8Array; readonly targets: Uint8Array } {
  const { version = 1, snapshotVersion = version } = how;
  const keys = { ...offlineKeys, ...how.keys };
  const images = how.images ?? serials.map((serial) => offlineImage(serial, 2));
  const edition = { version, expires: later };
  const targets = resign(writeOfflineTargets(edition, images, keys.targets), how.targets ?? (() => {}), keys.targets);
  const listed = { version: draftOf(targets).version, bytes: targets };
  const snapshot = writeOfflineSnapshot({ version: snapshotVersion, expires: later }, listed, keys.snapshot);
  return { snapshot: resign(snapshot, how.snapshot ?? (() => {}), keys.snapshot), targets };
}

export function makeMedia(world: World, how: OfflineDraft = {}): Map<string, Uint8Array> {
  const { snapshot, targets } = offlineFiles(how);
  const media = writeOfflineMedia({
    file: (repository, name) => world.file(`${repository}/${name}`),
    image: (name) => world.images.image(name, 0, 1_000_000),
    offlineSnapshot: snapshot,
    offlineTargets: targets,
  });
  return new Map(succeeded(media));
}

/** An ECU that reads media; `requests` are the names that it asked for, `caps` the most bytes that it would read of each. */
export interface OfflineVerifier {
  readonly name: string;
  readonly serial: Serial;
  verify(
    media: ReadonlyMap<string, Uint8Array>,
    trusted: TrustedMetadata,
    now?: number | null,
  ): Outcome<VerifiedTargets> & { readonly requests: readonly string[]; readonly caps: readonly number[] };
}

function verifier(name: string, serial: Serial, ecus: EcuHardware, all: boolean): OfflineVerifier {
  return {
    name,
    serial,
    verify(media, trusted, now = begin) {
      const requests: string[] = [];
      const caps: number[] = [];
      const context = ecuContext(now, all ? new Set(ecus.keys()) : undefined);
      const procedure = verifyOffline(context, trusted as FullTrust, ecus, (target) => all || target.ecus.has(serial));
      const outcome = runProcedure(procedure, (request) => {
        requests.push(mediaMetadataName(uptaneProfile, request.repository, request));
        caps.push(request.bytesMax);
        return answerFromMedia(uptaneProfile, media, request);
      });
      return { ...outcome, requests, caps };
    },
  };
}

const hardware = (serial: Serial): [string, string] => [serial, hardwareOf(serial)];
export const offlinePrimary = verifier('the Primary', 'primary-0', new Map(serials.map(hardware)), true);
export const offlineSecondary = verifier('a full Secondary', 'full-1', new Map([hardware('full-1')]), false);

/** An image of a Targets file that is being changed. */
export const entry = (signed: Draft, serial: Serial, release = 2) =>
  signed.targets[imageName(serial, release)] ?? expect.fail(`no image for ${serial}`);

/** The media with one file changed; without `change` it is missing. */
export function changed(
  media: Map<string, Uint8Array>,
  name: string,
  change?: (bytes: Uint8Array) => Uint8Array,
): Map<string, Uint8Array> {
  const bytes = media.get(name) ?? expect.fail(`${name} is not on the media`);
  media.delete(name);
  return change === undefined ? media : media.set(name, change(bytes));
}

/** Media that are to be refused, and by which fault. `media` runs in the world of the test. */
export interface MediaAttack {
  readonly title: string;
  readonly media: (world: World) => Map<string, Uint8Array>;
  readonly fault: object;
}

const past = formatUtc(begin - 1);
/** A change that makes a file one that has expired. */
export const expire = (signed: Draft) => {
  signed.expires = past;
};

export const draft = (how: OfflineDraft) => (world: World) => makeMedia(world, how);
export const file = (name: string, change?: (bytes: Uint8Array) => Uint8Array) => (world: World) =>
  changed(makeMedia(world), name, change);

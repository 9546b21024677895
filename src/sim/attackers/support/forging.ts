// Owns: what an attacker writes with the stolen online keys of a repository: metadata one version on that lists an image of its choice.

import type { CurrentFiles } from '../../../repository/roles/publication.ts';
import type { RoleKeySet } from '../../../repository/roles/roleKeys.ts';
import {
  type AssignedImage,
  type Edition,
  imageEntry,
  type ListedImage,
  listImage,
  writeDirectorTargets,
  writeImageTargets,
  writeSnapshot,
  writeTimestamp,
} from '../../../repository/roles/writeMetadata.ts';
import type { MadeImage } from '../../../vehicleFile/image.ts';
import type { World } from '../../world/world.ts';

export type Payload = ListedImage & { readonly bytes: Uint8Array };

const validForSeconds = 86_400;

/** The attacker's own image, for the hardware of these ECUs. */
export function attackersPayload(world: World, image: MadeImage, ecus: readonly string[]): Payload {
  const hardwareIds = [...new Set(ecus.map((ecu) => world.scenario.vehicle.ecus[ecu]?.hardware ?? ''))];
  const bytes = world.images.makeAttackers(image);
  return { ...listImage(image.filename, bytes, { hardwareIds, releaseCounter: image.releaseCounter }), bytes };
}

/** Director metadata that names the payload for the ECUs, valid by every key of the Director's that is online. */
export function forgeDirector(
  world: World,
  keys: RoleKeySet,
  ecus: readonly string[],
  payload: ListedImage,
): CurrentFiles {
  const { scenario, servers } = world;
  const edition = nextEdition(world, servers.director.current());
  const hardware = ecus.map((ecu) => [ecu, { hardwareId: scenario.vehicle.ecus[ecu]?.hardware ?? '' }] as const);
  const assigned: AssignedImage = { ...payload, ecus: new Map(hardware) };
  const targets = writeDirectorTargets(edition, scenario.vehicle.vin, [assigned], keys.targets);
  return forgedFiles(edition, targets, [], keys);
}

/** Metadata of the Image repository that lists the payload, valid by its keys; the suppliers' files stay as they are. */
export function forgeImageRepository(world: World, keys: RoleKeySet, payload: ListedImage): CurrentFiles {
  const current = world.servers.imageRepository.current();
  const edition = nextEdition(world, current);
  const listed = new Map([[payload.filename, imageEntry(payload)]]);
  const targets = writeImageTargets(edition, { targets: listed, delegations: undefined }, keys.targets);
  return forgedFiles(edition, targets, current?.delegated ?? [], keys);
}

function nextEdition(world: World, current: CurrentFiles | undefined): Edition {
  return { version: (current?.version ?? 0) + 1, expires: world.calendar.now() + validForSeconds };
}

function forgedFiles(
  edition: Edition,
  targets: Uint8Array,
  delegated: CurrentFiles['delegated'],
  keys: RoleKeySet,
): CurrentFiles {
  const { version } = edition;
  const snapshot = writeSnapshot(edition, [{ role: 'targets', version, bytes: targets }, ...delegated], keys.snapshot);
  const timestamp = writeTimestamp(edition, version, snapshot, keys.timestamp);
  return { version, targetsVersion: version, targets, snapshot, timestamp, delegated };
}

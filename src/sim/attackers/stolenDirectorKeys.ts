// Owns: an attacker that holds the Director's online keys and the Primary: it signs what it likes in the Director's name and
// hands it on itself. A full Secondary asks the Image repository's metadata as well, whose keys the attacker lacks; a partial
// one cannot. [key-compromise]

import {
  type AssignedImage,
  listImage,
  writeDirectorTargets,
  writeSnapshot,
  writeTimestamp,
} from '../../repository/metadataFiles.ts';
import type { CurrentFiles } from '../../repository/publication.ts';
import type { RoleKeySet } from '../../repository/roleKeys.ts';
import type { Target } from '../../uptane/metadata.ts';
import type { Attack } from '../scenario/schema.ts';
import type { World } from '../world.ts';
import { added, type RunningAttack } from './attacker.ts';
import { fullBundle, partialBundle, rootsOf } from './bundles.ts';

type StolenKeys = Extract<Attack, { kind: 'stolen-director-keys' }>;
type Payload = Pick<Target, 'filename' | 'length' | 'hashes' | 'mustMatch'> & { readonly bytes: Uint8Array };

const validForSeconds = 86_400;

/** The attacker's own image, or the genuine one of another ECU. */
function payloadOf(world: World, attack: StolenKeys): Payload {
  const { image, ecus } = attack;
  if ('imageOf' in image) {
    const listed = world.assigned.get(image.imageOf);
    const bytes = world.images.genuine.get(listed?.filename ?? '');
    if (listed === undefined || bytes === undefined) throw new Error(`${image.imageOf} has no image`);
    return { ...listed, bytes };
  }
  const hardwareIds = [...new Set(ecus.map((ecu) => world.scenario.vehicle.ecus[ecu]?.hardware ?? ''))];
  const bytes = world.images.makeAttackers(image);
  return { ...listImage(image.filename, bytes, { hardwareIds, releaseCounter: image.releaseCounter }), bytes };
}

/** Director metadata that names the payload for the ECUs, valid by every key of the Director's that is online. */
function forge(world: World, keys: RoleKeySet, ecus: readonly string[], payload: Payload): CurrentFiles {
  const { calendar, scenario, servers } = world;
  const version = (servers.director.current()?.version ?? 0) + 1;
  const edition = { version, expires: calendar.now() + validForSeconds };
  const hardware = ecus.map((ecu) => [ecu, { hardwareId: scenario.vehicle.ecus[ecu]?.hardware ?? '' }] as const);
  const assigned: AssignedImage = { ...payload, ecus: new Map(hardware) };
  const targets = writeDirectorTargets(edition, scenario.vehicle.vin, [assigned], keys.targets);
  const snapshot = writeSnapshot(edition, [{ role: 'targets', version, bytes: targets }], keys.snapshot);
  const timestamp = writeTimestamp(edition, version, snapshot, keys.timestamp);
  return { version, targetsVersion: version, targets, snapshot, timestamp, delegated: [] };
}

export function stolenDirectorKeys(world: World, attack: StolenKeys): RunningAttack {
  const payload = payloadOf(world, attack);
  const keys = world.keys.of('director');
  const metadata = (serial: string, honest: ReadonlyMap<string, Uint8Array>) => {
    if (!attack.ecus.includes(serial)) return honest;
    const forged = forge(world, keys, attack.ecus, payload);
    if (honest.has('director/targets.json')) return new Map([...rootsOf(honest), ...partialBundle(forged)]);
    const genuine = [...honest].filter(([file]) => file.startsWith('image/'));
    return new Map([...rootsOf(honest), ...fullBundle('director', forged), ...genuine]);
  };
  const image = (serial: string, filename: string, honest: Uint8Array | undefined) =>
    attack.ecus.includes(serial) && filename === payload.filename ? payload.bytes : honest;
  return {
    text: `the Director's online keys are stolen; a compromised Primary hands ${payload.filename} to ${attack.ecus.join(', ')}`,
    stop: added(world.compromises, { metadata, image }),
  };
}

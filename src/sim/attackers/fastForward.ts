// Owns: an attacker that holds the keys of the Director's Timestamp and Snapshot and raises their versions to the highest there is:
// after that no honest file is new enough. [fast-forward]
import * as z from 'zod';
import type { CurrentFiles } from '../../repository/roles/publication.ts';
import { writeSnapshot, writeTimestamp } from '../../repository/roles/writeMetadata.ts';
import { name } from '../../vehicleFile/fields.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import { added, attackKind } from './attacker.ts';

const version = Number.MAX_SAFE_INTEGER;
const validForSeconds = 86_400;

export const fastForward = attackKind({
  kind: 'fast-forward',
  schema: z.strictObject({ kind: z.literal('fast-forward'), id: name }),
  documented: {
    form: '',
    meaning: "on the network, with the keys of the Director's Timestamp and Snapshot: the highest version there is",
  },
  indicates: ['rollback'],
  clauses: ['T3'],
  start(world) {
    const keys = world.keys.of('director');
    const forge = ({ targets, targetsVersion }: CurrentFiles) => {
      const edition = { version, expires: world.calendar.now() + validForSeconds };
      const files = [{ role: 'targets', version: targetsVersion, bytes: targets }];
      const snapshot = writeSnapshot(edition, files, keys.snapshot);
      return { snapshot, timestamp: writeTimestamp(edition, version, snapshot, keys.timestamp) };
    };
    const filter: RemoteFilter = (request, genuine) => {
      const current = world.servers.director.current();
      if (request.type !== 'metadata' || request.repository !== 'director' || current === undefined) return genuine;
      if (request.file === 'timestamp.json') return { status: 'ok', bytes: forge(current).timestamp };
      return request.file === `${version}.snapshot.json` ? { status: 'ok', bytes: forge(current).snapshot } : genuine;
    };
    return {
      text: `the keys of the Director's Timestamp and Snapshot are stolen; their versions leap to ${version}`,
      stop: added(world.network.filters, filter),
    };
  },
});

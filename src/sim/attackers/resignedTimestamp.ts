// Owns: an attacker that holds the key of the Director's Timestamp and signs the latest one again, same version, to be valid for
// longer. [indefinite-freeze]
import * as z from 'zod';
import { writeTimestamp } from '../../repository/roles/writeMetadata.ts';
import { name } from '../../vehicleFile/fields.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import { added, attackKind } from './attacker.ts';

const validForSeconds = 365 * 86_400;

export const resignedTimestamp = attackKind({
  kind: 'resigned-timestamp',
  schema: z.strictObject({ kind: z.literal('resigned-timestamp'), id: name }),
  documented: {
    form: '',
    meaning:
      "on the network, with the key of the Director's Timestamp: the latest one, signed again to be valid for a year",
  },
  indicates: ['indefinite-freeze'],
  clauses: ['T3'],
  start(world) {
    const keys = world.keys.of('director').timestamp;
    const filter: RemoteFilter = (request, genuine) => {
      const current = world.servers.director.current();
      const isMeant =
        request.type === 'metadata' && request.repository === 'director' && request.file === 'timestamp.json';
      if (!isMeant || current === undefined) return genuine;
      const { version, snapshot } = current;
      const edition = { version, expires: world.calendar.now() + validForSeconds };
      return { status: 'ok', bytes: writeTimestamp(edition, version, snapshot, keys) };
    };
    return {
      text: "the key of the Director's Timestamp is stolen; the latest one is signed again, to be valid for a year",
      stop: added(world.network.filters, filter),
    };
  },
});

// Owns: an attacker that serves metadata of an earlier moment: a rollback where the ECU knows newer, a freeze where it
// does not, and then blocked once the old metadata has expired. [rollback, indefinite-freeze]
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import { added, attackKind, position, positionProblems, recordingProblems, victims, victimsText } from './attacker.ts';
import { fullBundle, partialBundle, rootsOf } from './support/bundles.ts';

export const replayedMetadata = attackKind({
  kind: 'replayed-metadata',
  schema: z.strictObject({ kind: z.literal('replayed-metadata'), id: name, position, recording: name, ecus: victims }),
  documented: {
    form: '`position`, `recording`, `ecus`',
    meaning: 'metadata as it was recorded: a rollback where newer is known, a freeze where not',
  },
  indicates: ['rollback', 'indefinite-freeze'],
  clauses: ['T3', 'V4', 'T4', 'V5'],
  *problems(attack, at) {
    yield* recordingProblems(attack, at);
    yield* positionProblems(attack, at);
  },
  start(world, attack) {
    const { position: where, recording: name, ecus } = attack;
    const recording = world.recordings.get(name);
    if (where === 'network') {
      const filter: RemoteFilter = (request, genuine) => {
        const bytes =
          request.type === 'metadata' && request.file === 'timestamp.json'
            ? recording?.[request.repository]?.timestamp
            : undefined;
        return bytes === undefined ? genuine : { status: 'ok', bytes };
      };
      return { text: `the network serves metadata recorded as ${name}`, stop: added(world.network.filters, filter) };
    }
    const metadata = (serial: string, honest: ReadonlyMap<string, Uint8Array>) => {
      if (ecus?.includes(serial) === false) return honest;
      if (honest.has('director/targets.json'))
        return new Map([...rootsOf(honest), ...partialBundle(recording?.director)]);
      return new Map([
        ...rootsOf(honest),
        ...fullBundle('director', recording?.director),
        ...fullBundle('image', recording?.image),
      ]);
    };
    return {
      text: `a compromised Primary hands metadata recorded as ${name} to ${victimsText(ecus)}`,
      stop: added(world.compromises, { metadata }),
    };
  },
});

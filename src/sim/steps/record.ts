// Owns: what an attacker keeps of what is public now.
import { name } from '../../vehicleFile/fields.ts';
import { stepKind } from './step.ts';

export const record = stepKind({
  schema: name,
  documented: [
    {
      form: 'record: NAME',
      meaning:
        "an attacker keeps what is public now: both repositories' metadata and the last time attestation. After a first cycle",
    },
  ],
  text: (recording) => `an attacker records what it sees as ${recording}`,
  *problems(recording, { known, path }) {
    known.recordings.add(recording);
    if (!known.hasCycled) yield { path, message: 'before the first cycle there is nothing to record' };
  },
  run({ world }, recording) {
    const { director, imageRepository } = world.servers;
    const attestation = world.network.lastAttestation;
    world.recordings.set(recording, { director: director.current(), image: imageRepository.current(), attestation });
  },
});

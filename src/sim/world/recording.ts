// Owns: what anybody on the network can have kept at some moment.
import type { CurrentFiles } from '../../repository/roles/publication.ts';

/** Both repositories' files and the last time attestation. */
export interface Recording {
  readonly director: CurrentFiles | undefined;
  readonly image: CurrentFiles | undefined;
  readonly attestation: Uint8Array | undefined;
}

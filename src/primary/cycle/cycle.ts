// Owns: what a Primary remembers during one update cycle. A new cycle, or a reboot, begins with an empty one.
import type { RequestBodies, ResponseBodies } from '../../messages/codec.ts';
import type { JsonValue } from '../../uptane/json/strictJson.ts';
import type { Targets } from '../../uptane/model/metadata.ts';

export interface Cycle {
  /** The welcome of each Secondary that was reached. */
  readonly welcomes: Map<string, ResponseBodies['welcome']>;
  /** The signed reports, as JSON, by serial. */
  readonly reports: Map<string, JsonValue>;
  /** The Secondaries' time tokens, in hexadecimal, by serial. */
  readonly tokens: Map<string, string>;
  /** Secondaries that take no further part: unreachable, or they refused. */
  readonly left: Set<string>;
  /** Secondaries that refused the time: they learn the metadata, and take no image. Y3 */
  readonly untimed: Set<string>;
  /** The attestation to hand on, as received. */
  attestation: RequestBodies['time']['attestation'] | undefined;
  /** What the Director wants, once verified. */
  director: Targets | undefined;
  manifestAccepted: boolean;
  /** What each Secondary said that it wants, once it has verified the metadata, by serial. */
  readonly wanted: Map<string, { readonly filename: string; readonly length: number }>;
  /** The Primary's own new image is activated: it is to reboot. */
  ownActivated: boolean;
  /** By their keys in the store, the images whose download came to nothing, of which a fault has told. */
  readonly undownloaded: Set<string>;
}

export function newCycle(): Cycle {
  return {
    welcomes: new Map(),
    reports: new Map(),
    tokens: new Map(),
    left: new Set(),
    untimed: new Set(),
    attestation: undefined,
    director: undefined,
    manifestAccepted: false,
    wanted: new Map(),
    ownActivated: false,
    undownloaded: new Set(),
  };
}

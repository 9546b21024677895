// Owns: what an ECU lets an onlooker see. It learns nothing back.
import type { RemoteFault } from '../core/faults.ts';

export interface EcuObserver {
  /** The statechart entered a state. */
  stateEntered(state: string): void;
  faultFound(fault: RemoteFault): void;
  /** Seconds since 1970. */
  timeAccepted(time: number): void;
  /** Versions of the trusted metadata, by `director/targets` and the like. */
  metadataVerified(versions: Readonly<Record<string, number>>): void;
  imageProgressed(filename: string, receivedBytes: number, totalBytes: number): void;
  /** A message left for `peer`. */
  messageSent(peer: string, name: string, bytes: number): void;
  /** `peer`: the ECU it was talking to, where it is one of many. */
  networkFailed(message: string, peer?: string): void;
}

// Owns: what a Primary needs of the world around it.
import type { Link } from '../../bus/link.ts';
import type { EcuPorts } from '../../ecu/ecu.ts';
import type { VerificationMode } from '../../ecu/identity.ts';
import type { RemoteRequest, RemoteResponse } from '../../uptane/model/remote.ts';

/** The way to the servers outside the vehicle. */
export interface Remote {
  /** Calls `done` once: with the answer, or undefined where nobody answered. Returns a function that gives the question up. */
  request(request: RemoteRequest, done: (response: RemoteResponse | undefined) => void): () => void;
}

/** A Secondary as the Primary knows it from manufacture. */
export interface KnownSecondary {
  readonly serial: string;
  readonly hardwareId: string;
  readonly verification: VerificationMode;
  readonly link: Link;
  /** Secondaries of one channel, such as a bus, share its bandwidth. */
  readonly channel: string;
}

/**
 * What the Primary hands on to a Secondary, given what an honest one would. The identity, but for a Primary that an
 * attacker holds.
 */
export interface Distribution {
  /** Undefined: none, though there is one. */
  time(serial: string, honest: Uint8Array): Uint8Array | undefined;
  /** Files by `director/targets.json` and the like. */
  metadata(serial: string, honest: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array>;
  image(serial: string, filename: string, honest: Uint8Array | undefined): Uint8Array | undefined;
}

export const honestDistribution: Distribution = {
  time: (_serial, honest) => honest,
  metadata: (_serial, honest) => honest,
  image: (_serial, _filename, honest) => honest,
};

/** Images on their way to Secondaries, encrypted or not; outlives the Primary's restarts. */
export interface ImageStore {
  /** The bytes received so far of an image of that name and hash, or undefined. */
  received(key: string): number | undefined;
  create(key: string, length: number): void;
  append(key: string, bytes: Uint8Array): void;
  /** A view of the whole image once it is complete. */
  read(key: string): Uint8Array | undefined;
  delete(key: string): void;
  keys(): readonly string[];
}

/** Durations in milliseconds. */
export interface PrimaryTiming {
  readonly bootMs: number;
  /** Of one phase of a cycle, whatever happens in it. */
  readonly phaseMs: number;
  /** For the answer to one message or one request. */
  readonly answerMs: number;
  readonly activateMs: number;
}

export interface PrimaryPorts extends EcuPorts {
  readonly remote: Remote;
  readonly secondaries: readonly KnownSecondary[];
  readonly distribution: () => Distribution;
  readonly imageStore: ImageStore;
  readonly timing: PrimaryTiming;
  readonly flashBytesPerSecond: number;
  /** The statechart came to its end: the ECU is to be booted again. */
  readonly rebooted: () => void;
  /** An update cycle is over, its last manifest sent or given up. */
  readonly cycleCompleted: () => void;
}

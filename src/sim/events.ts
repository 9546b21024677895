// Owns: what a run tells to whoever watches it: the trace, the progress lines, the dashboard. One union; every event is
// plain data, in the order in which it happened. No wall time in here: a trace must come out the same twice.
import type { Attack, RemoteFaultCode } from '../core/faults.ts';
import type { VerificationMode } from '../ecu/identity.ts';

export type EcuRole = 'primary' | 'secondary';

export interface InstalledImage {
  readonly filename: string;
  readonly sha256: string;
  readonly lengthBytes: number;
  readonly releaseCounter: number;
}

export type ImageMaker = 'genuine' | 'attacker';

export interface EcuSummary {
  readonly id: string;
  readonly role: EcuRole;
  readonly mode: VerificationMode;
  /** The buses it sits on: all of them for the Primary. */
  readonly buses: readonly string[];
  /** How the Primary reaches it: `isotp` over its bus or `tcp`. Absent for the Primary. */
  readonly link?: 'isotp' | 'tcp';
  readonly hardwareId: string;
  readonly installed: InstalledImage;
}

export interface BusSummary {
  readonly id: string;
  readonly kind: 'can' | 'can-fd';
  readonly bitrate: number;
  readonly dataBitrate?: number;
  /** The SocketCAN interface that carries it, or absent for the virtual bus. */
  readonly interface?: string;
}

/** A fault as an ECU found it. */
export interface FoundFault {
  readonly code: RemoteFaultCode;
  readonly clause: string;
  readonly message: string;
  readonly attack?: Attack;
}

/** `t` is nanoseconds since the run began. */
export type SimEvent =
  | {
      readonly type: 'run.started';
      readonly t: number;
      readonly scenario: string;
      readonly seed: number;
      readonly ecus: readonly EcuSummary[];
      readonly buses: readonly BusSummary[];
    }
  /** The scenario's next step, in words a user reads. */
  | { readonly type: 'step.started'; readonly t: number; readonly index: number; readonly text: string }
  /** An ECU's statechart entered a state, such as `idle`, `verifyingMetadata`, `receivingImage`, `rebooting`. */
  | { readonly type: 'ecu.state'; readonly t: number; readonly ecu: string; readonly state: string }
  /** An image on its way into the inactive bank (Secondary) or the image store (Primary). */
  | {
      readonly type: 'ecu.progress';
      readonly t: number;
      readonly ecu: string;
      readonly filename: string;
      readonly receivedBytes: number;
      readonly totalBytes: number;
    }
  /** The ECU booted this image. `maker` says whose it is, which the ECU itself cannot know. */
  | {
      readonly type: 'ecu.booted';
      readonly t: number;
      readonly ecu: string;
      readonly installed: InstalledImage;
      readonly bank: number;
      readonly maker: ImageMaker;
    }
  /** The ECU accepted a time attestation; `time` is ISO 8601. */
  | { readonly type: 'ecu.time'; readonly t: number; readonly ecu: string; readonly time: string }
  /** The ECU refused something and will name it in its next report. */
  | { readonly type: 'ecu.fault'; readonly t: number; readonly ecu: string; readonly fault: FoundFault }
  /** The ECU verified metadata; versions by `director/targets` and the like. */
  | {
      readonly type: 'ecu.verified';
      readonly t: number;
      readonly ecu: string;
      readonly versions: Readonly<Record<string, number>>;
    }
  /** A message on a link: its name in ecunet.proto and its length. */
  | {
      readonly type: 'message';
      readonly t: number;
      readonly from: string;
      readonly to: string;
      readonly name: string;
      readonly bytes: number;
    }
  /** A request of the Primary to a server outside the vehicle, when it was answered. */
  | {
      readonly type: 'remote';
      readonly t: number;
      readonly request: string;
      readonly outcome: string;
      readonly bytes: number;
    }
  /** A transfer or a node failed on the in-vehicle network. */
  | {
      readonly type: 'network.fault';
      readonly t: number;
      readonly ecu: string /** The ECU that it was talking to, where it is one of many. */;
      readonly peer?: string;
      readonly message: string;
    }
  /** What a bus carried since the last such event; `digest` chains over every frame's time, id and data. */
  | {
      readonly type: 'bus.window';
      readonly t: number;
      readonly bus: string;
      readonly windowNs: number;
      readonly frames: number;
      readonly busyNs: number;
      readonly digest: string;
    }
  /** A bus was cut or repaired, in words a user reads. */
  | { readonly type: 'bus.changed'; readonly t: number; readonly bus: string; readonly text: string }
  /** The Director judged a vehicle version manifest. `confirms`: every ECU runs what the campaign wants. */
  | {
      readonly type: 'director.manifest';
      readonly t: number;
      readonly accepted: boolean;
      readonly confirms: boolean;
      readonly installed: Readonly<Record<string, string>>;
      readonly fault?: FoundFault;
    }
  | { readonly type: 'attack.started'; readonly t: number; readonly id: string; readonly text: string }
  | { readonly type: 'attack.stopped'; readonly t: number; readonly id: string }
  | {
      readonly type: 'expectation';
      readonly t: number;
      readonly text: string;
      readonly passed: boolean;
      readonly actual: string;
    }
  | { readonly type: 'run.finished'; readonly t: number; readonly outcome: 'passed' | 'failed' };

export type Observer = (event: SimEvent) => void;

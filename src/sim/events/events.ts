// Owns: what a run tells its watchers: the trace, the progress lines, the dashboard. One union; every event is
// plain data, in the order in which it happened. No wall time in here: a trace must come out the same twice.
import type { ControllerState } from '../../bus/bus.ts';
import type { Attack, RemoteFaultCode } from '../../core/faults.ts';
import type { VerificationMode } from '../../ecu/identity.ts';

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
  /** How the Primary reaches it: `isotp` over its bus, `tcp` on a simulated Ethernet, or by a link over loopback. Absent for the Primary. */
  readonly link?: 'isotp' | 'tcp' | 'tcp+tls' | 'udp';
  readonly hardwareId: string;
  readonly installed: InstalledImage;
}

export interface BusSummary {
  readonly id: string;
  readonly kind: 'can' | 'can-fd' | 'ethernet';
  /** On Ethernet, of its links, where they do not differ. */
  readonly bitrate: number;
  readonly dataBitrate?: number;
  /** The SocketCAN interface that carries it, or absent for the virtual bus. */
  readonly interface?: string;
}

/** What a gateway dropped for one reason on its way from one bus to another. */
export interface GatewayDrops {
  readonly what: 'frames' | 'messages';
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly count: number;
}

export interface GatewayCounts {
  readonly framesForwarded: number;
  readonly framesDropped: number;
  readonly messagesForwarded: number;
  readonly messagesDropped: number;
  /** In the order in which they first came about. */
  readonly drops: readonly GatewayDrops[];
}

/** A fault as an ECU found it. */
export interface FoundFault {
  readonly code: RemoteFaultCode;
  readonly clause: string;
  readonly message: string;
  readonly attack?: Attack;
}

/** Why a run is given up: its watcher quits, a signal, an error in the run, or the process exits for another reason. */
export const giveUpReasons = ['quit', 'SIGINT', 'SIGTERM', 'SIGHUP', 'error', 'exit'] as const;
export type GiveUpReason = (typeof giveUpReasons)[number];

/** How a run came out. */
export type Outcome = 'passed' | 'failed' | 'given-up';

/** What happened in a run, without its time. */
export type Happening =
  | {
      readonly type: 'run.started';
      readonly scenario: string;
      readonly seed: number;
      readonly ecus: readonly EcuSummary[];
      readonly buses: readonly BusSummary[];
    }
  /** The scenario's next step, in words a user reads. */
  | { readonly type: 'step.started'; readonly index: number; readonly text: string }
  /** An ECU's statechart entered a state, such as `idle`, `verifyingMetadata`, `receivingImage`, `rebooting`. */
  | { readonly type: 'ecu.state'; readonly ecu: string; readonly state: string }
  /** An image on its way into the inactive bank (Secondary) or the image store (Primary). */
  | {
      readonly type: 'ecu.progress';
      readonly ecu: string;
      readonly filename: string;
      readonly receivedBytes: number;
      readonly totalBytes: number;
    }
  /** The ECU booted this image. `maker` says whose it is, which the ECU itself cannot know. */
  | {
      readonly type: 'ecu.booted';
      readonly ecu: string;
      readonly installed: InstalledImage;
      readonly bank: number;
      readonly maker: ImageMaker;
    }
  /** The ECU accepted a time attestation; `time` is ISO 8601. */
  | { readonly type: 'ecu.time'; readonly ecu: string; readonly time: string }
  /** The ECU refused something and will name it in its next report. */
  | { readonly type: 'ecu.fault'; readonly ecu: string; readonly fault: FoundFault }
  /** The ECU verified metadata; versions by `director/targets` and the like. */
  | {
      readonly type: 'ecu.verified';
      readonly ecu: string;
      readonly versions: Readonly<Record<string, number>>;
    }
  /** A message on a link: its name in ecunet.proto and its length. */
  | {
      readonly type: 'message';
      readonly from: string;
      readonly to: string;
      readonly name: string;
      readonly bytes: number;
    }
  /** A request of the Primary to a server outside the vehicle, when it was answered. */
  | {
      readonly type: 'remote';
      readonly request: string;
      readonly outcome: string;
      readonly bytes: number;
    }
  /** A transfer or a node failed on the in-vehicle network. */
  | {
      readonly type: 'network.fault';
      readonly ecu: string /** The ECU that it was talking to, where it is one of many. */;
      readonly peer?: string;
      readonly message: string;
    }
  /** What a bus, or an Ethernet network's switch, carried since the last such event; `digest` chains over every frame's time, id and data. */
  | {
      readonly type: 'bus.window';
      readonly bus: string;
      readonly windowNs: number;
      readonly frames: number;
      readonly busyNs: number;
      /** On Ethernet: the direction of a link that `busyNs` is of, the busiest one. */
      readonly link?: string;
      /** Attempts that an error frame ended, where there were any. */
      readonly errorFrames?: number;
      /** On Ethernet, where there were any: frames that came to nothing on a link, and that found a queue full. */
      readonly lostFrames?: number;
      readonly droppedFrames?: number;
      readonly digest: string;
    }
  /** A node's controller as it stands, where it changed; `busOffs`: how often it went bus-off since the last such look. */
  | {
      readonly type: 'bus.node';
      readonly bus: string;
      readonly node: string;
      readonly state: ControllerState;
      readonly transmitErrors: number;
      readonly receiveErrors: number;
      readonly busOffs: number;
    }
  /** A bus's background traffic in the whole run: delays from when a frame was due to when it had left. */
  | {
      readonly type: 'bus.traffic';
      readonly bus: string;
      readonly frames: number;
      readonly lost: number;
      readonly latestNs: number;
      readonly latestId: number;
      readonly delaysNs: number;
    }
  /** A node has kept others, who had frames waiting, off the bus for a second. */
  | { readonly type: 'bus.babbling'; readonly bus: string; readonly node: string }
  /** What a gateway dropped since the last such look. */
  | {
      readonly type: 'gateway.dropped';
      readonly gateway: string;
      readonly windowNs: number;
      readonly drops: readonly GatewayDrops[];
    }
  /** What a gateway forwarded and dropped in the whole run. */
  | ({ readonly type: 'gateway.total'; readonly gateway: string } & GatewayCounts)
  /** A bus was cut, disturbed or repaired, in words a user reads. */
  | { readonly type: 'bus.changed'; readonly bus: string; readonly text: string }
  /** The Director judged a vehicle version manifest. `confirms`: every ECU runs what the campaign wants. */
  | {
      readonly type: 'director.manifest';
      readonly accepted: boolean;
      readonly confirms: boolean;
      readonly installed: Readonly<Record<string, string>>;
      readonly fault?: FoundFault;
    }
  | { readonly type: 'attack.started'; readonly id: string; readonly text: string }
  | { readonly type: 'attack.stopped'; readonly id: string }
  | {
      readonly type: 'expectation';
      readonly text: string;
      readonly passed: boolean;
      readonly actual: string;
    }
  | { readonly type: 'run.finished'; readonly outcome: 'passed' | 'failed' }
  /** The run ends before its last step. `error`: what went wrong, where that is the reason. */
  | { readonly type: 'run.givenUp'; readonly reason: GiveUpReason; readonly error?: string };

type Timed<Content> = Content extends unknown ? Content & { readonly t: number } : never;

/** What happened and when: `t` is nanoseconds since the run began. */
export type SimEvent = Timed<Happening>;

/** Tells the observers what happened; the time is added. */
export type Emit = (happening: Happening) => void;

export type Observer = (event: SimEvent) => void;

/** The events of one type. */
export type EventOf<Type extends SimEvent['type']> = Extract<SimEvent, { type: Type }>;

// Owns: what a watcher knows of one ECU, and how events change it. Pure.
import type { Attack, RemoteFaultCode } from '../core/faults.ts';
import type { EcuSummary, FoundFault, ImageMaker, InstalledImage, SimEvent } from '../sim/events/events.ts';

interface ImageProgress {
  readonly filename: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

export interface EcuView extends Omit<EcuSummary, 'installed'> {
  readonly state: string;
  /** When it last did something, in simulated nanoseconds: which ECUs to show where not all fit. */
  readonly activeNs: number;
  readonly before: InstalledImage;
  readonly now: InstalledImage;
  /** Of the image that runs now. */
  readonly maker: ImageMaker;
  /** It ran an attacker's image at any time. */
  readonly wasCompromised: boolean;
  /** Who wants it to get an image: a campaign, by its name, or the Director's list, which has none. */
  readonly wantedBy: readonly (string | undefined)[];
  readonly bank?: number;
  readonly progress?: ImageProgress;
  /** The last accepted time attestation, ISO 8601. */
  readonly attestedTime?: string;
  readonly lastFault?: FoundFault;
  /** The codes of all that it refused, in the order found. */
  readonly refused: readonly RemoteFaultCode[];
  /** It refused something since it last booted or accepted metadata. */
  readonly refusing: boolean;
  /** Each attack it has named, in the order found. */
  readonly attacks: readonly Attack[];
  /** The last trouble of the in-vehicle network. */
  readonly networkFault?: string;
}

/**
 * Whose bytes an ECU runs; what it refused is another question. `compromised`: an attacker's. `suspect`: another image whose release
 * counter is no higher, which no honest update gives.
 */
export type EcuVerdict = 'updated' | 'compromised' | 'suspect' | 'unchanged';

export type EcuEvent = Extract<SimEvent, { type: `ecu.${string}` | 'network.fault' }>;

export function initialEcuView({ installed, ...summary }: EcuSummary): EcuView {
  return {
    ...summary,
    state: 'idle',
    activeNs: 0,
    before: installed,
    now: installed,
    maker: 'genuine',
    wasCompromised: false,
    wantedBy: [],
    refused: [],
    refusing: false,
    attacks: [],
  };
}

export function ecuVerdict({ before, now, maker }: EcuView): EcuVerdict {
  if (maker === 'attacker') return 'compromised';
  if (isSameInstalled(now, before)) return 'unchanged';
  // The same bytes under another name are no step back.
  const isLater = now.releaseCounter > before.releaseCounter;
  const isRenamed = now.sha256 === before.sha256 && now.releaseCounter === before.releaseCounter;
  return isLater || isRenamed ? 'updated' : 'suspect';
}

/** Whether it is the same image: the same bytes released again are another one. */
export function isSameInstalled(a: InstalledImage, b: InstalledImage): boolean {
  return a.sha256 === b.sha256 && a.filename === b.filename && a.releaseCounter === b.releaseCounter;
}

/** Whether it was to get an image. One that came unasked counts where it is an honest update: a campaign brought what it requires. */
export function isWanted(ecu: EcuView): boolean {
  return ecu.wantedBy.length > 0 || ecuVerdict(ecu) === 'updated';
}

function withoutProgress({ progress: _, ...rest }: EcuView): EcuView {
  return rest;
}

function withFault(ecu: EcuView, fault: FoundFault): EcuView {
  const { attack, code } = fault;
  const attacks = attack === undefined || ecu.attacks.includes(attack) ? ecu.attacks : [...ecu.attacks, attack];
  const refused = ecu.refused.includes(code) ? ecu.refused : [...ecu.refused, code];
  return { ...withoutProgress(ecu), lastFault: fault, refused, refusing: true, attacks };
}

export function updateEcuView(view: EcuView, event: EcuEvent): EcuView {
  const ecu = { ...view, activeNs: event.t };
  switch (event.type) {
    case 'ecu.state':
      return { ...(event.state === 'idle' ? withoutProgress(ecu) : ecu), state: event.state };
    case 'ecu.progress': {
      const { filename, receivedBytes, totalBytes } = event;
      return { ...ecu, progress: { filename, receivedBytes, totalBytes } };
    }
    case 'ecu.booted': {
      const { installed, maker, bank } = event;
      const wasCompromised = ecu.wasCompromised || maker === 'attacker';
      return { ...withoutProgress(ecu), now: installed, maker, wasCompromised, bank, refusing: false };
    }
    case 'ecu.time':
      return { ...ecu, attestedTime: event.time };
    case 'ecu.fault':
      return withFault(ecu, event.fault);
    case 'ecu.verified':
      return { ...ecu, refusing: false };
    case 'network.fault':
      return { ...ecu, networkFault: event.message };
    default:
      return event satisfies never;
  }
}

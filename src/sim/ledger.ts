// Owns: what happened so far, as far as expectations and results ask for it, kept from the run's own events.
import type { FoundFault, SimEvent } from './events.ts';

/** An image on its way to an ECU in the current cycle. */
interface Transfer {
  readonly filename: string;
  receivedBytes: number;
  readonly totalBytes: number;
  /** Something failed on the network while it was under way. */
  interrupted: boolean;
  /** It began again from an earlier byte. */
  restarted: boolean;
}

export class Ledger {
  /** Faults by ECU, in the whole run and in the current cycle. */
  readonly faults = new Map<string, FoundFault[]>();
  readonly cycleFaults = new Map<string, FoundFault[]>();
  readonly transfers = new Map<string, Transfer>();
  /** The Director's last verdict on a manifest. */
  manifest: Extract<SimEvent, { type: 'director.manifest' }> | undefined;
  /** Told of each event, after it was noted. */
  watcher: (event: SimEvent) => void = () => {};

  beginCycle(): void {
    this.cycleFaults.clear();
    this.transfers.clear();
  }

  note(event: SimEvent): void {
    switch (event.type) {
      case 'ecu.fault':
        for (const faults of [this.faults, this.cycleFaults]) {
          faults.set(event.ecu, [...(faults.get(event.ecu) ?? []), event.fault]);
        }
        break;
      case 'ecu.progress':
        this.noteProgress(event);
        break;
      case 'network.fault':
        for (const transfer of this.transfers.values()) {
          if (transfer.receivedBytes < transfer.totalBytes) transfer.interrupted = true;
        }
        break;
      case 'director.manifest':
        this.manifest = event;
        break;
      default:
        break;
    }
    this.watcher(event);
  }

  private noteProgress({
    ecu,
    filename,
    receivedBytes,
    totalBytes,
  }: Extract<SimEvent, { type: 'ecu.progress' }>): void {
    const transfer = this.transfers.get(ecu);
    if (transfer === undefined || transfer.filename !== filename) {
      this.transfers.set(ecu, { filename, receivedBytes, totalBytes, interrupted: false, restarted: false });
      return;
    }
    if (receivedBytes <= transfer.receivedBytes) transfer.restarted = true;
    transfer.receivedBytes = receivedBytes;
  }
}

// Owns: what happened so far, as far as expectations and results ask for it, kept from the run's own events.
import type { EventOf, FoundFault, SimEvent } from './events.ts';

/** An image on its way to an ECU. */
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
  /** The Director's last verdict on a manifest of this cycle. */
  manifest: EventOf<'director.manifest'> | undefined;
  /** Told of each event, after it was noted. */
  watcher: (event: SimEvent) => void = () => {};

  /** A transfer that is not complete goes on into the next cycle, as one that was interrupted. */
  beginCycle(): void {
    this.cycleFaults.clear();
    this.manifest = undefined;
    for (const [ecu, transfer] of this.transfers) {
      if (transfer.receivedBytes === transfer.totalBytes) this.transfers.delete(ecu);
      else transfer.interrupted = true;
    }
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
      case 'network.fault': {
        const transfer = this.transfers.get(event.peer ?? event.ecu);
        if (transfer !== undefined && transfer.receivedBytes < transfer.totalBytes) transfer.interrupted = true;
        break;
      }
      case 'director.manifest':
        this.manifest = event;
        break;
      default:
        break;
    }
    this.watcher(event);
  }

  private noteProgress({ ecu, filename, receivedBytes, totalBytes }: EventOf<'ecu.progress'>): void {
    const transfer = this.transfers.get(ecu);
    if (transfer === undefined || transfer.filename !== filename) {
      this.transfers.set(ecu, { filename, receivedBytes, totalBytes, interrupted: false, restarted: false });
      return;
    }
    if (receivedBytes <= transfer.receivedBytes) transfer.restarted = true;
    transfer.receivedBytes = receivedBytes;
  }
}

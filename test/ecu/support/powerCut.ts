// Owns: cutting an ECU's power at a chosen write to its storage or its flash.
import type { Flash } from '../../../src/ecu/flash.ts';
import type { EcuStorage } from '../../../src/ecu/storage.ts';

export class PowerCut extends Error {
  override name = 'PowerCut';
}

/** Where in the write the power goes: nothing of it happened, half of it (flash only: storage is atomic), all of it. */
export type CutMoment = 'before' | 'midway' | 'after';
export const cutMoments: readonly CutMoment[] = ['before', 'midway', 'after'];

/** Counts writes; at the one it was set to, the power goes. */
export class Fuse {
  writes = 0;
  private cutAt = Number.POSITIVE_INFINITY;
  private moment: CutMoment = 'before';

  /** `write`: 1 for the next one. */
  set(write: number, moment: CutMoment): void {
    this.writes = 0;
    this.cutAt = write;
    this.moment = moment;
  }

  mend(): void {
    this.cutAt = Number.POSITIVE_INFINITY;
  }

  pass(write: () => void, half: () => void): void {
    this.writes += 1;
    if (this.writes !== this.cutAt) {
      write();
      return;
    }
    if (this.moment === 'midway') half();
    if (this.moment === 'after') write();
    throw new PowerCut(`at write ${this.writes}, ${this.moment}`);
  }
}

export function fusedStorage(storage: EcuStorage, fuse: Fuse): EcuStorage {
  return {
    read: (name) => storage.read(name),
    names: () => storage.names(),
    write: (files) =>
      fuse.pass(
        () => storage.write(files),
        () => {},
      ),
  };
}

/** Half an erase leaves noise, half a write half the bytes. */
export function fusedFlash(flash: Flash, fuse: Fuse): Flash {
  return {
    bankBytes: flash.bankBytes,
    read: (bank, offset, length) => flash.read(bank, offset, length),
    revision: (bank) => flash.revision(bank),
    erase: (bank) =>
      fuse.pass(
        () => flash.erase(bank),
        () => flash.write(bank, 0, new Uint8Array(100).fill(0x5a)),
      ),
    write: (bank, offset, bytes) =>
      fuse.pass(
        () => flash.write(bank, offset, bytes),
        () => flash.write(bank, offset, bytes.subarray(0, bytes.length >> 1)),
      ),
  };
}

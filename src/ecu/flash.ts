// Owns: the port to an ECU's flash memory, and an implementation in memory that outlives the ECU's restarts.

export type BankIndex = 0 | 1;

/** Two banks of equal size. A block once written is there after a power cut. */
export interface Flash {
  readonly bankBytes: number;
  /** Blanks a bank. */
  erase(bank: BankIndex): void;
  /** Within the bank; bytes already written are overwritten. */
  write(bank: BankIndex, offset: number, bytes: Uint8Array): void;
  /** What stands there now: to be looked at before the bank changes. */
  read(bank: BankIndex, offset: number, length: number): Uint8Array;
  /** Grows whenever the bank changes. */
  revision(bank: BankIndex): number;
}

const growthBytes = 64 * 1024;

/** Takes memory as it is written, up to `bankBytes` a bank. */
export function memoryFlash(bankBytes: number): Flash {
  const banks: [Uint8Array, Uint8Array] = [new Uint8Array(), new Uint8Array()];
  const revisions: [number, number] = [0, 0];
  return {
    bankBytes,
    erase(bank) {
      banks[bank] = new Uint8Array();
      revisions[bank] += 1;
    },
    write(bank, offset, bytes) {
      const end = offset + bytes.length;
      if (offset < 0 || end > bankBytes)
        throw new RangeError(`a write to ${offset}..${end} of ${bankBytes} bytes of flash`);
      if (end > banks[bank].length) {
        const grown = new Uint8Array(Math.min(bankBytes, Math.max(end, 2 * banks[bank].length, growthBytes)));
        grown.set(banks[bank]);
        if (offset > banks[bank].length) grown.fill(0xff, banks[bank].length, offset);
        grown.fill(0xff, end);
        banks[bank] = grown;
      }
      banks[bank].set(bytes, offset);
      revisions[bank] += 1;
    },
    read: (bank, offset, length) => banks[bank].subarray(offset, offset + length),
    revision: (bank) => revisions[bank],
  };
}

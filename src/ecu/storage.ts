// Owns: the port to an ECU's non-volatile storage, and an implementation in memory that outlives the ECU's restarts.

/** Small files by name. */
export interface EcuStorage {
  read(name: string): Uint8Array | undefined;
  names(): readonly string[];
  /** Writes all of `files` or none of them, whatever happens in between; undefined deletes. */
  write(files: ReadonlyMap<string, Uint8Array | undefined>): void;
}

export function memoryStorage(): EcuStorage {
  const stored = new Map<string, Uint8Array>();
  return {
    read: (name) => stored.get(name),
    names: () => [...stored.keys()],
    write(files) {
      for (const [name, bytes] of files) {
        if (bytes === undefined) stored.delete(name);
        else stored.set(name, bytes.slice());
      }
    },
  };
}

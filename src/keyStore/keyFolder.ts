// Owns: the keys of roles in a folder, one file a key: `targets-0.json`, `targets-1.json` and so on. Z1
// A server's keys are real ones: those of a simulation, which follow from its seed, are refused unless they are asked for.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../core/faults.ts';
import { signaturesMax } from '../core/limits.ts';
import type { Signatures } from '../crypto/signatures.ts';
import { ioReason } from '../files/ioReason.ts';
import { privateFolder, readPrivateFile, writePrivateFile } from '../files/privateFile.ts';
import { encodeRoleName } from '../uptane/model/profile.ts';
import { keyFileBytesMax } from './limits.ts';
import { readStoredKey, type StoredKey } from './storedKey.ts';

function keyPath(folder: string, role: string, index: number): string {
  return join(folder, `${encodeRoleName(role)}-${index}.json`);
}

/** Writes the keys of a role, and takes away those that it had beyond them. Makes the folder. Throws an InputError. */
export function saveKeys(folder: string, role: string, keys: readonly StoredKey[]): void {
  if (keys.length > signaturesMax) throw new InputError(`role ${role}: more than ${signaturesMax} keys`);
  privateFolder(folder);
  for (const [index, key] of keys.entries()) writePrivateFile(keyPath(folder, role, index), key.toFile());
  for (let index = keys.length; index < signaturesMax; index += 1) {
    const path = keyPath(folder, role, index);
    try {
      rmSync(path, { force: true });
    } catch (error) {
      throw new InputError(`${path}: it cannot be removed (${ioReason(error)})`);
    }
  }
}

/** The keys of a role. Throws an InputError where there are none, or where one is not fit to be used. */
export function loadKeys(
  signatures: Signatures,
  folder: string,
  role: string,
  { simulatedToo = false }: { readonly simulatedToo?: boolean } = {},
): readonly StoredKey[] {
  const keys: StoredKey[] = [];
  for (let index = 0; index < signaturesMax; index += 1) {
    const path = keyPath(folder, role, index);
    const bytes = readPrivateFile(path, keyFileBytesMax);
    if (bytes === undefined) break;
    const key = readStoredKey(signatures, bytes);
    if (!key.ok) throw new InputError(`${path}: ${key.fault}`);
    if (key.value.simulated && !simulatedToo) {
      throw new InputError(`${path}: a key of a simulation, which anybody can compute`);
    }
    keys.push(key.value);
  }
  if (keys.length === 0) throw new InputError(`${keyPath(folder, role, 0)}: no such file`);
  return keys;
}

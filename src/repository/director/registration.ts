// Owns: reading a vehicle's registration: its ECUs, each with the public parts of its keys, and nothing else. J10 J11
import { fromHex } from '../../core/bytes.ts';
import type { RemoteFault } from '../../core/faults.ts';
import { ecusMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { isWellFormedPublicKey } from '../../crypto/ed25519Rules.ts';
import { readIdentifier } from '../../uptane/decode/fields.ts';
import { notAsExpected, readArray, readHex, reading, readObject } from '../../uptane/json/jsonReader.ts';
import { type JsonObject, type JsonValue, parseStrictJson } from '../../uptane/json/strictJson.ts';
import { remoteFault } from '../../uptane/model/faults.ts';
import type { PublicKey } from '../../uptane/model/metadata.ts';
import { registrationBytesMax } from '../limits.ts';

/** J10: an ECU, as the Director knows it. */
export interface InventoriedEcu {
  readonly serial: string;
  readonly hardwareId: string;
  readonly key: PublicKey;
  readonly role: 'primary' | 'secondary';
  /** X25519, in hexadecimal: of an ECU whose images are encrypted. Never its signing key. L4 D8 */
  readonly encryptionKey?: string;
}

interface Registration {
  readonly vin: string;
  readonly ecus: readonly InventoriedEcu[];
}

export function registrationRefused(clause: 'J10' | 'J11', message: string): RemoteFault {
  return remoteFault({ clause, code: 'registration-refused', message });
}

/** `{"vin", "ecus": [{"serial", "hardwareId", "role", "key", "encryptionKey"?}]}`, `key` as metadata writes it. */
export function decodeRegistration(bytes: Uint8Array): Result<Registration, RemoteFault> {
  if (bytes.length > registrationBytesMax) {
    return fail(registrationRefused('J10', `longer than ${registrationBytesMax} bytes`));
  }
  const json = parseStrictJson(bytes);
  if (!json.ok) return fail(registrationRefused('J10', json.fault));
  const secret = secretMember(json.value, '');
  if (secret !== undefined) {
    return fail(registrationRefused('J11', `${secret}: only the public part of a key belongs here`));
  }
  const registration = reading(() => readRegistration(json.value));
  return registration.ok ? ok(registration.value) : fail(registrationRefused('J10', registration.fault));
}

const members: readonly string[] = ['vin', 'ecus', 'serial', 'hardwareId', 'role', 'key', 'encryptionKey'];
const keyMembers: readonly string[] = ['keytype', 'scheme', 'keyval', 'public'];

/** J11: a member that has no place here, as a private part has not. */
function secretMember(value: JsonValue, path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const at = `${path}${path === '' ? '' : '.'}${name}`;
    if (!Array.isArray(value) && ![...members, ...keyMembers].includes(name)) return at;
    const found = secretMember(member ?? null, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readRegistration(value: JsonValue): Registration {
  const object = readObject(value, 'registration');
  const ecus = readArray(object.ecus, 'ecus', ecusMax).map((ecu, index) =>
    readEcu(readObject(ecu, `ecus[${index}]`), `ecus[${index}]`),
  );
  if (new Set(ecus.map(({ serial }) => serial)).size !== ecus.length) notAsExpected('ecus', 'a serial appears twice');
  const keys = ecus.flatMap(({ key, encryptionKey = [] }) => [key.keyval.public].concat(encryptionKey));
  if (new Set(keys).size !== keys.length) notAsExpected('ecus', 'every key needs to be another one [L4]');
  if (ecus.filter(({ role }) => role === 'primary').length !== 1) notAsExpected('ecus', 'one Primary is needed');
  return { vin: readIdentifier(object.vin, 'vin'), ecus };
}

function readEcu(object: JsonObject, path: string): InventoriedEcu {
  const { role, encryptionKey } = object;
  return {
    serial: readIdentifier(object.serial, `${path}.serial`),
    hardwareId: readIdentifier(object.hardwareId, `${path}.hardwareId`),
    role: role === 'primary' || role === 'secondary' ? role : notAsExpected(`${path}.role`, 'primary or secondary'),
    key: readKey(readObject(object.key, `${path}.key`), `${path}.key`),
    ...(encryptionKey !== undefined && { encryptionKey: readHex(encryptionKey, `${path}.encryptionKey`, 32) }),
  };
}

/** Its identifier follows from it. B2 */
function readKey(object: JsonObject, path: string): PublicKey {
  const keyval = readObject(object.keyval, `${path}.keyval`);
  const text = readHex(keyval.public, `${path}.keyval.public`, 32);
  const sound = isWellFormedPublicKey(fromHex(text) ?? new Uint8Array());
  if (object.keytype !== 'ed25519' || object.scheme !== 'ed25519' || !sound) {
    notAsExpected(path, 'an ed25519 key is needed');
  }
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: text } };
}

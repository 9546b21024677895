// Owns: W4, whether a delegation applies to an image: by its path and by the hardware that it is for.
import { utf8 } from '../../core/bytes.ts';
import { hashHex } from '../../crypto/hashes.ts';
import type { Delegation, Delegations, SuccinctRoles } from '../model/metadata.ts';
import { matchesPath, matchesText } from '../model/pathPattern.ts';
import type { Profile } from '../model/profile.ts';

/** An image that is looked for, and the hardware of every ECU that is to install it. */
export interface Wanted {
  readonly filename: string;
  readonly hardwareIds: readonly string[];
}

/** W4 E4 E5: the path matches, and all of the hardware is the delegation's. */
export function applies(profile: Profile, delegation: Delegation, wanted: Wanted): boolean {
  // E5: all of the hardware is the delegation's
  const { hardwareIds } = delegation;
  if (hardwareIds !== undefined && !wanted.hardwareIds.every((id) => hardwareIds.includes(id))) return false;
  // E4: and one of its paths matches
  return matchesAny(profile, delegation, wanted);
}

function matchesAny(profile: Profile, { paths, pathHashPrefixes }: Delegation, wanted: Wanted): boolean {
  const matches = profile.wildcardsCrossFolders ? matchesText : matchesPath;
  if (paths?.some((pattern) => matches(pattern, wanted.filename))) return true;
  if (pathHashPrefixes === undefined) return false;
  const digest = digestOf(wanted);
  return pathHashPrefixes.some((prefix) => digest.startsWith(prefix));
}

/** The hash of a path, reckoned once for all the delegations that it is held against: a file may have a role for each of 16,384 bins. */
function digestOf(wanted: Wanted): string {
  const known = digests.get(wanted);
  if (known !== undefined) return known;
  const digest = hashHex('sha256', utf8(wanted.filename));
  digests.set(wanted, digest);
  return digest;
}

const digests = new WeakMap<Wanted, string>();

/** The delegations that apply, in priority order; of hash bins the one that holds the path. E2 */
export function applicable(profile: Profile, delegations: Delegations, wanted: Wanted): readonly Delegation[] {
  const { roles, succinct } = delegations;
  if (succinct !== undefined) return [binOf(succinct, wanted.filename)];
  return roles.filter((delegation) => applies(profile, delegation, wanted));
}

/** TUF: the bin is told by the first bits of the path's hash; its name ends with its number, in as many digits as the last one has. */
function binOf({ keyids, threshold, bitLength, namePrefix }: SuccinctRoles, filename: string): Delegation {
  const bin = Math.floor(Number.parseInt(hashHex('sha256', utf8(filename)).slice(0, 8), 16) / 2 ** (32 - bitLength));
  const digits = (2 ** bitLength - 1).toString(16).length;
  const name = `${namePrefix}-${bin.toString(16).padStart(digits, '0')}`;
  return {
    roles: [{ name, keyids, threshold }],
    agreement: 1,
    paths: undefined,
    pathHashPrefixes: undefined,
    terminating: true,
    hardwareIds: undefined,
  };
}

// Owns: the bounds of src/uptane alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { ecusMax, versionReportBytesMax } from '../core/limits.ts';
import { KIB, MIB } from '../core/units.ts';

/** A root of TUF's own form: keys in PEM, of many maintainers. S2 */
export const tufRootBytesMax = 512 * KIB;
/** A signed time with one token an ECU. */
export const timeAttestationBytesMax = 64 * KIB;
/** A manifest of the reports of all ECUs of a vehicle, each as long as it may be, and what stands around them. */
export const vehicleManifestBytesMax = ecusMax * (versionReportBytesMax + 256);
/** Delegations of one Targets file: a role a supplier. */
export const delegationsMax = 4096;
/** The same in plain TUF: hash bins of large package repositories, a role a bin; decoding stays below two seconds and 300 MiB. */
export const tufDelegationsMax = 16_384;
/** Targets of plain TUF: as many roles, with a key each, as python-tuf indents them. V1 */
export const tufTargetsBytesMax = 16 * MIB;
/** Paths or hash prefixes of one delegation. */
export const delegatedPathsMax = 4096;
/** Addresses of one repository. G2 */
export const repositoryMirrorsMax = 16;
/** Entries of a repository map, and paths of one of them. G3 */
export const repositoryMappingsMax = 256;
/** Characters of all path patterns of one Targets file, and one a pattern: 64 a role. A search compares its name with each. E4 */
export const delegationPatternCharsMax = 256 * KIB;
/** The same in plain TUF, 64 a role again. The name that is compared is the user's own, no attacker's. */
export const tufDelegationPatternCharsMax = tufDelegationsMax * 64;
/** One pattern of paths. A search compares its name with each. E4 G3 */
export const patternCharsMax = 1024;
/** Hardware that one delegation is for: all that a supplier makes images for. E5 */
export const delegationHardwareIdsMax = 256;
/** Hardware that one image is for: the variants of one ECU. D5 */
export const imageHardwareIdsMax = 64;
/** JSON nesting: the deepest real metadata is about 8. */
export const jsonDepthMax = 32;
/**
 * Values of one JSON text: each costs far more memory and time than its characters. Ten for each of 50,000 targets: with a hash no more
 * of them fit into the 8 MiB of the longest file.
 */
export const jsonValuesMax = 500_000;
/** Decoded files that are kept, since ECUs of one vehicle read the same ones: of two repositories all roles, as trusted and as received, and their delegated ones. */
export const decodedFilesKeptMax = 64;
/** The longest of them, which bounds what they take: those of one vehicle's update have a few KiB. */
export const decodedFileKeptBytesMax = 32 * KIB;
/** Keys that one file lists. */
export const keysMax = 256;
/** The same in plain TUF: a key for each role that one file delegates to. */
export const tufKeysMax = 16_384;
/** A public key: the PEM of an RSA key of 8192 bits takes some 1,500 characters. */
export const publicKeyCharsMax = 8192;
/** A signature as text: 1,024 bytes for an RSA key of 8192 bits. */
export const signatureCharsMax = 4096;
/** Images of one Targets file. */
export const targetsMax = 100_000;
/** The name of a role, an image or a repository that others wrote: it means nothing until it is looked up. */
export const foreignNameCharsMax = 1024;
/** A key's identifier that others made: a hash in hexadecimal of up to 1,024 bits. B2 */
export const foreignKeyIdCharsMax = 256;
/** A key's identifier within a line that says what is wrong there: its beginning tells it from the others. */
export const keyIdWordsCharsMax = 13;
/** Any other name within such a line of 200 characters: two of them and what is said of them fit into it. */
export const nameWordsCharsMax = 60;
/** A word of a short list: a kind of file, of key, of signature, of hash; a version of the specification. */
export const wordCharsMax = 64;
/** An address: what servers take. D10 G2 */
export const urlCharsMax = 2048;
/** The name of an encrypted image, in hexadecimal. D7 */
export const encryptedNameCharsMax = 256;
/** Tokens in one time attestation: one an ECU, and some to spare. Y1 */
export const timeTokensMax = ecusMax + 12;
/** In another's report: a code or an attack. What is not known is shown all the same. O4 */
export const reportedCodeCharsMax = 60;
/** In another's report: a clause. What is not known is shown all the same. O4 */
export const reportedClauseCharsMax = 16;
/** One of the two values that a fault says differ: a SHA-512 hash whole, of long lists the beginning. */
export const faultValueCharsMax = 256;
/** Such a value within the line that says what is wrong: two hashes and what is said of them fit into it. */
export const faultValueWordsCharsMax = 30;

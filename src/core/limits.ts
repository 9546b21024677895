// Owns: every bound of the product, each with its reason. A bound is a constant: nothing that arrives can raise it.
import { KIB, MIB } from './units.ts';

/** A root file: a few dozen keys in JSON take some 10 KiB. S2 */
export const rootBytesMax = 64 * KIB;
/** A timestamp names one file. T1 */
export const timestampBytesMax = 16 * KIB;
/** The cap where a timestamp does not state the snapshot's length. U1 */
export const snapshotBytesMax = 64 * KIB;
/** A snapshot of a repository with tens of thousands of delegated roles, where the timestamp states its length. U1 */
export const statedSnapshotBytesMax = 8 * MIB;
/** Director Targets name the images of one vehicle. V1 */
export const directorTargetsBytesMax = 64 * KIB;
/** Image repository Targets can list thousands of images. V1 */
export const imageTargetsBytesMax = 8 * MIB;
/** A signed time with one token an ECU. */
export const timeAttestationBytesMax = 64 * KIB;
/** One ECU's version report. */
export const versionReportBytesMax = 8 * KIB;
/** A manifest of some hundred reports. */
export const vehicleManifestBytesMax = 1 * MIB;
/** Roots followed in one update: an ECU off the road for years still catches up. S2 */
export const rootRotationsMax = 256;
/** Delegated roles visited in search of one image, as TUF's clients do. W */
export const delegatedRolesVisitedMax = 32;
/** Delegations of one Targets file: a role a supplier. */
export const delegationsMax = 4096;
/** Paths or hash prefixes of one delegation. */
export const delegatedPathsMax = 4096;
/** Addresses of one repository. G2 */
export const repositoryMirrorsMax = 16;
/** Entries of a repository map, and paths of one of them. G3 */
export const repositoryMappingsMax = 256;
/** Characters of all path patterns of one Targets file, and one a pattern: 64 a role. A search compares its name with each. E4 */
export const delegationPatternCharsMax = 256 * KIB;
/** JSON nesting: the deepest real metadata is about 8. */
export const jsonDepthMax = 32;
/** Values of one JSON text: they take far more memory than its characters. Twelve for each of 100,000 targets. */
export const jsonValuesMax = 1_200_000;
/** Signatures on one file, keys in one role. */
export const signaturesMax = 64;
/** Keys that one file lists. */
export const keysMax = 256;
/** A public key: the PEM of an RSA key of 8192 bits takes some 1,500 characters. */
export const publicKeyCharsMax = 8192;
/** A signature as text: 1,024 bytes for an RSA key of 8192 bits. */
export const signatureCharsMax = 4096;
/** Images of one Targets file. */
export const targetsMax = 100_000;
/** A name of an ECU, a role, a piece of hardware. B1 */
export const identifierCharsMax = 128;
/** One line of output: more is of no use to whoever reads it. */
export const linesPrintedCharsMax = 2000;
/** An image name. */
export const filenameCharsMax = 180;
/** One part of an image name, so that any file system can hold it with a SHA-512 prefix: 255 - 129. H2 */
export const filenamePartBytesMax = 126;
/** One line that says what is wrong; it travels in a version report. */
export const faultMessageCharsMax = 200;
/** Attacks carried in one version report. */
export const attacksReportedMax = 8;

/** One message on a link: a block of an image and its envelope, with room to spare. */
export const linkMessageBytesMax = 64 * KIB;
/** One block of an image on the in-vehicle network; an ECU may ask for less. */
export const imageBlockBytesMax = 32 * KIB;
/** One piece of a metadata file on the in-vehicle network. */
export const metadataChunkBytesMax = 4 * KIB;
/** One range of an image asked of a repository. */
export const downloadRangeBytesMax = 256 * KIB;
/** Slow retrieval is judged by windows of this length: a bus that is cut for some seconds and repaired is no attack. K3 */
export const transferWindowMs = 30_000;
/** In each window, or an image on its way is given up: a fifth of what a CAN bus of 125 kbit/s carries. K3 */
export const transferBytesPerSecondMin = 1 * KIB;
/** Tries to boot one image: what does not come up so often will not. P12 */
export const activationsMax = 3;
/** Patterns of image names that one ECU may install. P7 */
export const filenamePatternsMax = 64;
/** Frames one node may have waiting. SocketCAN's default is of this order. */
export const transmitQueueFramesMax = 64;

/** What an eavesdropper in a scenario keeps: some hundred updates of a whole vehicle. */
export const eavesdroppedBytesMax = 256 * MIB;

/** A scenario or vehicle file. */
export const scenarioBytesMax = 256 * KIB;
/** An image given on the command line, and the largest flash bank. */
export const imageBytesMax = 64 * MIB;
/** A trace to be replayed, one line of it. */
export const traceLineBytesMax = 2 * MIB;
export const ecusMax = 100;
/** Suppliers of a scenario, each a delegated role: fewer than one search may visit. */
export const suppliersMax = 24;

/** A public key in PEM: an RSA key of 8192 bits takes some 1,500 characters. */
export const pemCharsMax = 2 * KIB;
/** RSA moduli: below, they are within reach of factoring; above, one check takes milliseconds and no repository has such keys. */
export const rsaModulusBitsMin = 2048;
export const rsaModulusBitsMax = 8192;
/** RSA public exponents: 65537 in practice; a large one makes a check as slow as a signature. */
export const rsaPublicExponentMax = 2 ** 32;
/** Plain bytes in one block of an encrypted image: all that an ECU has to hold to decrypt; the tag adds 0.4 %. D7 */
export const encryptedBlockPlainBytes = 4 * KIB;

/** From an HTTP request to the end of its answer's header, connecting included. */
export const httpAnswerMsMax = 10_000;
/** Slow retrieval is judged by windows of this length: a small metadata file has a whole one to arrive. K3 */
export const httpRateWindowMs = 10_000;
/** In each window, or the download is given up: half of what the slowest mobile data service carries. K3 */
export const httpBytesPerSecondMin = 8 * KIB;
/** One file, redirects included: the largest image at 300 kbit/s. K3 */
export const httpTotalMsMax = 30 * 60_000;
export const httpRedirectsMax = 3;
/** The page that comes with a status such as 404: read so that the connection can be used again, but no more than this. */
export const httpErrorPageBytesMax = 64 * KIB;
/** The trusted metadata of two repositories in one file: some Targets of 8 MiB each, their quotes escaped. */
export const trustStoreBytesMax = 128 * MIB;
/** The file name of a download, and one part of it: what file systems hold. */
export const downloadNameBytesMax = 1024;
export const downloadPartBytesMax = 255;

/** Past editions of a repository's online roles that stay on offer: a vehicle in the middle of an update still finds its own. */
export const editionsKeptMax = 32;
/** How far the time in an ECU's report may be ahead of the Director's: two servers' clocks, and an ECU's own. J5 */
export const reportTimeAheadSecondsMax = 300;
/** Attacks that the Director keeps of what one ECU reported, the latest. O4 */
export const attacksKeptMax = 64;
/** One vehicle's registration: some hundred ECUs with two keys each. J10 */
export const registrationBytesMax = 64 * KIB;
/** Vehicles in one inventory that is held in memory. J9 */
export const vehiclesMax = 100_000;
/** Campaigns in one Director, ended ones included. */
export const campaignsMax = 1000;
/** What one image may require, and what it may conflict with. J7 */
export const releaseDependenciesMax = 32;
/** A range of versions, or a product's name. J7 */
export const versionRangeCharsMax = 128;
/** Releases of one product that are considered for one ECU, the newest: enough to pick from, and few enough to search. J7 */
export const releasesConsideredMax = 16;
/** Steps of the solver that picks images for one vehicle: real vehicles need a few dozen. J7 */
export const resolverStepsMax = 256;
/** A file with one signing key. */
export const keyFileBytesMax = 4 * KIB;

// Owns: every bound of the product, each with its reason. A bound is a constant: nothing that arrives can raise it.
import { KIB, MIB } from './units.ts';

/** A root file: a few dozen keys in JSON take some 10 KiB. S2 */
export const rootBytesMax = 64 * KIB;
/** A timestamp names one file. T1 */
export const timestampBytesMax = 16 * KIB;
/** The cap where a timestamp does not state the snapshot's length. U1 */
export const snapshotBytesMax = 64 * KIB;
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
/** JSON nesting: the deepest real metadata is about 8. */
export const jsonDepthMax = 32;
/** Signatures on one file, keys in one role. */
export const signaturesMax = 64;
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
/** Frames one node may have waiting. SocketCAN's default is of this order. */
export const transmitQueueFramesMax = 64;

/** A scenario or vehicle file. */
export const scenarioBytesMax = 256 * KIB;
/** An image given on the command line, and the largest flash bank. */
export const imageBytesMax = 64 * MIB;
/** A trace to be replayed, one line of it. */
export const traceLineBytesMax = 2 * MIB;
export const ecusMax = 100;

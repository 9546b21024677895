// Owns: the bounds that several rooms share, each with its reason; those of one room alone stand in its own limits.ts. A bound is a constant:
// nothing that arrives can raise it.
import { KIB, MIB } from './units.ts';

/** A root file: a few dozen keys in JSON take some 10 KiB. S2 */
export const rootBytesMax = 64 * KIB;
/** A timestamp names one file. T1 */
export const timestampBytesMax = 16 * KIB;
/** A timestamp that others wrote: its signatures may be of RSA keys, and many. T1 */
export const foreignTimestampBytesMax = 64 * KIB;
/** The cap where a timestamp does not state the snapshot's length. U1 */
export const snapshotBytesMax = 64 * KIB;
/** A snapshot of a repository with tens of thousands of delegated roles, where the timestamp states its length. U1 */
export const statedSnapshotBytesMax = 8 * MIB;
/** Director Targets name the images of one vehicle: of 500 ECUs, each with one of its own, encrypted for it. V1 */
export const directorTargetsBytesMax = 512 * KIB;
/** Image repository Targets can list thousands of images. V1 */
export const imageTargetsBytesMax = 8 * MIB;
/** One ECU's version report. */
export const versionReportBytesMax = 8 * KIB;
/** ECUs of one vehicle, some of which are behind gateways: trucks and buses have more than a hundred. */
export const ecusMax = 500;
/** Roots followed in one update: an ECU off the road for years still catches up. S2 */
export const rootRotationsMax = 256;
/** Delegated roles visited in search of one image, as TUF's clients do. W */
export const delegatedRolesVisitedMax = 32;
/** Delegated Targets that one verification reads, and of them that an ECU keeps: a MiB, some two thousand images, for each role of a search. V1 W */
export const delegatedTargetsBytesMax = delegatedRolesVisitedMax * MIB;
/** Signatures on one file, keys in one role. */
export const signaturesMax = 64;
/** A name of an ECU, a role, a piece of hardware. B1 */
export const identifierCharsMax = 128;
/** An image name. */
export const filenameCharsMax = 180;
/** One part of an image name, so that any file system can hold it with a SHA-512 prefix: 255 - 129. H2 */
export const filenamePartBytesMax = 126;
/** One line that says what is wrong; it travels in a version report. */
export const faultMessageCharsMax = 200;
/** Attacks carried in one version report: more kinds than a node on the bus makes a Secondary find whose image no delegated role lists. O4 */
export const attacksReportedMax = 60;

/** One message on a link: a block of an image and its envelope, with room to spare. */
export const linkMessageBytesMax = 64 * KIB;
/** One block of an image on the in-vehicle network; an ECU may ask for less. */
export const imageBlockBytesMax = 32 * KIB;
/** The least that it may ask for, what one CAN frame carries: smaller blocks are little but their envelopes, and come without an end. K3 */
export const imageBlockBytesMin = 8;
/** One piece of a metadata file on the in-vehicle network. */
export const metadataChunkBytesMax = 4 * KIB;
/** One range of an image asked of a repository. */
export const downloadRangeBytesMax = 256 * KIB;
/** Patterns of image names that one ECU may install. P7 */
export const filenamePatternsMax = 64;

/** From the end of a frame on one bus until a gateway offers it to the next, unless it is told otherwise: what gateways are specified with. */
export const gatewayDelayNs = 50_000;
/** Frames that wait in a gateway for one bus, unless it is told otherwise: a block of ISO-TP frames for a few ECUs. */
export const gatewayQueueFrames = 64;
/** Bytes of messages that wait in a gateway in one direction of an ISO-TP route, unless it is told otherwise: the longest message as a whole. */
export const gatewayBufferBytes = 64 * KIB;

/** Messages of one DBC file: the largest that are seen in cars describe some hundreds a bus. */
export const dbcMessagesMax = 4096;

/** An image given on the command line, and the largest flash bank. */
export const imageBytesMax = 64 * MIB;

/** Plain bytes in one block of an encrypted image: all that an ECU has to hold to decrypt; the tag adds 0.4 %. D7 */
export const encryptedBlockPlainBytes = 4 * KIB;

/** What one image may require, and what it may conflict with. J7 */
export const releaseDependenciesMax = 32;
/** A range of versions, or a product's name. J7 */
export const versionRangeCharsMax = 128;

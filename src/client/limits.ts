// Owns: the bounds of src/client alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import {
  delegatedTargetsBytesMax,
  directorTargetsBytesMax,
  foreignTimestampBytesMax,
  imageTargetsBytesMax,
  rootBytesMax,
  snapshotBytesMax,
  statedSnapshotBytesMax,
} from '../core/limits.ts';
import { KIB, MIB } from '../core/units.ts';

/** An address within a line of 200 characters: what is wrong there has room behind it. */
export const urlWordsCharsMax = 140;

/** From an HTTP request to the end of its answer's header, connecting included. */
export const httpAnswerMsMax = 10_000;
/** Slow retrieval is judged by windows of this length: a small metadata file has a whole one to arrive. K3 */
export const httpRateWindowMs = 10_000;
/** In each window, or the download is given up: half of what the slowest mobile data service carries. K3 */
export const httpBytesPerSecondMin = 8 * KIB;
/** One file, redirects included: the largest image at 300 kbit/s. K3 */
export const httpTotalMsMax = 30 * 60_000;
/** Redirects of one request: to another name, to https, to a mirror. A loop of them ends soon. */
export const httpRedirectsMax = 3;
/** The page that comes with a status such as 404: read so that the connection can be used again, but no more than this. */
export const httpErrorPageBytesMax = 64 * KIB;
/** The trusted metadata of two repositories: each file as long as it may be, the Director's Targets in their three kinds. L2 OU1 P5 */
export const trustedMetadataBytesMax =
  2 * (rootBytesMax + foreignTimestampBytesMax + statedSnapshotBytesMax) +
  snapshotBytesMax +
  3 * directorTargetsBytesMax +
  imageTargetsBytesMax +
  delegatedTargetsBytesMax;
/** The same in one file of JSON, where a quote takes two characters, with room for the names of the files. */
export const trustStoreBytesMax = 2 * trustedMetadataBytesMax + MIB;
/** The file name of a download, its folders included: what file systems hold. */
export const downloadNameBytesMax = 1024;
/** One part of that file name: what file systems hold. */
export const downloadPartBytesMax = 255;

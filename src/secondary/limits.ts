// Owns: the bounds of src/secondary alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import {
  delegatedRolesVisitedMax,
  delegatedTargetsBytesMax,
  directorTargetsBytesMax,
  identifierCharsMax,
  imageTargetsBytesMax,
  rootBytesMax,
  rootRotationsMax,
  statedSnapshotBytesMax,
  timestampBytesMax,
} from '../core/limits.ts';

/** Any metadata file: what a Secondary makes room for before it knows which one it is. */
export const metadataFileBytesMax = Math.max(statedSnapshotBytesMax, imageTargetsBytesMax);

/** Metadata that a Secondary is sent for one verification: of both repositories all roots that may follow and the online roles, and the delegated roles of a search. M8 */
export const receivedFilesMax = 2 * (rootRotationsMax + 3) + delegatedRolesVisitedMax;
/** All of these in bytes, each as long as it may be: what verifies on a Primary fits into a Secondary. M8 */
export const receivedFilesBytesMax =
  2 * (rootRotationsMax * rootBytesMax + timestampBytesMax + statedSnapshotBytesMax) +
  directorTargetsBytesMax +
  imageTargetsBytesMax +
  delegatedTargetsBytesMax;
/** The name of such a file: a role's name, each character of it as three bytes in percent-encoding, and what stands around it. H3 */
export const receivedNameCharsMax = 9 * identifierCharsMax + 48;
/** An answer of a Secondary leaves in this time on a busy bus, or its reboot does not wait for it. */
export const answerSendingMsMax = 2000;

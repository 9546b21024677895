// Owns: the bounds of src/files alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { KIB } from '../core/units.ts';

/** The lock of a folder says which process has it: its id and its beginning, and a number of chance. */
export const lockFileBytesMax = 128;
/** A lock that others take over again and again while this process looks: each time costs one of them a whole call. */
export const lockAttemptsMax = 64;
/** A process that has a lock gives a sign of life so often, for those on other machines and in other containers. */
export const lockRenewalMs = 10_000;
/** Without one for so long, a process that nobody can see counts as gone: it does nothing that takes the whole process so long. */
export const lockSilentMsMax = 60_000;
/** A temporary file of a process that nobody can see was left by it when it has not grown for a day. */
export const remainsSilentMsMax = 24 * 3_600_000;
/** One piece of a file that is read: as much as is in memory of a large image at one time. */
export const fileReadBytesMax = 64 * KIB;

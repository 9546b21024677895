// Owns: the bounds of src/capture alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { KIB, MIB, NS_PER_S } from '../core/units.ts';

/** One line of a captured log: one of CAN FD in an ASC file takes some 400 bytes, one of CAN XL (2048 bytes of data) some 6500. */
export const captureLineBytesMax = 16 * KIB;
/** Frames of candump's console that are kept until one shows whether their times count from the frame before or from the first one. */
export const consoleTimesHeldMax = 256;
/** One block of a pcapng file that is read: a packet is at most 256 KiB. Others are skipped, however long. */
export const captureBlockBytesMax = 1 * MIB;
/** One container of a BLF file, packed or not: most writers pack 128 KiB at once, and python-can's users may ask for more. Its frames take some 0.1 GB. */
export const captureContainerBytesMax = 4 * MIB;
/** Of a file of such containers, taken at once: the smallest that holds 4 MiB has 4 KiB, and the records of one are enough to hold. */
export const packedPushBytesMax = 4 * KIB;
/** One object of a BLF file that is read: a packet of Ethernet has at most 64 KiB. Others are skipped, however long. */
export const captureObjectBytesMax = 128 * KIB;
/** Interfaces of one section of a pcapng file, or channels of an ASC file. */
export const captureBusesMax = 1024;
/** Kinds of things that a reader says it left out: each is a text of ours, of which a format has a handful. */
export const captureNotesMax = 64;
/** Names of buses that a conversion says it changed: more would fill a screen. */
export const namesToldMax = 8;
/** Names of a log that are compared as bytes: a capture of more buses than a vehicle has takes the slower way for the rest. */
export const namesKnownMax = 16;
/** The name of an interface in a capture: Linux allows 15 characters, Windows names them by UUIDs. */
export const captureNameCharsMax = 128;
/** A frame of a recording may come so long after later ones, as tools write those of several channels one after the other. */
export const recordingDisorderNsMax = 1 * NS_PER_S;
/** Frames that wait for that at one time: more than a full bus of CAN FD has in a second. */
export const recordingWaitingMax = 32_768;
/** From the first frame of a recording to its last: beyond, nanoseconds are no longer exact. A clock that was set in the middle does not get there. */
export const recordingNsMax = 90 * 86_400 * NS_PER_S;

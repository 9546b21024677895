// Owns: the bounds of src/ecu alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { attacksReportedMax } from '../core/limits.ts';
import { KIB } from '../core/units.ts';

/** What the attacks in a version report take of it, in even shares: 100 bytes hold the codes, 200 a line in words; the rest has room for names and hashes. */
export const reportedFaultsBytesMax = 6 * KIB;
/** Faults that wait to be reported, each kind once: two reports full. Where there is no room, the latest is dropped. */
export const faultsKeptMax = 2 * attacksReportedMax;

/** One piece of an image read from flash: all of it that is in memory at one time. */
export const flashReadBytesMax = 64 * KIB;
/** Tries to boot one image: what does not come up so often will not. P12 */
export const activationsMax = 3;

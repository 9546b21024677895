// Owns: the bounds of src/sim alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { KIB, MIB } from '../core/units.ts';

/** What an eavesdropper in a scenario keeps: some hundred updates of a whole vehicle. */
export const eavesdroppedBytesMax = 256 * MIB;

/** A scenario or vehicle file. */
export const scenarioBytesMax = 256 * KIB;
/** A trace to be replayed, one line of it. */
export const traceLineBytesMax = 2 * MIB;
/** Suppliers of a scenario, each a delegated role: fewer than one search may visit. */
export const suppliersMax = 24;
/** Frames of a long recording in one line of a trace: some 40 KiB of CAN FD, in memory at one time. */
export const recordedPieceFramesMax = 256;

// Owns: the bounds of src/keyStore alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { KIB } from '../core/units.ts';

/** A file with one signing key. */
export const keyFileBytesMax = 4 * KIB;

// Owns: the bounds of src/cli alone, each with its reason. Those that several rooms share stand in core/limits.ts.

/** One line of output: more is of no use to a reader. */
export const linesPrintedCharsMax = 2000;

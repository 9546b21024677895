// Owns: how long a test file, and a test in it, may take on a machine that took so long to boot.

/** The slowest file takes 24 boots: 118 s where a boot takes 5. */
const bootsAFile = 60;
const bootsATest = 12;
/** A machine that is not emulated has no boot to measure, and needs no more. */
const leastMs = { file: 240_000, test: 60_000 };
/** However slow: several files that stand still must leave the end of the whole run in sight. */
const mostMs = { file: 900_000, test: 180_000 };

/** `bootS`: seconds from the kernel's start to the command's, undefined where nothing was booted for it. */
export function limitsAfter(bootS: number | undefined): { readonly fileMs: number; readonly testMs: number } {
  const within = (of: 'file' | 'test', boots: number) =>
    Math.min(mostMs[of], Math.max(leastMs[of], Math.round((bootS ?? 0) * 1000 * boots)));
  return { fileMs: within('file', bootsAFile), testMs: within('test', bootsATest) };
}

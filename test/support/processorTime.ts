// Owns: how long this process itself worked, for bounds that hold on a busy machine too.

/** Milliseconds of processor time that `run` took. */
export function processorMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

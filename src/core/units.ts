export const NS_PER_US = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

export const KIB = 1024;
export const MIB = 1024 * 1024;

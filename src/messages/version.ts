/** The versions of the in-vehicle protocol that this code speaks. */
export const protocolVersionMin = 1;
export const protocolVersionMax = 1;

// Owns: the bounds of src/crypto alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { KIB } from '../core/units.ts';

/** Verdicts on signatures that ECUs of one simulated run share: some hundred in an update of a vehicle. Each takes some 150 bytes. */
export const sharedVerdictsMax = 4096;

/** A public key in PEM: an RSA key of 8192 bits takes some 1,500 characters. */
export const pemCharsMax = 2 * KIB;
/** RSA moduli: below, they are within reach of factoring. */
export const rsaModulusBitsMin = 2048;
/** RSA moduli: above, one check takes milliseconds, and no repository has such keys. */
export const rsaModulusBitsMax = 8192;
/** RSA public exponents: 65537 in practice; a large one makes a check as slow as a signature. */
export const rsaPublicExponentMax = 2 ** 32;

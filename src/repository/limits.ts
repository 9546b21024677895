// Owns: the bounds of src/repository alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { ecusMax } from '../core/limits.ts';
import { KIB } from '../core/units.ts';

/** How far an uploaded Targets file's version may lie above the last one: versions that are dates or seconds still fit. B5 */
export const uploadedVersionStepMax = 2 ** 32;

/** Past editions of a repository's online roles that stay on offer: a vehicle in the middle of an update still finds its own. */
export const editionsKeptMax = 32;
/** How far the time in an ECU's report may be ahead of the Director's: two servers' clocks, and an ECU's own. J5 */
export const reportTimeAheadSecondsMax = 300;
/** Attacks that the Director keeps of what one ECU reported, the latest. O4 */
export const attacksKeptMax = 64;
/** One vehicle's registration: a KiB an ECU, with two keys and names of some length. J10 */
export const registrationBytesMax = ecusMax * KIB;
/** Vehicles in one inventory that is held in memory. J9 */
export const vehiclesMax = 100_000;
/** Campaigns in one Director, ended ones included. */
export const campaignsMax = 1000;
/** Releases of one product that are considered for one ECU, the newest: enough to pick from, and few enough to search. J7 */
export const releasesConsideredMax = 16;
/** Steps of the solver that picks images for one vehicle: real vehicles need a few dozen. J7 */
export const resolverStepsMax = 256;

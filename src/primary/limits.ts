// Owns: the bounds of src/primary alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { KIB } from '../core/units.ts';

/** The first block of an image: 0.14 s on a CAN bus of 500 kbit/s. */
export const imageBlockFirstBytes = 4 * KIB;
/** Blocks that leave faster are made longer: at 75 ms, a round trip of 1 ms costs some 1 %. */
export const imageBlockMsMin = 75;
/** Blocks that take longer are made shorter: ECUs with weaker ids wait for the end of one, and ISO-TP lets them wait a second. */
export const imageBlockMsMax = 300;
/** Slow retrieval is judged by windows of this length: a bus that is cut for some seconds and repaired is no attack. K3 */
export const transferWindowMs = 30_000;
/** In each window, or what is on its way is given up: a fifth of what a CAN bus of 125 kbit/s carries. K3 */
export const transferBytesPerSecondMin = 1 * KIB;
/** What an ECU may take for its metadata beyond what the least rate takes: a few KiB, which a bus cut of a minute must not spoil. K3 */
export const metadataPatienceMs = 2 * 60_000;
/** One image from the repositories or to an ECU: 64 MiB at 300 kbit/s. What came is kept for the next cycle. K3 */
export const transferMsMax = 30 * 60_000;
/** All images from the repositories in one cycle: half of what a phase may take, so that what came is handed on in this cycle. K3 */
export const downloadsMsMax = 3 * 3_600_000;
/** Failures of one download from one address: a connection that is lost for a moment does not count. */
export const downloadFailuresMax = 3;
/** A request to a Secondary, until it counts as unreachable: with the pauses below, patience for a bus cut of some 10 s. */
export const requestAttemptsMax = 8;
/** The first pause before a request is repeated: each is twice the one before. */
export const requestPauseFirstMs = 50;
/** The longest such pause: a Secondary whose bus is repaired is asked again soon. */
export const requestPauseMsMax = 2000;
/** A request leaves in this time even on the slowest bus. A peer that stops taking what is sent to it costs no more. */
export const requestSendingMsMax = 2 * 60_000;
/** A request that has not left by then shares its channel with the next: a peer that asks for long pauses keeps no other waiting longer. */
export const channelTurnMsMax = 15_000;
/** The answer to a hello, which is short: a Secondary that is just rebooting does not hear the first one, and it is repeated soon. */
export const helloAnswerMsMax = 300;
/** Conversations at once on one channel: two, so that one ECU receives while the other writes its flash. More would gain nothing. */
export const conversationsAtOnceMax = 2;

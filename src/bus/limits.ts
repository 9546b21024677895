// Owns: the bounds of src/bus alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { KIB, MIB } from '../core/units.ts';

/** What an ISO-TP sender asks of a streamed message's source at one time: some frames, so that asking costs next to nothing. */
export const isoTpPieceBytesMax = 4 * KIB;
/** An ISO-TP message taken into memory as a whole: an image. Longer ones go to a sink, piece by piece. */
export const isoTpWholeMessageBytesMax = 64 * MIB;
/** Connections that wait while the one that is meant is not known: it is the latest of them, or nearly. */
export const tcpCallersWaitingMax = 64;
/** A TLS handshake: some signatures, over a slow line. A peer that does not end it is given up. */
export const tlsHandshakeMsMax = 10_000;
/** Peers that may be at their TLS handshake at one time: what those that do not end it can take. */
export const tlsHandshakesMax = 8;
/** Frames one node may have waiting. SocketCAN's default is of this order. */
export const transmitQueueFramesMax = 64;
/** A CAN interface may be down so long before its nodes give up: an adapter is pulled and plugged in again, a bus-off is noticed. */
export const interfacePatienceMs = 60_000;
/** Receive filters that the kernel takes of one socket (CAN_RAW_FILTER_MAX). */
export const kernelFiltersMax = 512;

/** A bus that takes no frame of a gateway for so long is cut or blocked. Below the second that ISO-TP waits, so that what follows may be in time. */
export const gatewayConfirmationMsMax = 500;
/** Messages that wait in a gateway in one direction of an ISO-TP route, however short: an answer, and requests that were repeated. */
export const gatewayMessagesMax = 16;

/** One statement of a DBC file: the longest list the nodes of a bus, the receivers of a signal or the values of an enumeration. */
export const dbcStatementCharsMax = 64 * KIB;
/** Signals of one DBC file: the largest that are seen in cars describe some ten thousand. */
export const dbcSignalsMax = 200_000;
/** Kinds of statements that are told as unknown: a file with more is of another kind. */
export const dbcUnknownMax = 16;
/** Bits of a DBC file's signal: raw values are numbers of 64 bits at the most. */
export const signalBitsMax = 64;
/** Multiplexers one within the other in a message of a DBC file: more than two are not seen. */
export const signalSwitchesMax = 8;

// Owns: the bounds of src/attach alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { KIB } from '../core/units.ts';

/** One line of slcan: an extended CAN FD frame of 64 bytes takes 138 characters. */
export const slcanLineCharsMax = 160;
/** Clients of one attach point at once: as many nodes as a bus has at most. */
export const slcanClientsMax = 64;
/** Text that waits for a client to read it: a second of a full bus of 1 Mbit/s. What is beyond is lost for that client. */
export const slcanOutputBytesMax = 256 * KIB;
/** Text of a client that waits for the bus: some 2,000 frames. Beyond, the client's own sending waits. */
export const slcanInputCharsMax = 64 * KIB;
/** Frames sent to somebody's slcan device ahead of its answers: a connection of 50 ms to and fro still fills a bus of 1 Mbit/s. */
export const slcanFramesAheadMax = 512;
/** A device that has not answered by then is none. */
export const slcanAnswerMsMax = 5000;
/** A frame from outside waits so long for room in its node's queue: a slow bus sends some 100 frames in that time. */
export const attachPatienceMs = 1000;
/** A node of somebody who left stays so long for what it still has to send: a full queue on a bus of 250 kbit/s. */
export const attachLeaveMsMax = 200;
/** One cannelloni packet: what one Ethernet frame carries of UDP over IPv4. */
export const cannelloniPacketBytesMax = 1472;
/** Frames gather so long for one packet: a host's timers are not finer. */
export const cannelloniGatherMs = 1;
/** Packets to a cannelloni peer that the kernel has not taken: one is there long before the next one is full. */
export const cannelloniPacketsAheadMax = 8;
/** Frames from a cannelloni peer that wait for the bus: what gathers there in a tenth of a second on a full bus of 1 Mbit/s. */
export const cannelloniFramesWaitingMax = 1024;
/** What the kernel has not taken of what goes to a cannelloni peer. */
export const cannelloniSendQueueBytesMax = 256 * KIB;

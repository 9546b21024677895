// Owns: the bounds of src/vehicleFile alone, each with its reason. Those that several rooms share stand in core/limits.ts.
import { KIB, MIB } from '../core/units.ts';

/** Frames that may wait at an output of a switch, unless it is told otherwise: what chips for vehicles have is of this order. */
export const ethernetQueueBytes = 128 * KIB;
/** The least that it may be told: one frame fits. */
export const ethernetQueueBytesMin = 2 * KIB;
/** The most that it may be told: a full queue still holds a frame for less time than TCP waits before it sends again. */
export const ethernetQueueBytesMax = 1 * MIB;
/** One way along an Ethernet link: with full queues, there and back is still less than TCP waits before it sends again. */
export const ethernetLatencyUsMax = 10_000;

/** Frames that wait in a gateway for one bus, the most that it may be told: beyond, frames are older than the protocols that wait for them. */
export const gatewayQueueFramesMax = 4096;
/** Rows of the routing tables of all gateways of a vehicle, an id or a range of ids each: they are searched for loops. */
export const gatewayRoutesMax = 2048;
/** Bytes that wait in a gateway in one direction of an ISO-TP route, the most that it may be told: beyond what gateways have of memory. */
export const gatewayBufferBytesMax = 16 * MIB;
/** The least that it may be told: below, not one FD frame after another fits. */
export const gatewayBufferBytesMin = 256;

/** A DBC file: the largest that are seen have some MiB. */
export const trafficFileBytesMax = 16 * MIB;
/** Recorded frames that a scenario holds, and its trace in its head. Of a longer recording a trace has the frames that the run took, piece by piece. */
export const trafficFramesMax = 20_000;

/** The nesting of a scenario or vehicle file: the deepest that means anything is a gateway's range of ids, 8 levels within a scenario. */
export const yamlDepthMax = 32;
/** Values of a scenario or vehicle file, those that aliases stand for counted each time: a file as long as it may be holds no more when written out. */
export const yamlValuesMax = 150_000;

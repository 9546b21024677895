// Owns: how a vehicle file names a file of background traffic, and how what is wrong with its wishes is told. Must not know formats.
import * as z from 'zod';

export const trafficFileName = z.string().min(1).max(1000);

/** What is wrong with a traffic that names a file: where in it, and the words. */
export interface TrafficFault {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

// Owns: what a kind of bus fault is: something that is done to a bus, and lasts until it is repaired. A kind stands in a file of its own, and
// in the index; it can be a step, or happen during a cycle.
import type * as z from 'zod';
import type { VehicleBus } from '../../bus/faults/vehicleBus.ts';
import type { Documented } from '../setting/registry.ts';

export interface BusFaultKind<
  Schema extends z.ZodType<{ readonly bus: string }> = z.ZodType<{ readonly bus: string }>,
> {
  readonly schema: Schema;
  readonly documented: readonly Documented[];
  /** In words a user reads. */
  text(fault: z.output<Schema>): string;
  /** The nodes that it names. */
  nodesOf?(fault: z.output<Schema>): readonly string[];
  /** Whether only a bus with timing can have it. */
  needsTiming?(fault: z.output<Schema>): boolean;
  apply(bus: VehicleBus, fault: z.output<Schema>): void;
  /** To an Ethernet network; absent where it cannot be had there. */
  applyToEthernet?(network: CutNetwork, fault: z.output<Schema>): void;
}

/** What can be done to an Ethernet network. */
export interface CutNetwork {
  partition(nodes: readonly string[]): void;
  repair(): void;
}

export function busFaultKind<Schema extends z.ZodType<{ readonly bus: string }>>(
  kind: BusFaultKind<Schema>,
): BusFaultKind<Schema> {
  return kind;
}

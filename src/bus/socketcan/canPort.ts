// Owns: what a bus over a real CAN interface needs of it: socketcan.ts gives it by way of the native module, a test by itself.
import type { EnvironmentFault } from '../../core/faults.ts';
import type { CanFrame } from '../bus.ts';

/** An open CAN interface. */
export interface CanPort {
  readonly interfaceName: string;
  /** Gives one checked frame to the kernel without waiting; false where it has no room, or is down. */
  send(frame: CanFrame): boolean;
  /** Whether it is up and its controller off the bus. */
  isBusOff(): boolean;
  /** Whether frames can go again after it was down or bus-off; once it was down, all that it echoed has been told by then. Opens the interface anew where that is needed. */
  revive(): boolean;
  /** Hears no other ids than these, 11-bit and 29-bit alike; all where undefined, or where they are too many. */
  hearOnly(ids: ReadonlySet<number> | undefined): void;
  downFault(): EnvironmentFault;
  busOffFault(): EnvironmentFault;
  close(): void;
}

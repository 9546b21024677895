// Owns: what a format of captures has no place for, so that a user is told before it is missed. Must not know formats.
import type { CapturedError } from './captureRecord.ts';

/** Besides Ethernet. Each where omitted: it is held as it is. */
export interface FormatLacks {
  /** Times are cut to whole microseconds. */
  readonly nanoseconds?: true;
  /** Whether it says all that is known of an error. */
  readonly isWholeError?: (error: CapturedError) => boolean;
  /** How it writes the name of a bus; undefined where it has no names. */
  readonly nameOf?: (name: string) => string | undefined;
}

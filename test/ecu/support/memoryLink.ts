// Owns: a link in memory, on the run's clock, that a test can interfere with.
import type { Link, LinkListener } from '../../../src/bus/link.ts';
import { type EnvironmentFault, environmentFault } from '../../../src/core/faults.ts';
import { linkMessageBytesMax } from '../../../src/core/limits.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import type { Clock } from '../../../src/core/time/clock.ts';

export class MemoryLink implements Link {
  readonly messageBytesMax = linkMessageBytesMax;
  peer: MemoryLink | undefined;
  /** What becomes of a message that is sent here: it arrives, is lost unnoticed, comes only in part, fails to leave, or never leaves. */
  fate: 'arrives' | 'lost' | 'in part' | 'fails' | 'stuck' = 'arrives';
  /** How often `send` was called, whatever came of it. */
  offered = 0;
  private readonly clock: Clock;
  private readonly delayNs: number;
  private listener: LinkListener | undefined;
  private sending = false;

  constructor(clock: Clock, delayNs: number) {
    this.clock = clock;
    this.delayNs = delayNs;
  }

  listen(listener: LinkListener): void {
    this.listener = listener;
  }

  send(message: Uint8Array): Result<void, EnvironmentFault> {
    this.offered += 1;
    if (this.sending) return fail(environmentFault('busy', 'a message is on its way'));
    if (message.length < 1 || message.length > this.messageBytesMax) {
      return fail(environmentFault('too-long', `${message.length} bytes`));
    }
    this.sending = true;
    const copy = message.slice();
    if (this.fate !== 'stuck') this.clock.after(this.delayNs, () => this.leave(copy));
    return ok();
  }

  close(): void {}

  /** Lets go what was stuck. */
  release(): void {
    this.sending = false;
    this.fate = 'arrives';
    this.listener?.messageSent();
  }

  private leave(message: Uint8Array): void {
    this.sending = false;
    if (this.fate === 'fails') {
      this.listener?.transferFailed('sending', environmentFault('unreachable', 'nobody acknowledges'));
      return;
    }
    this.listener?.messageSent();
    if (this.fate === 'arrives') this.peer?.listener?.messageReceived(message);
    if (this.fate === 'in part') {
      this.peer?.listener?.transferFailed('receiving', environmentFault('unreachable', 'a part is missing'));
    }
  }
}

export function memoryLinkPair(clock: Clock, delayNs = 100_000): { readonly a: MemoryLink; readonly b: MemoryLink } {
  const a = new MemoryLink(clock, delayNs);
  const b = new MemoryLink(clock, delayNs);
  a.peer = b;
  b.peer = a;
  return { a, b };
}

// Links of each kind on one clock, for tests of what joins them.

import { type PartitionableBus, partitionable } from '../../../../src/bus/faults/partition.ts';
import { attachIsoTpNode } from '../../../../src/bus/isotp/node.ts';
import type { IsoTpParams } from '../../../../src/bus/isotp/params.ts';
import type { Link, LinkListener } from '../../../../src/bus/link.ts';
import { Deframer, framed } from '../../../../src/bus/tcp/lengthPrefix.ts';
import { createVirtualCan } from '../../../../src/bus/virtualCan/virtualCan.ts';
import { environmentFault } from '../../../../src/core/faults.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import type { SimulatedClock } from '../../../../src/core/time/clock.ts';
import { present } from '../../support/harness.ts';

export type LinkKind = 'classic' | 'fd' | 'tcp';
export const linkKinds: readonly LinkKind[] = ['classic', 'fd', 'tcp'];

/** The end of somebody outside, and the gateway's. */
export interface Ends {
  readonly outer: Link;
  readonly inner: Link;
  /** Where there is one: the nodes are `outer` and `gw`. */
  readonly bus?: PartitionableBus;
}

export interface EndsOptions {
  readonly bitrate?: number;
  readonly dataBitrate?: number;
  readonly outerParams?: Partial<IsoTpParams>;
  readonly innerParams?: Partial<IsoTpParams>;
}

export function endsOf(kind: LinkKind, name: string, clock: SimulatedClock, options: EndsOptions = {}): Ends {
  if (kind === 'tcp') return tcpLike(clock);
  const { bitrate = 500_000, dataBitrate = 4 * bitrate, outerParams, innerParams } = options;
  const fd = kind === 'fd';
  const bus = partitionable(createVirtualCan({ name, clock, fd, bitrate, ...(fd && { dataBitrate }) }));
  const outerId = { name: 'other', transmitId: 0x710, receiveId: 0x718 };
  const innerId = { name: 'other', transmitId: 0x718, receiveId: 0x710 };
  const outer = attachIsoTpNode(bus, 'outer', clock, [outerId], outerParams);
  const inner = attachIsoTpNode(bus, 'gw', clock, [innerId], innerParams);
  return { outer: present(outer.links.get('other')), inner: present(inner.links.get('other')), bus };
}

/** Both ends of a stream of bytes with a prefix a message, 1460 bytes a segment and 10 us a segment. */
function tcpLike(clock: SimulatedClock): Ends {
  const segmentBytes = 1460;
  const segmentNs = 10_000;
  class End implements Link {
    readonly messageBytesMax = 65_536;
    peer: End | undefined;
    private readonly deframer = new Deframer(65_536);
    private listener: LinkListener | undefined;
    private sending = false;

    listen(listener: LinkListener): void {
      this.listener = listener;
    }

    send(message: Uint8Array) {
      if (this.sending) return fail(environmentFault('busy', 'a message is on its way'));
      if (message.length < 1 || message.length > this.messageBytesMax) return fail(environmentFault('too-long', ''));
      this.sending = true;
      const bytes = framed(message);
      for (let offset = 0, at = 1; offset < bytes.length; offset += segmentBytes, at += 1) {
        const segment = bytes.slice(offset, offset + segmentBytes);
        clock.after(at * segmentNs, () => this.peer?.arrived(segment));
        if (offset + segmentBytes < bytes.length) continue;
        clock.after(at * segmentNs, () => {
          this.sending = false;
          this.listener?.messageSent();
        });
      }
      return ok();
    }

    close(): void {}

    arrived(segment: Uint8Array): void {
      this.deframer.push(segment);
      for (let next = this.deframer.next(); next.type === 'message'; next = this.deframer.next()) {
        this.listener?.messageReceived(next.message);
      }
    }
  }
  const outer = new End();
  const inner = new End();
  outer.peer = inner;
  inner.peer = outer;
  return { outer, inner };
}

// Owns: buses and links whose callbacks go through a tape: `recorded` ones wrap a real bus or link, `played` ones stand in for
// it when a trace is replayed. Behind the contracts `Bus` and `Link` the vehicle cannot tell.
import type { Bus, BusListener, BusLoad, BusNode, CanFrame } from '../../bus/bus.ts';
import { FrameDigest } from '../../bus/frame/frameDigest.ts';
import { formatFrame, parseFrame } from '../../bus/frame/frameText.ts';
import type { Link, LinkListener } from '../../bus/link.ts';
import { type InterfaceEvent, InterfaceRecord } from '../../bus/socketcan/interfaceRecord.ts';
import type { InterfaceBus } from '../../bus/socketcan/socketcanBus.ts';
import { type BitRates, frameTimeNs } from '../../bus/virtualCan/bits/frameTiming.ts';
import { wrappedBus } from '../../bus/wrappedBus.ts';
import { ok } from '../../core/result.ts';
import type { Clock } from '../../core/time/clock.ts';
import { hostTimer } from '../../core/time/hostTime.ts';
import type { Player, Recorder, TapeContent } from './tape.ts';

/** A bus whose interface's changes come from the tape too. */
export interface TapedBus extends Bus {
  /** Sets who is told of them, in words. Never called from inside `send` or `attach`. */
  watch(changed: (text: string) => void): void;
}

/** A bus on an interface, as the vehicle file has it. */
export interface InterfacePlace {
  readonly interfaceName: string;
  readonly rates: BitRates;
}

/**
 * Frames on the interface, counted where recording and playing agree: those of the run when their sender is told, those of others when
 * the tape says so. And what happened to the interface.
 */
class TapedLoad {
  changed: (text: string) => void = () => {};
  private frames = 0;
  private sentFrames = 0;
  private busyNs = 0;
  private readonly digest = new FrameDigest();
  private readonly clock: Clock;
  private readonly rates: BitRates;
  private readonly record: InterfaceRecord;

  constructor(clock: Clock, { interfaceName, rates }: InterfacePlace) {
    this.clock = clock;
    this.rates = rates;
    this.record = new InterfaceRecord(interfaceName);
  }

  count(frame: CanFrame): void {
    this.frames += 1;
    this.sentFrames += 1;
    this.busyNs += frameTimeNs(frame, this.rates);
    this.digest.add(this.clock.nowNs(), frame);
  }

  load(): BusLoad {
    const { frames, sentFrames, busyNs } = this;
    return { frames, busyNs, recentShare: 0, ...this.record.load(sentFrames), digest: this.digest.text() };
  }

  take(content: TapeContent): void {
    if (content.kind === 'carried') {
      this.frames += content.frames;
      this.busyNs += content.busyNs;
      return;
    }
    const event = interfaceEvent(content);
    const text = event && this.record.take(event);
    if (text !== undefined) this.changed(text);
  }
}

/** What others send gathers so long for one line of the tape: a report of a bus is not finer. */
const gatherMs = 100;

/** Frames of others on an interface, put on the tape now and then. */
class OthersFrames {
  private frames = 0;
  private busyNs = 0;
  private readonly rates: BitRates;
  private readonly bring: (content: TapeContent) => void;

  constructor(rates: BitRates, bring: (content: TapeContent) => void) {
    this.rates = rates;
    this.bring = bring;
  }

  add(frame: CanFrame): void {
    if (this.frames === 0) hostTimer(gatherMs, () => this.flush());
    this.frames += 1;
    this.busyNs += frameTimeNs(frame, this.rates);
  }

  private flush(): void {
    const { frames, busyNs } = this;
    this.frames = 0;
    this.busyNs = 0;
    this.bring({ kind: 'carried', frames, busyNs });
  }
}

function interfaceContent(event: InterfaceEvent): TapeContent {
  switch (event.type) {
    case 'interfaceDown':
      return { kind: 'interfaceDown', message: event.message };
    case 'interfaceUp':
      return { kind: 'interfaceUp' };
    case 'errorFrame': {
      const { errorClass, data } = event.error;
      return { kind: 'errorFrame', errorClass, base64: Buffer.from(data).toString('base64') };
    }
  }
}

function interfaceEvent(content: TapeContent): InterfaceEvent | undefined {
  switch (content.kind) {
    case 'interfaceDown':
      return { type: 'interfaceDown', message: content.message };
    case 'interfaceUp':
      return { type: 'interfaceUp' };
    case 'errorFrame': {
      const data = new Uint8Array(Buffer.from(content.base64, 'base64'));
      return { type: 'errorFrame', error: { errorClass: content.errorClass, data } };
    }
    default:
      return undefined;
  }
}

/** The name on the tape of what carries a bus. */
function interfacePort(bus: string): string {
  return `interface/${bus}`;
}

/** Tells a listener of one input. `sent`: the frames given to `send` that have not left. */
function tellNode(listener: BusListener, sent: CanFrame[], counted: TapedLoad, content: TapeContent): void {
  switch (content.kind) {
    case 'frame': {
      const frame = parseFrame(content.frame);
      if (frame !== undefined) listener.frameReceived(frame);
      break;
    }
    case 'sent': {
      const frame = sent.shift();
      if (frame === undefined) break;
      counted.count(frame);
      listener.frameSent(frame);
      break;
    }
    case 'nodeFailed':
      listener.nodeFailed(content.fault);
      break;
    default:
      break;
  }
}

/** A name of its own for every attachment: a node that was cut off comes back as another. */
function ports(bus: string): (node: string) => string {
  const attachments = new Map<string, number>();
  return (node) => {
    const index = (attachments.get(node) ?? 0) + 1;
    attachments.set(node, index);
    return `${bus}/${node}/${index}`;
  };
}

/** `bus`, over the interface of that name, with everything that it brings recorded. */
export function recordedBus(bus: InterfaceBus, place: InterfacePlace, clock: Clock, recorder: Recorder): TapedBus {
  const counted = new TapedLoad(clock, place);
  /** Given to the kernel, and not told as sent yet. */
  const own = new Set<CanFrame>();
  const others = new OthersFrames(place.rates, (content) =>
    recorder.input(interfacePort(bus.name), content, () => counted.take(content)),
  );
  bus.tap((frame) => {
    if (!own.has(frame)) others.add(frame);
  });
  const portOf = ports(bus.name);
  bus.watch((event) => {
    const content = interfaceContent(event);
    recorder.input(interfacePort(bus.name), content, () => counted.take(content));
  });
  return wrappedBus<TapedBus>(bus, {
    load: () => counted.load(),
    watch: (changed) => {
      counted.changed = changed;
    },
    attach(node, listener, options): BusNode {
      const port = portOf(node);
      const sent: CanFrame[] = [];
      let calls = 0;
      let attached = true;
      const bring = (content: TapeContent) =>
        recorder.input(port, content, () => {
          if (attached) tellNode(listener, sent, counted, content);
        });
      const inner = bus.attach(
        node,
        {
          frameReceived: (frame) => bring({ kind: 'frame', frame: formatFrame(frame) }),
          frameSent: (frame) => {
            own.delete(frame);
            bring({ kind: 'sent' });
          },
          nodeFailed: (fault) => bring({ kind: 'nodeFailed', fault }),
        },
        options,
      );
      return {
        send(frame) {
          const result = inner.send(frame);
          if (result.ok) {
            sent.push(frame);
            own.add(frame);
          } else recorder.note(port, { kind: 'refused', call: calls, fault: result.fault });
          calls += 1;
          return result;
        },
        detach() {
          attached = false;
          for (const frame of sent) own.delete(frame);
          inner.detach();
        },
      };
    },
  });
}

/** The bus that a trace tells of. */
export function playedBus(name: string, place: InterfacePlace, fd: boolean, clock: Clock, player: Player): TapedBus {
  const counted = new TapedLoad(clock, place);
  const portOf = ports(name);
  player.listen(interfacePort(name), (content) => counted.take(content));
  return {
    name,
    fd,
    load: () => counted.load(),
    // A trace holds what each node was told, not what was on the bus between them.
    tap: () => () => {},
    watch: (changed) => {
      counted.changed = changed;
    },
    close: () => {},
    attach(node, listener): BusNode {
      const port = portOf(node);
      const sent: CanFrame[] = [];
      let calls = 0;
      let attached = true;
      player.listen(port, (content) => {
        if (attached) tellNode(listener, sent, counted, content);
      });
      return {
        send(frame) {
          const fault = player.refusal(port, calls);
          calls += 1;
          if (fault !== undefined) return { ok: false, fault };
          sent.push(frame);
          return ok();
        },
        detach() {
          attached = false;
        },
      };
    },
  };
}

function tellLink(listener: LinkListener, content: TapeContent): void {
  switch (content.kind) {
    case 'message':
      listener.messageReceived(new Uint8Array(Buffer.from(content.base64, 'base64')));
      break;
    case 'sent':
      listener.messageSent();
      break;
    case 'transferFailed':
      listener.transferFailed(content.direction, content.fault);
      break;
    default:
      break;
  }
}

/** `link`, with everything that it brings recorded. */
export function recordedLink(port: string, link: Link, recorder: Recorder): Link {
  let calls = 0;
  return {
    messageBytesMax: link.messageBytesMax,
    close: () => link.close(),
    listen(listener) {
      const bring = (content: TapeContent) => recorder.input(port, content, () => tellLink(listener, content));
      link.listen({
        messageReceived: (message) => bring({ kind: 'message', base64: Buffer.from(message).toString('base64') }),
        messageSent: () => bring({ kind: 'sent' }),
        transferFailed: (direction, fault) => bring({ kind: 'transferFailed', direction, fault }),
      });
    },
    send(message) {
      const result = link.send(message);
      if (!result.ok) recorder.note(port, { kind: 'refused', call: calls, fault: result.fault });
      calls += 1;
      return result;
    },
  };
}

/** The link that a trace tells of. */
export function playedLink(port: string, messageBytesMax: number, player: Player): Link {
  let calls = 0;
  return {
    messageBytesMax,
    close: () => {},
    listen: (listener) => player.listen(port, (content) => tellLink(listener, content)),
    send() {
      const fault = player.refusal(port, calls);
      calls += 1;
      return fault === undefined ? ok() : { ok: false, fault };
    },
  };
}

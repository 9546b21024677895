// Owns: attach points of a run: opening them, and what those who come in do on the bus, recorded on the tape or played back from it.
// The bus itself is simulated both times, so all that is recorded is who joins, what he sends and when he leaves.
import { parseCannelloniAddress, parseSlcanAddress } from '../../attach/addresses.ts';
import type { AttachableBus, AttachPoint, Tell } from '../../attach/attachableBus.ts';
import { openCannelloni } from '../../attach/cannelloniPeer.ts';
import { listenSlcan } from '../../attach/slcanServer.ts';
import type { Bus, BusListener, BusNode } from '../../bus/bus.ts';
import { formatFrame, parseFrame } from '../../bus/frame/frameText.ts';
import { type EnvironmentFault, environmentFault, InputError } from '../../core/faults.ts';
import { fail, type Result } from '../../core/result.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { RunInputs } from '../inputs/inputs.ts';
import type { Player, Recorder, TapeContent } from '../tape/tape.ts';

type VisitorListener = Parameters<AttachableBus['join']>[1];

const nobody: VisitorListener = { frameReceived: () => {}, frameSent: () => {} };

/** The nodes of those outside, moved by what is on the tape. */
class Visitors {
  private readonly bus: Bus;
  private readonly nodes = new Map<string, BusNode>();

  constructor(bus: Bus) {
    this.bus = bus;
  }

  /** What became of each frame that was given. */
  take(content: TapeContent, listener: VisitorListener = nobody): readonly Result<void, EnvironmentFault>[] {
    switch (content.kind) {
      case 'joined': {
        const heard: BusListener = { ...listener, nodeFailed: () => {} };
        this.nodes.get(content.node)?.detach();
        this.nodes.set(content.node, this.bus.attach(content.node, heard));
        return [];
      }
      case 'gave':
        return [this.give(content.node, content.frame)];
      case 'gaveTogether':
        return content.frames.map((frame) => this.give(content.node, frame));
      case 'left':
        this.nodes.get(content.node)?.detach();
        this.nodes.delete(content.node);
        return [];
      default:
        return [];
    }
  }

  private give(name: string, text: string): Result<void, EnvironmentFault> {
    const frame = parseFrame(text);
    const node = this.nodes.get(name);
    if (frame === undefined || node === undefined) {
      return fail(environmentFault('closed', `${name} is not on ${this.bus.name}`));
    }
    return node.send(frame);
  }
}

function attachPort(bus: string): string {
  return `attach/${bus}`;
}

/** `bus`, open to others, with everything that they do recorded. */
export function recordedAttachable(bus: Bus, recorder: Recorder): AttachableBus {
  const visitors = new Visitors(bus);
  const bring = (
    content: TapeContent,
    listener?: VisitorListener,
    done: (results: readonly Result<void, EnvironmentFault>[]) => void = () => {},
  ) => recorder.input(attachPort(bus.name), content, () => done(visitors.take(content, listener)));
  return {
    name: bus.name,
    fd: bus.fd,
    tap: (hear, hearError) => bus.tap(hear, hearError),
    load: () => bus.load(),
    join(node, listener) {
      bring({ kind: 'joined', node }, listener);
      return {
        send: (frames, taken) => bring(givenContent(node, frames.map(formatFrame)), undefined, taken),
        leave: () => bring({ kind: 'left', node }),
      };
    },
  };
}

function givenContent(node: string, frames: readonly string[]): TapeContent {
  const [first = '', ...others] = frames;
  return others.length === 0
    ? { kind: 'gave', node, frame: first }
    : { kind: 'gaveTogether', node, frames: [...frames] };
}

/** Does on `bus` what those outside did when the trace was made. */
export function playAttached(bus: Bus, player: Player): void {
  const visitors = new Visitors(bus);
  player.listen(attachPort(bus.name), (content) => visitors.take(content));
}

/** The buses that are open to others, by name. */
export function attachedBuses({ slcan, cannelloni }: Pick<RunInputs, 'slcan' | 'cannelloni'>): ReadonlySet<string> {
  return new Set([...(slcan?.keys() ?? []), ...(cannelloni?.keys() ?? [])]);
}

/** Opens all attach points of a run. Throws an InputError that names the one which cannot be had. */
export async function openAttachPoints(
  inputs: RunInputs,
  buses: ReadonlyMap<string, Bus>,
  clock: Clock,
  recorder: Recorder,
  tell: Tell,
): Promise<readonly AttachPoint[]> {
  const points: AttachPoint[] = [];
  const opened = (option: string, bus: string, text: string, point: Result<AttachPoint, EnvironmentFault>) => {
    if (!point.ok) throw new InputError(`--${option} ${bus}=${text}: ${point.fault.message}`);
    points.push(point.value);
    tell(`${option}: ${bus} is open at ${point.value.address}`);
  };
  const attachable = new Map<string, AttachableBus>();
  for (const name of attachedBuses(inputs)) {
    const bus = buses.get(name);
    if (bus !== undefined) attachable.set(name, recordedAttachable(bus, recorder));
  }
  try {
    for (const [name, text] of inputs.slcan ?? []) {
      const bus = attachable.get(name);
      const at = parseSlcanAddress(text);
      if (bus && at) opened('slcan', name, text, await listenSlcan({ bus, clock, at, tell }));
    }
    for (const [name, text] of inputs.cannelloni ?? []) {
      const bus = attachable.get(name);
      const address = parseCannelloniAddress(text);
      if (bus && address) opened('cannelloni', name, text, await openCannelloni({ bus, address, tell }));
    }
  } catch (error) {
    for (const point of points) point.close();
    throw error;
  }
  return points;
}

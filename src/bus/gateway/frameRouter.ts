// Owns: the frame routing of one gateway: a node on each of its buses, and what goes from one to another by a table. Every
// frame that it takes from a bus is forwarded or counted as dropped, with the reason. Must not know what frames mean.

import { gatewayDelayNs, gatewayQueueFrames } from '../../core/limits.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Bus, BusNode, CanFrame } from '../bus.ts';
import { type FrameRoute, RoutesFrom, routeProblem } from './frameRoutes.ts';
import { OutputQueue } from './outputQueue.ts';
import { type FormReason, routedFrame } from './routedFrame.ts';

export type FrameDropReason =
  | FormReason
  /** As many frames as may wait for the bus were waiting. */
  | 'queue-full'
  /** The bus did not take it, or went away with it. */
  | 'not-sent';

export interface FrameDrop {
  readonly route: FrameRoute;
  readonly reason: FrameDropReason;
  /** As it came, or, where it was not sent, as it would have gone on. */
  readonly frame: CanFrame;
}

/** What went by one row. */
export interface RouteCount {
  readonly route: FrameRoute;
  readonly forwarded: number;
  readonly dropped: Readonly<Partial<Record<FrameDropReason, number>>>;
}

export interface FrameRouterOptions {
  /** The node's name on every bus. */
  readonly name: string;
  readonly clock: Clock;
  readonly buses: ReadonlyMap<string, Bus>;
  readonly routes: readonly FrameRoute[];
  /** From a frame's end on one bus to the moment at which it may begin on the next: a latency, not a limit of throughput. */
  readonly delayNs?: number;
  /** Frames that may wait for one bus, the one being sent included. */
  readonly queueFramesMax?: number;
  readonly onDrop?: (drop: FrameDrop) => void;
}

export interface FrameRouter {
  /** In the order of the table. */
  counts(): readonly RouteCount[];
  /** Frames that wait for a bus at present. */
  waiting(bus: string): number;
  /** Leaves every bus; what was waiting is dropped. */
  detach(): void;
}

/** Throws a RangeError for a table that names a bus which is not there, ids that cannot be, or a way back. Loops: routeLoops.ts. */
export function createFrameRouter(options: FrameRouterOptions): FrameRouter {
  return new Router(options);
}

interface Row {
  readonly route: FrameRoute;
  readonly toFd: boolean;
  readonly output: OutputQueue<Row>;
  forwarded: number;
  readonly dropped: Partial<Record<FrameDropReason, number>>;
}

class Router implements FrameRouter {
  private readonly clock: Clock;
  private readonly delayNs: number;
  private readonly onDrop: (drop: FrameDrop) => void;
  private readonly rows: readonly Row[];
  private readonly outputs = new Map<string, OutputQueue<Row>>();
  private readonly nodes: readonly BusNode[];

  constructor({ name, clock, buses, routes, delayNs, queueFramesMax, onDrop }: FrameRouterOptions) {
    this.clock = clock;
    this.delayNs = delayNs ?? gatewayDelayNs;
    this.onDrop = onDrop ?? (() => {});
    const framesMax = queueFramesMax ?? gatewayQueueFrames;
    if (!(this.delayNs >= 0) || !(framesMax >= 1)) throw new RangeError(`${name}: a delay from 0 and a queue from 1`);
    const events = {
      sent: (row: Row) => {
        row.forwarded += 1;
      },
      lost: (row: Row, frame: CanFrame) => this.drop(row, 'not-sent', frame),
    };
    for (const bus of buses.keys()) this.outputs.set(bus, new OutputQueue(clock, framesMax, events));
    this.rows = routes.map((route): Row => {
      const text = routeProblem(route);
      if (text !== undefined) throw new RangeError(`${name}: ${text}`);
      const to = buses.get(route.to);
      const output = this.outputs.get(route.to);
      if (to === undefined || output === undefined || !buses.has(route.from)) {
        throw new RangeError(`${name}: it is not on both ${route.from} and ${route.to}`);
      }
      return { route, toFd: to.fd, output, forwarded: 0, dropped: {} };
    });
    this.nodes = [...buses].map(([key, bus]) => this.join(name, key, bus));
  }

  counts(): readonly RouteCount[] {
    return this.rows.map(({ route, forwarded, dropped }) => ({ route, forwarded, dropped: { ...dropped } }));
  }

  waiting(bus: string): number {
    return this.outputs.get(bus)?.length ?? 0;
  }

  detach(): void {
    for (const node of this.nodes) node.detach();
    for (const output of this.outputs.values()) output.close();
  }

  private join(name: string, key: string, bus: Bus): BusNode {
    const routes = new RoutesFrom(this.rows.filter(({ route }) => route.from === key));
    const output = this.outputs.get(key);
    const { acceptIds } = routes;
    const node = bus.attach(
      name,
      {
        frameReceived: (frame) => {
          for (const row of routes.of(frame)) this.forward(row, frame);
        },
        frameSent: (frame) => output?.frameSent(frame),
        nodeFailed: () => output?.clear(),
      },
      acceptIds === undefined ? {} : { acceptIds },
    );
    output?.open(node);
    return node;
  }

  private forward(row: Row, frame: CanFrame): void {
    const routed = routedFrame(frame, row.route, row.toFd);
    if (typeof routed === 'string') this.drop(row, routed, frame);
    else if (!row.output.put(routed, row, this.clock.nowNs() + this.delayNs)) this.drop(row, 'queue-full', frame);
  }

  private drop(row: Row, reason: FrameDropReason, frame: CanFrame): void {
    row.dropped[reason] = (row.dropped[reason] ?? 0) + 1;
    this.onDrop({ route: row.route, reason, frame });
  }
}

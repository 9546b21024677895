// Owns: the rows of a gateway's routing table, and which of them a frame of a bus goes by. Must not know buses or time.
import type { CanFrame } from '../bus.ts';
import { baseIdMax, extendedIdMax } from '../frame/checkFrame.ts';

/** Frames of some ids that a gateway takes from one of its buses to another. */
export interface FrameRoute {
  readonly from: string;
  readonly to: string;
  /** The first and the last id of the row, of 29 bits where `extended`. */
  readonly first: number;
  readonly last: number;
  readonly extended: boolean;
  /** What `first` becomes; the ids after it keep their distance. As they are when omitted. */
  readonly as?: { readonly first: number; readonly extended: boolean };
  /** The form in which frames go on. When omitted, as they came, where the bus carries that; FD frames as classic ones elsewhere. */
  readonly format?: 'classic' | 'fd';
}

/** Ids of 11 and 29 bits in one number, so that they do not meet. */
const extendedKeys = extendedIdMax + 1;

function keyOf(id: number, extended: boolean): number {
  return extended ? id + extendedKeys : id;
}

/** What a row makes of the ids that it takes, as keys: first and last. */
function leaving({ first, last, extended, as = { first, extended } }: FrameRoute): readonly [number, number] {
  const moved = keyOf(as.first, as.extended);
  return [moved, moved + last - first];
}

/** Whether a frame that went by `route` is one that `next` takes. */
export function leadsInto(route: FrameRoute, next: FrameRoute): boolean {
  if (route.to !== next.from) return false;
  const [first, last] = leaving(route);
  return first <= keyOf(next.last, next.extended) && last >= keyOf(next.first, next.extended);
}

function problem({ from, to, first, last, extended, as = { first, extended } }: FrameRoute): string | undefined {
  if (from === to) return 'it leads back to the bus that it comes from';
  const isWithin = (from: number, to: number, wide: boolean) =>
    Number.isInteger(from) &&
    Number.isInteger(to) &&
    from >= 0 &&
    from <= to &&
    to <= (wide ? extendedIdMax : baseIdMax);
  if (!isWithin(first, last, extended)) return `its ids are not ones of ${extended ? 29 : 11} bits`;
  if (!isWithin(as.first, as.first + last - first, as.extended)) {
    return `its new ids are not ones of ${as.extended ? 29 : 11} bits`;
  }
  return undefined;
}

/** What is wrong with a row by itself, or undefined. */
export function routeProblem(route: FrameRoute): string | undefined {
  const text = problem(route);
  return text === undefined ? undefined : `the route of ${routeText(route)}: ${text}`;
}

export function idText(id: number): string {
  return `0x${id.toString(16)}`;
}

export function routeText({ from, to, first, last }: FrameRoute): string {
  return `${idText(first)}${first === last ? '' : `-${idText(last)}`} from ${from} to ${to}`;
}

/** The id of a frame as it goes by `route`. */
export function routedId(route: FrameRoute, id: number): { readonly id: number; readonly extended: boolean } {
  const { as, first, extended } = route;
  return as === undefined ? { id, extended } : { id: as.first + id - first, extended: as.extended };
}

/** The rows that begin at one bus. Looking one up costs a step for all single ids together, and one for each row of several. */
export class RoutesFrom<Row extends { readonly route: FrameRoute }> {
  private readonly single = new Map<number, Row[]>();
  private readonly ranges: Row[] = [];

  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      const { first, last, extended } = row.route;
      const key = keyOf(first, extended);
      if (first !== last) this.ranges.push(row);
      else this.single.set(key, [...(this.single.get(key) ?? []), row]);
    }
  }

  /** The ids that a controller's filter lets through, or undefined where it cannot name them one by one. */
  get acceptIds(): readonly number[] | undefined {
    if (this.ranges.length > 0) return undefined;
    return [...this.single.keys()].map((key) => key % extendedKeys);
  }

  /** Every row that takes `frame`. */
  of({ id, extended }: CanFrame): readonly Row[] {
    const rows = this.single.get(keyOf(id, extended)) ?? [];
    if (this.ranges.length === 0) return rows;
    const takes = ({ route }: Row) => route.extended === extended && route.first <= id && id <= route.last;
    return [...rows, ...this.ranges.filter(takes)];
  }
}

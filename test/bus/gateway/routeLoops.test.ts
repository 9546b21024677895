import { describe, expect, it } from 'vitest';
import type { FrameRoute } from '../../../src/bus/gateway/frameRoutes.ts';
import { findRouteLoop, type PlacedRoute } from '../../../src/bus/gateway/routeLoops.ts';

type Row = readonly [gateway: string, from: string, to: string, first: number, last?: number, as?: number];

function placed([gateway, from, to, first, last = first, as]: Row): PlacedRoute {
  const row: FrameRoute = { from, to, first, last, extended: false };
  return { gateway, route: as === undefined ? row : { ...row, as: { first: as, extended: false } } };
}

function loopOf(rows: readonly Row[]): readonly string[] | undefined {
  return findRouteLoop(rows.map(placed))?.map(({ gateway, route }) => `${gateway}: ${route.from}-${route.to}`);
}

describe('tables without a loop', () => {
  it.each<[string, readonly Row[]]>([
    [
      'both ways through one gateway: it does not hear itself',
      [
        ['g', 'a', 'b', 1],
        ['g', 'b', 'a', 1],
      ],
    ],
    [
      'a ring within one gateway',
      [
        ['g', 'a', 'b', 1],
        ['g', 'b', 'c', 1],
        ['g', 'c', 'a', 1],
      ],
    ],
    [
      'requests one way, answers the other',
      [
        ['g', 'a', 'b', 1],
        ['h', 'b', 'a', 2],
      ],
    ],
    [
      'a chain',
      [
        ['g', 'a', 'b', 1],
        ['h', 'b', 'c', 1],
        ['i', 'c', 'd', 1],
      ],
    ],
    [
      'two ways to one bus',
      [
        ['g', 'a', 'b', 1],
        ['h', 'b', 'd', 1],
        ['i', 'a', 'c', 1],
        ['k', 'c', 'd', 1],
      ],
    ],
    [
      'a new id that leads out',
      [
        ['g', 'a', 'b', 1, 1, 2],
        ['h', 'b', 'a', 1],
      ],
    ],
    [
      'single ids that pass on, none round',
      [
        ['g', 'a', 'b', 1],
        ['h', 'b', 'c', 2],
        ['i', 'c', 'a', 3],
      ],
    ],
    [
      'ranges beside each other',
      [
        ['g', 'a', 'b', 0, 9],
        ['h', 'b', 'a', 10, 19],
      ],
    ],
  ])('%s', (_title, rows) => {
    expect(loopOf(rows)).toBeUndefined();
  });
});

describe('a loop', () => {
  it.each<[string, readonly Row[], readonly string[]]>([
    [
      'two gateways between two buses',
      [
        ['g', 'a', 'b', 1],
        ['h', 'b', 'a', 1],
      ],
      ['g: a-b', 'h: b-a'],
    ],
    [
      'three in a ring',
      [
        ['g', 'a', 'b', 1],
        ['h', 'b', 'c', 1],
        ['i', 'c', 'a', 1],
      ],
      ['g: a-b', 'h: b-c', 'i: c-a'],
    ],
    [
      'with a way in',
      [
        ['x', 'z', 'a', 1],
        ['g', 'a', 'b', 1],
        ['h', 'b', 'a', 1],
      ],
      ['g: a-b', 'h: b-a'],
    ],
    [
      'new ids there and back',
      [
        ['g', 'a', 'b', 1, 1, 2],
        ['h', 'b', 'a', 2, 2, 1],
      ],
      ['g: a-b', 'h: b-a'],
    ],
    [
      'ranges with one id in common',
      [
        ['g', 'a', 'b', 0, 10],
        ['h', 'b', 'a', 10, 19],
      ],
      ['g: a-b', 'h: b-a'],
    ],
    [
      'behind a dead end',
      [
        ['d', 'a', 'x', 1],
        ['g', 'a', 'b', 1],
        ['h', 'b', 'a', 1],
      ],
      ['g: a-b', 'h: b-a'],
    ],
  ])('%s', (_title, rows, loop) => {
    expect(loopOf(rows)).toHaveLength(loop.length);
    expect(new Set(loopOf(rows))).toEqual(new Set(loop));
  });
});

import { expect, it } from 'vitest';
import { playRoutes } from '../../../src/capture/player/playRoutes.ts';
import { InputError } from '../../../src/core/faults.ts';

it.each<[readonly string[], readonly string[], readonly string[]]>([
  [['vcan0'], [], ['vcan0<any']],
  [['vcan0', 'vcan1'], [], ['vcan0<any', 'vcan1<any']],
  [['vcan0'], ['can0'], ['vcan0<can0']],
  [
    ['b', 'd'],
    ['a', 'c'],
    ['b<a', 'd<c'],
  ],
  [['vcan2=can0'], [], ['vcan2<can0']],
  [
    ['b', 'x=y', 'd'],
    ['a', 'c'],
    ['b<a', 'x<y', 'd<c'],
  ],
])('--onto %j --from %j', (onto, from, routes) => {
  expect(playRoutes(onto, [], from).interfaces.map((route) => `${route.onto}<${route.from ?? 'any'}`)).toEqual(routes);
});

it.each<[readonly string[], readonly string[]]>([
  [['a'], ['b', 'c']],
  [['a', 'b'], ['c']],
  [['a=b'], ['c']],
  [['=b'], []],
  [['a='], []],
  [['a=b=c'], []],
])('--onto %j --from %j is refused', (onto, from) => {
  expect(() => playRoutes(onto, [], from)).toThrow(InputError);
});

it.each<[readonly string[], readonly string[]]>([
  [['3333'], ['3333<any']],
  [
    ['body=3333', 'chassis=10.0.0.1:3333'],
    ['3333<body', '10.0.0.1:3333<chassis'],
  ],
])('--into %j', (into, routes) => {
  expect(playRoutes([], into, []).attachPoints.map((route) => `${route.onto}<${route.from ?? 'any'}`)).toEqual(routes);
});

it('--from is for each --onto and --into that names no bus, --onto first', () => {
  const { interfaces, attachPoints } = playRoutes(['vcan0', 'vcan1=x'], ['3333', 'y=4444', '5555'], ['a', 'b', 'c']);
  expect([...interfaces, ...attachPoints].map((route) => `${route.onto}<${route.from}`)).toEqual([
    ...['vcan0<a', 'vcan1<x'],
    ...['3333<b', '4444<y', '5555<c'],
  ]);
  expect(() => playRoutes(['vcan0'], ['3333'], ['a'])).toThrow(/--from is given 1 times, for 2 times/);
});

it.each(['', '=3333', 'body=', 'a=b=1'])('--into %j is refused', (text) => {
  expect(() => playRoutes([], [text], [])).toThrow(InputError);
});

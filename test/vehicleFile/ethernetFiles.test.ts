// What a vehicle file may say of Ethernet, and the line with which it is refused.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ethernetLinks } from '../../src/vehicleFile/references/ethernetReferences.ts';
import { inputsOf } from '../sim/support/runs.ts';
import { scenarioFolder } from '../sim/support/scenarioFolder.ts';

const { refusal } = scenarioFolder();

const scenarios = join(import.meta.dirname, '../../scenarios');
const vehicle = readFileSync(join(scenarios, 'vehicles/ethernet.yaml'), 'utf8');
const scenario = readFileSync(join(scenarios, 'ethernet.yaml'), 'utf8').replace(
  'vehicles/ethernet.yaml',
  'vehicle.yaml',
);

describe('a vehicle with Ethernet', () => {
  it('is accepted as it is, with a link for each ECU, in the order of the file', () => {
    expect(refusal(scenario, vehicle)).toBe('accepted');
    expect([...ethernetLinks(inputsOf('ethernet').scenario.vehicle, 'backbone')]).toEqual([
      ['telematics', { bitsPerSecond: 1e9, latencyNs: 1000, loss: 0.001 }],
      ['adas', { bitsPerSecond: 1e9, latencyNs: 1000, loss: 0.001 }],
      ['camera', { bitsPerSecond: 1e8, latencyNs: 2000, loss: 0.01 }],
    ]);
  });

  it('needs to say no more than the speed', () => {
    const [before, after] = [vehicle.indexOf('  backbone:'), vehicle.indexOf('  chassis:')];
    const plain = `${vehicle.slice(0, before)}  backbone: { kind: ethernet, speed: 100BASE-T1 }\n${vehicle.slice(after)}`;
    expect(refusal(scenario, plain)).toBe('accepted');
  });

  it.each([
    ['speed: 1000BASE-T1', 'speed: 10BASE-T1S', 'vehicle.yaml:7: buses.backbone.speed'],
    ['    speed: 1000BASE-T1\n', '', 'vehicle.yaml:5: buses.backbone.speed'],
    ['speed: 1000BASE-T1', 'speed: 1000BASE-T1\n    bitrate: 500000', 'buses.backbone.bitrate: there is no such field'],
    ['loss: 0.001', 'loss: 1.5', 'vehicle.yaml:9: buses.backbone.loss'],
    [
      'latency: 1us',
      'latency: 11ms',
      'vehicle.yaml:8: buses.backbone.latency: a duration such as 50us or 2ms, from 0 to 10ms, is needed, not `11ms`',
    ],
    ['queue: 64 KiB', 'queue: 1 KiB', 'vehicle.yaml:10: buses.backbone.queue'],
    ['queue: 64 KiB', 'queue: 2 MiB', 'vehicle.yaml:10: buses.backbone.queue'],
    ['camera: { speed', 'brake-ecu: { speed', 'links.brake-ecu: brake-ecu is not on backbone'],
    ['camera: { speed', 'nobody: { speed', 'links.nobody: nobody is not on backbone'],
    [
      'bus: backbone\n    block: 32 KiB',
      'bus: backbone\n    requestId: 0x10\n    block: 32 KiB',
      "ecus.adas.requestId: an ECU on the Primary's Ethernet has none",
    ],
    [
      'bus: backbone\n    block: 32 KiB',
      'bus: backbone\n    isotp: { stmin: 1 }\n    block: 32 KiB',
      'ecus.adas.isotp: an ECU on Ethernet has none',
    ],
    ['    requestId: 0x720\n', '', 'ecus.brake-ecu: on a CAN bus, requestId and responseId are needed'],
    ['buses: [backbone, chassis]', 'buses: [chassis]', 'the Primary is not on backbone'],
  ])('with %j as %j is refused', (from, to, message) => {
    expect(vehicle).toContain(from);
    expect(refusal(scenario, vehicle.replace(from, to))).toContain(message);
  });

  it.each([
    ['partition: { bus: backbone, nodes: [camera] }', 'disturb: { bus: backbone, loss: 0.5 }', 'backbone is Ethernet'],
    ['nodes: [camera]', 'nodes: [brake-ecu]', 'brake-ecu is not on bus backbone'],
  ])('of which a scenario wants %j as %j is refused', (from, to, message) => {
    expect(scenario).toContain(from);
    expect(refusal(scenario.replace(from, to), vehicle)).toContain(message);
  });

  it('has no Ethernet on a SocketCAN interface', () => {
    expect(() => inputsOf('ethernet', { interfaces: new Map([['backbone', 'vcan0']]) })).toThrow(
      /--bus backbone: .* chassis/,
    );
  });
});

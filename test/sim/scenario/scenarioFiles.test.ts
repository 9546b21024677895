import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/faults.ts';
import { completeInputs } from '../../../src/sim/inputs/inputs.ts';
import { loadScenario, loadScenarioFile, scenarioPath } from '../../../src/sim/scenario/load.ts';
import { inputsOf } from '../support/runs.ts';
import { scenarioFolder } from '../support/scenarioFolder.ts';

const files = scenarioFolder();
const { folder } = files;

const vehicle = `vin: WECUNET0000000001
buses:
  body: { kind: can, bitrate: 500000 }
ecus:
  hub: { role: primary, hardware: h1, buses: [body], image: { filename: h-1.img, size: 1 KiB, releaseCounter: 1 } }
  door:
    role: secondary
    verification: partial
    hardware: d1
    bus: body
    requestId: 0x10
    responseId: 0x11
    image: { filename: d-1.img, size: 1 KiB, releaseCounter: 1 }
`;

const scenario = `title: Test
about: A test.
vehicle: vehicle.yaml
steps:
  - publish:
      door: { filename: d-2.img, size: 2 KiB, releaseCounter: 2 }
  - cycle: {}
  - expect:
      - { ecu: door, runs: d-2.img }
`;

const refusal = (text: string, vehicleText = vehicle) => files.refusal(text, vehicleText);

describe('a scenario file', () => {
  it('is accepted as it is', () => {
    expect(refusal(scenario)).toBe('accepted');
  });

  it.each([
    ['2 KiB, release', '2 parsecs, release', 'scenario.yaml:6: steps[0].publish.door.size: a size such as 24 KiB'],
    ['  - cycle: {}', '  - cylce: {}', 'scenario.yaml:7: steps[1].cylce: there is no such field'],
    ['title: Test', 'title: 5', 'scenario.yaml:1: title: '],
    ['about: A test.\n', '', 'accepted'],
    ['title: Test\n', '', 'scenario.yaml:1: title: it is missing'],
    ['      door: {', '      boot: {', 'scenario.yaml:6: steps[0].publish.boot: there is no ECU boot'],
    ['ecu: door, runs', 'ecu: doors, runs', 'scenario.yaml:9: steps[2].expect[0].ecu: there is no ECU doors'],
    ['ecu: door, runs: d-2.img', 'ecu: door, walks: 2', 'scenario.yaml:9: steps[2].expect[0]'],
    ['  - cycle: {}', '  - stop: nothing', 'scenario.yaml:7: steps[1].stop: no attack nothing is under way'],
    [
      '  - cycle: {}',
      '  - attack: { kind: replayed-time, id: a, position: network, recording: r }',
      'scenario.yaml:7: steps[1].attack.recording: nothing was recorded as r',
    ],
    ['  - cycle: {}', '  - {}', 'scenario.yaml:7: steps[1]: one of attack, babble, '],
    ['  - cycle: {}', '  - { wait: 1s, parked: 2d }', 'scenario.yaml:7: steps[1]: one of attack, babble, '],
    [
      '  - cycle: {}',
      '  - cycle: { during: [{ after: 1s, repair: { bus: air } }] }',
      'steps[1].cycle.during[0].repair.bus: there is no bus air',
    ],
    [
      '  - cycle: {}',
      '  - cycle: { during: [{ after: 1s, repair: { bus: body }, babble: { bus: body, node: door } }] }',
      'steps[1].cycle.during[0]: one of babble, disturb, partition, repair is needed',
    ],
    ['  - cycle: {}', '  - disturb: { bus: body }', 'steps[1].disturb: bitErrors, loss, corruption or delay is needed'],
    ['  - cycle: {}', '  - disturb: { bus: body, bitErrors: 2 }', 'steps[1].disturb.bitErrors: '],
    ['  - cycle: {}', '  - disturb: { bus: air, loss: 0.1 }', 'steps[1].disturb.bus: there is no bus air'],
    ['  - cycle: {}', '  - babble: { bus: body, node: roof }', 'steps[1].babble: there is no ECU roof'],
    ['  - cycle: {}', '  - expect: [{ bus: air, babbling: nobody }]', 'expect[0].bus: there is no bus air'],
    ['  - cycle: {}', '  - expect: [{ bus: body, babbling: roof }]', 'expect[0].babbling: there is no ECU roof'],
    ['size: 2 KiB', 'size: 20 MiB', 'scenario.yaml:6: steps[0].publish.door.size: larger than the flash bank'],
    [
      'd-2.img, size',
      '../d-2.img, size',
      'scenario.yaml:6: steps[0].publish.door.filename: a plain file name without folders',
    ],
    ['vehicle: vehicle.yaml', 'vehicle: gone.yaml', 'scenario.yaml:3: vehicle: gone.yaml: no such file'],
    ['vehicle: vehicle.yaml', 'vehicle: .', 'scenario.yaml:3: vehicle: '],
    ['ecu: door, runs: d-2.img', 'ecu: door, runs: h-1.img', 'steps[2].expect[0].runs: h-1.img is no image of door'],
    ['ecu: door, runs: d-2.img', 'ecu: door, finds: bad-luck', 'scenario.yaml:9: steps[2].expect[0]'],
    ['ecu: door, runs: d-2.img', 'ecu: constructor, runs: d-2.img', 'scenario.yaml:9: steps[2].expect[0]'],
    ['door: { filename: d-2.img', 'toString: { filename: d-2.img', 'steps[0].publish.toString: '],
    [
      'filename: d-2.img',
      'filename: h-1.img',
      'steps[0].publish.door.filename: the name h-1.img is taken by an image of hub',
    ],
    ['  - cycle: {}', '  - wait: 20h\n  - wait: 5h', 'scenario.yaml:8: steps[2].wait: more than a day of waiting'],
    ['  - cycle: {}', '  - record: early', 'steps[1].record: before the first cycle there is nothing to record'],
    [
      '  - cycle: {}',
      '  - attack: { kind: tampered-image, id: a, position: primary, ecu: hub }',
      'steps[1].attack: the Primary hands on to Secondaries',
    ],
    ['about: A test.', 'about: A test.\nstart: 9999-12-31T23:59:59Z', 'scenario.yaml:3: start: a time such as'],
    ['steps:', 'steps: [', 'scenario.yaml:'],
    ['releaseCounter: 2 }', 'releaseCounter: 2, supplier: s }', 'publish.door.supplier: there is no supplier s'],
    ['steps:', 'suppliers: { targets: { paths: [a] } }\nsteps:', 'scenario.yaml:4: suppliers.targets'],
    ['steps:', 'suppliers: { s: { paths: [] } }\nsteps:', 'scenario.yaml:4: suppliers.s.paths'],
    ['  - cycle: {}', '  - rotate: {}', 'steps[1].rotate: director, image or timeserver is needed'],
    ['  - cycle: {}', '  - rotate: { director: [timeserver] }', 'steps[1].rotate.director[0]'],
    [
      '  - cycle: {}',
      '  - attack: { kind: stolen-supplier-key, id: a, supplier: s, ecu: door, image: { filename: x, size: 1, releaseCounter: 1 } }',
      'steps[1].attack.supplier: there is no supplier s',
    ],
    [
      '  - cycle: {}',
      '  - attack: { kind: stolen-time-key, id: a, position: network, ahead: 5d, ecus: [door] }',
      'steps[1].attack.ecus: on the network an attack meets the whole vehicle',
    ],
    ['{ ecu: door, runs: d-2.img }', '{ eavesdropper: e, reads: d-2.img }', 'steps[2].expect[0]: nobody listens as e'],
    ['  - publish:', '  - offer:', 'accepted'],
    [
      '  - publish:',
      '  - offer: { gate: { filename: g, size: 1, releaseCounter: 1 } }\n  - publish:',
      'steps[0].offer.gate: there is no ECU gate',
    ],
    ['releaseCounter: 2 }', 'releaseCounter: 2, release: { product: doors } }', 'publish.door.release.version'],
    [
      'releaseCounter: 2 }',
      'releaseCounter: 2, release: { product: doors, version: v2 } }',
      'publish.door.release.version: a version such as 2.1.0, of at most 128 characters, is needed',
    ],
    [
      'releaseCounter: 2 }',
      'releaseCounter: 2, release: { product: doors, version: 2.0.0, requires: { hubs: newest } } }',
      'publish.door.release.requires.hubs: a range of versions such as ^2.1.0, of at most',
    ],
    [
      '  - cycle: {}',
      '  - campaign: { id: c, product: doors, versions: ^2, ecus: [gate] }',
      'steps[1].campaign.ecus: there is no ECU gate',
    ],
    [
      '  - cycle: {}',
      '  - campaign: { id: c, product: doors, versions: newest, ecus: [door] }',
      'steps[1].campaign.versions: a range of versions',
    ],
    [
      '  - cycle: {}',
      `${'  - campaign: { id: c, product: doors, versions: ^2, ecus: [door] }\n'.repeat(2)}`,
      'steps[2].campaign.id: there was a campaign c already',
    ],
    ['  - cycle: {}', '  - cancel: c', 'scenario.yaml:7: steps[1].cancel: no campaign c is under way'],
    ['{ ecu: door, runs: d-2.img }', '{ campaign: c, is: running }', 'expect[0].campaign: there is no campaign c'],
    ['ecu: door, runs: d-2.img', 'ecu: door, trusts: director, version: 1', 'scenario.yaml:9: steps[2].expect[0]'],
    ['title: Test', 'title: Test\ntitle: Again', 'scenario.yaml:2: '],
  ])('with %j as %j is refused: %s', (from, to, message) => {
    expect(scenario).toContain(from);
    expect(refusal(scenario.replace(from, to))).toContain(message);
  });

  it.each([
    ['role: primary', 'role: secondary', 'vehicle.yaml:5: ecus.hub'],
    ['verification: partial', 'verification: some', 'vehicle.yaml:8: ecus.door.verification'],
    ['hardware: d1', 'hardware: d1\n    images: []', 'vehicle.yaml:10: ecus.door.images'],
    ['responseId: 0x11', 'responseId: 0x10', "steps:1: the id is door's on this bus already"],
    ['responseId: 0x11', 'responseId: 0x800', 'vehicle.yaml:12: ecus.door.responseId'],
    ['bus: body', 'bus: air', 'there is no bus air'],
    ['kind: can, bitrate: 500000', 'kind: can-fd, bitrate: 500000', 'a can-fd bus needs one'],
    ['bitrate: 500000 }', 'bitrate: 500000, dataBitrate: 500000 }', 'only a can-fd bus has one'],
    ['buses: [body]', 'buses: [body, body]', 'a bus is named twice'],
    [
      'vin: WECUNET0000000001',
      'vin: SHORT',
      'vehicle.yaml:1: vin: a VIN of 17 capital letters and digits is needed, not of 5',
    ],
  ])('whose vehicle has %j as %j is refused', (from, to, message) => {
    expect(vehicle).toContain(from);
    const said = refusal(scenario, vehicle.replace(from, to));
    expect(said).not.toBe('accepted');
    expect(said).toContain(message.replace(/^steps:1: /, ''));
  });

  it('that is not UTF-8, too long, a folder or absent is refused', () => {
    const path = join(folder, 'odd.yaml');
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00]));
    expect(() => loadScenario(path)).toThrow(/not well-formed UTF-8/);
    writeFileSync(path, '#'.repeat(300 * 1024));
    expect(() => loadScenario(path)).toThrow(/more than the 262144 bytes that are allowed$/);
    mkdirSync(join(folder, 'folder.yaml'));
    expect(() => loadScenario(join(folder, 'folder.yaml'))).toThrow(/a folder stands where a file should be$/);
    expect(() => loadScenario(join(folder, 'gone.yaml'))).toThrow(/gone.yaml: no such file/);
  });

  it('full of aliases is refused before it fills the memory', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (let letter = 1; letter < 9; letter += 1) {
      const [last, next] = [letter - 1, letter].map((index) => String.fromCharCode(97 + index));
      bomb.push(`${next}: &${next} [${Array.from({ length: 10 }, () => `*${last}`).join(',')}]`);
    }
    expect(refusal(`${bomb.join('\n')}\n${scenario}`)).toContain('scenario.yaml:');
  });
});

describe('the name of a scenario', () => {
  it.each([
    ['nominl', 'there is no scenario nominl: did you mean nominal?'],
    ['rolback', 'there is no scenario rolback: did you mean rollback?'],
    ['key_rotation', 'there is no scenario key_rotation: did you mean key-rotation?'],
  ])('%s is one that is not there', (name, text) => {
    expect(() => scenarioPath(name)).toThrow(new InputError(text));
  });

  it('may be a path', () => {
    expect(scenarioPath('./nominl')).toBe('./nominl');
    expect(scenarioPath('nominal')).toMatch(/scenarios\/nominal\.yaml$/);
  });
});

describe('what the command line adds', () => {
  const image = { filename: 'f.bin', bytes: new Uint8Array(10) };

  it.each([
    [{ interfaces: new Map([['air', 'vcan0']]) }, /--bus air: the vehicle has the buses body, chassis/],
    [{ links: new Map([['boot', 'tcp' as const]]) }, /--link boot: the vehicle has the ECUs telematics/],
    [{ links: new Map([['telematics', 'tcp' as const]]) }, /--link telematics: a Secondary is needed/],
    [{ givenImages: new Map([['boot', image]]) }, /--image boot: the vehicle has the ECUs/],
    [
      { givenImages: new Map([['door-ecu', { ...image, bytes: new Uint8Array(17 * 1024 * 1024) }]]) },
      /--image door-ecu: f.bin has 17825792 bytes, a flash bank of door-ecu holds 16777216/,
    ],
    [
      { givenImages: new Map([['door-ecu', { ...image, filename: 'brake-1.img' }]]) },
      /--image door-ecu: the name brake-1.img is taken by an image of brake-ecu/,
    ],
    [
      {
        givenImages: new Map([
          ['door-ecu', image],
          ['brake-ecu', image],
        ]),
      },
      /--image brake-ecu: the name f.bin is taken by an image of door-ecu/,
    ],
  ])('is refused in one line: %j', (changes, message) => {
    expect(() => inputsOf('nominal', changes)).toThrow(message);
  });

  it('gives an image to an ECU that the scenario does not publish for', () => {
    const inputs = inputsOf('failed-activation', { givenImages: new Map([['door-ecu', image]]) });
    expect(inputs.scenario.steps[0]?.publish?.['door-ecu']).toMatchObject({ releaseCounter: 2 });
  });

  it('cannot give one where nothing is published', () => {
    const inputs = inputsOf('nominal');
    const scenario = { ...inputs.scenario, steps: [{ cycle: { during: [] } }] };
    expect(() => completeInputs({ ...inputs, scenario, givenImages: new Map([['door-ecu', image]]) })).toThrow(
      /publishes no images/,
    );
  });
});

describe('the traffic of a bus', () => {
  const withTraffic = (traffic: string) =>
    vehicle.replace('bitrate: 500000 }', `bitrate: 500000, traffic: ${traffic} }`);

  it('is read from a DBC file, next to the vehicle file', () => {
    writeFileSync(join(folder, 'rest.dbc'), 'BO_ 256 Fast: 8 A\nBA_ "GenMsgCycleTime" BO_ 256 10;\n');
    expect(refusal(scenario, withTraffic('{ dbc: rest.dbc }'))).toBe('accepted');
    const { traffic } = loadScenario(join(folder, 'scenario.yaml')).vehicle.buses.body ?? {};
    expect(traffic).toEqual({
      messages: [{ name: 'Fast', node: 'A', id: 256, extended: false, fd: false, bytes: 8, cycleMs: 10 }],
    });
  });

  it('is none where a DBC file has spontaneous messages alone, which is told', () => {
    const sendType = 'BA_DEF_ BO_ "GenMsgSendType" ENUM "Cyclic","Event";\nBA_ "GenMsgSendType" BO_ 256 1;\n';
    writeFileSync(join(folder, 'event.dbc'), `BO_ 256 Door: 8 A\n${sendType}`);
    expect(refusal(scenario, withTraffic('{ dbc: event.dbc, cycle: 100ms }'))).toBe('accepted');
    const told: string[] = [];
    const path = join(folder, 'scenario.yaml');
    const { scenario: read } = loadScenarioFile(path, { tell: (note) => told.push(note) });
    expect(read.vehicle.buses.body).not.toHaveProperty('traffic');
    expect(told).toEqual([expect.stringMatching(/event\.dbc: message Door left out: not sent by the clock/)]);
  });

  it('is read from a candump log, of the first interface unless one is named', () => {
    const log = '(100.000000) vcan0 123#00\n(100.001000) vcan1 200#01\n(100.002000) vcan0 124#02\n';
    writeFileSync(join(folder, 'rest.log'), log);
    expect(refusal(scenario, withTraffic('{ log: rest.log }'))).toBe('accepted');
    expect(loadScenario(join(folder, 'scenario.yaml')).vehicle.buses.body?.traffic).toEqual({
      frames: [
        [0, '123#00'],
        [2_000_000, '124#02'],
      ],
    });
    expect(refusal(scenario, withTraffic('{ log: rest.log, interface: vcan1 }'))).toBe('accepted');
    expect(loadScenario(join(folder, 'scenario.yaml')).vehicle.buses.body?.traffic).toEqual({
      frames: [[0, '200#01']],
    });
  });

  it.each([
    ['{ dbc: none.dbc }', 'none.dbc', '', 'none.dbc: no such file'],
    ['{ dbc: bad.dbc }', 'bad.dbc', 'BU_: A\nBO_ what\n', 'bad.dbc:2: not of the form BO_ ID NAME'],
    [
      '{ dbc: idle.dbc }',
      'idle.dbc',
      'BO_ 1 M: 8 A\n',
      'idle.dbc: no message in it is left to be sent: message M left out: without a cycle (GenMsgCycleTime), and the traffic names none (`cycle`)',
    ],
    ['{ log: bad.log }', 'bad.log', 'hello\n', 'bad.log:1: '],
    ['{ log: empty.log }', 'empty.log', '', 'empty.log: no frames in it'],
    ['{ messages: [] }', '', '', 'vehicle.yaml:3: buses.body.traffic'],
    [
      '{ messages: [{ name: M, node: A, id: 2048, bytes: 8, cycleMs: 10 }] }',
      '',
      '',
      'the id 2048 is not one of 11 bits',
    ],
    [
      '{ messages: [{ name: M, node: A, id: 1, bytes: 12, cycleMs: 10 }] }',
      '',
      '',
      'a classic frame has 0 to 8 bytes, not 12',
    ],
    [
      '{ messages: [{ name: M, node: A, id: 1, fd: true, bytes: 13, cycleMs: 10 }] }',
      '',
      '',
      'a CAN FD frame cannot have 13 bytes',
    ],
    [
      '{ messages: [{ name: M, node: A, id: 1, fd: true, bytes: 8, cycleMs: 10 }] }',
      '',
      '',
      'vehicle.yaml:3: buses.body.traffic: message M: this bus carries classic CAN only',
    ],
    ['{ frames: [[0, "123#00"], [1, "001##000"]] }', '', '', 'traffic: frame 2: this bus carries classic CAN only'],
    [
      '{ frames: [[0, "010#00"]] }',
      '',
      '',
      'traffic: frame 1: 0x10 is door’s: traffic is what the vehicle’s own ECUs do not send',
    ],
    ['{ frames: [[0, hello]] }', '', '', 'vehicle.yaml:3: buses.body.traffic'],
  ])('%s is refused with what is wrong', (traffic, file, content, expected) => {
    if (content !== '' || file === 'empty.log') writeFileSync(join(folder, file), content);
    expect(refusal(scenario, withTraffic(traffic))).toContain(expected);
  });

  it('without timing has no bit errors', () => {
    const trivial = vehicle.replace('bitrate: 500000 }', 'bitrate: 500000, behaviour: trivial }');
    const noisy = scenario.replace('  - cycle: {}', '  - disturb: { bus: body, bitErrors: 0.1 }');
    expect(refusal(scenario, trivial)).toBe('accepted');
    expect(refusal(noisy, trivial)).toContain('steps[1].disturb: bus body has no timing');
  });
});

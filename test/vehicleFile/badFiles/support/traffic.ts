// Owns: rows of bad files: the background traffic of a bus, and the DBC file that they name.
import { captureSuffixes } from '../../../../src/capture/captureFormats.ts';
import type { BadFile } from './files.ts';

/** Stands beside the vehicle file. */
export const restDbc = `BU_: Gateway Lights
BO_ 256 Speed: 8 Gateway
 SG_ Crc : 0|8@1+ (1,0) [0|0] "" Lights
 SG_ Count : 8|4@1+ (1,0) [0|0] "" Lights
 SG_ Kmh : 16|8@1+ (0.5,0) [0|127.5] "km/h" Lights
BO_ 257 Lamps: 2 Lights
BO_ 16 Own: 2 Lights
`;

/** What a traffic is refused for: the member in it, and the words. */
const rows: readonly (readonly [traffic: string, member: string, text: string])[] = [
  [
    '{ dbc: rest.dbc, cycle: 10ms, messages: [Sped] }',
    '.messages[0]',
    'the file has no message Sped: did you mean Speed?',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Speed, Lamp] }',
    '.exclude[1]',
    'the file has no message Lamp: did you mean Lamps?',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, nodes: [Gatway] }',
    '.nodes[0]',
    'the file has no node Gatway: did you mean Gateway?',
  ],
  ['{ dbc: rest.dbc, cycle: 10ms, nodes: [Nobody] }', '.nodes[0]', 'the file has no node Nobody'],
  ['{ dbc: rest.dbc, cycle: 10ms, messages: [Speed], exclude: [Lamps] }', '.exclude', 'it does not go with messages'],
  ['{ dbc: rest.dbc, cycle: 10ms, messages: [] }', '.messages', '1 to 4096 entries are needed, not 0'],
  [
    '{ dbc: rest.dbc, cycle: 10ms, messages: Speed }',
    '.messages',
    'a list of 1 to 4096 entries is needed, not text `Speed`',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, messages: [5] }',
    '.messages[0]',
    'text of 1 to 128 characters is needed, not 5: put it in quotes',
  ],
  ['{ dbc: rest.dbc, cycle: 0ms }', '.cycle', 'a duration such as 100ms, from 1ms to 1h, is needed, not `0ms`'],
  ['{ dbc: rest.dbc, cycle: fast }', '.cycle', 'a duration such as 100ms, from 1ms to 1h, is needed, not `fast`'],
  ['{ dbc: rest.dbc, cycle: 2h }', '.cycle', 'a duration such as 100ms, from 1ms to 1h, is needed, not `2h`'],
  ['{ dbc: rest.dbc, cylce: 10ms }', '.cylce', 'there is no such field: did you mean cycle?'],
  [
    '{ dbc: rest.dbc }',
    '.dbc',
    'rest.dbc: no message in it is left to be sent: 3 messages Speed, Lamps, Own left out: without a cycle (GenMsgCycleTime), and the traffic names none (`cycle`)',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms }',
    '',
    'message Own: 0x10 is door’s: traffic is what the vehicle’s own ECUs do not send',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], contents: start }',
    '.contents',
    'seed or start-values is needed, not start',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, interface: can0 }',
    '.interface',
    'there is no such field; it may be dbc, cycle, messages, exclude, nodes, contents or signals',
  ],
  ['{ dbc: rest.dbc, log: rest.log }', '.log', 'it does not go with dbc'],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Sped: { Kmh: 1 } } }',
    '.signals.Sped',
    'the file has no message Sped: did you mean Speed?',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Own: { Kmh: 1 } } }',
    '.signals.Own',
    'the message Own is not sent',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Kmph: 5 } } }',
    '.signals.Speed.Kmph',
    'Speed has no signal Kmph: did you mean Kmh?',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Kmh: 200 } } }',
    '.signals.Speed.Kmh',
    '200 does not fit: the signal takes values from 0 to 127.5',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Kmh: fast } } }',
    '.signals.Speed.Kmh',
    'a number or a map (`name: value`) is needed, not text `fast`',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Kmh: { speed: 5 } } } }',
    '.signals.Speed.Kmh.speed',
    'there is no such field; it may be value, raw, counter, ramp, crc or e2eProfile1',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Kmh: { value: fast } } } }',
    '.signals.Speed.Kmh.value',
    'a number is needed, not text `fast`',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Kmh: { raw: 1.5 } } } }',
    '.signals.Speed.Kmh.raw',
    'a whole number is needed, not 1.5',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Kmh: { raw: 256 } } } }',
    '.signals.Speed.Kmh',
    '256 does not fit: the signal takes raw values from 0 to 255',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Count: { counter: { to: 16 } } } } }',
    '.signals.Speed.Count',
    '16 does not fit: the signal takes raw values from 0 to 15',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Count: { counter: { from: 5, to: 2 } } } } }',
    '.signals.Speed.Count.counter',
    '`to` has to be `from` or more',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Count: { counter: { step: 0 } } } } }',
    '.signals.Speed.Count.counter.step',
    '1 or more is needed, not 0',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Count: { counter: { until: 3 } } } } }',
    '.signals.Speed.Count.counter.until',
    'there is no such field; it may be from, to or step',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Count: { counter: 5 } } } }',
    '.signals.Speed.Count.counter',
    'a map (`name: value`) is needed, not 5',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Kmh: { ramp: { from: 0, to: 100 } } } } }',
    '.signals.Speed.Kmh.ramp.over',
    'it is missing: a duration such as 500ms or 10s, from 1ms to 1h is needed',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Kmh: { ramp: { from: 0, to: 100, over: 0s } } } } }',
    '.signals.Speed.Kmh.ramp.over',
    'a duration such as 500ms or 10s, from 1ms to 1h, is needed, not `0s`',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Kmh: { ramp: { from: 0, to: 150, over: 10s } } } } }',
    '.signals.Speed.Kmh',
    '150 does not fit: the signal takes values from 0 to 127.5',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Crc: { crc: crc32 } } } }',
    '.signals.Speed.Crc.crc',
    'sae-j1850 is needed, not crc32',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Count: { crc: sae-j1850 } } } }',
    '.signals.Speed.Count',
    'a CRC of 8 bits needs a byte of its own; the signal has 4 bits from 8',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Crc: { crc: sae-j1850, dataId: 5 } } } }',
    '.signals.Speed.Crc.dataId',
    'there is no such field; it may be crc',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Crc: { e2eProfile1: {} } } } }',
    '.signals.Speed.Crc.e2eProfile1.dataId',
    'it is missing: a whole number, 0 to 65535 (0xffff) is needed',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Crc: { e2eProfile1: { dataId: 0x10000 } } } } }',
    '.signals.Speed.Crc.e2eProfile1.dataId',
    '0 to 65535 (0xffff) is needed, not 65536 (0x10000)',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Crc: { e2eProfile1: { dataId: 1, dataIdMode: all } } } } }',
    '.signals.Speed.Crc.e2eProfile1.dataIdMode',
    'both, alternating, low or nibble is needed, not all',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Crc: { e2eProfile1: { dataId: 1, dataIdMode: alternating } } } } }',
    '.signals.Speed.Crc',
    'the signal that counts the frames is needed with `dataIdMode: alternating`, as in `countedBy: COUNTER`',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: { Crc: { e2eProfile1: { dataId: 1, countedBy: Cont } }, Count: { counter: {} } } } }',
    '.signals.Speed.Crc.e2eProfile1.countedBy',
    'no signal of the message that is a counter here has the name Cont: did you mean Count?',
  ],
  [
    '{ dbc: rest.dbc, cycle: 10ms, exclude: [Own], signals: { Speed: 5 } }',
    '.signals.Speed',
    'a map (`name: value`) is needed, not 5',
  ],
  ['{ dbc: rest.dbc, cycle: 10ms, signals: [Speed] }', '.signals', 'a map (`name: value`) is needed, not a list'],
  ['{ log: rest.csv }', '.log', `rest.csv: the name of a capture ends with ${captureSuffixes}`],
  ['{ log: gone.log }', '.log', 'gone.log: no such file'],
  ['{ log: gone.log, interfaces: can0 }', '.interfaces', 'there is no such field: did you mean interface?'],
  [
    '{ log: a.log, recording: { frames: 5, lastNs: 5, pauseNs: 5, ids: [] } }',
    '.recording',
    'it stands in traces alone, in which `log` has been read',
  ],
  [
    '{ messages: [{ name: M, node: A, id: 1, bytes: 2, cycleMs: 10, data: "00" }] }',
    '.messages[0].data',
    '2 bytes are needed, not 1',
  ],
  [
    '{ messages: [{ name: M, node: A, id: 1, bytes: 1, cycleMs: 10, signals: [{ name: S, start: 8, length: 1, bigEndian: false, signed: false, float: false, factor: 1, offset: 0, driver: { raw: 1 } }] }] }',
    '.messages[0].signals[0]',
    'its bits are not all within the 1 bytes of the message',
  ],
  ['{}', '', 'dbc, log, messages or frames is needed'],
  ['{ cycle: 10ms }', '.dbc', 'it is missing: text of 1 to 1000 characters is needed'],
  ['{ exclude: [A] }', '.dbc', 'it is missing: text of 1 to 1000 characters is needed'],
];

const body = 'body: { kind: can, bitrate: 500000 }';

export const trafficRows: readonly BadFile[] = rows.map(([traffic, member, text]) => ({
  vehicle: [body, body.replace(' }', `, traffic: ${traffic} }`)],
  file: 'vehicle.yaml',
  line: 3,
  path: `buses.body.traffic${member}`,
  text,
}));

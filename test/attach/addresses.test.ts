import { expect, it } from 'vitest';
import { addressText, parseCannelloniAddress, parseSlcanAddress } from '../../src/attach/addresses.ts';

it.each([
  ['3333', '127.0.0.1:3333'],
  ['0', '127.0.0.1:0'],
  ['0.0.0.0:3333', '0.0.0.0:3333'],
  ['localhost:3333', 'localhost:3333'],
  ['[::1]:65535', '[::1]:65535'],
])('an slcan client connects to %s', (text, expected) => {
  const at = parseSlcanAddress(text);
  expect(at && addressText(at)).toBe(expected);
});

it.each([
  ...[
    '',
    ':',
    '65536',
    '-1',
    '1.5',
    '3333 ',
    'host',
    'host:',
    ':3333',
    '::1:3333',
    '[::1]',
    'a b:1',
    'host:65536',
    'a:b:1',
  ],
])('%j is no address', (text) => {
  expect(parseSlcanAddress(text)).toBeUndefined();
  expect(parseCannelloniAddress(text)).toBeUndefined();
});

it('a cannelloni is named by its own port and its peer', () => {
  const remote = { host: '192.168.0.3', port: 20001 };
  expect(parseCannelloniAddress('20000:192.168.0.3:20001')).toEqual({ localPort: 20000, remote });
  expect(parseCannelloniAddress('0:[fe80::1%eth0]:1')).toEqual({
    localPort: 0,
    remote: { host: 'fe80::1%eth0', port: 1 },
  });
  for (const text of ['20000', '20000:192.168.0.3', '20000:192.168.0.3:0', '70000:a:1', 'a:b:1', '1:2', '1::2']) {
    expect(parseCannelloniAddress(text)).toBeUndefined();
  }
});

// Wireshark's tshark finds nothing wrong with our packets: checksums, sequence numbers, and the bytes of the stream.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { EthernetLinkOptions } from '../../../src/bus/ethernet/ethernetNetwork.ts';
import { framed } from '../../../src/bus/tcp/lengthPrefix.ts';
import { CaptureFile } from '../../../src/capture/writeCaptureFile.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { missingTool, output } from '../../capture/support/tools.ts';
import { withReason } from '../../support/skips.ts';
import { payload, recorded } from '../support/harness.ts';
import { ethernetPair, testNetwork } from './support/ethernetPair.ts';

const noWireshark = missingTool('tshark', 'tshark');
const folder = mkdtempSync(join(tmpdir(), 'ecunet-ethernet-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A capture of a message of 60,000 bytes, its answer of 300, and the end of the connection. */
function capture(name: string, link: Partial<EthernetLinkOptions>): string {
  const clock = new EventQueue();
  const network = testNetwork(clock, link);
  const path = join(folder, name);
  const file = new CaptureFile(path, { startS: 1_780_300_800, buses: [{ name: 'backbone', kind: 'ethernet' }] });
  network.tap((packet, timeNs) => {
    file.put({ type: 'packet', timeNs: 1_780_300_800_000_000_000n + BigInt(timeNs), bus: 'backbone', packet });
  });
  const { a, b } = ethernetPair(network, clock);
  const [asker, answerer] = [recorded(a), recorded(b)];
  answerer.onReceived = () => void b.send(payload(300));
  asker.onReceived = () => a.close();
  a.send(payload(60_000));
  while (clock.step());
  expect(asker.received).toHaveLength(1);
  file.finish();
  return path;
}

function fields(path: string, ...names: readonly string[]): readonly (readonly string[])[] {
  const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];
  const text = output('tshark', ['-r', path, ...checks, '-T', 'fields', ...names.flatMap((name) => ['-e', name])]);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

describe.skipIf(noWireshark !== undefined)(withReason('tshark', noWireshark), () => {
  it('reads every packet, with right checksums, and warns of nothing', () => {
    const path = capture('good.pcapng', {});
    const packets = fields(
      path,
      'ip.src',
      'eth.src',
      'ip.checksum.status',
      'tcp.checksum.status',
      '_ws.expert.message',
    );
    expect(packets.length).toBeGreaterThan(80);
    expect(new Set(packets.map(([from, mac]) => `${from} ${mac}`))).toEqual(
      new Set(['10.0.0.1 02:00:0a:00:00:01', '10.0.0.2 02:00:0a:00:00:02']),
    );
    expect(new Set(packets.map(([, , ip, tcp]) => `${ip} ${tcp}`))).toEqual(new Set(['1 1']));
    // It remarks on how connections begin and end, and on nothing else.
    const remarks = packets.flatMap(([, , , , remark = '']) => (remark === '' ? [] : remark.split(',')));
    expect(remarks.length).toBeGreaterThan(0);
    expect(remarks.filter((remark) => !/^Connection (establish|finish)|connection closing$/.test(remark))).toEqual([]);
  });

  it('sees the handshake with the segment size, and follows the stream to our very bytes', () => {
    const path = capture('stream.pcapng', {});
    expect(fields(path, 'tcp.flags', 'tcp.options.mss_val').slice(0, 2)).toEqual([
      ['0x0002', '1460'],
      ['0x0012', '1460'],
    ]);
    const lines = output('tshark', ['-r', path, '-q', '-z', 'follow,tcp,raw,0']).split('\n');
    const [there, back] = [/^[0-9a-f]+$/, /^\t[0-9a-f]+$/].map((form) =>
      lines
        .filter((line) => form.test(line))
        .map((line) => line.trim())
        .join(''),
    );
    expect(there).toBe(toHex(framed(payload(60_000))));
    expect(back).toBe(toHex(framed(payload(300))));
  });

  it('recognises what was sent again after losses', () => {
    const path = capture('lossy.pcapng', { loss: 0.05 });
    const remarks = fields(path, '_ws.expert.message').flat();
    expect(remarks.filter((remark) => /retransmission/.test(remark)).length).toBeGreaterThan(0);
    expect(remarks.filter((remark) => /Duplicate ACK/.test(remark)).length).toBeGreaterThan(0);
  });
});

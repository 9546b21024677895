// One Secondary that answers with a report beyond all bounds, or one that is none.
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { linkMessageBytesMax, versionReportBytesMax } from '../../src/core/limits.ts';
import { KIB, NS_PER_S } from '../../src/core/units.ts';
import type { ResponseBody } from '../../src/messages/codec.ts';
import { canonicalJson } from '../../src/uptane/json/canonicalJson.ts';
import { vehicleManifestBytesMax } from '../../src/uptane/limits.ts';
import type { RemoteRequest } from '../../src/uptane/model/remote.ts';
import { signPayload } from '../../src/uptane/signing/sign.ts';
import { Bench, ecuKey, imageName, present, serials } from '../ecu/support/bench.ts';
import { obliging, PrimaryBench } from './support/primaryBench.ts';

/** A report of the very form, signed by the ECU's own key, but for what is added to it. */
function reportWith(extra: object): Uint8Array {
  const genuine = obliging('full')({ name: 'report' }) as Extract<ResponseBody, { name: 'report' }>;
  const { signed } = JSON.parse(present(fromUtf8(genuine.report)));
  return canonicalJson(signPayload({ ...signed, ...extra }, ecuKey('full')));
}

function padded(bytes: number): Uint8Array {
  const shortest = reportWith({ padding: '' }).length;
  return reportWith({ padding: 'x'.repeat(bytes - shortest) });
}

/** A vehicle with one such Secondary among its own; what the Director signed before is there. */
function vehicleWith(report: Uint8Array) {
  const bench = new Bench();
  for (const serial of serials) bench.offer(serial, 2);
  bench.report();
  const full = obliging('full', { report: () => ({ name: 'report', report, timeToken: new Uint8Array(16) }) });
  const one = new PrimaryBench({ bench, puppets: { full } });
  const manifests: Uint8Array[] = [];
  one.onTheLine = (request: RemoteRequest, genuine) => {
    if (request.type === 'manifest') manifests.push(request.bytes);
    return genuine;
  };
  return { one, manifests };
}

const reportsIn = (manifest: Uint8Array | undefined): object =>
  JSON.parse(present(fromUtf8(present(manifest)))).signed.ecu_version_manifests;

describe('a report of', () => {
  it.each([
    ['as much as is allowed', padded(versionReportBytesMax), undefined],
    ['a byte more', padded(versionReportBytesMax + 1), 'oversized'],
    ['9 KiB', padded(9 * KIB), 'oversized'],
    ['all that a message holds', padded(linkMessageBytesMax - 100), 'oversized'],
    ['8 KiB that grow in canonical form', utf8(`{"signed":{"n":[${Array(1600).fill('1e-6').join()}]}}`), 'oversized'],
    ['numbers that are none', utf8('{"signed":{"n":[1e999,-1e999]}}'), 'malformed'],
    ['depth', utf8(`{"signed":${'['.repeat(4000)}${']'.repeat(4000)}}`), 'malformed'],
    ['nothing', new Uint8Array(), 'malformed'],
    ['half of what it was', padded(2000).subarray(0, 1000), 'malformed'],
  ])('%s keeps nobody else’s from the manifest, nor their time and images [M3 N2 M4 M11]', (_what, report, code) => {
    const { one, manifests } = vehicleWith(report);
    const fromNs = one.bench.clock.nowNs();
    one.cycle();
    expect(one.bench.clock.nowNs() - fromNs).toBeLessThan(5 * NS_PER_S);
    expect(manifests).toHaveLength(2);
    for (const manifest of manifests) {
      expect(manifest.length).toBeLessThan(4 * versionReportBytesMax);
      expect(Object.keys(reportsIn(manifest)).toSorted()).toEqual(
        code === undefined ? ['full', 'partial', 'primary'] : ['partial', 'primary'],
      );
    }
    expect(one.onlooker.times).toHaveLength(1);
    expect([one.runs('partial'), one.runs('primary')]).toEqual([imageName('partial', 2), imageName('primary', 2)]);
  });

  it('9 KiB is told to the Director by the Primary, once, with whose it is [M3 O4 R11]', () => {
    const { one, manifests } = vehicleWith(padded(9 * KIB));
    for (let cycle = 0; cycle < 5; cycle += 1) one.cycle();
    const { primary } = reportsIn(manifests.at(-1)) as { primary: { signed: { attacks_detected: object[] } } };
    const message = `the report of full: longer than ${versionReportBytesMax} bytes`;
    expect(primary.signed.attacks_detected).toMatchObject([{ code: 'oversized', clause: 'M3', message }]);
    expect(one.onlooker.codes).toEqual(Array(10).fill('oversized'));
  });

  it('9 KiB leaves nothing behind, cycle after cycle', () => {
    const { one, manifests } = vehicleWith(padded(9 * KIB));
    const held = () => {
      const { storage } = one.bench.ecu('primary').ports;
      return storage.names().reduce((sum, name) => sum + present(storage.read(name)).length, 0);
    };
    one.cycle();
    one.cycle();
    const before = held();
    for (let cycle = 0; cycle < 10; cycle += 1) one.cycle();
    expect(held() - before).toBeLessThan(50);
    expect(Math.max(...manifests.map(({ length }) => length))).toBeLessThan(vehicleManifestBytesMax);
  });

  it('9 KiB is to the Director one that is missing: it says whose, and drops the manifest, as the standard would have it [J4 J5]', () => {
    const { one } = vehicleWith(padded(9 * KIB));
    one.cycle();
    const fault = { code: 'report-missing', message: 'the report of full is missing' };
    expect(one.verdicts.at(-1)).toMatchObject({ ok: false, fault });
  });
});

import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import type { RemoteFaultCode } from '../../src/core/faults.ts';
import { Ecu } from '../../src/ecu/ecu.ts';
import { faultsKeptMax } from '../../src/ecu/limits.ts';
import { canonicalJson } from '../../src/uptane/json/canonicalJson.ts';
import { parseStrictJson } from '../../src/uptane/json/strictJson.ts';
import { remoteFault } from '../../src/uptane/model/faults.ts';
import { fileName, uptaneProfile } from '../../src/uptane/model/profile.ts';
import { checkVersionReport, type VersionReport } from '../../src/uptane/statements/versionReport.ts';
import { verifyPartial } from '../../src/uptane/verification/partial.ts';
import { runProcedure } from '../../src/uptane/verification/procedure.ts';
import { trustedFiles, trustedVersions } from '../../src/uptane/verification/trusted.ts';
import { Bench, bankImage, begin, ecuKey, imageBytes, imageName, signatures, succeeded, vin } from './support/bench.ts';

function booted(bench = new Bench()) {
  const boot = () => new Ecu(bench.ecu('partial').ports);
  return { bench, boot, ecu: boot(), onlooker: bench.ecu('partial').ports.observer };
}

function reportOf(ecu: Ecu): VersionReport {
  const value = succeeded(parseStrictJson(canonicalJson(ecu.report())));
  return succeeded(checkVersionReport(signatures, ecuKey('partial').key, 'partial', value));
}

const fault = (code: RemoteFaultCode, message = 'a test') => remoteFault({ clause: 'V4', code, message });
const codesOf = (ecu: Ecu) => reportOf(ecu).attacksDetected.map(({ code }) => code);

describe('an ECU’s report', () => {
  it('names what runs, signed by the ECU’s own key [O1 O2 O3]', () => {
    const { ecu } = booted();
    const { filename, length, hashes } = bankImage(imageName('partial', 1), imageBytes('partial', 1), 1);
    expect(reportOf(ecu)).toMatchObject({ ecuSerial: 'partial', installed: { filename, length, hashes } });
  });

  it('has a counter that grows with every report and over restarts [O6]', () => {
    const { boot, ecu } = booted();
    const counters = [() => ecu, () => ecu, boot, boot].map((one) => reportOf(one()).counter);
    expect(counters).toEqual([1, 2, 3, 4]);
  });

  it('counts a report also when the power goes before anybody hears it [O6]', () => {
    const { boot, ecu } = booted();
    ecu.report();
    expect(reportOf(boot()).counter).toBe(2);
  });

  it('holds the faults found since, over restarts, until the Director has accepted one with them [O4]', () => {
    const { boot, ecu } = booted();
    ecu.noteFault(fault('rollback'));
    const later = boot();
    expect(codesOf(later)).toEqual(['rollback']);
    later.noteFault(fault('expired'));
    later.forgetReportedFaults();
    expect(codesOf(boot())).toEqual(['expired']);
    const last = boot();
    expect(codesOf(last)).toEqual(['expired']);
    last.forgetReportedFaults();
    expect(codesOf(boot())).toEqual([]);
  });

  it('does not forget a fault that no report of this start held [O4]', () => {
    const { boot, ecu } = booted();
    ecu.noteFault(fault('rollback'));
    ecu.forgetReportedFaults();
    expect(codesOf(ecu)).toEqual(['rollback']);
    const again = boot();
    again.forgetReportedFaults();
    expect(codesOf(again)).toEqual(['rollback']);
  });

  it('tells a fault once, however often it is met and in whatever words [O4]', () => {
    const { ecu } = booted();
    ecu.noteFault(fault('rollback'));
    for (let count = 0; count < 3 * faultsKeptMax; count += 1) ecu.noteFault(fault('expired', `number ${count}`));
    expect(codesOf(ecu)).toEqual(['rollback', 'expired']);
  });

  it('holds what a peer wrote only in printable form and cut to size', () => {
    const { bench, ecu } = booted();
    ecu.noteFault(fault('malformed', `\u001b[2J${'x'.repeat(10_000)}`));
    const message = reportOf(ecu).attacksDetected[0]?.message ?? '';
    expect(message.length).toBeLessThanOrEqual(200);
    expect(message).not.toContain('\u001b');
    for (let count = 0; count < 200; count += 1) ecu.noteFault(fault('malformed', 'x'.repeat(10_000)));
    expect(bench.ecu('partial').ports.storage.read('ecu-state.json')?.length).toBeLessThan(4000);
  });

  it('names an image that did not come up, once booted again from the old one [P12 O4]', () => {
    const { bench, boot, ecu } = booted();
    const bytes = imageBytes('partial', 2);
    ecu.banks.begin(bankImage(imageName('partial', 2), bytes, 2));
    ecu.banks.append(bytes);
    ecu.banks.activate();
    bench.ecu('partial').failNextActivation = true;
    const again = boot();
    expect(again.booted).toMatchObject({ image: { filename: imageName('partial', 1) } });
    expect(reportOf(again)).toMatchObject({
      installed: { filename: imageName('partial', 1) },
      attacksDetected: [{ code: 'activation-failed', clause: 'P12' }],
    });
  });
});

describe('an ECU’s time', () => {
  it('is the attested one plus what has passed since [K2 Y3]', () => {
    const { bench, ecu } = booted();
    expect(ecu.now()).toBe(begin - 86_400);
    expect(succeeded(ecu.acceptTime(bench.attest([ecu.timeToken]), 'Y3', [ecu.timeToken]))).toBe(begin);
    bench.pass(90_500);
    expect(ecu.now()).toBe(begin + 90);
  });

  it('comes with a new token once accepted, and keeps clock and token when refused [Y3]', () => {
    const { bench, ecu, onlooker } = booted();
    const token = ecu.timeToken;
    const forged = utf8(fromUtf8(bench.attest([token]))?.replace('2026', '2027') ?? '');
    for (const [bytes, code] of [
      [forged, 'bad-signature'],
      [bench.attest(['ab'.repeat(16)]), 'time-token-mismatch'],
      [bench.attest([token], begin - 2 * 86_400), 'time-not-later'],
      [utf8('{'), 'malformed'],
    ] as const) {
      expect(ecu.acceptTime(bytes, 'Y3', [token]).ok).toBe(false);
      expect(onlooker.codes.at(-1)).toBe(code);
      expect(ecu.timeToken).toBe(token);
      expect(ecu.now()).toBe(begin - 86_400);
    }
    const good = bench.attest([token]);
    succeeded(ecu.acceptTime(good, 'Y3', [token]));
    expect(ecu.timeToken).not.toBe(token);
    expect(onlooker.times).toEqual([begin]);
    expect(ecu.acceptTime(good, 'Y3', [ecu.timeToken])).toMatchObject({ fault: { code: 'time-token-mismatch' } });
  });

  it('is in the report, with the one before it [O5]', () => {
    const { bench, ecu } = booted();
    succeeded(ecu.acceptTime(bench.attest([ecu.timeToken]), 'Y3', [ecu.timeToken]));
    expect(reportOf(ecu)).toMatchObject({ time: begin, previousTime: begin - 86_400 });
  });

  it('falls back to the last attested one at a restart, never before it (policy 7)', () => {
    const { bench, boot, ecu } = booted();
    succeeded(ecu.acceptTime(bench.attest([ecu.timeToken]), 'Y3', [ecu.timeToken]));
    bench.pass(5000);
    const token = ecu.timeToken;
    const again = boot();
    expect(again.now()).toBe(begin);
    expect(again.timeToken).not.toBe(token);
    bench.pass(5000);
    expect(again.now()).toBe(begin);
  });
});

describe('what an ECU trusts', () => {
  it('survives a restart, and replaces the old as a whole [M10]', () => {
    const { bench, boot, ecu } = booted();
    bench.report();
    succeeded(ecu.acceptTime(bench.attest([ecu.timeToken]), 'Y3', [ecu.timeToken]));
    const context = { signatures, profile: uptaneProfile, now: ecu.now(), vin, vehicleEcus: undefined };
    const files = bench.bundle('partial');
    const outcome = runProcedure(verifyPartial(context, ecu.trusted, { followsRoot: false }), (request) =>
      files.get(`${request.repository}/${fileName(uptaneProfile, request)}`),
    );
    succeeded(outcome.result);
    ecu.trust(outcome.trusted);
    expect(trustedVersions(boot().trusted)).toEqual({ 'director/root': 1, 'director/targets': 1 });

    ecu.trust(bench.factoryTrust('partial'));
    expect([...trustedFiles(boot().trusted).keys()]).toEqual(['director/root.json']);
  });

  it('is read back only where it is whole: a damaged storage is no reason to trust nothing', () => {
    const { bench, boot } = booted();
    bench.ecu('partial').ports.storage.write(new Map([['trusted/director/root.json', utf8('{}')]]));
    expect(boot).toThrow(/damaged/);
  });
});

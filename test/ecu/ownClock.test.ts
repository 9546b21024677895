// An ECU with a trusted clock of its own: what it judges freshness by does not come through the Primary. The attested time is what it
// reports, and is checked as on any other ECU.
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { Ecu } from '../../src/ecu/ecu.ts';
import { makeTimeAttestation } from '../../src/uptane/statements/timeAttestation.ts';
import { offered, type SecondaryBench, timing, verifyRequest } from '../secondary/support/secondaryBench.ts';
import { Bench, begin, imageName, keyOf, present, serials, succeeded } from './support/bench.ts';

const day = 86_400;
const year = 365 * day;

function booted() {
  const bench = new Bench();
  let own = begin;
  const boot = () => new Ecu({ ...bench.ecu('partial').ports, ownClock: () => own });
  const set = (time: number) => {
    own = time;
  };
  return { bench, boot, ecu: boot(), onlooker: bench.ecu('partial').ports.observer, set };
}

const reportOf = (ecu: Ecu) => (ecu.report() as { signed: Record<string, unknown> }).signed;

describe('the time of an ECU with a clock of its own', () => {
  it('is its clock’s from the first moment on, without an attestation, and over restarts [K2 Q1 Y6]', () => {
    const { boot, ecu, set } = booted();
    expect(ecu.now()).toBe(begin);
    set(begin + 90);
    expect([ecu.now(), boot().now()]).toEqual([begin + 90, begin + 90]);
  });

  it.each([
    ['behind', -day],
    ['ahead of', 30 * day],
  ])('stays that when an attested time is %s it: that is reported, and moves nothing [Q1 O5]', (_what, offset) => {
    const { bench, ecu, onlooker, set } = booted();
    const time = begin + offset;
    expect(succeeded(ecu.acceptTime(bench.attest([ecu.timeToken], time), 'Y3', [ecu.timeToken]))).toBe(time);
    set(begin + 5);
    expect(ecu.now()).toBe(begin + 5);
    expect(onlooker.times).toEqual([time]);
    const seconds = (text: unknown) => Date.parse(String(text)) / 1000;
    const { timeserver_time, previous_timeserver_time } = reportOf(ecu);
    expect([timeserver_time, previous_timeserver_time].map(seconds)).toEqual([time, begin - day]);
  });

  it('accepts and refuses attestations by Y3 all the same: signature, own token, not before the last one attested [Y3]', () => {
    const { bench, ecu, onlooker } = booted();
    const token = ecu.timeToken;
    const forged = utf8(present(fromUtf8(bench.attest([token]))).replace('2026', '2027'));
    for (const [bytes, code] of [
      [forged, 'bad-signature'],
      [bench.attest(['ab'.repeat(16)]), 'time-token-mismatch'],
      [bench.attest([token], begin - 2 * day), 'time-not-later'],
      [utf8('{'), 'malformed'],
    ] as const) {
      expect(ecu.acceptTime(bytes, 'Y3', [token])).toMatchObject({ ok: false, fault: { code, clause: 'Y3' } });
      expect([ecu.timeToken, ecu.now()]).toEqual([token, begin]);
    }
    expect(onlooker.times).toEqual([]);
    succeeded(ecu.acceptTime(bench.attest([token]), 'Y3', [token]));
    expect(ecu.timeToken).not.toBe(token);
  });

  it('is not stale without an attestation: there is nothing to report [Y6]', () => {
    const { ecu, onlooker } = booted();
    ecu.noteStaleTime('Y6');
    expect(onlooker.faults).toEqual([]);
    expect(reportOf(ecu).attacks_detected).toEqual([]);
  });
});

describe.each(['full', 'partial', 'partial+root'] as const)('a %s Secondary with a clock of its own', (mode) => {
  function withOwnClock(): { readonly one: SecondaryBench; set(time: number): void } {
    const bench = new Bench(serials, mode === 'full' ? {} : { partial: mode });
    let own = begin;
    const one = offered({ mode, bench, ports: { ownClock: () => own } });
    return {
      one,
      set: (time) => {
        own = time;
      },
    };
  }

  it('installs without any attested time, and finds nothing wrong [Q1 R1 Y6]', () => {
    const { one } = withOwnClock();
    one.giveMetadata();
    expect(one.asked(verifyRequest)).toBe('verified');
    expect(one.giveImage()).toBe('sent');
    expect(one.asked({ name: 'install' })).toBe('installing');
    one.bench.pass(200);
    expect(one.runs).toBe(imageName(one.serial, 2));
    expect(one.onlooker.faults).toEqual([]);
  });

  it('finds metadata that has expired although the Primary withholds the time, or has an old one attested [V5 T4 Q1]', () => {
    for (const given of ['no time', 'the time of before']) {
      const { one, set } = withOwnClock();
      set(begin + 2 * year);
      if (given !== 'no time') expect(one.giveTime()).toBe('timeAccepted');
      one.giveMetadata();
      expect(one.asked(verifyRequest)).toBe('expired');
      expect(one.onlooker.codes).toEqual(['expired']);
      expect(one.runs).toBe(imageName(one.serial, 1));
    }
  });

  it('is not led into the future by a stolen time key [Y3 V5]', () => {
    const { one } = withOwnClock();
    const future = makeTimeAttestation(begin + 2 * year, [one.token()], [keyOf('time')]);
    expect(one.asked({ name: 'time', attestation: future })).toBe('timeAccepted');
    one.giveMetadata();
    expect(one.asked(verifyRequest)).toBe('verified');
    one.boot();
    one.bench.pass(timing.bootMs);
    expect(one.secondary.ecu.now()).toBe(begin);
  });

  it('keeps it when the timeserver’s keys rotate: what is set back is the attested time alone [Y5 O5]', () => {
    const { one } = withOwnClock();
    expect(one.giveTime()).toBe('timeAccepted');
    succeeded(one.bench.servers.director.rotate({ timeserver: [keyOf('time 2')] }, one.bench.now()));
    one.giveMetadata();
    expect(one.asked(verifyRequest)).toBe('verified');
    expect(one.secondary.ecu.now()).toBe(begin);
    expect(reportOf(one.secondary.ecu)).toMatchObject({ timeserver_time: '' });
    // The old key attests nothing any more, and the new one from any time on.
    expect(one.giveTime()).toBe('bad-signature');
    const attestation = makeTimeAttestation(begin - 2 * year, [one.token()], [keyOf('time 2')]);
    expect(one.asked({ name: 'time', attestation })).toBe('timeAccepted');
    expect(one.secondary.ecu.now()).toBe(begin);
  });
});

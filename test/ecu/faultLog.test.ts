import { describe, expect, it } from 'vitest';
import { type RemoteFault, remoteFaultCodes } from '../../src/core/faults.ts';
import {
  attacksReportedMax,
  faultMessageCharsMax,
  filenameCharsMax,
  identifierCharsMax,
  versionReportBytesMax,
} from '../../src/core/limits.ts';
import { FaultLog } from '../../src/ecu/faultLog.ts';
import { faultsKeptMax, reportedFaultsBytesMax } from '../../src/ecu/limits.ts';
import { canonicalJson } from '../../src/uptane/json/canonicalJson.ts';
import { remoteFault } from '../../src/uptane/model/faults.ts';
import { makeVersionReport } from '../../src/uptane/statements/versionReport.ts';
import { fc, prop } from '../support/property.ts';
import { ecuKey } from './support/bench.ts';

const fault = (number: number, message = 'a test') =>
  remoteFault({ clause: 'V5', code: 'expired', file: `${number}`, message });
const files = (faults: readonly RemoteFault[]) => faults.map(({ file }) => Number(file));
const filled = (count: number, message?: string) => {
  const log = new FaultLog([]);
  for (let number = 0; number < count; number += 1) log.add(fault(number, message));
  return log;
};

describe('the faults that an ECU keeps', () => {
  it.each([
    ['code', { code: 'rollback' }],
    ['clause', { clause: 'V4' }],
    ['repository', { repository: 'image' }],
    ['file', { file: 'other.json' }],
  ] as const)('are of two kinds where their %s differs [O4]', (_what, change) => {
    const one = { code: 'expired', clause: 'V5', repository: 'director', file: 'targets.json', message: 'a' } as const;
    const log = new FaultLog([]);
    expect([one, { ...one, ...change }].map((details) => log.add(remoteFault(details)))).toEqual([true, true]);
  });

  it('are of one kind whatever they are said in, and by which attack or role they came [O4]', () => {
    const log = filled(1, 'first');
    const again = { ...fault(0, 'second'), attack: 'rollback', role: 'targets' } as const;
    expect(log.add(again)).toBe(false);
    expect(log.kept).toEqual([fault(0, 'first')]);
  });

  it('are the first ones where there are too many: none drives another out [O4]', () => {
    const log = filled(faultsKeptMax + 5);
    expect(files(log.kept)).toEqual(Array.from({ length: faultsKeptMax }, (_, number) => number));
    expect(log.add(fault(999))).toBe(false);
  });

  it('that one report does not hold are in the next one [O4]', () => {
    const log = filled(attacksReportedMax + 2);
    expect(log.carry()).toHaveLength(attacksReportedMax);
    log.forgetCarried();
    expect(log.carry()).toHaveLength(2);
  });
});

describe('a report that holds them', () => {
  const longest = <T extends string>(texts: readonly T[]) => texts.reduce((a, b) => (a.length < b.length ? b : a));
  const wordy = (number: number) =>
    remoteFault({
      code: longest(remoteFaultCodes),
      clause: 'R10.4',
      indicates: 'arbitrary-installation',
      file: `${number}`,
      message: '\u{20AC}'.repeat(faultMessageCharsMax),
    });

  it('is within its bound, however many and wordy they are [J5]', () => {
    for (const count of [1, 7, 8, 20, attacksReportedMax, faultsKeptMax]) {
      const log = new FaultLog(Array.from({ length: count }, (_, number) => wordy(number)));
      const attacksDetected = log.carry();
      expect(attacksDetected).toHaveLength(Math.min(count, attacksReportedMax));
      expect(canonicalJson(attacksDetected).length).toBeLessThanOrEqual(reportedFaultsBytesMax);
      const report = makeVersionReport(
        {
          ecuSerial: 'e'.repeat(identifierCharsMax),
          installed: {
            filename: '\u{20AC}'.repeat(filenameCharsMax),
            length: 2 ** 53 - 1,
            hashes: { sha256: '00'.repeat(32), sha512: '00'.repeat(64) },
          },
          attacksDetected,
          time: 4e9,
          previousTime: 4e9,
          counter: 2 ** 53 - 1,
        },
        ecuKey('partial'),
      );
      expect(canonicalJson(report).length).toBeLessThanOrEqual(versionReportBytesMax);
    }
  });

  it('has them in full words where they are few, and cuts the words evenly where they are many', () => {
    const lengthsOf = (count: number) =>
      filled(count, 'x'.repeat(500))
        .carry()
        .map(({ message }) => message.length);
    expect(lengthsOf(20)).toEqual(Array(20).fill(faultMessageCharsMax));
    const cut = lengthsOf(attacksReportedMax);
    expect(Math.min(...cut)).toBeGreaterThan(30);
    expect(Math.max(...cut)).toBeLessThan(70);
  });
});

describe('a fault is forgotten on the word of the bus', () => {
  type Event = 'found' | 'reported' | 'attested' | 'accepted' | 'accepted by the Director' | 'restarted';
  const leftAfter = (...events: readonly Event[]) => {
    let log = new FaultLog([]);
    let found = 0;
    for (const event of events) {
      if (event === 'found') log.add(fault(found++));
      else if (event === 'reported') log.carry();
      else if (event === 'attested') log.tokenAttested();
      else if (event === 'accepted') log.forgetWitnessed();
      else if (event === 'restarted') log = new FaultLog(log.kept);
      else log.forgetCarried();
    }
    return files(log.kept);
  };

  it.each<readonly [readonly Event[], readonly number[]]>([
    [['found', 'reported', 'attested', 'accepted'], []],
    [['found', 'accepted'], [0]],
    [['found', 'reported', 'accepted'], [0]],
    [['found', 'attested', 'reported', 'accepted'], [0]],
    [['found', 'reported', 'found', 'attested', 'accepted'], [1]],
    // A report that somebody asked for after the Primary's: which of the two was heard is not known.
    [['found', 'reported', 'found', 'reported', 'attested', 'accepted'], [1]],
    [['found', 'reported', 'attested', 'found', 'reported', 'accepted'], [1]],
    [['found', 'reported', 'attested', 'found', 'reported', 'accepted', 'attested', 'accepted'], []],
    [['found', 'reported', 'attested', 'accepted', 'found', 'accepted', 'attested', 'accepted'], [1]],
    // Not accepted in one cycle, and in the next: it was in both reports.
    [['found', 'reported', 'attested', 'reported', 'accepted'], []],
    [['found', 'reported', 'attested', 'attested', 'accepted'], []],
    // A report between the time and the verdict holds what is forgotten with the verdict, and what it is told of later is not that.
    [['found', 'reported', 'attested', 'reported', 'accepted', 'found', 'attested', 'accepted'], [1]],
    [['found', 'reported', 'attested', 'restarted', 'accepted'], [0]],
    [['found', 'reported', 'restarted', 'attested', 'accepted'], [0]],
  ])('%j leaves %j [O4]', (events, left) => {
    expect(leftAfter(...events)).toEqual(left);
  });

  it('or of the Director itself, to whom the last report went [O4]', () => {
    expect(leftAfter('found', 'reported', 'found', 'accepted by the Director')).toEqual([1]);
    expect(leftAfter('found', 'accepted by the Director')).toEqual([0]);
    const twice = ['reported', 'accepted by the Director', 'found', 'accepted by the Director'] as const;
    expect(leftAfter('found', ...twice)).toEqual([1]);
  });

  prop([fc.array(fc.constantFrom('found', 'reported', 'attested', 'accepted'), { maxLength: 60 })])(
    'only after a report that held it, and a token attested after that [O4]',
    (events) => {
      const log = new FaultLog([]);
      const reported = new Set<number>();
      const witnessed = new Set<number>();
      let found = 0;
      for (const event of events) {
        const before = files(log.kept);
        if (event === 'found') log.add(fault(found++));
        if (event === 'accepted') log.forgetWitnessed();
        const kept = files(log.kept);
        for (const gone of before.filter((number) => !kept.includes(number))) expect(witnessed).toContain(gone);
        if (event === 'reported') {
          log.carry();
          for (const number of kept) reported.add(number);
        }
        if (event === 'attested') {
          log.tokenAttested();
          for (const number of reported) witnessed.add(number);
        }
      }
    },
  );
});

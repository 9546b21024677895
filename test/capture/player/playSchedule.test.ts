import { describe, expect, it } from 'vitest';
import { PlaySchedule, type PlayTiming } from '../../../src/capture/player/playSchedule.ts';
import { fc, prop } from '../../support/property.ts';

const exact: PlayTiming = { speed: 1, gapMs: 0 };
const s = 1_000_000_000n;
const base = 1_780_300_800n * s;

/** Due times, in ms, of records at these times, in ms. */
function dueMs(recordedMs: readonly number[], timing: Partial<PlayTiming> = {}): readonly number[] {
  const schedule = new PlaySchedule({ ...exact, ...timing });
  schedule.begin(0);
  return recordedMs.map((ms) => schedule.dueNs(base + BigInt(Math.round(ms * 1e6))) / 1e6);
}

describe('when records are due', () => {
  it.each<[string, readonly number[], Partial<PlayTiming>, readonly number[]]>([
    ['as recorded', [5, 6, 10.5], {}, [0, 1, 5.5]],
    ['twice as fast', [0, 1, 10], { speed: 2 }, [0, 0.5, 5]],
    ['half as fast', [0, 1, 10], { speed: 0.5 }, [0, 2, 20]],
    ['a silence as long as is allowed stays', [0, 2000, 2001], { skipS: 2 }, [0, 2000, 2001]],
    [
      'a longer silence is left out, and the rest keeps its distances',
      [0, 2001, 2002, 9000, 9001],
      { skipS: 2 },
      [0, 0, 1, 1, 2],
    ],
    ['a silence counts in recorded time', [0, 2001, 2002], { skipS: 2, speed: 10 }, [0, 0, 0.1]],
    ['in steps, each at the end of its own', [0, 0.4, 1, 1.1, 2.5], { gapMs: 1 }, [0, 1, 1, 2, 3]],
    ['a little back: at once, and the rest is not put off', [0, 10, 9, 11], {}, [0, 10, 10, 11]],
    ['a second back: another recording, at once', [5000, 5010, 4010, 4020], {}, [0, 10, 10, 20]],
  ])('%s', (_, recorded, timing, due) => expect(dueMs(recorded, timing)).toEqual(due));

  it('a restart puts the first record after the last one', () => {
    const schedule = new PlaySchedule(exact);
    schedule.begin(7);
    expect([0n, 100n].map((ns) => schedule.dueNs(ns))).toEqual([7, 107]);
    schedule.restart();
    expect([0n, 100n].map((ns) => schedule.dueNs(ns))).toEqual([107, 207]);
  });

  it('does not add errors up: a million records at a speed that rounds', () => {
    const schedule = new PlaySchedule({ speed: 3, gapMs: 0 });
    schedule.begin(0);
    let due = 0;
    for (let index = 0; index <= 1_000_000; index += 1) due = schedule.dueNs(base + BigInt(index));
    expect(due).toBe(Math.round(1_000_000 / 3));
  });

  const times = fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n }), { maxLength: 30 });
  const timing = fc.record({
    speed: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
    gapMs: fc.integer({ min: 0, max: 1000 }),
    skipS: fc.integer({ min: 0, max: 1000 }),
  });
  prop([times, timing])(
    'whatever was recorded, due times are whole numbers a clock can have, and never go back',
    (recorded, options) => {
      const schedule = new PlaySchedule(options);
      schedule.begin(0);
      let before = 0;
      for (const timeNs of recorded) {
        const due = schedule.dueNs(timeNs);
        expect(Number.isSafeInteger(due)).toBe(true);
        expect(due).toBeGreaterThanOrEqual(before);
        before = due;
      }
    },
  );
});

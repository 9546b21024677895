// Paced runs, without waiting: at such a speed all is due on the next turn of the event loop.
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { Pacer } from '../../../src/core/time/pacer.ts';
import { NS_PER_S } from '../../../src/core/units.ts';

const fast = 1e6;
const neverFails = (cause: unknown) => expect.fail(String(cause));

describe('a pacer', () => {
  it('runs events in order, at their exact times, until none is left', async () => {
    const queue = new EventQueue();
    const seen: number[] = [];
    const pacer = new Pacer(queue, fast, neverFails);
    await new Promise<void>((done) => {
      for (const timeNs of [3 * NS_PER_S, 1, NS_PER_S]) queue.at(timeNs, () => seen.push(queue.nowNs()));
      queue.at(4 * NS_PER_S, done);
      pacer.start();
      pacer.start();
    });
    expect(seen).toEqual([1, NS_PER_S, 3 * NS_PER_S]);
  });

  it('does nothing before it is started, nor after it is stopped', async () => {
    const queue = new EventQueue();
    const seen: string[] = [];
    const pacer = new Pacer(queue, fast, neverFails);
    queue.at(1, () => seen.push('ran'));
    pacer.start();
    pacer.stop();
    await new Promise((done) => setImmediate(() => setImmediate(done)));
    expect(seen).toEqual([]);
    expect(queue.nowNs()).toBe(0);
  });

  it('goes on from the same simulated time, an event of it stopping the run in its midst', async () => {
    const queue = new EventQueue();
    const seen: number[] = [];
    const pacer = new Pacer(queue, fast, neverFails);
    queue.at(1, () => {
      seen.push(queue.nowNs());
      pacer.stop();
    });
    const finished = new Promise<void>((done) => {
      queue.at(2, () => {
        seen.push(queue.nowNs());
        done();
      });
    });
    pacer.start();
    await new Promise((done) => setImmediate(() => setImmediate(done)));
    expect([seen, queue.nowNs()]).toEqual([[1], 1]);
    pacer.start();
    await finished;
    expect(seen).toEqual([1, 2]);
  });

  it('lets something in from outside after all that was due before it', () => {
    const queue = new EventQueue();
    const seen: string[] = [];
    const pacer = new Pacer(queue, fast, neverFails);
    pacer.start();
    // Ten microseconds of the host are ten simulated seconds.
    queue.at(1, () => seen.push('due'));
    queue.at(100 * 86_400 * NS_PER_S, () => seen.push('not due'));
    const begun = performance.now();
    while (performance.now() - begun < 0.01);
    pacer.enter(() => seen.push('entered'));
    pacer.stop();
    expect(seen).toEqual(['due', 'entered']);
  });

  it('lets something in while it is stopped, at the time it stands at', () => {
    const queue = new EventQueue();
    queue.at(5, () => expect.fail('not to be run'));
    let at = -1;
    new Pacer(queue, fast, neverFails).enter(() => {
      at = queue.nowNs();
    });
    expect(at).toBe(0);
  });

  it('is woken for what is asked for from outside', async () => {
    const queue = new EventQueue();
    const pacer = new Pacer(queue, fast, neverFails);
    pacer.start();
    const atNs = await new Promise<number>((done) => {
      pacer.enter(() => queue.after(7, () => done(queue.nowNs())));
    });
    expect(atNs).toBeGreaterThanOrEqual(7);
    pacer.stop();
  });

  it('counts the time that passed when its speed is changed', () => {
    const queue = new EventQueue();
    const pacer = new Pacer(queue, 1e12, neverFails);
    pacer.start();
    const before = performance.now();
    while (performance.now() === before);
    pacer.setSpeed(1e-9);
    let at = 0;
    pacer.enter(() => {
      at = queue.nowNs();
    });
    pacer.stop();
    expect(at).toBeGreaterThan(0);
  });

  it('runs at the new speed once it is changed', async () => {
    const queue = new EventQueue();
    const pacer = new Pacer(queue, 1e-9, neverFails);
    const ran = new Promise<void>((done) => {
      queue.at(NS_PER_S, done);
    });
    pacer.start();
    pacer.setSpeed(fast);
    await ran;
    expect(queue.nowNs()).toBe(NS_PER_S);
  });

  it.each(['event', 'entry'])('stops at an %s that throws, and says so once', async (kind) => {
    const queue = new EventQueue();
    const causes: unknown[] = [];
    const bug = () => {
      throw new Error('bug');
    };
    await new Promise<void>((done) => {
      const pacer = new Pacer(queue, fast, (cause) => {
        causes.push(cause);
        done();
      });
      if (kind === 'event') queue.at(1, bug);
      queue.at(10 * 86_400 * NS_PER_S, () => expect.fail('the run goes on'));
      pacer.start();
      if (kind === 'entry') pacer.enter(bug);
    });
    await new Promise((done) => setImmediate(() => setImmediate(done)));
    expect(causes).toEqual([new Error('bug')]);
  });
});

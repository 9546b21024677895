import { describe, expect, it } from 'vitest';
import { all, runTask, type Task, wait } from '../../src/core/task.ts';
import { EventQueue } from '../../src/core/time/clock.ts';

function sleeper(queue: EventQueue, cancelled: string[] = []) {
  return function* (delayNs: number, name: string): Task<string> {
    yield* wait<void>((done) => {
      const timer = queue.after(delayNs, () => done());
      return () => {
        timer.cancel();
        cancelled.push(name);
      };
    });
    return `${name}@${queue.nowNs()}`;
  };
}
const drain = (queue: EventQueue) => {
  while (queue.step());
};

describe('a task', () => {
  it('waits in the run’s own time, and says once that it is done', () => {
    const queue = new EventQueue();
    const sleep = sleeper(queue);
    const seen: unknown[] = [];
    runTask(
      (function* () {
        return [yield* sleep(5, 'a'), yield* sleep(7, 'b')];
      })(),
      (value) => seen.push(value),
    );
    expect(seen).toEqual([]);
    drain(queue);
    expect(seen).toEqual([['a@5', 'b@12']]);
  });

  it('takes what is done at once, a hundred thousand times, without stack', () => {
    let count = 0;
    runTask(
      (function* (): Task<number> {
        let sum = 0;
        for (let turn = 0; turn < 100_000; turn += 1) {
          sum += yield* wait<number>((done) => {
            done(1);
            return () => {};
          });
        }
        return sum;
      })(),
      (sum) => {
        count = sum;
      },
    );
    expect(count).toBe(100_000);
  });

  it('hears only the first answer to a wait', () => {
    const answers: ((value: string) => void)[] = [];
    const seen: string[] = [];
    const ask = () =>
      wait<string>((done) => {
        answers.push(done);
        return () => {};
      });
    runTask(
      (function* (): Task<string> {
        return `${yield* ask()}${yield* ask()}`;
      })(),
      (value) => seen.push(value),
    );
    answers[0]?.('a');
    answers[0]?.('x');
    answers[1]?.('b');
    answers[1]?.('y');
    expect(seen).toEqual(['ab']);
  });

  it('that is stopped gives up its wait, and is never done', () => {
    const queue = new EventQueue();
    const cancelled: string[] = [];
    const stop = runTask(sleeper(queue, cancelled)(5, 'a'), () => expect.fail('stopped'));
    stop();
    drain(queue);
    expect(cancelled).toEqual(['a']);
  });

  it('that is stopped by the very start of a wait gives that wait up as well', () => {
    const queue = new EventQueue();
    const cancelled: string[] = [];
    const sleep = sleeper(queue, cancelled);
    const stop = runTask(
      (function* (): Task<void> {
        yield* sleep(1, 'first');
        yield* wait<void>(() => {
          stop();
          return () => cancelled.push('second');
        });
      })(),
      () => expect.fail('stopped'),
    );
    drain(queue);
    expect(cancelled).toContain('second');
  });

  it('that is stopped when it is done, or between two waits, gives up no wait that is over', () => {
    const queue = new EventQueue();
    const cancelled: string[] = [];
    const sleep = sleeper(queue, cancelled);
    const seen: string[] = [];
    const stop = runTask(sleep(5, 'a'), (value) => seen.push(value));
    drain(queue);
    stop();
    let stopBetween = () => {};
    stopBetween = runTask(
      (function* (): Task<void> {
        yield* sleep(5, 'b');
        stopBetween();
        yield* sleep(5, 'c');
      })(),
      () => expect.fail('stopped'),
    );
    drain(queue);
    expect(seen).toEqual(['a@5']);
    expect(cancelled).not.toContain('a');
    expect(cancelled).not.toContain('b');
  });

  it('that throws throws at whoever made it go on, and is never done', () => {
    const queue = new EventQueue();
    const broken = function* (): Task<void> {
      yield* sleeper(queue)(5, 'a');
      throw new Error('the task broke');
    };
    runTask(broken(), () => expect.fail('broken'));
    expect(() => drain(queue)).toThrow('the task broke');
    const atOnce = function* (): Task<void> {
      if (queue.nowNs() >= 0) throw new Error('at once');
      yield* sleeper(queue)(5, 'a');
    };
    expect(() => runTask(atOnce(), () => expect.fail('broken'))).toThrow('at once');
  });
});

describe('tasks side by side', () => {
  it('are done when the last is, their values in the order they were given', () => {
    const queue = new EventQueue();
    const sleep = sleeper(queue);
    const seen: unknown[] = [];
    runTask(all([sleep(9, 'a'), sleep(1, 'b'), sleep(5, 'c')]), (values) => seen.push(values));
    drain(queue);
    expect(seen).toEqual([['a@9', 'b@1', 'c@5']]);
  });

  it('are done at once where there are none', () => {
    const seen: unknown[] = [];
    runTask(all([]), (values) => seen.push(values));
    expect(seen).toEqual([[]]);
  });

  it('are stopped together', () => {
    const queue = new EventQueue();
    const cancelled: string[] = [];
    const sleep = sleeper(queue, cancelled);
    const stop = runTask(all([sleep(1, 'a'), sleep(2, 'b'), sleep(3, 'c')]), () => expect.fail('stopped'));
    queue.step();
    stop();
    drain(queue);
    expect(cancelled).toEqual(expect.arrayContaining(['b', 'c']));
  });

  it('take what is done at once, and what is done later, in any mixture', () => {
    const queue = new EventQueue();
    const sleep = sleeper(queue);
    const atOnce = function* (name: string): Task<string> {
      yield* wait<void>((done) => {
        done();
        return () => {};
      });
      return name;
    };
    const seen: unknown[] = [];
    runTask(all([atOnce('a'), all([sleep(4, 'b'), atOnce('c')]), sleep(1, 'd')] as Task<unknown>[]), (values) =>
      seen.push(values),
    );
    expect(seen).toEqual([]);
    drain(queue);
    expect(seen).toEqual([['a', ['b@4', 'c'], 'd@1']]);
  });
});

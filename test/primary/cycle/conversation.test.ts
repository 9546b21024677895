import { describe, expect, it } from 'vitest';
import type { RemoteFault } from '../../../src/core/faults.ts';
import type { Result } from '../../../src/core/result.ts';
import { runTask } from '../../../src/core/task.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { NS_PER_MS, NS_PER_S } from '../../../src/core/units.ts';
import { decodeRequest, encodeResponse, type Request, type ResponseBody } from '../../../src/messages/codec.ts';
import { ChannelTurns } from '../../../src/primary/cycle/channelTurns.ts';
import { Conversation } from '../../../src/primary/cycle/conversation.ts';
import { Onlooker, succeeded } from '../../ecu/support/bench.ts';
import { memoryLinkPair } from '../../ecu/support/memoryLink.ts';

const answerMs = 1000;
const attempts = 8;

function conversation() {
  const clock = new EventQueue();
  const { a, b } = memoryLinkPair(clock);
  const onlooker = new Onlooker();
  const known = { serial: 'full', hardwareId: 'hw', verification: 'full', link: a, channel: 'body' } as const;
  const talk = new Conversation({
    secondary: known,
    turns: new ChannelTurns(clock),
    clock,
    observer: onlooker,
    answerMs,
    firstId: 41,
  });
  const asked: Request[] = [];
  let answering: (request: Request) => void = () => {};
  b.listen({
    messageReceived: (message) => {
      const request = succeeded(decodeRequest(message));
      asked.push(request);
      answering(request);
    },
    messageSent() {},
    transferFailed() {},
  });
  const answer = (id: number, body: ResponseBody) => b.send(encodeResponse({ id, body }));
  return {
    clock,
    talk,
    onlooker,
    asked,
    link: a,
    peer: b,
    answer,
    onAsked: (respond: (request: Request) => void) => {
      answering = respond;
    },
  };
}
type Bench = ReturnType<typeof conversation>;

const stored: ResponseBody = { name: 'blockStored', nextOffset: 7 };

/** Asks for a block to be stored; the result stands in `result` once there is one. */
function ask({ talk, clock }: Bench): {
  result: Result<ResponseBody, RemoteFault> | undefined;
  atMs: number;
  stop(): void;
} {
  const pending = { result: undefined as Result<ResponseBody, RemoteFault> | undefined, atMs: 0, stop: () => {} };
  const body = { name: 'imageBlock', offset: 0, data: new Uint8Array(7) } as const;
  pending.stop = runTask(talk.ask(body, 'blockStored'), (result) => {
    pending.result = result;
    pending.atMs = clock.nowNs() / NS_PER_MS;
  });
  return pending;
}
const drain = (clock: EventQueue) => {
  while (clock.step());
};

describe('a question to a Secondary', () => {
  it('is answered by the answer of its id and name [M1]', () => {
    const one = conversation();
    one.onAsked(({ id }) => one.answer(id, stored));
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result).toEqual({ ok: true, value: stored });
    expect(one.asked).toHaveLength(1);
    expect(one.asked[0]?.id).toBe(42);
  });

  it('that came only in part is repeated at once: no answer is waited for', () => {
    const one = conversation();
    one.onAsked(({ id }) =>
      one.answer(one.asked.length === 1 ? 0 : id, one.asked.length === 1 ? { name: 'requestLost' } : stored),
    );
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result).toEqual({ ok: true, value: stored });
    expect(one.asked).toHaveLength(2);
    expect(pending.atMs).toBeLessThan(answerMs);
  });

  it('whose answer came only in part is repeated at once', () => {
    const one = conversation();
    one.onAsked(({ id }) => {
      one.peer.fate = one.asked.length === 1 ? 'in part' : 'arrives';
      one.answer(id, stored);
    });
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result).toEqual({ ok: true, value: stored });
    expect(one.asked).toHaveLength(2);
    expect(pending.atMs).toBeLessThan(answerMs);
  });

  it('is not repeated for what was lost before it was asked', () => {
    const one = conversation();
    one.answer(0, { name: 'requestLost' });
    drain(one.clock);
    one.onAsked(({ id }) => one.answer(id, stored));
    ask(one);
    drain(one.clock);
    expect(one.asked).toHaveLength(1);
  });

  it('is repeated under new ids with growing pauses, and given up with a fault [M1]', () => {
    const one = conversation();
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result).toMatchObject({ ok: false, fault: { code: 'timeout', attack: 'drop-request' } });
    expect(one.asked.map(({ id }) => id)).toEqual(Array.from({ length: attempts }, (_, index) => 42 + index));
    expect(pending.atMs).toBeGreaterThan(attempts * answerMs);
    expect(pending.atMs).toBeLessThan(attempts * answerMs + 10_000);
    expect(one.onlooker.network).toHaveLength(1);
  });

  it('takes an answer to a late attempt', () => {
    const one = conversation();
    one.onAsked(({ id }) => one.asked.length === attempts && one.answer(id, stored));
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result?.ok).toBe(true);
  });

  it('does not hear stale answers: of other ids, of earlier attempts, of a time before', () => {
    const one = conversation();
    one.answer(42, { name: 'blockStored', nextOffset: 1 });
    drain(one.clock);
    one.onAsked(({ id }) => {
      if (one.asked.length === 1) one.answer(id + 1000, { name: 'blockStored', nextOffset: 2 });
      if (one.asked.length === 2) one.answer(id - 1, { name: 'blockStored', nextOffset: 3 });
      if (one.asked.length === 3) one.answer(id, stored);
    });
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result).toEqual({ ok: true, value: stored });
    expect(one.asked).toHaveLength(3);
  });

  it('ends with a refusal in the Secondary’s words, made fit to be shown', () => {
    const one = conversation();
    const message = `no\u001b[2J${'x'.repeat(1000)}`;
    one.onAsked(({ id }) =>
      one.answer(id, { name: 'refusal', code: 'rollback', clause: 'V4', attack: 'rollback', message }),
    );
    const pending = ask(one);
    drain(one.clock);
    const fault = pending.result?.ok === false ? pending.result.fault : undefined;
    expect(fault).toMatchObject({ code: 'rollback', clause: 'V4', attack: 'rollback' });
    expect(fault?.message).toMatch(/^full refuses: no\ufffd\[2Jx+…$/);
    expect(fault?.message.length).toBeLessThanOrEqual(200);
    expect(one.asked).toHaveLength(1);
  });

  it('ends with a fault when the answer is one to something else', () => {
    const one = conversation();
    one.onAsked(({ id }) => one.answer(id, { name: 'installing' }));
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result).toMatchObject({ ok: false, fault: { code: 'unexpected-message' } });
  });

  it('goes on listening after what is no answer at all', () => {
    const one = conversation();
    one.onAsked(({ id }) => {
      if (one.asked.length > 1) one.answer(id, stored);
      else one.peer.send(Uint8Array.of(0xff, 0xff));
    });
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result?.ok).toBe(true);
    expect(one.onlooker.network[0]).toContain('no response');
  });

  it('is repeated soon when the link says that it did not leave', () => {
    const one = conversation();
    one.link.fate = 'fails';
    one.clock.after(150 * NS_PER_MS, () => {
      one.link.fate = 'arrives';
    });
    one.onAsked(({ id }) => one.answer(id, stored));
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result?.ok).toBe(true);
    expect(pending.atMs).toBeLessThan(answerMs);
  });

  it('waits for a link that is busy with what somebody else began', () => {
    const one = conversation();
    one.link.fate = 'stuck';
    one.link.send(Uint8Array.of(1));
    one.clock.after(3 * NS_PER_S, () => one.link.release());
    one.onAsked(({ id }) => one.answer(id, stored));
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result?.ok).toBe(true);
    expect(one.link.offered).toBeLessThan(10);
  });

  it('gives up on a link that stays busy', () => {
    const one = conversation();
    one.link.fate = 'stuck';
    one.link.send(Uint8Array.of(1));
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result).toMatchObject({ fault: { code: 'timeout' } });
    expect(one.link.offered).toBe(1 + attempts);
  });

  it('gives up on a peer that never takes what is sent to it: no message hangs for ever', () => {
    const one = conversation();
    one.link.fate = 'stuck';
    const pending = ask(one);
    drain(one.clock);
    expect(pending.result).toMatchObject({ fault: { code: 'timeout' } });
    expect(pending.atMs).toBeLessThan(200_000);
  });

  it('counts the time for the answer from when the question has left', () => {
    const one = conversation();
    one.link.fate = 'stuck';
    one.onAsked(({ id }) => one.answer(id, stored));
    const pending = ask(one);
    one.clock.advanceTo(5 * answerMs * NS_PER_MS);
    expect(pending.result).toBeUndefined();
    expect(one.link.offered).toBe(1);
    one.link.release();
    one.answer(42, stored);
    drain(one.clock);
    expect(pending.result?.ok).toBe(true);
    expect(one.link.offered).toBe(1);
  });

  it('that is given up asks no more and hears no more', () => {
    const one = conversation();
    const pending = ask(one);
    one.clock.advanceTo(NS_PER_MS);
    pending.stop();
    one.answer(42, stored);
    drain(one.clock);
    expect(pending.result).toBeUndefined();
    expect(one.link.offered).toBe(1);
    expect(one.clock.nowNs()).toBeLessThan(150_000 * NS_PER_MS);
  });

  it('too long for the link is given up', () => {
    const one = conversation();
    let result: Result<ResponseBody, RemoteFault> | undefined;
    const data = new Uint8Array(one.link.messageBytesMax);
    runTask(one.talk.ask({ name: 'imageBlock', offset: 0, data }, 'blockStored'), (value) => {
      result = value;
    });
    drain(one.clock);
    expect(result).toMatchObject({ fault: { code: 'timeout' } });
  });
});

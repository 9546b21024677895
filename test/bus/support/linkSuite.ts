// What every link must do, whatever carries its messages. Run over ISO-TP on each kind of bus and over TCP.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Link } from '../../../src/bus/link.ts';
import { withReason } from '../../support/skips.ts';
import { brief, codeOf, type LinkRecorder, payload, type Run, recorded } from './harness.ts';

export interface LinkPair {
  readonly a: Link;
  readonly b: Link;
  close(): void;
}

export interface LinkHarness {
  readonly name: string;
  run(): Run;
  make(run: Run): Promise<LinkPair>;
  /** The longest message to try, where a longer one takes too much host time. */
  readonly lengthMax?: number;
  /** Why the whole suite cannot run here. */
  readonly skipped?: string;
}

/** Around the bounds of single frames (7, 62), of a first frame's short length (4095) and of TCP's segments; and the longest. */
const lengths = [1, 6, 7, 8, 9, 11, 12, 13, 20, 61, 62, 63, 64, 65, 125, 126, 127, 4094, 4095, 4096, 20_000, 65_536];

export function linkSuite(harness: LinkHarness): void {
  describe.skipIf(harness.skipped !== undefined)(withReason(harness.name, harness.skipped), () => {
    let run: Run;
    let pair: LinkPair;
    beforeEach(async () => {
      run = harness.run();
      pair = await harness.make(run);
    });
    afterEach(() => {
      pair.close();
      run.stop();
    });

    const { lengthMax = Number.POSITIVE_INFINITY } = harness;
    // A transfer that failed will not go on: its fault is shown at once, not after the harness's patience.
    let recorders: LinkRecorder[] = [];
    function listening(): readonly [LinkRecorder, LinkRecorder] {
      const both = [recorded(pair.a), recorded(pair.b)] as const;
      recorders = [...both];
      return both;
    }
    async function until(condition: () => boolean): Promise<void> {
      await run.until(() => condition() || recorders.some(({ failures }) => failures.length > 0));
      expect(recorders.flatMap(({ failures }) => failures)).toEqual([]);
    }

    test.each(lengths.filter((length) => length <= lengthMax))(
      'carries a message of %i bytes there and back',
      async (length) => {
        const [a, b] = listening();
        b.onReceived = (message) => expect(codeOf(pair.b.send(message))).toBe('ok');
        expect(codeOf(pair.a.send(payload(length)))).toBe('ok');
        await until(() => a.received.length === 1 && a.sent === 1 && b.sent === 1);
        expect(a.received.map(brief)).toEqual([payload(length)].map(brief));
        expect(b.received.map(brief)).toEqual([payload(length)].map(brief));
      },
    );

    test('carries messages both ways at once', async () => {
      const [a, b] = listening();
      pair.a.send(payload(5000, 1));
      pair.b.send(payload(6000, 2));
      await until(() => a.received.length === 1 && b.received.length === 1 && a.sent === 1 && b.sent === 1);
      expect(a.received.map(brief)).toEqual([payload(6000, 2)].map(brief));
      expect(b.received.map(brief)).toEqual([payload(5000, 1)].map(brief));
    });

    test('keeps the order of many messages, each sent when the one before has left', async () => {
      const [a, b] = listening();
      const sizes = Array.from({ length: 100 }, (_, index) => 1 + ((index * 37) % 200));
      a.onSent = () => {
        const length = sizes[a.sent];
        if (length !== undefined) expect(codeOf(pair.a.send(payload(length, a.sent)))).toBe('ok');
      };
      pair.a.send(payload(sizes[0] ?? 1));
      await until(() => b.received.length === sizes.length && a.sent === sizes.length);
      expect(b.received.map(brief)).toEqual(sizes.map((length, index) => brief(payload(length, index))));
    });

    test('answers inside messageReceived, a hundred times', async () => {
      const [a, b] = listening();
      b.onReceived = (message) => expect(codeOf(pair.b.send(message))).toBe('ok');
      a.onReceived = () => {
        // The request has left: else it could not have been answered.
        if (a.received.length < 100) expect(codeOf(pair.a.send(payload(20, a.received.length)))).toBe('ok');
      };
      pair.a.send(payload(20));
      await until(() => a.received.length === 100);
      expect(a.received.every((message, index) => Buffer.from(payload(20, index)).equals(message))).toBe(true);
    });

    test('is busy while a message is on its way', async () => {
      const [a, b] = listening();
      expect(codeOf(pair.a.send(payload(20_000)))).toBe('ok');
      expect(codeOf(pair.a.send(payload(1)))).toBe('busy');
      await until(() => b.received.length === 1 && a.sent === 1);
      expect(codeOf(pair.a.send(payload(1)))).toBe('ok');
      await until(() => b.received.length === 2);
    });

    test('refuses no bytes and more than its bound', () => {
      expect(codeOf(pair.a.send(new Uint8Array(0)))).toBe('too-long');
      expect(codeOf(pair.a.send(new Uint8Array(pair.a.messageBytesMax + 1)))).toBe('too-long');
    });

    test('gives copies: neither side’s bytes are the other’s', async () => {
      const [a, b] = listening();
      const message = payload(300);
      pair.a.send(message);
      message.fill(0);
      await until(() => b.received.length === 1 && a.sent === 1);
      expect(b.received.map(brief)).toEqual([payload(300)].map(brief));
    });

    test('calls nobody back from inside send or listen', async () => {
      let inside = true;
      let early = 0;
      const watch = () => {
        if (inside) early += 1;
      };
      const [a, b] = listening();
      for (const recorder of [a, b]) {
        recorder.onReceived = watch;
        recorder.onSent = watch;
      }
      pair.a.send(payload(3));
      pair.b.send(payload(3));
      inside = false;
      await until(() => a.sent === 1 && b.sent === 1 && a.received.length === 1 && b.received.length === 1);
      inside = true;
      pair.a.listen(a);
      pair.a.send(payload(100));
      inside = false;
      await until(() => a.sent === 2 && b.received.length === 2);
      expect(early).toBe(0);
    });

    test('refuses after close, and tells its owner nothing more', async () => {
      const [a, b] = listening();
      b.onReceived = () => pair.b.close();
      pair.a.send(payload(10));
      await run.until(() => b.received.length === 1);
      const calls = b.calls;
      expect(codeOf(pair.b.send(payload(1)))).toBe('closed');
      pair.a.send(payload(10));
      pair.a.close();
      pair.a.close();
      expect(codeOf(pair.a.send(payload(1)))).toBe('closed');
      const callsOfA = a.calls;
      await run.settle();
      expect(b.calls).toBe(calls);
      expect(a.calls).toBe(callsOfA);
    });
  });
}

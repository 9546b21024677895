// Messages in pieces: a sender that pulls from a source, a receiver that hands on to a sink and sends WAIT while that is not ready.
import { describe, expect, test } from 'vitest';
import type { IsoTpParams } from '../../../src/bus/isotp/params.ts';
import { isoTpPieceBytesMax, isoTpWholeMessageBytesMax } from '../../../src/bus/limits.ts';
import { payload, present } from '../support/harness.ts';
import { addressPairs } from '../support/isoTpPair.ts';
import { counting, EndpointBench } from './support/endpointBench.ts';
import { TestSink, TestSource } from './support/streams.ts';

describe('a source', () => {
  test('is asked in order, for 4 KiB at most, and gives the frames of a whole message', () => {
    const message = payload(10_000);
    const [streamed, whole] = [new EndpointBench(), new EndpointBench()];
    const source = new TestSource(message);
    streamed.endpoint.send(source);
    whole.endpoint.send(message);
    expect(streamed.run()).toEqual(whole.run());
    expect(streamed.receive('300000').run()).toEqual(whole.receive('300000').run());
    expect(streamed.story).toEqual(['sent']);
    // The FF of more than 4095 bytes carries 2; a piece is left with less than a frame's 7 bytes before the next.
    expect(source.reads).toEqual([
      [0, 2, isoTpPieceBytesMax],
      [2 + 584 * 7, 7, isoTpPieceBytesMax],
      [2 + 584 * 7 + 585 * 7, 7, 10_000 - 8185],
    ]);
  });

  test.each<[string, number, number]>([
    ['a single frame', 7, 7],
    ['a first frame', 8, 6],
  ])('is asked for no more than the message: %s', (_, length, least) => {
    const bench = new EndpointBench();
    const source = new TestSource(counting(length));
    bench.endpoint.send(source);
    expect(bench.run()).toHaveLength(1);
    expect(source.reads).toEqual([[0, least, length]]);
  });

  test('that is not ready stops the sender between two frames, and is asked again', () => {
    const bench = new EndpointBench();
    const source = new TestSource(counting(30), 13);
    bench.endpoint.send(source);
    expect(bench.run()).toEqual(['101e000102030405']);
    expect(bench.receive('300000').run()).toEqual(['21060708090a0b0c']);
    expect(bench.run()).toEqual([]);
    source.available = 19;
    expect(bench.run()).toEqual([]);
    source.available = 20;
    expect(bench.run()).toEqual(['220d0e0f10111213']);
    source.available = 30;
    expect(bench.run()).toEqual(['231415161718191a', '241b1c1dcccccccc']);
    expect(bench.story).toEqual(['sent']);
  });

  test.each<[string, number, (bench: EndpointBench) => unknown]>([
    ['from the start', 0, (b) => b.run()],
    ['from the flow control', 6, (b) => b.run() && b.pass(300).receive('300000').run()],
    ['from the confirmation of the frame before', 13, (b) => b.run() && b.pass(300).receive('300000').run()],
    [
      'from the confirmation of the frame before, STmin included',
      13,
      (b) => b.run() && b.pass(300).receive('30007f').run() && b.pass(127).run() && b.pass(-127),
    ],
  ])('that is never ready: N_ERROR after N_Cs, %s', (_, available, act) => {
    const bench = new EndpointBench(false, { tx_consecutive_frame_timeout: 400 });
    bench.endpoint.send(new TestSource(counting(30), available));
    act(bench);
    expect(bench.pass(399.999).run()).toEqual([]);
    expect(bench.story).toEqual([]);
    expect(bench.pass(0.001).story).toEqual(['sending N_ERROR']);
    expect(bench.endpoint.sending).toBe(false);
  });

  test('that is ready at the end of N_Cs, without a word, is in time', () => {
    const bench = new EndpointBench();
    const source = new TestSource(counting(3), 0);
    bench.endpoint.send(source);
    bench.run();
    source.available = 3;
    expect(bench.pass(500).run()).toEqual(['03000102cccccccc']);
    expect(bench.story).toEqual(['sent']);
  });

  test.each<[string, (least: number, most: number) => number]>([
    ['fewer bytes than it was asked for', (least) => least - 1],
    ['more bytes than it was asked for', (_, most) => most + 1],
  ])('that gives %s is a bug', (_, length) => {
    const bench = new EndpointBench();
    bench.endpoint.send({ length: 9000, read: (_offset, least, most) => new Uint8Array(length(least, most)) });
    expect(() => bench.take()).toThrow(RangeError);
  });

  test.each([0, -1, 1.5, Number.NaN, 0x1_0000_0000])('of %d bytes is a bug', (length) => {
    expect(() => new EndpointBench().endpoint.send({ length, read: () => undefined })).toThrow(RangeError);
  });

  test('may be as long as a message can be', () => {
    const bench = new EndpointBench();
    bench.endpoint.send({ length: 0xffff_ffff, read: (_offset, least) => new Uint8Array(least) });
    expect(bench.run()).toEqual(['1000ffffffff0000']);
  });
});

describe('a sink', () => {
  function receiving(params: Partial<IsoTpParams> = {}, address = addressPairs.Normal_11bits[0]) {
    const bench = new EndpointBench(false, params, address);
    const sink = new TestSink();
    const lengths: number[] = [];
    bench.endpoint.receiveInto((length) => {
      lengths.push(length);
      return sink;
    });
    return { bench, sink, lengths };
  }

  test('is told each frame’s bytes as they come', () => {
    const { bench, sink, lengths } = receiving();
    bench.receive('100f000102030405').run();
    expect(sink.pieces).toEqual([counting(6)]);
    bench.receive('21060708090a0b0c');
    expect(sink.bytes).toEqual(counting(13));
    bench.receive('220d0ecccccccccc');
    expect(sink.bytes).toEqual(counting(15));
    expect(lengths).toEqual([15]);
    expect(bench.story).toEqual(['stream received']);
    expect(bench.events).toEqual([{ type: 'streamReceived', sink }]);
  });

  test('takes a single frame, ready or not', () => {
    const { bench, sink } = receiving();
    sink.ready = false;
    bench.receive('03000102');
    expect(sink.bytes).toEqual(counting(3));
    expect(bench.story).toEqual(['stream received']);
  });

  test('refused by its owner: overflow', () => {
    const bench = new EndpointBench();
    bench.endpoint.receiveInto(() => undefined);
    expect(bench.receive('100f000102030405').run()).toEqual(['320000cccccccccc']);
    expect(bench.receive('03000102').run()).toEqual([]);
    expect(bench.story).toEqual(['receiving N_BUFFER_OVFLW', 'receiving N_BUFFER_OVFLW']);
  });

  test('is not even asked for beyond max_frame_size', () => {
    const { bench, lengths } = receiving({ max_frame_size: 14 });
    expect(bench.receive('100f000102030405').run()).toEqual(['320000cccccccccc']);
    expect(lengths).toEqual([]);
  });

  test('may take more than memory would', () => {
    const { bench } = receiving({ max_frame_size: 0xffff_ffff });
    expect(bench.receive('1000ffffffff0102').run()).toEqual(['300000cccccccccc']);
  });

  test('without one, a message above the bound of whole ones is refused, whatever max_frame_size says', () => {
    const bench = new EndpointBench(false, { max_frame_size: 0xffff_ffff });
    const length = (isoTpWholeMessageBytesMax + 1).toString(16).padStart(8, '0');
    expect(bench.receive(`1000${length}0102`).run()).toEqual(['320000cccccccccc']);
  });

  test('WAIT after N_Br, and again N_Br after each has left, until it is ready; then CTS at once', () => {
    const { bench, sink } = receiving({ blocksize: 1, tx_flowcontrol_time: 300 });
    sink.ready = false;
    expect(bench.receive('1010000102030405').run()).toEqual([]);
    expect(bench.pass(299.999).run()).toEqual([]);
    expect(bench.pass(0.001).run()).toEqual(['310000cccccccccc']);
    expect(bench.pass(300).run()).toEqual(['310000cccccccccc']);
    expect(bench.pass(100).run()).toEqual([]);
    sink.ready = true;
    expect(bench.run()).toEqual(['300100cccccccccc']);
    bench.receive('21060708090a0b0c');
    expect(bench.run()).toEqual(['300100cccccccccc']);
    expect(bench.story).toEqual([]);
  });

  test('is asked again after each block, not within', () => {
    const { bench, sink } = receiving({ blocksize: 2 });
    bench.receive('1020000102030405').run();
    sink.ready = false;
    bench.receive('21060708090a0b0c').run();
    expect(sink.pieces).toHaveLength(2);
    expect(bench.receive('220d0e0f10111213').run()).toEqual([]);
    expect(sink.pieces).toHaveLength(3);
    // The peer may not send now: what comes is not taken.
    bench.receive('231415161718191a');
    expect(sink.pieces).toHaveLength(3);
    sink.ready = true;
    expect(bench.run()).toEqual(['300200cccccccccc']);
    bench.receive('231415161718191a');
    expect(sink.pieces).toHaveLength(4);
  });

  test('that is ready at the end of N_Br, without a word, gives CTS, not WAIT', () => {
    const { bench, sink } = receiving();
    sink.ready = false;
    bench.receive('1010000102030405').run();
    sink.ready = true;
    expect(bench.pass(500).run()).toEqual(['300000cccccccccc']);
  });

  test.each([0, 1, 8])('N_WFT_OVRN after wftmax %i waits and one more N_Br', (wftmax) => {
    const { bench, sink } = receiving({ wftmax });
    sink.ready = false;
    bench.receive('1010000102030405').run();
    for (let wait = 0; wait < wftmax; wait += 1) expect(bench.pass(500).run()).toEqual(['310000cccccccccc']);
    expect(bench.pass(499.999).run()).toEqual([]);
    expect(bench.story).toEqual([]);
    expect(bench.pass(0.001).run()).toEqual([]);
    expect(bench.story).toEqual(['receiving N_WFT_OVRN']);
    expect(bench.events).toMatchObject([{ sink }]);
  });

  test('counts waits in a row only', () => {
    const { bench, sink } = receiving({ wftmax: 1, blocksize: 1 });
    for (const frame of ['1020000102030405', '21060708090a0b0c', '220d0e0f10111213']) {
      sink.ready = false;
      bench.receive(frame).run();
      expect(bench.pass(500).run()).toEqual(['310000cccccccccc']);
      sink.ready = true;
      expect(bench.run()).toEqual(['300100cccccccccc']);
    }
    expect(bench.story).toEqual([]);
  });

  test('N_TIMEOUT_A where a WAIT is not confirmed; CTS waits for it', () => {
    const { bench, sink } = receiving();
    sink.ready = false;
    bench.receive('1010000102030405');
    const [wait] = bench.pass(500).take();
    sink.ready = true;
    expect(bench.take()).toEqual([]);
    bench.endpoint.confirm(present(wait), bench.nowNs);
    expect(bench.run()).toEqual(['300000cccccccccc']);
    bench.endpoint.abort();
    sink.ready = false;
    bench.receive('1010000102030405');
    bench.pass(500).take();
    expect(bench.pass(1000).story).toEqual(['receiving N_TIMEOUT_A']);
  });

  test('N_UNEXP_PDU: the next sink is opened, the first one’s end is told', () => {
    const bench = new EndpointBench();
    const sinks: TestSink[] = [];
    bench.endpoint.receiveInto(() => {
      const sink = new TestSink();
      sinks.push(sink);
      return sink;
    });
    bench.receive('1010000102030405').run();
    bench.receive('1009000102030405').run();
    bench.receive('21060708');
    expect(bench.events).toEqual([
      { type: 'receivingFailed', result: 'N_UNEXP_PDU', sink: sinks[0] },
      { type: 'streamReceived', sink: sinks[1] },
    ]);
    expect(sinks[1]?.bytes).toEqual(counting(9));
  });

  test('with undefined, whole messages again', () => {
    const { bench } = receiving();
    bench.endpoint.receiveInto(undefined);
    expect(bench.receive('03000102').story).toEqual(['received 000102']);
  });
});

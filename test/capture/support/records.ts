// Records for the tests of captures, and the two ways through a format: all into bytes, and bytes into records.

import type { CanFrame } from '../../../src/bus/bus.ts';
import { fdDataLengths } from '../../../src/bus/frame/checkFrame.ts';
import { createCandumpEncoder } from '../../../src/capture/candump/candumpLog.ts';
import type { CaptureFault } from '../../../src/capture/record/captureFault.ts';
import type {
  CaptureDecoder,
  CapturedBus,
  CapturedFrame,
  CaptureEncoder,
  CaptureRecord,
} from '../../../src/capture/record/captureRecord.ts';
import { concatBytes, fromUtf8, utf8 } from '../../../src/core/bytes.ts';
import { fc } from '../../support/property.ts';

/** 2026-06-01T08:00:00Z. */
export const startS = 1_780_300_800;
export const startNs = BigInt(startS) * 1_000_000_000n;

export const twoBuses: readonly CapturedBus[] = [
  { name: 'body', kind: 'can' },
  { name: 'chassis', kind: 'can' },
];

/** A captured frame, `afterNs` after the start. */
export function captured(frame: CanFrame, afterNs = 0, more: Partial<CapturedFrame> = {}): CapturedFrame {
  return {
    type: 'frame',
    timeNs: startNs + BigInt(afterNs),
    bus: 'body',
    frame,
    ...more,
  };
}

export function encoded(encoder: CaptureEncoder, records: readonly CaptureRecord[]): Uint8Array {
  return concatBytes(encoder.head, ...records.map((record) => encoder.encode(record).slice()));
}

export interface Decoded {
  readonly records: readonly CaptureRecord[];
  readonly fault: CaptureFault | undefined;
}

/** Decodes bytes, or text, cut into pieces of `pieceBytes`. */
export function decoded(
  decoder: CaptureDecoder,
  content: Uint8Array | string,
  pieceBytes = Number.POSITIVE_INFINITY,
): Decoded {
  const bytes = typeof content === 'string' ? utf8(content) : content;
  const records: CaptureRecord[] = [];
  const put = (record: CaptureRecord) => {
    records.push(record);
  };
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const fault = decoder.push(bytes.subarray(at, at + pieceBytes), put);
    if (fault !== undefined) return { records, fault };
  }
  const fault = decoder.end(put);
  return { records, fault };
}

/** Records as one text: comparing many of them member by member is slow. */
export function asText(records: readonly CaptureRecord[]): string {
  const encoder = createCandumpEncoder();
  return records.map((record) => fromUtf8(encoder.encode(record))).join('');
}

function dataOf(lengths: readonly number[]): fc.Arbitrary<Uint8Array> {
  return fc.constantFrom(...lengths).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
}

const anyId = fc.oneof(
  fc.record({ extended: fc.constant(false), id: fc.integer({ min: 0, max: 0x7ff }) }),
  fc.record({ extended: fc.constant(true), id: fc.integer({ min: 0, max: 0x1fff_ffff }) }),
);

const classic = fc.tuple(anyId, dataOf([0, 1, 2, 3, 4, 5, 6, 7, 8])).map(([id, data]): CanFrame => {
  return { ...id, remote: false, fd: false, brs: false, data };
});
const remote = fc.tuple(anyId, fc.integer({ min: 0, max: 8 })).map(([id, requestedBytes]): CanFrame => {
  const asks = requestedBytes > 0 ? { requestedBytes } : {};
  return { ...id, remote: true, fd: false, brs: false, data: new Uint8Array(0), ...asks };
});
const fd = fc
  .tuple(anyId, dataOf(fdDataLengths), fc.boolean(), fc.boolean())
  .map(([id, data, brs, esi]): CanFrame => ({ ...id, remote: false, fd: true, brs, data, ...(esi && { esi }) }));

const timesUs = fc.integer({ min: 0, max: 2 ** 40 });

/** A frame on one of the two buses, at a whole microsecond from the start on. */
export const anyFrameRecord: fc.Arbitrary<CapturedFrame> = fc
  .tuple(fc.oneof(classic, remote, fd), timesUs, fc.constantFrom('body', 'chassis'))
  .map(([frame, us, bus]) => ({ type: 'frame', timeNs: startNs + 1000n * BigInt(us), bus, frame }));

// Owns: from an object of a BLF file to the record that it holds, or why it is left out. Must not know where objects stand.
import { checkFrame } from '../../bus/frame/checkFrame.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { CaptureRecord } from '../record/captureRecord.ts';
import {
  type CanErrorObject,
  type CanFrameObject,
  canFieldBytes,
  type ObjectFields,
  readCanError,
  readCanErrorExt,
  readCanFdError64,
  readCanFdMessage,
  readCanFdMessage64,
  readCanMessage,
  readCanOverload,
} from './canObjects.ts';
import { ethernetFieldBytes, type PacketObject, readEthernetFrame, readEthernetFrameEx } from './ethernetObjects.ts';
import type { ObjectHead } from './objectCutter.ts';
import { objectName, objectTypes } from './objectTypes.ts';

/** Says something of the object besides its record. */
export type TellOfObject = (message: string) => void;

interface Reader {
  readonly fieldBytes: number;
  readonly read: (fields: ObjectFields) => Content | undefined;
}

type Content = CanFrameObject | CanErrorObject | PacketObject;

const readers: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [objectTypes.canMessage, { fieldBytes: canFieldBytes.message, read: readCanMessage }],
  [objectTypes.canMessage2, { fieldBytes: canFieldBytes.message, read: readCanMessage }],
  [objectTypes.canFdMessage, { fieldBytes: canFieldBytes.fdMessage, read: readCanFdMessage }],
  [objectTypes.canFdMessage64, { fieldBytes: canFieldBytes.fdMessage64, read: readCanFdMessage64 }],
  [objectTypes.canError, { fieldBytes: canFieldBytes.error, read: readCanError }],
  [objectTypes.canOverload, { fieldBytes: canFieldBytes.error, read: readCanOverload }],
  [objectTypes.canErrorExt, { fieldBytes: canFieldBytes.errorExt, read: readCanErrorExt }],
  [objectTypes.canFdError64, { fieldBytes: canFieldBytes.fdError64, read: readCanFdError64 }],
  [objectTypes.ethernetFrame, { fieldBytes: ethernetFieldBytes, read: readEthernetFrame }],
  [objectTypes.ethernetFrameEx, { fieldBytes: ethernetFieldBytes, read: readEthernetFrameEx }],
]);

/** The bytes of a header by its version; of the third there may be more. The time stands at the same place in all. */
const headerBytesOf: Readonly<Record<number, number>> = { 1: 32, 2: 40, 3: 32 };
const timeUnitAt = 16;
const timeAt = 24;
/** Of the unit of an object's time: 10 us, or 1 ns. */
const timeUnits = { tenMicroseconds: 1, nanosecond: 2 } as const;
const nsPerTenUs = 10_000n;

export function isReadType(type: number): boolean {
  return readers.has(type);
}

/** `object`: the bytes of an object of a type that is read. Times count from `startNs`. */
export function readObject(
  { headerBytes, headerVersion, type }: ObjectHead,
  object: Uint8Array,
  startNs: bigint,
  tell: TellOfObject,
): Result<CaptureRecord, string> {
  const name = objectName(type);
  const reader = readers.get(type);
  if (reader === undefined) return fail(`${name} is left out`);
  const least = headerBytesOf[headerVersion];
  if (least === undefined) return fail(`${name} with a header of version ${headerVersion} is left out`);
  if (headerBytes < least || headerBytes + reader.fieldBytes > object.length) {
    return fail(`${name} without all its fields is left out`);
  }
  const view = new DataView(object.buffer, object.byteOffset, object.length);
  const content = reader.read({ view, at: headerBytes });
  if (content === undefined) return fail(`${name} shorter than its packet is left out`);
  return recordOf(name, content, startNs + timeNs(name, view, tell), tell);
}

function recordOf(name: string, content: Content, timeNs: bigint, tell: TellOfObject): Result<CaptureRecord, string> {
  const { channel } = content;
  if (content.type === 'error') {
    const { errorClass, data } = content;
    return ok({ type: 'error', timeNs, bus: String(channel), errorClass, data });
  }
  if (content.isRequest) return fail(`${name} that only asks for sending (TxRq) is left out`);
  if (content.type === 'packet') return ok({ type: 'packet', timeNs, bus: `eth${channel}`, packet: content.packet });
  const { frame, knownBytes } = content;
  const fault = checkFrame(frame, true);
  if (fault !== undefined) return fail(`${name}: ${fault.message}: it is left out`);
  if (knownBytes < frame.data.length) tell(`${name} has fewer bytes than its DLC says: the others are taken for 00`);
  return ok({ type: 'frame', timeNs, bus: String(channel), frame });
}

function timeNs(name: string, view: DataView, tell: TellOfObject): bigint {
  const unit = view.getUint32(timeUnitAt, true);
  const time = view.getBigUint64(timeAt, true);
  if (unit === timeUnits.tenMicroseconds) return time * nsPerTenUs;
  if (unit !== timeUnits.nanosecond && time !== 0n) tell(`${name} does not say the unit of its time: taken for 1 ns`);
  return time;
}

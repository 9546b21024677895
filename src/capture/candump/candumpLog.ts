// Owns: candump's log format, `(1436509052.249713) vcan0 123#DEADBEEF`, as candump -l writes it and canplayer reads it. Must not
// know files.
import type { CanFrame } from '../../bus/bus.ts';
import { formatFrame, parseFrame } from '../../bus/frame/frameText.ts';
import { fromHex, toHex, utf8 } from '../../core/bytes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { printable } from '../../core/text.ts';
import { captureNameCharsMax } from '../limits.ts';
import { type CaptureDecoder, type CaptureEncoder, type CaptureRecord, noBytes } from '../record/captureRecord.ts';
import { LineDecoder, type LineReader } from '../record/lines.ts';
import { nanoseconds, secondsText } from '../record/timeText.ts';

/** The bit of SocketCAN's id word by which a frame is an error message. */
const errorFlag = 0x2000_0000;
const errorClassMask = 0x1fff_ffff;

/** Times are cut to whole microseconds. Ethernet packets have no form here. */
export function createCandumpEncoder(): CaptureEncoder {
  return {
    head: noBytes,
    encode(record) {
      if (record.type === 'packet') return noBytes;
      return utf8(`(${secondsText(record.timeNs)}) ${record.bus} ${contentText(record)}\n`);
    },
  };
}

function contentText(record: Exclude<CaptureRecord, { type: 'packet' }>): string {
  if (record.type === 'error') {
    const id = ((record.errorClass & errorClassMask) | errorFlag).toString(16);
    return `${id}#${toHex(record.data)}`.toUpperCase();
  }
  return formatFrame(record.frame);
}

export function createCandumpDecoder(): CaptureDecoder {
  const reader: LineReader = { read: readLine, end: () => undefined };
  return new LineDecoder(reader);
}

/** `R` or `T` at the end is the direction, which candump -x and asc2log write. */
const lineForm = /^\((\d{1,11})\.(\d{1,9})\)[ \t]+(\S+)[ \t]+(\S+)(?:[ \t]+[RT])?[ \t]*$/;

function readLine(line: string): Result<CaptureRecord | undefined, string> {
  if (line === '' || line.startsWith('#') || line.startsWith(';')) return ok(undefined);
  const [, seconds, fraction, bus, text] = lineForm.exec(line) ?? [];
  if (seconds === undefined || fraction === undefined || bus === undefined || text === undefined) {
    return fail('not of the form (SECONDS.FRACTION) INTERFACE ID#DATA');
  }
  if (bus.length > captureNameCharsMax) return fail('the name of the interface is too long');
  const content = parseContent(text);
  if (content === undefined) return fail(`${printable(text, 80)} is no CAN frame`);
  return ok({ timeNs: nanoseconds(seconds, fraction), bus: printable(bus, captureNameCharsMax), ...content });
}

type Content =
  | { readonly type: 'error'; readonly errorClass: number; readonly data: Uint8Array }
  | { readonly type: 'frame'; readonly frame: CanFrame };

/** What candump adds to a frame's text: a raw DLC above 8 after `_`. */
const rawDlcForm = /^([^#_]*#(?:[^#_]{16}|[Rr]8?))_[9A-Fa-f]$/;

function parseContent(text: string): Content | undefined {
  const error = /^([2-3][0-9A-Fa-f]{7})#((?:[0-9A-Fa-f]{2}){0,8})$/.exec(text);
  if (error !== null) {
    const [, id = '', hex = ''] = error;
    const data = fromHex(hex.toLowerCase());
    return data && { type: 'error', errorClass: Number.parseInt(id, 16) & errorClassMask, data };
  }
  const [, eightBytes] = rawDlcForm.exec(text) ?? [];
  const frame = parseFrame(eightBytes ?? text);
  return frame && { type: 'frame', frame };
}

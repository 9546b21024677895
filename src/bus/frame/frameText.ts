// Owns: one frame as text, in candump's log form: `123#DEADBEEF`, FD `123##1AABB`, 29-bit ids in eight digits, remote `123#R`.
import { fromHex, toHex } from '../../core/bytes.ts';
import type { CanFrame } from '../bus.ts';
import { checkFrame } from './checkFrame.ts';

export function formatFrame({ id, extended, remote, fd, brs, data }: CanFrame): string {
  const idText = id
    .toString(16)
    .padStart(extended ? 8 : 3, '0')
    .toUpperCase();
  if (remote) return `${idText}#R`;
  return `${idText}${fd ? `##${brs ? 1 : 0}` : '#'}${toHex(data).toUpperCase()}`;
}

/** The frame that a text stands for, or undefined. */
export function parseFrame(text: string): CanFrame | undefined {
  const match =
    /^([0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(?:(R)|#([0-9A-Fa-f])((?:[0-9A-Fa-f]{2})*)|((?:[0-9A-Fa-f]{2})*))$/.exec(text);
  if (match === null) return undefined;
  const [, idText = '', remote, flags, fdData, classicData = ''] = match;
  const data = fromHex((fdData ?? classicData).toLowerCase());
  if (data === undefined) return undefined;
  const frame: CanFrame = {
    id: Number.parseInt(idText, 16),
    extended: idText.length === 8,
    remote: remote !== undefined,
    fd: flags !== undefined,
    brs: flags !== undefined && (Number.parseInt(flags, 16) & 1) === 1,
    data,
  };
  return checkFrame(frame, true) === undefined ? frame : undefined;
}
